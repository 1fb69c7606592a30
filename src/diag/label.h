/* Labels: the names of layers, gathered into groups that share a colour, a row of a table, a line
 * of a legend: what is left of a name without its hash and its numbers. */
#ifndef CKI_DIAG_LABEL_H
#define CKI_DIAG_LABEL_H

#include "core/arena.h"
#include "core/map.h"
#include "core/text.h"
#include "graph/graph.h"

enum { CKI_LABEL_GROUPS = 512 };

/* The length of the part of a key's name that says what it is: "sum-partial-1f3a9c02" ->
 * "sum-partial", "x-1" -> "x", "('x-2', 3)" -> "x" with *start behind the quote. */
size_t cki_label_prefix(const char *name, size_t *start);

typedef struct cki_group {
    const char *name;     /* "sum-partial" */
    const char *function; /* of the first layer in it: "array.reduce" */
} cki_group;

typedef struct cki_label {
    const char *name; /* of the layer; of blocks with names of their own, that name */
    uint32_t group;
    const int64_t *grid; /* of the layer's blocks; NULL: they are numbered */
    int ndim;
} cki_label;

/* {0} is empty. Beyond a bound, layers share labels and prefixes share groups. */
typedef struct cki_labels {
    cki_arena arena;
    cki_map names, groups_by_name;
    cki_label *items;
    size_t count, capacity;
    cki_group groups[CKI_LABEL_GROUPS];
    size_t ngroups;
} cki_labels;

/* The number of the layer's label; 0 if there is no memory for it. */
uint32_t cki_label_of(cki_labels *labels, const cki_layer *layer);
/* That of a block with a name of its own, made by that function. */
uint32_t cki_label_named(cki_labels *labels, const char *name, const char *function);
/* The key of a block: "('sum-partial-1f3a9c02', 0, 3)"; the name alone if block is -1. */
void cki_label_key(const cki_label *label, int64_t block, cki_text *text);
/* Its group, which may be a number that no group has yet if there was no memory. */
static inline uint32_t cki_label_group(const cki_labels *labels, uint32_t label)
{
    return label < labels->count ? labels->items[label].group : 0;
}
static inline const char *cki_label_name(const cki_labels *labels, uint32_t label)
{
    return label < labels->count ? labels->items[label].name : "?";
}
void cki_label_free(cki_labels *labels);

#endif
