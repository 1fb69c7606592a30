/* What is made of a factored matrix: its factors, the permutation, the diagonal. */
#include "array/functions.h"
#include "array/lu.h"
#include "array/matrix.h"
#include "array/parts.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "core/memory.h"

#include <string.h>

/* As lu.c makes them. */
enum { PANEL, PIVOTS };

static const int32_t *pivots_of(const cki_array *array)
{
    return (const int32_t *)(const void *)array->data;
}

/* Where panel `block` of a task's first input begins. */
static int64_t start_of(const cki_task *task, int64_t block)
{
    const cki_mapped *spec = cki_mapped_of(task);
    return cki_chunks_start(&spec->inputs[0].x->axes[spec->inputs[0].x->ndim - 1], block);
}

/* The row that comes to each place: exchanges of the pivots in inputs from .. ninputs - 1, the
 * first of which belong to panel `panel`, whose axis begins input 0. NULL with the error set. */
static int64_t *permutation(const cki_task *task, size_t from, size_t to, int64_t panel,
                            int64_t rows, cki_error *error)
{
    int64_t *order = cki_memory_calloc((size_t)rows + 1, sizeof *order);
    if (!order) {
        cki_fail_memory(error, (size_t)rows * sizeof *order);
        return NULL;
    }
    for (int64_t i = 0; i < rows; i++)
        order[i] = i;
    for (size_t k = from; k < to; k++, panel++) {
        const cki_array *pivots = cki_array_of(task->inputs[k]);
        int64_t start = start_of(task, panel);
        for (int64_t i = 0; pivots && i < pivots->shape[0]; i++) {
            int64_t a = start + i, b = start + pivots_of(pivots)[i], row = order[a];
            order[a] = order[b];
            order[b] = row;
        }
    }
    return order;
}

/* 1 of a type, as bytes. */
static const void *one_of(cki_dtype dtype)
{
    static const double one[2] = {1, 0};
    static const float one_single[2] = {1, 0};
    return cki_dtype_real(dtype).id == CASK_F32 ? (const void *)one_single : (const void *)one;
}

/* ---- tasks ---- */

/* u's panel: the upper triangle. */
static cask_status run_upper(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_array *panel = cki_parts_of(task->inputs[0], PANEL);
    int64_t first = start_of(task, task->block);
    cask_value *out = panel ? cki_array_zeros(panel->dtype, 2, panel->shape, error) : NULL;
    if (!out)
        return error->status ? error->status : cki_fail_internal(error, "array.lu_upper");
    int64_t stride = (int64_t)cki_dtype_size(panel->dtype), width = panel->shape[1];
    for (int64_t i = 0; i < first + width && i < panel->shape[0]; i++) {
        int64_t from = i > first ? i - first : 0;
        int64_t at = i * panel->strides[0] + from * stride;
        memcpy(cki_array_of(out)->data + at, panel->data + at, (size_t)((width - from) * stride));
    }
    *result = out;
    return CASK_OK;
}

/* l's panel: below the diagonal, with ones on it, its rows exchanged by the later panels' pivots,
 * which are the other inputs: those of all panels. */
static cask_status run_lower(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_array *panel = cki_parts_of(task->inputs[0], PANEL);
    int64_t first = start_of(task, task->block);
    cask_value *out = panel ? cki_array_zeros(panel->dtype, 2, panel->shape, error) : NULL;
    int64_t *order = out ? permutation(task, (size_t)task->block + 2, task->ninputs,
                                       task->block + 1, panel->shape[0], error)
                         : NULL;
    if (!order) {
        cask_value_unref(out);
        return error->status ? error->status : cki_fail_internal(error, "array.lu_lower");
    }
    int64_t stride = (int64_t)cki_dtype_size(panel->dtype), width = panel->shape[1];
    for (int64_t i = first; i < panel->shape[0]; i++) {
        int64_t count = i - first < width ? i - first : width;
        unsigned char *to = cki_array_of(out)->data + i * panel->strides[0];
        memcpy(to, panel->data + order[i] * panel->strides[0], (size_t)(count * stride));
        if (count < width)
            memcpy(to + count * stride, one_of(panel->dtype), (size_t)stride);
    }
    cki_memory_free(order);
    *result = out;
    return CASK_OK;
}

/* Columns of p, where p[order[i], i] is 1. */
static cask_status run_permutation(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    int64_t rows = spec->axes[0].length, first = cki_chunks_start(&spec->axes[1], task->block);
    int64_t shape[2] = {rows, cki_chunks_size(&spec->axes[1], task->block)};
    int64_t *order = permutation(task, 0, task->ninputs, 0, rows, error);
    cask_value *out = order ? cki_array_zeros(spec->dtype, 2, shape, error) : NULL;
    for (int64_t j = 0; out && j < shape[1]; j++)
        memcpy(cki_array_at(cki_array_of(out), (int64_t[]){order[first + j], j}),
               one_of(spec->dtype), cki_dtype_size(spec->dtype));
    cki_memory_free(order);
    *result = out;
    return error->status;
}

/* Rows of a block of b, which is the last input. */
static cask_status run_exchange(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_array *b = cki_array_of(task->inputs[task->ninputs - 1]);
    cask_value *out = b ? cki_array_new(b->dtype, 2, b->shape, error) : NULL;
    int64_t *order = out ? permutation(task, 0, task->ninputs - 1, 0, b->shape[0], error) : NULL;
    if (!order) {
        cask_value_unref(out);
        return error->status ? error->status : cki_fail_internal(error, "array.lu_exchange");
    }
    for (int64_t i = 0; i < b->shape[0]; i++) {
        cki_array from = *b, to = *cki_array_of(out);
        from.data += order[i] * from.strides[0];
        to.data += i * to.strides[0];
        from.shape[0] = to.shape[0] = 1;
        cki_array_copy(&to, &from);
    }
    cki_memory_free(order);
    *result = out;
    return CASK_OK;
}

static cask_status run_diagonal(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_array *panel = cki_parts_of(task->inputs[0], PANEL);
    if (!panel)
        return cki_fail_internal(error, "array.lu_diagonal");
    int64_t first = start_of(task, task->block), width = panel->shape[1];
    cask_value *out = cki_array_new(panel->dtype, 1, &width, error);
    size_t size = cki_dtype_size(panel->dtype);
    for (int64_t i = 0; out && i < width; i++)
        memcpy(cki_array_of(out)->data + (size_t)i * size,
               cki_array_at(panel, (int64_t[]){first + i, i}), size);
    *result = out;
    return error->status;
}

static cask_status run_parity(const cki_task *task, cask_value **result, cki_error *error)
{
    bool odd = false;
    for (size_t k = 0; k < task->ninputs; k++) {
        const cki_array *pivots = cki_array_of(task->inputs[k]);
        for (int64_t i = 0; pivots && i < pivots->shape[0]; i++)
            odd ^= pivots_of(pivots)[i] != i;
    }
    cask_value *sign = cki_value_float(odd ? -1 : 1, error);
    *result = sign ? cki_array_from_scalar(sign, cki_mapped_of(task)->dtype, error) : NULL;
    cask_value_unref(sign);
    return error->status;
}

const cki_function cki_lu_factors_upper_function = {"array.lu_upper", 1, run_upper};
const cki_function cki_lu_factors_lower_function = {"array.lu_lower", 1, run_lower};
const cki_function cki_lu_factors_permutation_function = {"array.lu_permutation", 1,
                                                          run_permutation};
const cki_function cki_lu_factors_exchange_function = {"array.lu_exchange", 1, run_exchange};
const cki_function cki_lu_factors_diagonal_function = {"array.lu_diagonal", 1, run_diagonal};
const cki_function cki_lu_factors_parity_function = {"array.lu_parity", 1, run_parity};

/* ---- building ---- */

/* Of a panel's shape, from the panel. */
static cki_mapped of_panels(const cki_lu *lu, const cki_function *function, const char *label)
{
    return (cki_mapped){.function = function,
                        .label = label,
                        .dtype = lu->panels->dtype,
                        .ndim = 2,
                        .axes = lu->panels->axes,
                        .inputs = {cki_mapped_same(lu->panels)},
                        .ninputs = 1};
}

static cask_array in_chunks(cki_build *build, cask_array x, const cki_axis *axes)
{
    return x ? cki_rechunk_to(build, x, axes) : NULL;
}

cask_array cki_lu_upper(cki_build *build, const cki_lu *lu, const cki_axis *axes)
{
    cki_mapped spec = of_panels(lu, &cki_lu_factors_upper_function, "lu-u");
    return in_chunks(build, cki_mapped_array(build, &spec), axes);
}

cask_array cki_lu_lower(cki_build *build, const cki_lu *lu, const cki_axis *axes)
{
    cki_mapped spec = of_panels(lu, &cki_lu_factors_lower_function, "lu-l");
    spec.inputs[1] = cki_mapped_whole(lu->pivots);
    spec.ninputs = 2;
    return in_chunks(build, cki_mapped_array(build, &spec), axes);
}

cask_array cki_lu_permutation(cki_build *build, const cki_lu *lu, const cki_axis *axes)
{
    cki_mapped spec = of_panels(lu, &cki_lu_factors_permutation_function, "lu-p");
    spec.dtype = cki_dtype_real(spec.dtype);
    spec.inputs[0] = cki_mapped_whole(lu->pivots);
    return in_chunks(build, cki_mapped_array(build, &spec), axes);
}

cask_array cki_lu_exchange(cki_build *build, const cki_lu *lu, cask_array b, const cki_axis *rows)
{
    cask_array tall = cki_rechunk_single(build, b, (bool[CKI_MAX_NDIM]){true});
    if (!tall)
        return NULL;
    cki_mapped spec = {.function = &cki_lu_factors_exchange_function,
                       .label = "lu-exchange",
                       .dtype = b->dtype,
                       .ndim = 2,
                       .axes = tall->axes,
                       .inputs = {cki_mapped_whole(lu->pivots), cki_mapped_same(tall)},
                       .ninputs = 2,
                       .working = (size_t)tall->axes[0].length * sizeof(int64_t)};
    const cki_axis axes[2] = {*rows, b->axes[1]};
    return in_chunks(build, cki_mapped_array(build, &spec), axes);
}

cask_array cki_lu_diagonal(cki_build *build, const cki_lu *lu)
{
    cki_mapped spec = of_panels(lu, &cki_lu_factors_diagonal_function, "lu-diagonal");
    spec.ndim = 1;
    spec.axes = lu->pivots->axes;
    spec.inputs[0].along[0] = CKI_MAPPED_ALL;
    spec.inputs[0].along[1] = 0;
    return cki_mapped_array(build, &spec);
}

cask_array cki_lu_parity(cki_build *build, const cki_lu *lu)
{
    cki_mapped spec = of_panels(lu, &cki_lu_factors_parity_function, "lu-parity");
    spec.ndim = 0;
    spec.inputs[0] = cki_mapped_whole(lu->pivots);
    return cki_mapped_array(build, &spec);
}
