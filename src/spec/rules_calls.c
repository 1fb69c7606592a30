/* RewriteRule and RuleSet of the language: rules made, matched, and applied to tasks from the
 * inside out or at the top alone. */
#include "call/call.h"
#include "core/memory.h"
#include "spec/rules.h"
#include "spec/term_calls.h"

#include <string.h>

/* ---- rules ---- */

typedef struct rule {
    cask_value *lhs, *rhs, *vars;
    cki_rules_walk pattern;
    cask_value *order; /* its variables as they come in lhs, each time anew: a LIST */
} rule;

static void release_rule(void *self)
{
    rule *r = self;
    cki_rules_walk_close(&r->pattern);
    cask_value_unref(r->lhs);
    cask_value_unref(r->rhs);
    cask_value_unref(r->vars);
    cask_value_unref(r->order);
    cki_memory_free(r);
}

static void print_rule(void *self, cki_text *text)
{
    const rule *r = self;
    cki_text_put(text, "RewriteRule(");
    cki_value_print(r->lhs, text);
    cki_text_put(text, ", ");
    cki_value_print(r->rhs, text);
    cki_text_put(text, ", ");
    cki_value_print(r->vars, text);
    cki_text_put(text, ")");
}

static const cki_class rule_class = {"RewriteRule", release_rule, print_rule, NULL};

static cask_status find_variables(rule *r, cki_error *error)
{
    size_t room = 0;
    r->order = cki_value_list(CKI_LIST, 0, error);
    for (size_t i = 0; r->order && i < r->pattern.count; i++) {
        const cki_rules_token *token = &r->pattern.tokens[i];
        if (cki_rules_variable(r->vars, token) &&
            !cki_value_list_push(r->order, &room, cask_value_ref(token->term), error))
            break;
    }
    return error->status;
}

/* `vars` as those that are in lhs, in order. */
static cask_status sort_variables(rule *r, cki_error *error)
{
    cask_value *sorted = cki_value_list(CKI_TUPLE, 0, error);
    size_t room = 0;
    bool fine = sorted != NULL;
    for (size_t i = 0; fine && i < r->order->as.list.count; i++) {
        cask_value *item = r->order->as.list.items[i];
        size_t at = 0, last = sorted->as.list.count;
        int order = 1;
        bool unordered = false;
        while (fine && at < last && order > 0) {
            fine = cki_value_compare(item, sorted->as.list.items[at], "<", &order, &unordered,
                                     error) == CASK_OK;
            at += order > 0;
        }
        if (!fine || (at < last && order == 0))
            continue;
        fine = cki_value_list_push(sorted, &room, cask_value_ref(item), error);
        for (size_t k = last; fine && k > at; k--) {
            sorted->as.list.items[k] = sorted->as.list.items[k - 1];
            sorted->as.list.items[k - 1] = item;
        }
    }
    cask_value_unref(r->vars);
    r->vars = sorted;
    return error->status;
}

static cask_value *run_rule(cki_call *call)
{
    cask_value *vars = cki_operation_argument(call, "vars");
    if (vars->kind != CKI_TUPLE) {
        cki_fail(call->error, CASK_TYPE, NULL, "vars must be a tuple of variables");
        return NULL;
    }
    rule *r = cki_memory_calloc(1, sizeof *r);
    if (!r) {
        cki_fail_memory(call->error, sizeof *r);
        return NULL;
    }
    r->lhs = cask_value_ref(cki_operation_argument(call, "lhs"));
    r->rhs = cask_value_ref(cki_operation_argument(call, "rhs"));
    r->vars = cask_value_ref(vars);
    if (cki_rules_walk_open(&r->pattern, r->lhs, call->error) != CASK_OK ||
        find_variables(r, call->error) != CASK_OK || sort_variables(r, call->error) != CASK_OK) {
        release_rule(r);
        return NULL;
    }
    return cki_value_object(&rule_class, r, call->error);
}

/* ---- sets ---- */

typedef struct set {
    cask_value *rules; /* a LIST */
    cki_rules_net *net;
} set;

static void release_set(void *self)
{
    set *s = self;
    cki_rules_net_free(s->net);
    cask_value_unref(s->rules);
    cki_memory_free(s);
}

static void print_set(void *self, cki_text *text)
{
    const set *s = self;
    cki_text_format(text, "<RuleSet of %zu>", s->rules->as.list.count);
}

static const cki_class set_class = {"RuleSet", release_set, print_set, NULL};

static cask_value *run_set(cki_call *call)
{
    const cask_value *given = cki_operation_argument(call, "rules");
    set *s = cki_memory_calloc(1, sizeof *s);
    if (!s) {
        cki_fail_memory(call->error, sizeof *s);
        return NULL;
    }
    size_t room = 0;
    s->net = cki_rules_net_new(call->error);
    s->rules = s->net ? cki_value_list(CKI_LIST, 0, call->error) : NULL;
    bool fine = s->rules != NULL;
    for (size_t i = 0; fine && i < given->as.list.count; i++) {
        cask_value *item = given->as.list.items[i];
        const rule *r = cki_value_self(item, &rule_class);
        if (!r)
            cki_fail(call->error, CASK_TYPE, NULL, "rule must be instance of RewriteRule");
        fine = r && cki_rules_net_add(s->net, &r->pattern, r->vars, i, call->error) == CASK_OK &&
               cki_value_list_push(s->rules, &room, cask_value_ref(item), call->error);
    }
    if (!fine) {
        release_set(s);
        return NULL;
    }
    return cki_value_object(&set_class, s, call->error);
}

/* ---- matching ---- */

/* What a walk down the net is for: all matches, or the first one. */
typedef struct search {
    const set *s;
    cki_error *error;
    cask_value *all; /* a LIST of (rule, substitutions); NULL: only the first is wanted */
    size_t room;
    const rule *first;
    cask_value *substitutions; /* of the first */
} search;

/* What stands for each variable; NULL without error if one would have to stand for two things. */
static cask_value *substitutions_of(const rule *r, cask_value *const *matched, size_t count,
                                    cki_error *error)
{
    cask_value *made = cki_value_dict(error);
    for (size_t i = 0; made && i < count && i < r->order->as.list.count; i++) {
        cask_value *variable = r->order->as.list.items[i];
        const cask_value *before = cki_value_dict_get(made, variable, error);
        bool fits = before ? cki_value_equal(before, matched[i])
                           : cki_value_dict_set(made, cask_value_ref(variable),
                                                cask_value_ref(matched[i]), error) == CASK_OK;
        if (!fits) {
            cask_value_unref(made);
            return NULL;
        }
    }
    return made;
}

static bool add_match(search *found, size_t number, cask_value *substitutions)
{
    cask_value *pair = cki_value_list(CKI_TUPLE, 2, found->error);
    if (!pair) {
        cask_value_unref(substitutions);
        return false;
    }
    pair->as.list.items[0] = cask_value_ref(found->s->rules->as.list.items[number]);
    pair->as.list.items[1] = substitutions;
    return cki_value_list_push(found->all, &found->room, pair, found->error);
}

static bool take(void *user, size_t number, cask_value *const *matched, size_t count)
{
    search *found = user;
    const rule *r = cki_value_self(found->s->rules->as.list.items[number], &rule_class);
    cask_value *substitutions = substitutions_of(r, matched, count, found->error);
    if (!substitutions)
        return found->error->status == CASK_OK;
    if (found->all)
        return add_match(found, number, substitutions);
    found->first = r;
    found->substitutions = substitutions;
    return false;
}

static cask_status look(search *found, cask_value *term)
{
    cki_rules_walk walk;
    if (cki_rules_walk_open(&walk, term, found->error) == CASK_OK)
        (void)cki_rules_net_match(found->s->net, &walk, take, found, found->error);
    cki_rules_walk_close(&walk);
    return found->error->status;
}

static cask_value *run_matches(cki_call *call)
{
    search found = {.s = cki_value_self(call->arguments[0], &set_class), .error = call->error};
    found.all = found.s ? cki_value_list(CKI_LIST, 0, call->error) : NULL;
    if (found.all && look(&found, cki_operation_argument(call, "term")) == CASK_OK)
        return found.all;
    cask_value_unref(found.all);
    return NULL;
}

/* ---- rewriting ---- */

/* The right side with its variables replaced, one after the other; or what it gives for them. */
static cask_value *apply(cask *ck, const rule *r, cask_value *substitutions, cki_error *error)
{
    if (cki_call_callable(r->rhs)) {
        const cki_arguments arguments = {.positional = &substitutions, .count = 1};
        return cki_call_run(ck, r->rhs, &arguments, NULL, error);
    }
    cask_value *term = cask_value_ref(r->rhs);
    for (size_t i = 0; term && i < substitutions->as.dict.count; i++) {
        cask_value *next = cki_term_calls_substitute(term, substitutions->as.dict.keys[i],
                                                     substitutions->as.dict.values[i], error);
        cask_value_unref(term);
        term = next;
    }
    return term;
}

static cask_value *rewrite_top(cask *ck, const set *s, cask_value *term, cki_error *error)
{
    search found = {.s = s, .error = error};
    cask_value *made = NULL;
    if (look(&found, term) == CASK_OK)
        made =
            found.first ? apply(ck, found.first, found.substitutions, error) : cask_value_ref(term);
    cask_value_unref(found.substitutions);
    return made;
}

static cask_value *rewrite_inside(cask *ck, const set *s, cask_value *term, int depth,
                                  cki_error *error)
{
    bool task = cki_term_calls_is_task(term);
    if (depth == CKI_TERM_CALLS_DEEPEST) {
        cki_fail(error, CASK_LIMIT, "RecursionError", "terms nested more than %d deep",
                 CKI_TERM_CALLS_DEEPEST);
        return NULL;
    }
    if (!task && term->kind != CKI_LIST)
        return rewrite_top(ck, s, term, error);
    cask_value *made = cki_value_list((cki_kind)term->kind, term->as.list.count, error);
    for (size_t i = 0; made && i < term->as.list.count; i++) {
        cask_value *item = term->as.list.items[i];
        item =
            task && i == 0 ? cask_value_ref(item) : rewrite_inside(ck, s, item, depth + 1, error);
        made->as.list.items[i] = item;
        if (!item) {
            made->as.list.count = i;
            cask_value_unref(made);
            return NULL;
        }
    }
    cask_value *result = made ? rewrite_top(ck, s, made, error) : NULL;
    cask_value_unref(made);
    return result;
}

static cask_value *run_rewrite(cki_call *call)
{
    const set *s = cki_value_self(call->arguments[0], &set_class);
    const cask_value *strategy = cki_operation_argument(call, "strategy");
    cask_value *task = cki_operation_argument(call, "task");
    const char *name = strategy->kind == CKI_STR ? strategy->as.text.bytes : "";
    if (s && strcmp(name, "top_level") == 0)
        return rewrite_top(call->ck, s, task, call->error);
    if (s && strcmp(name, "bottom_up") == 0)
        return rewrite_inside(call->ck, s, task, 0, call->error);
    if (s)
        cki_fail(call->error, CASK_INVALID, "KeyError",
                 "'%s': a strategy is 'bottom_up' or 'top_level'", name);
    return NULL;
}

/* ---- what they are made of ---- */

static const rule *rule_of(cki_call *call)
{
    return cki_value_self(call->arguments[0], &rule_class);
}

static cask_value *run_lhs(cki_call *call)
{
    const rule *r = rule_of(call);
    return r ? cask_value_ref(r->lhs) : NULL;
}

static cask_value *run_rhs(cki_call *call)
{
    const rule *r = rule_of(call);
    return r ? cask_value_ref(r->rhs) : NULL;
}

static cask_value *run_vars(cki_call *call)
{
    const rule *r = rule_of(call);
    return r ? cask_value_ref(r->vars) : NULL;
}

static cask_value *run_rules(cki_call *call)
{
    const set *s = cki_value_self(call->arguments[0], &set_class);
    return s ? cask_value_ref(s->rules) : NULL;
}

#define RECORD(id, name, places, signature, doc, run)                                              \
    static const cki_operation id = {name, places, signature, doc, run, NULL}
RECORD(op_rule, "rewrite.RewriteRule", CKI_IN_DASK, "lhs, rhs, vars=()",
       "A term with variables, and the term, or function of a dict of what they stand for, that "
       "comes in its place.",
       run_rule);
RECORD(op_set, "rewrite.RuleSet", CKI_IN_DASK, "*rules",
       "Rules to rewrite tasks by: the most specific that matches is applied.", run_set);
RECORD(op_rewrite, "RuleSet.rewrite", CKI_ARRAY_PROTOCOL, "self, task, strategy='bottom_up'",
       "The task rewritten, from the inside out or, 'top_level', as a whole.", run_rewrite);
RECORD(op_matches, "RuleSet.iter_matches", CKI_ARRAY_PROTOCOL, "self, term",
       "The rules that match, each with what its variables stand for.", run_matches);
RECORD(op_rules, "RuleSet.rules", CKI_ARRAY_PROTOCOL | CKI_OWN_ATTRIBUTE, "self", "Its rules.",
       run_rules);
RECORD(op_lhs, "RewriteRule.lhs", CKI_ARRAY_PROTOCOL | CKI_OWN_ATTRIBUTE, "self", "Its left side.",
       run_lhs);
RECORD(op_rhs, "RewriteRule.rhs", CKI_ARRAY_PROTOCOL | CKI_OWN_ATTRIBUTE, "self", "Its right side.",
       run_rhs);
RECORD(op_vars, "RewriteRule.vars", CKI_ARRAY_PROTOCOL | CKI_OWN_ATTRIBUTE, "self",
       "Its variables.", run_vars);

const cki_operation *const cki_rules_operations[] = {
    &op_rule, &op_set, &op_rewrite, &op_matches, &op_rules, &op_lhs, &op_rhs, &op_vars, NULL};
