/* Rewriting: a term becomes nodes, each after its parts; these are looked at in that order, which
 * is from the inside out, and what a rule gives shares the parts that its variables stand for. */
#include "spec/rewrite.h"

#include "core/memory.h"
#include "spec/spec_write.h"

#include <string.h>

#define MOST_WORDS ((size_t)1 << 26) /* that what is rewritten may come to */

typedef struct node {
    cki_word word;
    size_t parts; /* where its parts' numbers begin */
} node;

/* A list of numbers that grows. */
typedef struct numbers {
    uint32_t *items;
    size_t count, room;
} numbers;

typedef struct rewriter {
    const cki_spec *rules_in;
    const cki_rewrite_rule *rules;
    size_t nrules;
    cki_spec *made;
    node *nodes;
    size_t nnodes, nodes_room;
    numbers parts;   /* of all nodes */
    numbers stack;   /* scratch */
    numbers becomes; /* of a term's nodes: what they were rewritten to */
    numbers bound, best;
    cki_error *error;
} rewriter;

static bool push(rewriter *r, numbers *list, uint32_t number)
{
    if (list->count == list->room) {
        size_t room = list->room * 2 + 16;
        uint32_t *wider = cki_memory_realloc(list->items, room * sizeof *wider);
        if (!wider) {
            cki_fail_memory(r->error, room * sizeof *wider);
            return false;
        }
        list->items = wider;
        list->room = room;
    }
    list->items[list->count++] = number;
    return true;
}

/* The newest number, of a list that has some. */
static uint32_t pop(numbers *list)
{
    return list->items ? list->items[--list->count] : CKI_NO_NAME;
}

static uint32_t at_of(const numbers *list, size_t i)
{
    return list->items ? list->items[i] : CKI_NO_NAME;
}

static cki_word word_of(const rewriter *r, uint32_t number)
{
    return r->nodes ? r->nodes[number].word : 0;
}

/* A node with the parts on top of the stack, the first one uppermost, in whose place it is put. */
static bool make(rewriter *r, cki_word word)
{
    if (r->nnodes == r->nodes_room) {
        size_t room = r->nodes_room * 2 + 64;
        node *wider = room < UINT32_MAX ? cki_memory_realloc(r->nodes, room * sizeof *wider) : NULL;
        if (!wider) {
            cki_fail_memory(r->error, room * sizeof *wider);
            return false;
        }
        r->nodes = wider;
        r->nodes_room = room;
    }
    r->nodes[r->nnodes] = (node){word, r->parts.count};
    for (uint32_t i = 0; i < cki_word_count(word); i++)
        if (!push(r, &r->parts, pop(&r->stack)))
            return false;
    return push(r, &r->stack, (uint32_t)r->nnodes++);
}

static uint32_t part(const rewriter *r, uint32_t number, uint32_t i)
{
    return r->parts.items[r->nodes[number].parts + i];
}

/* ---- matching ---- */

static bool equal_literals(const cki_spec *spec, cki_word a, cki_word b)
{
    cask_value small[2] = {{.kind = CKI_INT}, {.kind = CKI_INT}};
    const cask_value *values[2] = {&small[0], &small[1]};
    small[0].as.integer = cki_word_number(a);
    small[1].as.integer = cki_word_number(b);
    if (cki_word_kind_of(a) == CKI_WORD_VALUE)
        values[0] = spec->values[cki_word_number(a)];
    if (cki_word_kind_of(b) == CKI_WORD_VALUE)
        values[1] = spec->values[cki_word_number(b)];
    return cki_value_equal(values[0], values[1]);
}

/* Whether two words, apart from their parts, say the same. */
static bool equal_words(const cki_spec *spec, cki_word a, cki_word b)
{
    cki_word_kind ka = cki_word_kind_of(a), kb = cki_word_kind_of(b);
    bool name_a = ka == CKI_WORD_NAME || ka == CKI_WORD_KEY;
    bool name_b = kb == CKI_WORD_NAME || kb == CKI_WORD_KEY;
    if (name_a || name_b)
        return name_a && name_b && cki_word_number(a) == cki_word_number(b);
    if (ka <= CKI_WORD_VALUE && kb <= CKI_WORD_VALUE)
        return equal_literals(spec, a, b);
    return a == b;
}

static bool equal_nodes(rewriter *r, uint32_t a, uint32_t b)
{
    size_t base = r->stack.count;
    bool equal = push(r, &r->stack, a) && push(r, &r->stack, b);
    while (equal && r->stack.count > base) {
        b = pop(&r->stack);
        a = pop(&r->stack);
        if (a == b)
            continue;
        cki_word word = word_of(r, a);
        equal = equal_words(r->made, word, word_of(r, b));
        for (uint32_t i = 0; equal && i < cki_word_count(word); i++)
            equal = push(r, &r->stack, part(r, a, i)) && push(r, &r->stack, part(r, b, i));
    }
    r->stack.count = base;
    return equal;
}

/* The number of a variable of the rule; -1 if the word is none. */
static int64_t variable(const cki_rewrite_rule *rule, cki_word word)
{
    cki_word_kind kind = cki_word_kind_of(word);
    for (size_t i = 0; (kind == CKI_WORD_NAME || kind == CKI_WORD_KEY) && i < rule->nvariables; i++)
        if (rule->variables[i] == (uint32_t)cki_word_number(word))
            return (int64_t)i;
    return -1;
}

/* Whether the term is like the rule's left side; r->bound then has what the variables stand for. */
static bool match(rewriter *r, const cki_rewrite_rule *rule, uint32_t term)
{
    const cki_word *words = r->rules_in->words + rule->left;
    size_t base = r->stack.count;
    r->bound.count = 0;
    for (size_t i = 0; i < rule->nvariables; i++)
        if (!push(r, &r->bound, CKI_NO_NAME))
            return false;
    bool fits = push(r, &r->stack, term);
    for (size_t at = 0; fits && r->stack.count > base; at++) {
        uint32_t seen = pop(&r->stack);
        int64_t v = variable(rule, words[at]);
        if (v >= 0 && r->bound.items) {
            uint32_t *bound = &r->bound.items[v];
            fits = *bound == CKI_NO_NAME || equal_nodes(r, *bound, seen);
            *bound = seen;
            continue;
        }
        cki_word word = word_of(r, seen);
        fits = equal_words(r->made, words[at], word);
        for (uint32_t i = cki_word_count(word); fits && i-- > 0;)
            fits = push(r, &r->stack, part(r, seen, i));
    }
    r->stack.count = base;
    return fits;
}

/* Of two rules that fit a term, whether the first says more where they first differ. */
static bool is_more_specific(const rewriter *r, const cki_rewrite_rule *a,
                             const cki_rewrite_rule *b)
{
    const cki_word *wa = r->rules_in->words + a->left, *wb = r->rules_in->words + b->left;
    size_t left = 1;
    for (size_t at = 0; left > 0; at++) {
        bool va = variable(a, wa[at]) >= 0, vb = variable(b, wb[at]) >= 0;
        if (va != vb)
            return vb;
        left += (va ? 0 : cki_word_count(wa[at])) - (size_t)1;
    }
    return false;
}

/* ---- applying ---- */

/* The words of a node, with those of its parts. */
static bool put_words(rewriter *r, cki_spec *to, uint32_t number)
{
    size_t base = r->stack.count;
    bool fine = push(r, &r->stack, number);
    while (fine && r->stack.count > base) {
        uint32_t at = pop(&r->stack);
        cki_word word = word_of(r, at);
        if (to->nwords >= MOST_WORDS)
            cki_fail(r->error, CASK_LIMIT, NULL, "rewriting makes terms of more than %zu parts",
                     MOST_WORDS);
        fine = r->error->status == CASK_OK && cki_spec_put(to, word, r->error);
        for (uint32_t i = cki_word_count(word); fine && i-- > 0;)
            fine = push(r, &r->stack, part(r, at, i));
    }
    r->stack.count = base;
    return fine;
}

/* What the rule's `when` says of what is bound. */
static bool is_admitted(rewriter *r, const cki_rewrite_rule *rule)
{
    if (!rule->when)
        return true;
    char **texts = (char **)cki_memory_calloc(rule->nvariables + 1, sizeof *texts);
    bool fine = texts != NULL;
    for (size_t i = 0; fine && i < rule->nvariables; i++) {
        cki_text text = {0};
        if (r->bound.items[i] != CKI_NO_NAME && put_words(r, r->made, r->bound.items[i])) {
            cki_spec_write_term(r->made, r->made->words + r->made->begun, CKI_SPEC_JSON, &text,
                                r->error);
            cki_spec_drop(r->made);
        } else {
            cki_text_put(&text, "null");
        }
        texts[i] = cki_text_take(&text);
        fine = texts[i] && r->error->status == CASK_OK;
    }
    if (!fine)
        cki_fail_memory(r->error, rule->nvariables * sizeof *texts);
    bool use = fine && rule->when(rule->user, (const char *const *)texts);
    for (size_t i = 0; texts && i < rule->nvariables; i++)
        cki_memory_free(texts[i]);
    cki_memory_free((void *)texts);
    return use;
}

/* The node of the right side. */
static bool apply(rewriter *r, const cki_rewrite_rule *rule, uint32_t *term)
{
    const cki_word *words = r->rules_in->words + rule->right;
    size_t base = r->stack.count;
    bool fine = true;
    for (size_t at = cki_spec_extent(words); fine && at-- > 0;) {
        int64_t v = variable(rule, words[at]);
        uint32_t bound = v >= 0 ? at_of(&r->best, (size_t)v) : CKI_NO_NAME;
        if (bound != CKI_NO_NAME)
            fine = push(r, &r->stack, bound);
        else
            fine = make(r, words[at]);
    }
    if (fine)
        *term = r->stack.items[base];
    r->stack.count = base;
    return fine;
}

static bool rewrite_one(rewriter *r, uint32_t *term)
{
    const cki_rewrite_rule *chosen = NULL;
    for (size_t i = 0; i < r->nrules && r->error->status == CASK_OK; i++) {
        const cki_rewrite_rule *rule = &r->rules[i];
        if ((chosen && !is_more_specific(r, rule, chosen)) || !match(r, rule, *term) ||
            !is_admitted(r, rule))
            continue;
        chosen = rule;
        numbers other = r->best;
        r->best = r->bound;
        r->bound = other;
    }
    if (r->error->status != CASK_OK)
        return false;
    return !chosen || apply(r, chosen, term);
}

/* A node whose parts were rewritten. */
static bool renew(rewriter *r, uint32_t number, uint32_t *term)
{
    cki_word word = word_of(r, number);
    bool changed = false, fine = true;
    for (uint32_t i = cki_word_count(word); fine && i-- > 0;) {
        uint32_t old = part(r, number, i);
        changed |= r->becomes.items[old] != old;
        fine = push(r, &r->stack, r->becomes.items[old]);
    }
    *term = number;
    if (!changed) {
        r->stack.count -= fine ? cki_word_count(word) : 0;
        return fine;
    }
    fine = fine && make(r, word);
    if (fine)
        *term = pop(&r->stack);
    return fine;
}

static bool rewrite_term(rewriter *r, const cki_word *words, size_t length, bool top_level)
{
    bool fine = true;
    uint32_t term = 0;
    r->nnodes = r->parts.count = r->stack.count = r->becomes.count = 0;
    for (size_t i = length; fine && i-- > 0;)
        fine = make(r, words[i]);
    size_t count = r->nnodes;
    for (size_t i = 0; fine && !top_level && i < count; i++)
        fine = renew(r, (uint32_t)i, &term) && rewrite_one(r, &term) && push(r, &r->becomes, term);
    if (fine && top_level) {
        term = (uint32_t)count - 1;
        fine = rewrite_one(r, &term);
    }
    return fine && put_words(r, r->made, term);
}

cki_spec *cki_rewrite_run(const cki_spec *spec, const cki_spec *rules_in,
                          const cki_rewrite_rule *rules, size_t count, bool top_level,
                          cki_error *error)
{
    /* `spec` and the blank that the rules are in have the same numbers, and so has `made` */
    rewriter r = {.rules_in = rules_in,
                  .rules = rules,
                  .nrules = count,
                  .made = cki_spec_blank(rules_in, error),
                  .error = error};
    bool fine = r.made != NULL;
    for (size_t i = 0; fine && i < spec->norder; i++) {
        uint32_t key = spec->order[i];
        if (key == CKI_NO_NAME)
            continue;
        size_t length;
        const cki_word *words = cki_spec_term(spec, key, &length);
        fine = rewrite_term(&r, words, length, top_level) &&
               cki_spec_define(r.made, key, error) == CASK_OK;
    }
    cki_memory_free(r.nodes);
    cki_memory_free(r.parts.items);
    cki_memory_free(r.stack.items);
    cki_memory_free(r.becomes.items);
    cki_memory_free(r.bound.items);
    cki_memory_free(r.best.items);
    if (fine)
        return r.made;
    cki_spec_free(r.made);
    return NULL;
}
