/* Masked arrays: lazy arrays some of whose elements do not count. */
#ifndef CKI_ARRAY_MASKED_H
#define CKI_ARRAY_MASKED_H

#include "array/node.h"
#include "expr/collection.h"

/* A masked array is a node over two arrays of one shape and the same chunks: the elements, and
 * bools that say which of them do not count. */
typedef struct cki_masked {
    cask_array data, mask;
    double fill;   /* what filled() puts in their place */
    bool has_fill; /* otherwise the type's own: true, 999999, 1e20 */
} cki_masked;

/* The parts of a masked array; false if the value is none. */
bool cki_masked_of(const cask_value *value, cki_masked *parts);
/* A masked array as a node, whose blocks are pairs of elements and mask; NULL if the value is none.
 */
cask_array cki_masked_lazy(const cask_value *value);
/* Whether a node is one, and the parts of such a node. */
bool cki_masked_is(cask_array x);
cki_masked cki_masked_parts(cask_array x);
/* Such a node; chunks are made equal. NULL with the error set, also if a part is missing. */
cask_array cki_masked_array(cki_build *build, const cki_masked *parts);
/* The value of a masked array; chunks are made equal. NULL with the error set, also if a part is
 * missing. */
cask_value *cki_masked_value(cki_build *build, const cki_masked *parts);
/* The elements with those that do not count replaced: by the fill value, or a number. */
cask_array cki_masked_filled(cki_build *build, const cki_masked *parts, cask_value *value);
/* A bool array like x, all false. */
cask_array cki_masked_nothing(cki_build *build, cask_array x);
/* What an operation means where masked arrays are among its arguments (masked_apply.c). */
cask_value *cki_masked_apply(cask *ck, const cki_operation *operation,
                             const cki_arguments *arguments, cki_error *error);

/* masked_products.c: dot, tensordot and matmul, where a factor is masked. */
bool cki_masked_products_has(const char *name);
cask_value *cki_masked_products(cki_build *build, const cki_operation *operation,
                                const cki_arguments *arguments);

/* masked_value.c: a computed masked array, which takes the parts over; without axes the element
 * itself, or "masked". */
cask_value *cki_masked_value_new(cask_value *data, cask_value *mask, double fill, bool has_fill,
                                 cki_error *error);
/* The elements in such a value, a borrowed array; NULL if it is none. Likewise the mask. */
cask_value *cki_masked_value_data(const cask_value *value);
cask_value *cki_masked_value_mask(const cask_value *value);
/* "masked": an element that does not count; and whether a value is that. */
cask_value *cki_masked_value_constant(cki_error *error);
bool cki_masked_value_element(const cask_value *value);

/* masked_block.c: a block of x as functions are given it, masked if x is; a new reference. */
cask_value *cki_masked_block_given(cask_array x, cask_value *block, cki_error *error);
/* Whether a block holds something masked: by itself, or in a tuple, list or dict. */
bool cki_masked_block_has(const cask_value *block);
/* What a function gave, as a block: what is masked in it becomes tuples, which can be spilled and
 * sent; a new reference. */
cask_value *cki_masked_block_packed(cask_value *value, cki_error *error);
/* The elements (0) or the mask (1) of what a function gave, masked or not: a new reference. */
cask_value *cki_masked_block_part(cask_value *value, int part, cki_error *error);

/* The parts of such a value; false if it is none. */
bool cki_masked_value_of(cki_build *build, const cask_value *value, cki_masked *parts);
/* What is written of it, borrowed: .npy has the elements, as NumPy writes them; TypeError for files
 * of other kinds, which would not say what is masked. */
cask_value *cki_masked_value_saved(const cask_value *value, const char *path, cki_error *error);
/* Writes a masked array, lazy or computed, to an .npz file: its elements, mask and fill value under
 * the names data, mask and fill_value. False, and nothing done, for others. */
bool cki_masked_value_archived(cki_build *build, const cask_value *value, const char *path);
/* What is written of a masked array, lazy or computed, to a file whose attributes say what stands
 * for masked elements (.nc, .h5, .zarr), and (a new reference) that: its own fill value, else NaN,
 * NaT, or of integers what netCDF has. NULL without error for others. */
cask_array cki_masked_value_marked(cki_build *build, const cask_value *value, const char *path,
                                   cask_value **fill);
/* A lazy masked array as elements of a type, with `marker` for masked ones. */
cask_array cki_masked_value_filled(cki_build *build, cask_array masked, cki_dtype dtype,
                                   cask_value *marker);

extern const cki_operation *const cki_masked_operations[];

#endif
