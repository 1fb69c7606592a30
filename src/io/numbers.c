/* Reads arrays of any real type as doubles, through a buffer that stays in the cache. */
#include "io/numbers.h"

enum { PIECE = 4096 };

/* One row, which has one axis. */
static cask_status read_row(const cki_array *row, cask_value *buffer, cki_numbers_piece each,
                            void *user, cki_error *error)
{
    cask_status status = CASK_OK;
    for (int64_t at = 0; status == CASK_OK && at < row->shape[0]; at += PIECE) {
        cki_array from = *row, to = *cki_array_of(buffer);
        from.data += at * row->strides[0];
        from.shape[0] = row->shape[0] - at < PIECE ? row->shape[0] - at : PIECE;
        to.shape[0] = from.shape[0];
        status = cki_array_cast(&to, &from, error);
        if (status == CASK_OK)
            each(user, (const double *)(const void *)to.data, from.shape[0], at);
    }
    return status;
}

cask_status cki_numbers_each(const cki_array *array, cki_numbers_piece each, void *user,
                             cki_error *error)
{
    int64_t size = PIECE, at[CKI_MAX_NDIM] = {0};
    if (cki_array_size(array) == 0)
        return CASK_OK;
    cask_value *buffer = cki_array_new(cki_dtype_of(CASK_F64), 1, &size, error);
    if (!buffer)
        return error ? error->status : CASK_MEMORY;
    int last = array->ndim - 1;
    cki_array row = *array;
    row.ndim = 1;
    row.shape[0] = last >= 0 ? array->shape[last] : 1;
    row.strides[0] = last >= 0 ? array->strides[last] : 0;
    cask_status status = CASK_OK;
    for (int k = 0; status == CASK_OK && k >= 0;) {
        row.data = array->data;
        for (int i = 0; i < last; i++)
            row.data += at[i] * array->strides[i];
        status = read_row(&row, buffer, each, user, error);
        for (k = last - 1; k >= 0 && ++at[k] == array->shape[k]; k--)
            at[k] = 0;
    }
    cask_value_unref(buffer);
    return status;
}
