/* The net of rewrite rules: patterns as a tree of their tokens, and walks of terms down it. After
 * Christian's "Flatterms, discrimination nets, and fast term rewriting" (1993). */
#include "spec/rules.h"
#include "call/call.h"
#include "core/arena.h"
#include "core/memory.h"
#include "spec/term_calls.h"

#include <string.h>

/* ---- terms in preorder ---- */

static cki_rules_token *new_token(cki_rules_walk *walk, cki_error *error)
{
    if (walk->count == walk->capacity) {
        size_t capacity = walk->capacity ? 2 * walk->capacity : 16;
        cki_rules_token *grown = cki_memory_realloc(walk->tokens, capacity * sizeof *walk->tokens);
        if (!grown) {
            cki_fail_memory(error, capacity * sizeof *walk->tokens);
            return NULL;
        }
        walk->tokens = grown;
        walk->capacity = capacity;
    }
    return &walk->tokens[walk->count++];
}

/* NULL for the list type: a list is a call of that with its items. */
static cask_value *head_of(cask_value *value)
{
    return cki_call_callable(value) && strcmp(cki_call_name(value), "list") == 0 ? NULL : value;
}

static cask_status put_term(cki_rules_walk *walk, cask_value *term, int depth, cki_error *error)
{
    if (depth == CKI_TERM_CALLS_DEEPEST)
        return cki_fail(error, CASK_LIMIT, "RecursionError", "terms nested more than %d deep",
                        CKI_TERM_CALLS_DEEPEST);
    bool task = cki_term_calls_is_task(term), list = term->kind == CKI_LIST;
    size_t own = walk->count;
    cki_rules_token *token = new_token(walk, error);
    if (!token)
        return error->status;
    *token =
        (cki_rules_token){term, list ? NULL : head_of(task ? term->as.list.items[0] : term), 0};
    cask_status status = CASK_OK;
    for (size_t i = task; (task || list) && status == CASK_OK && i < term->as.list.count; i++)
        status = put_term(walk, term->as.list.items[i], depth + 1, error);
    walk->tokens[own].after = walk->count;
    return status;
}

cask_status cki_rules_walk_open(cki_rules_walk *walk, cask_value *term, cki_error *error)
{
    *walk = (cki_rules_walk){0};
    return put_term(walk, term, 0, error);
}

void cki_rules_walk_close(cki_rules_walk *walk)
{
    cki_memory_free(walk->tokens);
    *walk = (cki_rules_walk){0};
}

/* ---- the net ---- */

typedef struct node {
    const cask_value *head; /* NULL: a list, or a variable */
    bool variable;
    struct node *child, *sibling;
    size_t *rules; /* whose patterns end here */
    size_t nrules;
} node;

struct cki_rules_net {
    cki_arena arena;
    node root;
    size_t deepest; /* tokens of the longest pattern */
};

cki_rules_net *cki_rules_net_new(cki_error *error)
{
    cki_rules_net *net = cki_memory_calloc(1, sizeof *net);
    if (!net)
        cki_fail_memory(error, sizeof *net);
    return net;
}

void cki_rules_net_free(cki_rules_net *net)
{
    if (!net)
        return;
    cki_arena_free(&net->arena);
    cki_memory_free(net);
}

static bool is_same(const cask_value *a, const cask_value *b)
{
    return a == b || (a && b && cki_value_equal(a, b));
}

static node *find_child(const node *parent, bool variable, const cask_value *head)
{
    for (node *n = parent->child; n; n = n->sibling)
        if (n->variable == variable && (variable || is_same(n->head, head)))
            return n;
    return NULL;
}

bool cki_rules_variable(const cask_value *variables, const cki_rules_token *token)
{
    for (size_t i = 0; i < variables->as.list.count; i++)
        if (token->head == token->term && is_same(variables->as.list.items[i], token->term))
            return true;
    return false;
}

static cask_status end_here(cki_rules_net *net, node *end, size_t rule, cki_error *error)
{
    size_t *rules = cki_arena_array(&net->arena, end->nrules + 1, sizeof *rules);
    if (!rules)
        return cki_fail_memory(error, (end->nrules + 1) * sizeof *rules);
    for (size_t i = 0; i < end->nrules; i++)
        rules[i] = end->rules[i];
    rules[end->nrules++] = rule;
    end->rules = rules;
    return CASK_OK;
}

cask_status cki_rules_net_add(cki_rules_net *net, const cki_rules_walk *pattern,
                              const cask_value *variables, size_t rule, cki_error *error)
{
    node *at = &net->root;
    for (size_t i = 0; i < pattern->count; i++) {
        const cki_rules_token *token = &pattern->tokens[i];
        bool variable = cki_rules_variable(variables, token);
        node *next = find_child(at, variable, token->head);
        if (!next) {
            next = cki_arena_alloc(&net->arena, sizeof *next);
            if (!next)
                return cki_fail_memory(error, sizeof *next);
            *next = (node){.head = token->head, .variable = variable, .sibling = at->child};
            at->child = next;
        }
        at = next;
    }
    if (net->deepest < pattern->count)
        net->deepest = pattern->count;
    return end_here(net, at, rule, error);
}

/* A place in the net and in the term, and which ways on from it were gone. */
typedef struct place {
    const node *node;
    size_t token, matched;
    int tried;
} place;

cask_status cki_rules_net_match(const cki_rules_net *net, const cki_rules_walk *term,
                                cki_rules_found *found, void *user, cki_error *error)
{
    size_t depth = 1, room = net->deepest + 1;
    place *places = cki_memory_calloc(room, sizeof *places);
    cask_value **matched = cki_memory_calloc(room, sizeof *matched);
    bool on = places && matched;
    if (!on)
        cki_fail_memory(error, room * sizeof *places);
    else
        places[0] = (place){&net->root, 0, 0, 0};
    while (on && depth) {
        place *p = &places[depth - 1];
        bool more = p->token < term->count;
        const cki_rules_token *token = more ? &term->tokens[p->token] : NULL;
        const node *next = NULL;
        for (size_t i = 0; !more && on && p->tried == 0 && i < p->node->nrules; i++)
            on = found(user, p->node->rules[i], matched, p->matched);
        int way = p->tried++;
        if (token && way < 2)
            next = find_child(p->node, way == 1, token->head);
        if (next && way == 1)
            matched[p->matched] = token->term;
        if (next)
            places[depth++] =
                (place){next, way ? token->after : p->token + 1, p->matched + (way == 1), 0};
        else if (way >= 1 || !more)
            depth--;
    }
    cki_memory_free(places);
    cki_memory_free(matched);
    return error->status;
}
