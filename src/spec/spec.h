/* Spec: a graph by hand, as the Dask specification has it: keys, and for each a term, which is a
 * literal, a key, a task (a function and its arguments) or a list of terms.
 *
 * A key is its text: 'x', or "('x', 2, 3)" for the tuple of a name and integers. A term is a row of
 * words, itself first and then its parts, so that it is copied, compared and walked through without
 * recursion, and a graph of a million tasks is a few large arrays. */
#ifndef CKI_SPEC_SPEC_H
#define CKI_SPEC_SPEC_H

#include "core/map.h"
#include "spec/names.h"
#include "value/value.h"

typedef uint64_t cki_word;

typedef enum cki_word_kind {
    CKI_WORD_INT,   /* a literal integer of 61 bits */
    CKI_WORD_VALUE, /* another literal: its number among the values */
    CKI_WORD_NAME,  /* a text: the key of that name if there is one, else a literal */
    CKI_WORD_KEY,   /* a key that must be there */
    CKI_WORD_LIST,  /* its terms follow */
    CKI_WORD_TASK   /* its arguments follow */
} cki_word_kind;

enum { CKI_WORD_BITS = 3, CKI_WORD_COUNT = 32 };
#define CKI_WORD_FUNCTIONS (UINT32_C(1) << (CKI_WORD_COUNT - CKI_WORD_BITS))

static inline cki_word_kind cki_word_kind_of(cki_word word)
{
    return (cki_word_kind)(word & ((1 << CKI_WORD_BITS) - 1));
}

/* The number that a word holds: a literal, a value's, a key's, or a function's. */
static inline int64_t cki_word_number(cki_word word)
{
    return (int64_t)word >> CKI_WORD_BITS;
}

/* How many terms follow, of a list or task. */
static inline uint32_t cki_word_count(cki_word word)
{
    return cki_word_kind_of(word) >= CKI_WORD_LIST ? (uint32_t)(word >> CKI_WORD_COUNT) : 0;
}

static inline uint32_t cki_word_function(cki_word word)
{
    return (uint32_t)word >> CKI_WORD_BITS;
}

static inline cki_word cki_word_make(cki_word_kind kind, int64_t number)
{
    return (uint64_t)number << CKI_WORD_BITS | kind;
}

static inline cki_word cki_word_group(cki_word_kind kind, uint32_t function, uint32_t count)
{
    return (uint64_t)count << CKI_WORD_COUNT | (uint64_t)function << CKI_WORD_BITS | kind;
}

/* A key's term. */
typedef struct cki_definition {
    size_t at;       /* in the words */
    uint32_t length; /* 0: the key is not defined, only spoken of */
    uint32_t place;  /* in the order, + 1 */
} cki_definition;

typedef struct cki_spec {
    cki_names keys, functions;
    cki_definition *definitions; /* by key */
    uint32_t *order;             /* keys as they were defined first; CKI_NO_NAME where removed */
    cki_word *words;
    cask_value **values;
    cask_value **callables; /* by function; NULL: to be found by name */
    cki_map numbers;        /* callable -> its number + 1 */
    /* Of a collection's graph: its layers, the annotations of each (a dict, or NULL), and which of
     * them a key belongs to. Empty of others. */
    struct {
        cki_names names;
        cask_value **annotations;
        uint32_t *of; /* by key; of those that are defined */
        size_t room, of_room;
    } layers;
    size_t begun; /* where the words of the next definition begin */
    size_t defined, norder, nwords, nvalues, ncallables;
    size_t definitions_room, order_room, words_room, values_room, callables_room;
} cki_spec;

cki_spec *cki_spec_new(cki_error *error);
void cki_spec_free(cki_spec *spec);
/* The same keys, functions and values by the same numbers, but nothing defined. */
cki_spec *cki_spec_blank(const cki_spec *spec, cki_error *error);
/* Add another graph's definitions; keys of both are the other one's after. */
cask_status cki_spec_merge(cki_spec *spec, const cki_spec *other, cki_error *error);

/* ---- writing: put words, and then define a key by those put since the last definition ---- */

bool cki_spec_put(cki_spec *spec, cki_word word, cki_error *error);
bool cki_spec_put_all(cki_spec *spec, const cki_word *words, size_t count, cki_error *error);
/* A literal; the reference stays the caller's. */
bool cki_spec_put_value(cki_spec *spec, cask_value *value, cki_error *error);
/* A text that may be a key, or (`strict`) must be one. */
bool cki_spec_put_name(cki_spec *spec, const char *text, size_t length, bool strict,
                       cki_error *error);
/* The number of a function by name or, with `callable` (may be NULL), of that one, shown by the
 * name. CKI_NO_NAME on failure. */
uint32_t cki_spec_function(cki_spec *spec, const char *name, size_t length, cask_value *callable,
                           cki_error *error);
cask_status cki_spec_define(cki_spec *spec, uint32_t key, cki_error *error);
/* Say that a key belongs to a layer of that name, which has these annotations (a dict, or NULL). */
cask_status cki_spec_place(cki_spec *spec, uint32_t key, const char *layer, size_t length,
                           cask_value *annotations, cki_error *error);
/* All words of another graph's term. What is no key there does not become one here. */
bool cki_spec_put_term(cki_spec *spec, const cki_spec *other, uint32_t key, cki_error *error);
/* Forget what was put since the last definition. */
void cki_spec_drop(cki_spec *spec);
void cki_spec_remove(cki_spec *spec, uint32_t key);

/* ---- reading ---- */

/* A key by its text; CKI_NO_NAME if it is not defined. */
uint32_t cki_spec_find(const cki_spec *spec, const char *text, size_t length);
static inline const char *cki_spec_text(const cki_spec *spec, uint32_t key)
{
    return cki_names_text(&spec->keys, key);
}
static inline bool cki_spec_has(const cki_spec *spec, uint32_t key)
{
    return key < spec->definitions_room && spec->definitions[key].length > 0;
}
static inline const cki_word *cki_spec_term(const cki_spec *spec, uint32_t key, size_t *length)
{
    *length = spec->definitions[key].length;
    return spec->words + spec->definitions[key].at;
}
/* The key that a word refers to; CKI_NO_NAME if it is a literal or has parts. A strict one may be
 * missing. */
static inline uint32_t cki_spec_reference(const cki_spec *spec, cki_word word)
{
    cki_word_kind kind = cki_word_kind_of(word);
    uint32_t key = (uint32_t)cki_word_number(word);
    if (kind == CKI_WORD_KEY || (kind == CKI_WORD_NAME && cki_spec_has(spec, key)))
        return key;
    return CKI_NO_NAME;
}
/* How many words the term at `words` takes. */
size_t cki_spec_extent(const cki_word *words);
/* KeyError for a key that is not there, with the nearest one. */
cask_status cki_spec_missing(const cki_spec *spec, const char *key, cki_error *error);

#endif
