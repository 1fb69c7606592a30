/* Values: the tagged, counted things that tasks pass and the language computes with. */
#ifndef CKI_VALUE_VALUE_H
#define CKI_VALUE_VALUE_H

#include "core/fail.h"
#include "core/text.h"
#include "value/dtype.h"

typedef enum cki_kind {
    CKI_NONE,
    CKI_BOOL,
    CKI_INT,
    CKI_FLOAT,
    CKI_COMPLEX,
    CKI_STR, /* UTF-8 */
    CKI_BYTES,
    CKI_LIST,
    CKI_TUPLE,
    CKI_SET,  /* items in the order of insertion, no two equal */
    CKI_DICT, /* likewise, with values */
    CKI_SLICE,
    CKI_ELLIPSIS,
    CKI_RANGE,
    CKI_DTYPE,
    CKI_ARRAY, /* strided n-d array; NumPy's scalars are arrays of 0 dimensions */
    CKI_OBJECT /* anything of a higher room: functions, modules, lazy collections */
} cki_kind;

enum { CKI_MAX_NDIM = 32 };

/* Shared memory under arrays. Counted; freed by its own release function, or to its ledger. */
typedef struct cki_buffer cki_buffer;

/* A strided view on a buffer. `data` points at element [0, 0, ...]; strides are in bytes, may be
 * negative, and 0 for broadcast axes. */
typedef struct cki_array {
    cki_dtype dtype;
    int ndim;
    cki_buffer *buffer;
    unsigned char *data;
    int64_t shape[CKI_MAX_NDIM];
    int64_t strides[CKI_MAX_NDIM];
} cki_array;

/* What an object of a higher room can do for itself. */
typedef struct cki_class {
    const char *name; /* as messages give it: "function", "Array" */
    void (*release)(void *self);
    /* Enough to print it; NULL prints <name>. */
    void (*repr)(void *self, cki_text *text);
    /* Of what can be called: its name; NULL: it has none, or tells it otherwise. */
    const char *(*called)(const void *self);
} cki_class;

struct cask_value {
    _Atomic uint32_t references;
    uint8_t kind; /* a cki_kind */
    union {
        bool boolean;
        int64_t integer;
        double real;
        struct {
            double re, im;
        } complex;
        struct {
            char *bytes; /* NUL-terminated; may hold NULs */
            size_t length;
        } text; /* STR, BYTES */
        struct {
            cask_value **items;
            size_t count;
            uint32_t *index; /* of a SET: as a dict's */
            size_t slots;
        } list; /* LIST, TUPLE, SET */
        struct {
            cask_value **keys, **values;
            size_t count;
            uint32_t *index; /* open addressing, position + 1; NULL while small */
            size_t slots;
        } dict;
        struct {
            cask_value *start, *stop, *step; /* never NULL: None where absent */
        } slice;
        struct {
            int64_t start, stop, step;
        } range;
        cki_dtype dtype;
        cki_array *array;
        struct {
            const cki_class *class;
            void *self;
        } object;
        /* A dead value waiting to be freed: its link overlays nothing that freeing it needs. */
        struct {
            void *kept[4];
            cask_value *next;
        } dead;
    } as;
};

/* New values; NULL when there is no memory (and error, which may be NULL, says so). */
cask_value *cki_value_none(void); /* the one None (counted too) */
cask_value *cki_value_ellipsis(void);
cask_value *cki_value_bool(bool value);
cask_value *cki_value_int(int64_t number, cki_error *error);
cask_value *cki_value_float(double number, cki_error *error);
cask_value *cki_value_complex(double re, double im, cki_error *error);
cask_value *cki_value_str(const char *utf8, size_t length, cki_error *error);
cask_value *cki_value_string(const char *utf8, cki_error *error); /* up to the NUL */
cask_value *cki_value_bytes(const void *bytes, size_t length, cki_error *error);
/* A STR or BYTES of a text that was put together, which is empty then, also on failure: a long one
 * is taken over and not copied. */
cask_value *cki_value_from_text(cki_kind kind, cki_text *text, cki_error *error);
cask_value *cki_value_dtype(cki_dtype dtype, cki_error *error);
/* References to start, stop and step are taken over, also on failure; NULL means None. */
cask_value *cki_value_slice(cask_value *start, cask_value *stop, cask_value *step,
                            cki_error *error);
cask_value *cki_value_range(int64_t start, int64_t stop, int64_t step, cki_error *error);
/* LIST, TUPLE of `count` items, all NULL until the maker sets them (as.list.items[i]), before
 * anybody else sees it. NULL items are allowed only then. */
cask_value *cki_value_list(cki_kind kind, size_t count, cki_error *error);
/* While building only, from a list of count 0 and *room 0: one more item, whose reference is taken
 * over, also on failure (a NULL item is one). */
bool cki_value_list_push(cask_value *list, size_t *room, cask_value *item, cki_error *error);
/* A list or tuple of integers: shapes. */
cask_value *cki_value_ints(cki_kind kind, const int64_t *numbers, size_t count, cki_error *error);
cask_value *cki_value_set(cki_error *error);  /* empty */
cask_value *cki_value_dict(cki_error *error); /* empty */
/* While building only. References to key and value are taken over, also on failure. An equal key
 * keeps its place and gets the new value. TypeError "unhashable type: 'list'". */
cask_status cki_value_dict_set(cask_value *dict, cask_value *key, cask_value *value,
                               cki_error *error);
cask_status cki_value_set_add(cask_value *set, cask_value *item, cki_error *error);
/* Borrowed; NULL if there is none (no error), or the key is unhashable (error). */
cask_value *cki_value_dict_get(const cask_value *dict, const cask_value *key, cki_error *error);
cask_value *cki_value_dict_find(const cask_value *dict, const char *key);
bool cki_value_set_has(const cask_value *set, const cask_value *item, cki_error *error);
/* `self` is taken over, also on failure. */
cask_value *cki_value_object(const cki_class *class, void *self, cki_error *error);
/* The object's self if `value` is an object of that class, else NULL. */
void *cki_value_self(const cask_value *value, const cki_class *class);

/* ---- protocol of every value ---- */

/* Python's type name, for messages: "int", "list", "numpy.ndarray", or a class's own. */
const char *cki_value_type(const cask_value *value);
/* Python's truth. An array of several elements: ValueError, with NumPy's message. */
cask_status cki_value_truth(const cask_value *value, bool *truth, cki_error *error);
/* Python's ==, without error: numbers by value over kinds, NaN unequal, containers element-wise.
 * Arrays are equal if shape, dtype and elements are. */
bool cki_value_equal(const cask_value *a, const cask_value *b);
/* Python's < for sorting: *order is -1, 0 or 1. TypeError "'<' not supported between instances of
 * 'str' and 'int'" (with `operator` as the sign). NaN: *unordered is set and *order 0. */
cask_status cki_value_compare(const cask_value *a, const cask_value *b, const char *sign,
                              int *order, bool *unordered, cki_error *error);
/* Equal values have equal hashes, over kinds of numbers. TypeError "unhashable type: 'list'". */
cask_status cki_value_hash(const cask_value *value, uint64_t *hash, cki_error *error);
/* Items in a list, tuple, set, dict, str (code points), bytes, range, or an array's first axis;
 * TypeError "object of type 'int' has no len()". */
cask_status cki_value_length(const cask_value *value, int64_t *length, cki_error *error);
/* The i-th item in iteration order (a dict's keys, a str's characters, an array's rows): a new
 * reference. For whole iterations of a str cki_value_items is O(n), this is not. */
cask_value *cki_value_item(const cask_value *value, int64_t i, cki_error *error);
/* All items as a LIST. TypeError "'int' object is not iterable". */
cask_value *cki_value_items(const cask_value *value, cki_error *error);
/* Python's repr() and str(); arrays as NumPy prints them ("array([1, 2])" and "[1 2]"). */
void cki_value_repr(const cask_value *value, cki_text *text);
void cki_value_print(const cask_value *value, cki_text *text);
/* float.__repr__: the shortest text that reads back as the same double. */
void cki_value_float_repr(double value, cki_text *text);
/* JSON in the forms of the language: tuples as lists, keys as strings, dates as ISO text,
 * durations as P1DT2H0M0S, 3.0 with its point, NaN and Infinity by those names. Dtypes by name.
 * TypeError for what has none. */
cask_status cki_value_json(const cask_value *value, cki_text *text, cki_error *error);
/* Reads JSON text as Python's json.loads does; JSONDecodeError (a ValueError) with line and column;
 * nesting is bounded. */
cask_value *cki_value_from_json(const char *text, size_t length, cki_error *error);
/* An integer from an int, a bool, or an integer array of one element (Python's __index__).
 * TypeError "'float' object cannot be interpreted as an integer". */
cask_status cki_value_index(const cask_value *value, int64_t *number, cki_error *error);
/* A double from any real number or array of one element; TypeError "must be real number, not str".
 */
cask_status cki_value_real(const cask_value *value, double *number, cki_error *error);
/* The operand for dtype resolution that a number, dtype or array stands for (a Python number or a
 * 0-d array is a scalar). TypeError for what has no dtype. */
cask_status cki_value_operand(const cask_value *value, cki_operand *operand, cki_error *error);
/* Bytes the value holds, itself included, for the scheduler's accounts; of an array no more than
 * its buffer's, which broadcast axes count once. */
size_t cki_value_nbytes(const cask_value *value);
/* The same without the elements of arrays, which their ledger counts. */
size_t cki_value_own_bytes(const cask_value *value);

#endif
