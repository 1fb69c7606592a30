/* Graphs by hand: the Dask graph specification. A graph is a mapping from keys to terms. A key is a
 * text, or a name with integers: ('x', 2, 3). A term is a literal, a key, a task (a function and
 * its arguments, which are terms) or a list of terms, nested to any depth:
 *
 *     cask_graph *g = cask_graph_new(ck);
 *     cask_graph_set(g, "x", CASK_INT(1));
 *     cask_graph_set(g, "y", CASK_TASK("inc", CASK_KEY("x")));
 *     cask_graph_set(g, "z", CASK_TASK("add", CASK_KEY("y"), CASK_INT(10)));
 *     cask_status status = cask_graph_get(g, "z", &value);
 *
 * or in JSON: {"x": 1, "y": ["$inc", "x"], "z": ["$add", "y", 10]}. Functions are found by name
 * when something is computed: those that were registered (cask/function.h), those that graphs know
 * (inc dec double neg add sub mul div floordiv mod pow range getitem identity concat upper lower
 * split), Python's builtins (sum, len, sorted, math.sqrt, ...), or the text of a lambda.
 *
 * Graphs are the caller's: free them, and before their context. One thread at a time uses a graph.
 * Failures are the context's too: cask_message() tells them. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_GRAPH_H
#define CASK_GRAPH_H

#include "array.h"
#include "lazy.h"
#include "value.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cask_graph cask_graph;

typedef enum cask_term_kind {
    CASK_TERM_NONE, /* None */
    CASK_TERM_INT,
    CASK_TERM_FLOAT,
    CASK_TERM_TEXT,  /* a literal, even if there is a key of that name */
    CASK_TERM_VALUE, /* any value, which is shared */
    CASK_TERM_ARRAY, /* a lazy array, which is computed before anything runs */
    CASK_TERM_KEY,
    CASK_TERM_LIST,
    CASK_TERM_TASK
} cask_term_kind;

/* A term, by the macros below. It is read while it is passed to a call, and not kept. */
typedef struct cask_term {
    cask_term_kind kind;
    const char *text; /* of a text or key; a task's function */
    int64_t integer;
    double real;
    cask_value *value; /* borrowed; of a task: what to call, instead of a name */
    cask_array array;
    const int64_t *index;          /* of a key with integers: `count` of them */
    const struct cask_term *items; /* of a list, or a task's arguments: `count` of them */
    size_t count;
} cask_term;

#ifndef __cplusplus
#define CASK_NONE                                                                                  \
    ((cask_term){                                                                                  \
        .kind = CASK_TERM_NONE,                                                                    \
    })
#define CASK_INT(number)   ((cask_term){.kind = CASK_TERM_INT, .integer = (number)})
#define CASK_FLOAT(number) ((cask_term){.kind = CASK_TERM_FLOAT, .real = (number)})
#define CASK_TEXT(string)  ((cask_term){.kind = CASK_TERM_TEXT, .text = (string)})
#define CASK_VALUE(v)      ((cask_term){.kind = CASK_TERM_VALUE, .value = (v)})
#define CASK_ARRAY(x)      ((cask_term){.kind = CASK_TERM_ARRAY, .array = (x)})
#define CASK_KEY(name)     ((cask_term){.kind = CASK_TERM_KEY, .text = (name)})
/* CASK_KEY_AT("x", 2, 3) is the key ('x', 2, 3). */
#define CASK_KEY_AT(name, ...)                                                                     \
    ((cask_term){.kind = CASK_TERM_KEY,                                                            \
                 .text = (name),                                                                   \
                 .index = (const int64_t[]){__VA_ARGS__},                                          \
                 .count = sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)})
/* CASK_LIST(CASK_KEY("x"), CASK_INT(1)) */
#define CASK_LIST(...)                                                                             \
    ((cask_term){.kind = CASK_TERM_LIST,                                                           \
                 .items = (const cask_term[]){__VA_ARGS__},                                        \
                 .count = sizeof((const cask_term[]){__VA_ARGS__}) / sizeof(cask_term)})
/* CASK_TASK("add", CASK_KEY("x"), CASK_INT(1)) */
#define CASK_TASK(function, ...)                                                                   \
    ((cask_term){.kind = CASK_TERM_TASK,                                                           \
                 .text = (function),                                                               \
                 .items = (const cask_term[]){__VA_ARGS__},                                        \
                 .count = sizeof((const cask_term[]){__VA_ARGS__}) / sizeof(cask_term)})
/* A task without arguments. */
#define CASK_TASK0(function) ((cask_term){.kind = CASK_TERM_TASK, .text = (function)})
#endif

/* Some keys: CASK_KEYS("x", "y"). A key with integers is written as Python shows it: "('x', 2)". */
typedef struct cask_keys {
    const char *const *items;
    size_t count;
} cask_keys;
#ifndef __cplusplus
#define CASK_KEYS(...)                                                                             \
    ((cask_keys){(const char *const[]){__VA_ARGS__},                                               \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)})
#endif

/* ---- making ---- */

/* An empty graph; NULL without memory, which every function here takes as a failure already told.
 */
CASK_API
cask_graph *cask_graph_new(cask *ck);
CASK_API
void cask_graph_free(cask_graph *graph);
/* An equal graph of its own. */
CASK_API
cask_graph *cask_graph_copy(const cask_graph *graph);

/* Define a key, or give it another term. */
CASK_API
cask_status cask_graph_set(cask_graph *graph, const char *key, cask_term term);
/* The same for a key given as a term: CASK_KEY_AT("x", 2, 3). */
CASK_API
cask_status cask_graph_set_key(cask_graph *graph, cask_term key, cask_term term);
/* KeyError if it is not there. */
CASK_API
cask_status cask_graph_remove(cask_graph *graph, const char *key);
/* All definitions of another graph; of keys that both have its are taken. */
CASK_API
cask_status cask_graph_merge(cask_graph *graph, const cask_graph *other);

/* Define what an object in JSON says. A list that begins with "$" and a name is a task; a text that
 * is a key refers to it; ["$quote", x] is x itself. */
CASK_API
cask_status cask_graph_parse(cask_graph *graph, const char *json);
/* The graph of a lazy array, as Dask's x.dask: a key ('ones-1f3a9c02', 0, 1) for each block, a task
 * (function, number of the block, keys of what it needs...). It can be computed, merged and drawn.
 * `optimize` gives what a computation would run. `keys` (may be NULL) gets the array's own blocks'
 * keys as a list, which the caller unrefs. NULL after a failure. */
CASK_API
cask_graph *cask_graph_from_array(cask_array x, bool optimize, cask_value **keys);

/* ---- looking ---- */

/* How many keys, the i-th in the order of definition (NULL past the last; good until the graph is
 * changed), and whether there is one of a name. */
CASK_API
size_t cask_graph_count(const cask_graph *graph);
CASK_API
const char *cask_graph_key(const cask_graph *graph, size_t i);
CASK_API
bool cask_graph_has(const cask_graph *graph, const char *key);
/* As JSON, and as Python would show it: {'x': 1, 'y': (inc, 'x')}. The caller frees the text with
 * cask_text_free(); NULL after a failure. */
CASK_API
char *cask_graph_json(const cask_graph *graph);
CASK_API
char *cask_graph_text(const cask_graph *graph);
/* The keys that a key's term names, and the keys whose terms name it, each once: lists of texts,
 * which the caller unrefs. NULL after a failure. */
CASK_API
cask_value *cask_graph_dependencies(const cask_graph *graph, const char *key);
CASK_API
cask_value *cask_graph_dependents(const cask_graph *graph, const char *key);
/* All keys, inputs before users; RuntimeError "Cycle detected in Dask: a->b->a". */
CASK_API
cask_value *cask_graph_toposort(const cask_graph *graph);
/* A circle, as ["a", "b", "a"]; empty if there is none. */
CASK_API
cask_value *cask_graph_cycle(const cask_graph *graph);

/* ---- computing ---- */

/* A key's value, the caller's to unref; NULL after a failure. Runs on the context's scheduler. */
CASK_API
CASK_CHECKED
cask_status cask_graph_get(const cask_graph *graph, const char *key, cask_value **value);
/* The values of keys, in lists as the term has them: CASK_LIST(CASK_KEY("x"), CASK_KEY("y")). What
 * is asked for twice is computed once. */
CASK_API
CASK_CHECKED
cask_status cask_graph_get_all(const cask_graph *graph, cask_term keys, cask_value **value);

/* Put the values of keys into a chest, each under its key, as they are made: together they may be
 * more than memory holds. Let the chest keep far less than the memory limit. */
CASK_API
CASK_CHECKED
cask_status cask_graph_store(const cask_graph *graph, cask_keys keys, struct cask_chest *chest);

/* ---- optimising: each gives a new graph, NULL after a failure ---- */

/* Only what the keys need. `dependencies` (may be NULL) gets a dict of each key's, which the caller
 * unrefs. */
CASK_API
cask_graph *cask_graph_cull(const cask_graph *graph, cask_keys keys, cask_value **dependencies);

/* The bounds of fusing; zeros mean as configured (optimization.fuse.*), which are Dask's. */
typedef struct cask_fusing {
    double ave_width;  /* 1: chains only. More lets tasks that could run at once be fused */
    double max_width;  /* 1.5 + ave_width * log(ave_width + 1) */
    double max_height; /* no bound */
    double max_depth_new_edges; /* 1.5 * ave_width */
    bool rename;                /* leave an alias under the old key: "inc-add-z" */
} cask_fusing;
/* Tasks that only one other uses are put into it. The keys stay. */
CASK_API
cask_graph *cask_graph_fuse(const cask_graph *graph, cask_keys keys, const cask_fusing *fusing);
/* The terms of these keys, and all constants and aliases if asked for, in the places of the keys.
 * The keys themselves stay. */
CASK_API
cask_graph *cask_graph_inline(const cask_graph *graph, cask_keys keys, bool constants);
/* Tasks of these functions alone are put into what uses them, and go; the keys stay. */
CASK_API
cask_graph *cask_graph_inline_functions(const cask_graph *graph, cask_keys keys,
                                        const char *const *functions, size_t count, bool constants);
/* Keys with equal terms become one; the keys given stay, as aliases. Functions must be pure. */
CASK_API
cask_graph *cask_graph_common(const cask_graph *graph, cask_keys keys);

/* A rule of rewriting: a term like `left`, in which the names of `variables` stand for any term,
 * becomes `right`. A variable that occurs twice stands for equal terms. */
typedef struct cask_rule {
    cask_term left, right;
    cask_keys variables;
    /* If set: whether to use the rule, given the JSON of what each variable stands for. */
    bool (*when)(void *user, const char *const *bound);
    void *user;
} cask_rule;
/* Rewrite all terms from their innermost parts outwards, or only as wholes. Of several rules that
 * fit the most specific is used, or else the first. */
CASK_API
cask_graph *cask_graph_rewrite(const cask_graph *graph, const cask_rule *rules, size_t count,
                               bool top_level);
/* What suits most graphs: cull, inline constants and cheap functions, fuse. */
CASK_API
cask_graph *cask_graph_optimize(const cask_graph *graph, cask_keys keys);

/* ---- drawing ---- */

typedef enum cask_colors {
    CASK_COLORS_DEFAULT, /* none */
    CASK_COLORS_ORDER,   /* when each task runs: first ones dark, last ones light */
    CASK_COLORS_TIME,    /* how long each took: the graph is computed for it */
    CASK_COLORS_MEMORY   /* bytes of each result: the graph is computed for it */
} cask_colors;

typedef struct cask_drawing {
    cask_colors colors;
    bool optimize;   /* as it would run, instead of as it was built */
    bool left_right; /* instead of from the bottom to the top */
    int64_t most;    /* refuse more tasks than these; 0: 1000 */
    bool no_labels;  /* shapes only */
} cask_drawing;

/* Draw what some keys need (none: everything): boxes are data, circles are functions. The suffix
 * says how: .dot, .svg .png .pdf by Graphviz' program dot, or .json: the graph itself. */
CASK_API
CASK_CHECKED
cask_status cask_graph_draw(const cask_graph *graph, cask_keys keys, const char *path,
                            const cask_drawing *drawing);
/* The same for arrays and delayed values, all in one picture. */
CASK_API
CASK_CHECKED
cask_status cask_visualize(const cask_lazy *things, size_t count, const char *path,
                           const cask_drawing *drawing);

#ifdef __cplusplus
}
#endif

#endif
