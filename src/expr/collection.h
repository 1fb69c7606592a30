/* Collections: what arrays, delayed values and the like tell of themselves to those who compute,
 * hold, save and print lazy things of any kind together. */
#ifndef CKI_EXPR_COLLECTION_H
#define CKI_EXPR_COLLECTION_H

#include "expr/node.h"
#include "expr/operation.h"

/* What Python's syntax means on a lazy value, where the operations' records do not say. Every
 * function gives a new reference, or NULL with the error set. */
typedef struct cki_syntax {
    /* `name` is the operator module's: "add", "neg" (then b is NULL). One of a, b is such a value.
     */
    cask_value *(*operate)(cask *ck, const char *name, cask_value *a, cask_value *b,
                           cki_error *error);
    cask_value *(*attribute)(cask *ck, cask_value *object, const char *name, cki_error *error);
    cask_value *(*item)(cask *ck, cask_value *object, cask_value *index, cki_error *error);
    cask_value *(*call)(cask *ck, cask_value *function, const cki_arguments *arguments,
                        cki_error *error);
    int64_t (*length)(cask *ck, cask_value *object, cki_error *error); /* -1 with the error set */
    cask_value *(*items)(cask *ck, cask_value *object, cki_error *error); /* a LIST */
    cask_status (*truth)(cask *ck, cask_value *object, bool *truth, cki_error *error);
    /* Where the others are NULL: what an operation's record means with such a value among its
     * arguments, in lists too. */
    cask_value *(*apply)(cask *ck, const cki_operation *operation, const cki_arguments *arguments,
                         cki_error *error);
} cki_syntax;

struct cki_collection {
    /* Of values that hold such a node (cki_operation_wrap); released by cki_operation_release. */
    cki_class class;
    /* Of a node that stands for a failed call: why; OK of others. */
    cask_status (*status)(const cki_node *node);
    const char *(*label)(const cki_node *node); /* for messages: "ones", "inc" */
    /* What it is called in graphs: its label and token, or what the user named it. */
    void (*print_name)(const cki_node *node, cki_text *text);
    bool streams; /* saving takes its blocks one by one, and so needs no more than the node */
    int64_t (*blocks)(const cki_node *node);
    /* The grid that the blocks stand in: how many axes, and blocks along each. NULL: none, there is
     * one block. */
    int (*grid)(const cki_node *node, int64_t *blocks);
    uint64_t (*bytes)(const cki_node *node); /* of the whole value, about; 0: nobody can tell */
    /* A collector, which makes one value of a node's blocks. They come from any thread, several at
     * once, each once. */
    void *(*collector)(const cki_node *node, cki_error *error);
    cask_status (*collect)(void *collector, int64_t block, cask_value *value, cki_error *error);
    cask_value *(*collected)(void *collector, cki_error *error);
    void (*discard)(void *collector); /* NULL is accepted */
    /* A node with that one's token and metadata whose blocks are these values (a LIST, which it may
     * keep). NULL with the build's error set. */
    const cki_node *(*hold)(cki_build *build, const cki_node *node, cask_value *blocks);
    /* Give a node in the making a label and all of a name (NULL: its label and token). NULL: nodes
     * of the kind cannot be renamed, nor made of a graph by hand. */
    void (*rename)(cki_node *node, const char *label, const char *name);
    /* A value from elsewhere as a block of the node: a new reference, or NULL with the error set
     * where it cannot be one. NULL: any value will do. */
    cask_value *(*admit)(const cki_node *node, int64_t block, cask_value *value, cki_error *error);
    const cki_syntax *syntax; /* NULL: records say it all */
};

/* The value with each lazy thing in it replaced: in lists, tuples, sets, slices and dicts (keys
 * too), to any depth that Python would allow; what holds none is shared. `each` gives a new
 * reference. */
typedef cask_value *(*cki_replacer)(void *user, cask_value *lazy, cki_error *error);
cask_value *cki_collection_map(cask_value *value, cki_replacer each, void *user, cki_error *error);
/* Whether a value is lazy, or holds something lazy. */
bool cki_collection_in(const cask_value *value);

/* The value that blocks make together; a new reference. */
cask_value *cki_collection_join(const cki_node *node, cask_value *const *blocks, size_t count,
                                cki_error *error);

/* Compute nodes of any collections in one run, as the context's `how` says: values[i] are new
 * references, all NULL on failure; NULL if results are to go to a chest alone. LIMIT where the
 * results alone exceed the memory limit. */
cask_status cki_collection_compute(cask *ck, const cki_node *const *nodes, size_t count,
                                   cask_value **values, cki_error *error);
/* The same, but the results stay lazy: held[i] are nodes of the same kinds over blocks in memory,
 * which are the context's. */
cask_status cki_collection_persist(cki_build *build, const cki_node *const *nodes, size_t count,
                                   const cki_node **held);
/* Nodes that are equal and optimised already, all together; they are the context's. */
cask_status cki_collection_optimise(cki_build *build, const cki_node *const *nodes, size_t count,
                                    const cki_node **optimised);
/* A block's key: the name, and the block's place in the grid if there is one. A new reference. */
cask_value *cki_collection_key(const cki_node *node, int64_t block, cki_error *error);
/* Give a node in the making the name of another of its kind; it, or NULL with the error set. */
const cki_node *cki_collection_rename(cki_arena *arena, cki_node *copy, const cki_node *node,
                                      cki_error *error);
/* The value with all that is lazy in it computed in one run; a new reference. */
cask_value *cki_collection_compute_value(cask *ck, cask_value *value, cki_error *error);
/* The same for any work on all nodes that the value holds, in the order of a walk: work(ck, nodes,
 * count, results) gives a new reference for each. */
typedef cask_status (*cki_collection_work)(cask *ck, const cki_node *const *nodes, size_t count,
                                           cask_value **results, void *user, cki_error *error);
cask_value *cki_collection_work_value(cask *ck, cask_value *value, cki_collection_work work,
                                      void *user, cki_error *error);

#endif
