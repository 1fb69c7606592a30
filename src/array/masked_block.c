/* Masked blocks: what functions of the user's are given of masked arrays, and what becomes of what
 * they give. */
#include "array/masked.h"

#include <string.h>

/* A packed block: (this, elements, mask). */
static const char sign[] = "cask.masked";

static bool is_packed(const cask_value *value)
{
    return value->kind == CKI_TUPLE && value->as.list.count == 3 &&
           value->as.list.items[0]->kind == CKI_STR &&
           !strcmp(value->as.list.items[0]->as.text.bytes, sign);
}

static cask_value *pack(cask_value *value, cki_error *error)
{
    cask_value *data = cki_masked_value_data(value);
    if (!data && !cki_masked_value_element(value))
        return cask_value_ref(value);
    cask_value *tuple = cki_value_list(CKI_TUPLE, 3, error);
    if (!tuple)
        return NULL;
    cask_value **items = tuple->as.list.items;
    items[0] = cki_value_string(sign, error);
    items[1] = items[0] ? cki_masked_block_part(value, 0, error) : NULL;
    items[2] = items[1] ? cki_masked_block_part(value, 1, error) : NULL;
    if (items[2])
        return tuple;
    tuple->as.list.count = items[1] ? 2 : items[0] ? 1 : 0;
    cask_value_unref(tuple);
    return NULL;
}

static cask_value *unpack(cask_value *value, cki_error *error)
{
    if (!is_packed(value))
        return cask_value_ref(value);
    cask_value *const *items = value->as.list.items;
    return cki_masked_value_new(cask_value_ref(items[1]), cask_value_ref(items[2]), 0, false,
                                error);
}

typedef cask_value *(*change)(cask_value *value, cki_error *error);

/* A value changed, or what is in it if it is a tuple, a list or a dict. */
static cask_value *change_within(cask_value *value, change one, cki_error *error)
{
    cask_value *made;
    if (value->kind == CKI_DICT) {
        made = cki_value_dict(error);
        for (size_t i = 0; made && i < value->as.dict.count; i++) {
            cask_value *item = one(value->as.dict.values[i], error);
            if (!item || cki_value_dict_set(made, cask_value_ref(value->as.dict.keys[i]), item,
                                            error) != CASK_OK) {
                cask_value_unref(made);
                return NULL;
            }
        }
        return made;
    }
    if ((value->kind != CKI_TUPLE && value->kind != CKI_LIST) || is_packed(value))
        return one(value, error);
    made = cki_value_list((cki_kind)value->kind, value->as.list.count, error);
    for (size_t i = 0; made && i < value->as.list.count; i++)
        if (!(made->as.list.items[i] = one(value->as.list.items[i], error))) {
            made->as.list.count = i;
            cask_value_unref(made);
            return NULL;
        }
    return made;
}

cask_value *cki_masked_block_packed(cask_value *value, cki_error *error)
{
    return cki_masked_block_has(value) ? change_within(value, pack, error) : cask_value_ref(value);
}

cask_value *cki_masked_block_given(cask_array x, cask_value *block, cki_error *error)
{
    bool pair = cki_masked_is(x) && block->kind == CKI_TUPLE && block->as.list.count == 2;
    if (!pair)
        return change_within(block, unpack, error);
    cki_masked parts = cki_masked_parts(x);
    return cki_masked_value_new(cask_value_ref(block->as.list.items[0]),
                                cask_value_ref(block->as.list.items[1]), parts.fill, parts.has_fill,
                                error);
}

static bool is_masked(const cask_value *value)
{
    return cki_masked_value_data(value) || cki_masked_value_element(value) || is_packed(value);
}

bool cki_masked_block_has(const cask_value *block)
{
    bool has = is_masked(block);
    if (block->kind == CKI_DICT)
        for (size_t i = 0; !has && i < block->as.dict.count; i++)
            has = is_masked(block->as.dict.values[i]);
    if (block->kind == CKI_TUPLE || block->kind == CKI_LIST)
        for (size_t i = 0; !has && i < block->as.list.count; i++)
            has = is_masked(block->as.list.items[i]);
    return has;
}

cask_value *cki_masked_block_part(cask_value *value, int part, cki_error *error)
{
    cask_value *own = part ? cki_masked_value_mask(value) : cki_masked_value_data(value);
    if (is_packed(value))
        own = value->as.list.items[part ? 2 : 1];
    if (own)
        return cask_value_ref(own);
    if (cki_masked_value_element(value)) {
        cask_value *flag = cki_value_bool(part != 0);
        cask_value *element = cki_array_from_scalar(flag, (cki_dtype){0}, error);
        cask_value_unref(flag);
        return element;
    }
    cask_value *natural = cki_array_of(value) ? cask_value_ref(value)
                                              : cki_array_from_value(value, (cki_dtype){0}, error);
    const cki_array *array = cki_array_of(natural);
    if (!array || part == 0)
        return natural;
    cask_value *mask = cki_array_new(cki_dtype_of(CASK_BOOL), array->ndim, array->shape, error);
    if (mask)
        memset(cki_array_of(mask)->data, 0, (size_t)cki_array_size(cki_array_of(mask)));
    cask_value_unref(natural);
    return mask;
}
