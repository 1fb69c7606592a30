/* Creation: ones, zeros, full, arange, linspace, eye, tri and their _like forms, as sources. */
#include "array/creation.h"
#include "array/elementwise.h"
#include "array/join.h"
#include "array/source.h"
#include "array/view.h"
#include "expr/collection.h"
#include "graph/spelling.h"

#include <complex.h>
#include <math.h>
#include <string.h>

/* ---- one value everywhere ---- */

static cask_status full_region(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                               const int64_t *count, const int64_t *step, cask_value **out,
                               cki_error *error)
{
    (void)dtype, (void)start, (void)step;
    const cask_value *scalar = self;
    *out = cki_array_broadcast(cki_array_of(scalar), ndim, count, error);
    return *out ? CASK_OK : error->status;
}

static void full_spell(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                       const int64_t *count, const int64_t *step, cki_spelling *spelling)
{
    const cki_array *scalar = cki_array_of(self);
    (void)start, (void)step;
    cki_spelling_ints(spelling, count, (size_t)ndim);
    cki_spelling_take(spelling, cki_array_item(scalar->dtype, scalar->data, NULL));
    cki_spelling_dtype(spelling, dtype);
}

static const cki_source full_source = {"full", full_region, NULL, true, false, full_spell};

static void release_value(void *value)
{
    cask_value_unref(value);
}

/* Takes the reference to the 0-d array `scalar` over. */
static cask_array make_full(cki_build *build, const char *label, cask_value *scalar, int ndim,
                            const cki_axis *axes)
{
    if (!scalar)
        return NULL;
    cki_token token = cki_token_of(scalar);
    if (cki_context_own(build->ck, release_value, scalar, build->error) != CASK_OK)
        return NULL;
    return cki_source_array(build, label, &full_source, scalar, token, cki_array_of(scalar)->dtype,
                            ndim, axes);
}

cask_array cki_creation_full(cki_build *build, const char *label, double value, cki_dtype dtype,
                             int ndim, const cki_axis *axes)
{
    cask_value *number = cki_dtype_is_text(dtype) /* NumPy's empty text is zero */
                             ? cki_value_string(value != 0 ? "1" : "", build->error)
                             : cki_value_float(value, build->error);
    cask_value *scalar = number ? cki_array_from_scalar(number, dtype, build->error) : NULL;
    cask_value_unref(number);
    return make_full(build, label, scalar, ndim, axes);
}

/* ---- numbers in even steps ---- */

typedef struct steps {
    double start, step, last;
    int64_t istart, istep;
    int64_t length;
    bool integers, has_last; /* linspace ends exactly on `last` */
    bool floors;             /* and rounds down, where integers are wanted */
} steps;

static cask_status steps_region(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                                const int64_t *count, const int64_t *step, cask_value **out,
                                cki_error *error)
{
    const steps *s = self;
    cki_dtype natural = cki_dtype_of(s->integers ? CASK_I64 : CASK_F64);
    cask_value *made = cki_array_new(natural, ndim, count, error);
    if (!made)
        return error->status;
    void *data = cki_array_of(made)->data;
    if (s->integers) {
        int64_t *at = data;
        for (int64_t i = 0; i < *count; i++)
            at[i] = s->istart + (*start + i * *step) * s->istep;
    } else {
        double *at = data;
        for (int64_t i = 0; i < *count; i++) {
            int64_t position = *start + i * *step;
            at[i] = s->has_last && position == s->length - 1
                        ? s->last
                        : s->start + (double)position * s->step;
            at[i] = s->floors ? floor(at[i]) : at[i];
        }
    }
    if (cki_dtype_same(natural, dtype)) {
        *out = made;
        return CASK_OK;
    }
    *out = cki_array_new(dtype, ndim, count, error);
    if (*out)
        cki_array_cast(cki_array_of(*out), cki_array_of(made), error);
    cask_value_unref(made);
    return error->status;
}

/* arange's start, stop and step; of linspace the first element, the last, and how many. */
static void steps_spell(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                        const int64_t *count, const int64_t *step, cki_spelling *spelling)
{
    const steps *s = self;
    int64_t end = *start + *count * *step, last = end - *step;
    (void)ndim;
    if (s->integers) {
        cki_spelling_int(spelling, s->istart + *start * s->istep);
        cki_spelling_int(spelling, s->istart + end * s->istep);
        cki_spelling_int(spelling, *step * s->istep);
    } else if (s->has_last) {
        cki_spelling_float(spelling, s->start + (double)*start * s->step);
        cki_spelling_float(spelling,
                           last == s->length - 1 ? s->last : s->start + (double)last * s->step);
        cki_spelling_int(spelling, *count);
    } else {
        cki_spelling_float(spelling, s->start + (double)*start * s->step);
        cki_spelling_float(spelling, s->start + (double)end * s->step);
        cki_spelling_float(spelling, (double)*step * s->step);
    }
    cki_spelling_dtype(spelling, dtype);
}

static const cki_source steps_source = {"steps", steps_region, NULL, false, false, steps_spell};

static cask_array make_steps(cki_build *build, const char *label, const steps *s, cki_dtype dtype,
                             cask_value *chunks)
{
    steps *own = cki_arena_copy(&build->ck->arena, s, sizeof *s);
    cki_hasher *hasher = own ? cki_token_start(build->error) : NULL;
    cki_axis axis;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *s);
        return NULL;
    }
    cki_token_bytes(hasher, &s->start, sizeof s->start);
    cki_token_bytes(hasher, &s->step, sizeof s->step);
    cki_token_bytes(hasher, &s->last, sizeof s->last);
    cki_token_int(hasher, s->istart);
    cki_token_int(hasher, s->istep);
    cki_token_int(hasher, s->has_last);
    cki_token_int(hasher, s->floors);
    cki_token_int(hasher, s->length);
    cki_token token = cki_token_end(hasher);
    if (cki_chunks_normalize(build->arena, chunks, 1, &s->length, cki_dtype_size(dtype), NULL,
                             build->ck->tuning.chunk_bytes, 0, &axis, build->error) != CASK_OK)
        return NULL;
    return cki_source_array(build, label, &steps_source, own, token, dtype, 1, &axis);
}

/* ---- ones below, on or above a diagonal ---- */

typedef struct band {
    int64_t k;
    bool triangle; /* all on and below the k-th diagonal, else only it */
} band;

static cask_status band_region(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                               const int64_t *count, const int64_t *step, cask_value **out,
                               cki_error *error)
{
    const band *b = self;
    cask_value *flags = cki_array_zeros(cki_dtype_of(CASK_BOOL), ndim, count, error);
    if (!flags)
        return error->status;
    unsigned char *at = cki_array_of(flags)->data;
    for (int64_t i = 0; i < count[0]; i++)
        for (int64_t j = 0; j < count[1]; j++, at++) {
            int64_t diagonal = start[1] + j * step[1] - (start[0] + i * step[0]);
            *at = b->triangle ? diagonal <= b->k : diagonal == b->k;
        }
    if (dtype.id == CASK_BOOL) {
        *out = flags;
        return CASK_OK;
    }
    *out = cki_array_new(dtype, ndim, count, error);
    if (*out)
        cki_array_cast(cki_array_of(*out), cki_array_of(flags), error);
    cask_value_unref(flags);
    return error->status;
}

/* Its shape, and which diagonal of it. */
static void band_spell(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                       const int64_t *count, const int64_t *step, cki_spelling *spelling)
{
    const band *b = self;
    (void)step;
    cki_spelling_ints(spelling, count, (size_t)ndim);
    cki_spelling_int(spelling, b->k + start[0] - start[1]);
    cki_spelling_dtype(spelling, dtype);
}

static const cki_source band_source = {"band", band_region, NULL, false, false, band_spell};

static cask_array make_band(cki_build *build, const char *label, band b, cki_dtype dtype,
                            const cki_axis *axes)
{
    band *own = cki_arena_copy(&build->ck->arena, &b, sizeof b);
    cki_hasher *hasher = own ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof b);
        return NULL;
    }
    cki_token_int(hasher, b.k);
    cki_token_int(hasher, b.triangle);
    return cki_source_array(build, label, &band_source, own, cki_token_end(hasher), dtype, 2, axes);
}

/* ---- operations ---- */

/* dtype, shape and chunks of ones(shape, dtype=None, chunks='auto'); chunks may come second, as in
 * ones((15, 15), (5, 5)). */
static cask_status read_shape(cki_call *call, cki_build *build, cki_dtype usual, cki_dtype *dtype,
                              cki_axis *axes, int *ndim)
{
    cask_value *chunks = cki_operation_argument(call, "chunks");
    cask_value *type = cki_operation_argument(call, "dtype");
    int64_t shape[CKI_MAX_NDIM];
    if (type->kind == CKI_TUPLE || type->kind == CKI_LIST || type->kind == CKI_INT) {
        chunks = type;
        type = NULL;
    }
    cask_status status =
        cki_node_shape_argument(cki_operation_argument(call, "shape"), shape, ndim, call->error);
    if (status == CASK_OK)
        status = cki_node_dtype(type, dtype, call->error);
    if (status == CASK_OK && !dtype->id)
        *dtype = usual;
    if (status == CASK_OK)
        status = cki_chunks_normalize(build->arena, chunks, *ndim, shape, cki_dtype_size(*dtype),
                                      NULL, build->ck->tuning.chunk_bytes, 0, axes, call->error);
    return status;
}

static cask_value *run_filled(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const double *value = call->operation->detail;
    cki_axis axes[CKI_MAX_NDIM];
    cki_dtype dtype;
    int ndim;
    if (read_shape(call, &build, cki_dtype_of(CASK_F64), &dtype, axes, &ndim) != CASK_OK)
        return NULL;
    return cki_node_value(
        &build, cki_creation_full(&build, call->operation->name, *value, dtype, ndim, axes));
}

/* The fill value as a 0-d array of the type wanted. */
static cask_value *fill_scalar(cki_call *call, cki_dtype dtype)
{
    cask_value *value = cki_operation_argument(call, "fill_value");
    const cki_array *array = cki_array_of(value);
    if (value->kind == CKI_LIST || value->kind == CKI_TUPLE || (array && array->ndim) ||
        cki_operation_node(value)) {
        cki_fail(call->error, CASK_INVALID, NULL, "fill_value must be scalar. Received %s instead.",
                 cki_value_type(value));
        return NULL;
    }
    return cki_array_from_scalar(value, dtype, call->error);
}

static cask_value *run_full(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_axis axes[CKI_MAX_NDIM];
    cki_dtype dtype;
    int ndim;
    if (read_shape(call, &build, (cki_dtype){.id = CASK_F64}, &dtype, axes, &ndim) != CASK_OK)
        return NULL;
    if (cki_operation_is_none(call, "dtype"))
        dtype = (cki_dtype){0};
    return cki_node_value(&build, make_full(&build, "full", fill_scalar(call, dtype), ndim, axes));
}

/* Shape, chunks and type of the model, unless said otherwise. */
static cask_status read_like(cki_call *call, cki_build *build, cki_dtype *dtype, cki_axis *axes,
                             int *ndim)
{
    cask_array model = cki_node_from_value(build, cki_operation_argument(call, "a"));
    if (!model)
        return call->error->status;
    cask_status status = cki_node_dtype(cki_operation_argument(call, "dtype"), dtype, call->error);
    if (status != CASK_OK)
        return status;
    if (!dtype->id)
        *dtype = model->dtype;
    int64_t shape[CKI_MAX_NDIM];
    bool reshaped = !cki_operation_is_none(call, "shape");
    *ndim = model->ndim;
    if (reshaped)
        status = cki_node_shape_argument(cki_operation_argument(call, "shape"), shape, ndim,
                                         call->error);
    else if (!cki_node_shape(model, shape))
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "%s of an array of unknown shape: use compute_chunk_sizes() first",
                        call->operation->name);
    if (status != CASK_OK)
        return status;
    if (cki_operation_is_none(call, "chunks") && !reshaped) {
        memcpy(axes, model->axes, (size_t)*ndim * sizeof *axes);
        return CASK_OK;
    }
    cask_value *automatic = cki_value_string("auto", call->error);
    if (!automatic)
        return CASK_MEMORY;
    status = cki_chunks_normalize(
        build->arena,
        cki_operation_is_none(call, "chunks") ? automatic : cki_operation_argument(call, "chunks"),
        *ndim, shape, cki_dtype_size(*dtype), NULL, build->ck->tuning.chunk_bytes, 0, axes,
        call->error);
    cask_value_unref(automatic);
    return status;
}

static cask_value *run_filled_like(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const double *value = call->operation->detail;
    cki_axis axes[CKI_MAX_NDIM];
    cki_dtype dtype;
    int ndim;
    if (read_like(call, &build, &dtype, axes, &ndim) != CASK_OK)
        return NULL;
    return cki_node_value(
        &build, cki_creation_full(&build, call->operation->name, *value, dtype, ndim, axes));
}

static cask_value *run_full_like(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_axis axes[CKI_MAX_NDIM];
    cki_dtype dtype;
    int ndim;
    if (read_like(call, &build, &dtype, axes, &ndim) != CASK_OK)
        return NULL;
    /* array(value).astype(dtype): 2.75 into an integer array is 2, as NumPy fills it */
    cask_value *natural = fill_scalar(call, (cki_dtype){0});
    cask_value *scalar = natural ? cki_array_new(dtype, 0, NULL, call->error) : NULL;
    if (scalar && cki_array_cast(cki_array_of(scalar), cki_array_of(natural), call->error)) {
        cask_value_unref(scalar);
        scalar = NULL;
    }
    cask_value_unref(natural);
    return cki_node_value(&build, make_full(&build, "full_like", scalar, ndim, axes));
}

/* A bound of arange: an int, or any other real number. */
static cask_status read_bound(cask_value *value, double *real, int64_t *integer, bool *integers,
                              cki_error *error)
{
    if (cki_value_index(value, integer, NULL) == CASK_OK) {
        *real = (double)*integer;
        return CASK_OK;
    }
    *integers = false;
    return cki_value_real(value, real, error);
}

/* How many integers there are from start on before stop, exactly; -1 if more than 2**63. */
static int64_t integers_between(int64_t start, int64_t stop, int64_t step)
{
    if (step > 0 ? start >= stop : start <= stop)
        return 0;
    uint64_t span = step > 0 ? (uint64_t)stop - (uint64_t)start : (uint64_t)start - (uint64_t)stop;
    uint64_t by = step > 0 ? (uint64_t)step : -(uint64_t)step;
    uint64_t count = (span - 1) / by + 1;
    return count > INT64_MAX ? -1 : (int64_t)count;
}

static cask_value *run_arange(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    bool one = cki_operation_is_none(call, "stop");
    cask_value *stop = cki_operation_argument(call, one ? "start" : "stop");
    steps s = {.integers = true, .istep = 1, .step = 1};
    double end;
    int64_t iend = 0;
    cki_dtype dtype;
    cask_value *const three[] = {cki_operation_argument(call, "start"),
                                 cki_operation_argument(call, "stop"),
                                 cki_operation_argument(call, "step")};
    if (cki_node_dtype(cki_operation_argument(call, "dtype"), &dtype, call->error) != CASK_OK)
        return NULL;
    if (cki_creation_time_is(three[0], three[1], three[2], dtype))
        return cki_node_value(
            &build,
            cki_creation_time_arange(&build, three, dtype, cki_operation_argument(call, "chunks")));
    if (read_bound(stop, &end, &iend, &s.integers, call->error) != CASK_OK)
        return NULL;
    if (!one && read_bound(cki_operation_argument(call, "start"), &s.start, &s.istart, &s.integers,
                           call->error) != CASK_OK)
        return NULL;
    if (!cki_operation_is_none(call, "step") &&
        read_bound(cki_operation_argument(call, "step"), &s.step, &s.istep, &s.integers,
                   call->error) != CASK_OK)
        return NULL;
    if (s.step == 0) {
        cki_fail(call->error, CASK_ARITHMETIC, "ZeroDivisionError", "division by zero");
        return NULL;
    }
    if (s.integers) {
        s.length = integers_between(s.istart, iend, s.istep);
    } else {
        double length = ceil((end - s.start) / s.step);
        s.length = length < 9e18 ? (int64_t)(length > 0 ? length : 0) : -1;
    }
    if (s.length < 0) {
        cki_fail(call->error, CASK_INVALID, NULL, "Maximum allowed size exceeded");
        return NULL;
    }
    if (!dtype.id)
        dtype = cki_dtype_of(s.integers ? CASK_I64 : CASK_F64);
    return cki_node_value(
        &build, make_steps(&build, "arange", &s, dtype, cki_operation_argument(call, "chunks")));
}

static cask_value *run_linspace(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    steps s = {0};
    cki_dtype dtype;
    if (cki_value_real(cki_operation_argument(call, "start"), &s.start, call->error) ||
        cki_value_real(cki_operation_argument(call, "stop"), &s.last, call->error) ||
        cki_value_index(cki_operation_argument(call, "num"), &s.length, call->error) ||
        cki_node_dtype(cki_operation_argument(call, "dtype"), &dtype, call->error))
        return NULL;
    if (s.length < 0) {
        cki_fail(call->error, CASK_INVALID, NULL, "Number of samples, %lld, must be non-negative.",
                 (long long)s.length);
        return NULL;
    }
    bool endpoint = cki_operation_flag(call, "endpoint");
    int64_t intervals = endpoint ? s.length - 1 : s.length;
    s.step = intervals > 0 ? (s.last - s.start) / (double)intervals : (double)NAN;
    s.has_last = endpoint && s.length > 1;
    s.floors = cki_dtype_is_integer(dtype);
    if (s.length == 1)
        s.step = isnan(s.step) ? 0 : s.step;
    cask_value *array = cki_node_value(&build, make_steps(&build, "linspace", &s,
                                                          dtype.id ? dtype : cki_dtype_of(CASK_F64),
                                                          cki_operation_argument(call, "chunks")));
    if (!array || !cki_operation_flag(call, "retstep"))
        return array;
    cask_value *pair = cki_value_list(CKI_TUPLE, 2, call->error);
    /* of no interval the whole way, as Dask has it */
    cask_value *step =
        pair ? cki_value_float(intervals > 0 ? s.step : s.last - s.start, call->error) : NULL;
    if (!step) {
        cask_value_unref(array);
        cask_value_unref(pair);
        return NULL;
    }
    pair->as.list.items[0] = array;
    pair->as.list.items[1] = step;
    return pair;
}

/* eye(N, chunks, M, k) and tri(N, M, k): the shape and the band. */
static cask_value *run_band(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    band b = {.triangle = call->operation->detail != NULL};
    int64_t shape[2];
    cki_axis axes[2];
    cki_dtype dtype;
    if (cki_value_index(cki_operation_argument(call, "N"), &shape[0], call->error) ||
        cki_value_index(cki_operation_argument(call, "k"), &b.k, call->error) ||
        cki_node_dtype(cki_operation_argument(call, "dtype"), &dtype, call->error))
        return NULL;
    shape[1] = shape[0];
    if (!cki_operation_is_none(call, "M") &&
        cki_value_index(cki_operation_argument(call, "M"), &shape[1], call->error))
        return NULL;
    if (shape[0] < 0 || shape[1] < 0) {
        cki_fail(call->error, CASK_INVALID, NULL, "negative dimensions are not allowed");
        return NULL;
    }
    if (!dtype.id)
        dtype = cki_dtype_of(CASK_F64);
    if (cki_chunks_normalize(build.arena, cki_operation_argument(call, "chunks"), 2, shape,
                             cki_dtype_size(dtype), NULL, call->ck->tuning.chunk_bytes, 0, axes,
                             call->error))
        return NULL;
    return cki_node_value(&build, make_band(&build, call->operation->name, b, dtype, axes));
}

/* tril and triu: the array where the triangle is, else zero. */
static cask_value *run_triangle(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    bool lower = call->operation->detail == NULL;
    cask_array m = cki_node_from_value(&build, cki_operation_argument(call, "m"));
    band b = {.triangle = true};
    if (!m || cki_value_index(cki_operation_argument(call, "k"), &b.k, call->error))
        return NULL;
    if (m->ndim < 2) {
        cki_fail(call->error, CASK_INVALID, NULL, "input must have at least 2 dimensions, got %d",
                 m->ndim);
        return NULL;
    }
    b.k -= !lower && b.k > INT64_MIN;
    cask_array mask = make_band(&build, "tri", b, cki_dtype_of(CASK_BOOL), m->axes + m->ndim - 2);
    cask_value *zero = cki_array_zeros(m->dtype, 0, NULL, call->error);
    cask_value *where[3] = {cki_node_value(&build, mask), cki_node_value(&build, m), zero};
    if (!lower) {
        cask_value *first = where[1];
        where[1] = where[2];
        where[2] = first;
    }
    cask_array result =
        where[0] && where[1] && where[2] ? cki_elementwise_values(&build, "where", where, 3) : NULL;
    for (int i = 0; i < 3; i++)
        cask_value_unref(where[i]);
    return cki_node_value(&build, result);
}

/* from_array(x, chunks): anything that is an array, in these chunks. */
static cask_value *run_from_array(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *x = cki_operation_argument(call, "x");
    cki_axis axes[CKI_MAX_NDIM];
    if (cki_operation_node(x)) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "Array is already a lazy array. Use 'asarray' or 'rechunk' instead.");
        return NULL;
    }
    cask_value *array =
        cki_array_of(x) ? cask_value_ref(x) : cki_array_from_value(x, (cki_dtype){0}, call->error);
    if (!array)
        return NULL;
    const cki_array *eager = cki_array_of(array);
    cask_array result = NULL;
    if (cki_chunks_normalize(build.arena, cki_operation_argument(call, "chunks"), eager->ndim,
                             eager->shape, cki_dtype_size(eager->dtype), NULL,
                             call->ck->tuning.chunk_bytes, 0, axes, call->error) == CASK_OK)
        result = cki_source_constant(&build, array, axes);
    cask_value_unref(array);
    return cki_node_value(&build, result);
}

/* The array that nested lists with lazy arrays in them are. */
static cask_array stacked(cki_build *build, const cask_value *list, int depth)
{
    size_t count = list->as.list.count;
    cask_array *items = cki_arena_array(build->arena, count + 1, sizeof *items);
    if (!items)
        cki_fail_memory(build->error, count * sizeof *items);
    for (size_t i = 0; items && build->error->status == CASK_OK && i < count; i++) {
        cask_value *item = list->as.list.items[i];
        bool nested = cki_collection_in(item) && !cki_node_lazy(item);
        if (nested && (depth == 0 || (item->kind != CKI_LIST && item->kind != CKI_TUPLE)))
            cki_fail(build->error, CASK_TYPE, NULL, "an array of '%s' objects",
                     cki_value_type(item));
        else
            items[i] = nested ? stacked(build, item, depth - 1) : cki_node_from_value(build, item);
    }
    return build->error->status == CASK_OK && items ? cki_join_stack(build, items, count, 0) : NULL;
}

/* array and asarray: a lazy array stays as it is. */
static cask_value *run_array(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *x = cki_operation_argument(call, "a");
    cki_dtype dtype;
    int64_t least = 0;
    if (cki_node_dtype(cki_operation_argument(call, "dtype"), &dtype, call->error) ||
        cki_value_index(cki_operation_argument(call, "ndmin"), &least, call->error))
        return NULL;
    cask_array lazy = cki_node_lazy(x);
    bool list = x->kind == CKI_LIST || x->kind == CKI_TUPLE;
    if (!lazy && list && cki_collection_in(x)) {
        lazy = stacked(&build, x, CKI_MAX_NDIM);
        lazy = lazy && dtype.id ? cki_elementwise_cast(&build, lazy, dtype) : lazy;
    } else if (!lazy) {
        cask_value *array = cki_array_from_value(x, dtype, call->error);
        lazy = array ? cki_source_constant(&build, array, NULL) : NULL;
        cask_value_unref(array);
    } else if (dtype.id) {
        lazy = cki_elementwise_cast(&build, lazy, dtype);
    }
    while (lazy && lazy->ndim < least)
        lazy = cki_view_expand(&build, lazy, 0);
    return cki_node_value(&build, lazy);
}

static const double zero, one = 1;
static const char triangle, upper;

#define SHAPE "shape, dtype=None, chunks='auto', name=None, order='C', meta=None"
#define LIKE  "a, dtype=None, order='C', chunks=None, name=None, shape=None"

static const cki_operation ones = {
    "ones", CKI_IN_DA | CKI_IN_NP, SHAPE, "Array of ones of this shape.", run_filled, &one};
static const cki_operation zeros = {
    "zeros", CKI_IN_DA | CKI_IN_NP, SHAPE, "Array of zeros of this shape.", run_filled, &zero};
static const cki_operation empty = {
    "empty",    CKI_IN_DA | CKI_IN_NP,
    SHAPE,      "Array of this shape whose elements do not matter (they are zero).",
    run_filled, &zero};
static const cki_operation full = {
    "full",
    CKI_IN_DA | CKI_IN_NP,
    "shape, fill_value, dtype=None, chunks='auto', name=None, order='C', meta=None",
    "Array of this shape, every element the fill value.",
    run_full,
    NULL};
static const cki_operation ones_like = {
    "ones_like",     CKI_IN_DA, LIKE, "Array of ones like another in shape, chunks and dtype.",
    run_filled_like, &one};
static const cki_operation zeros_like = {
    "zeros_like",    CKI_IN_DA, LIKE, "Array of zeros like another in shape, chunks and dtype.",
    run_filled_like, &zero};
static const cki_operation empty_like = {
    "empty_like",
    CKI_IN_DA,
    LIKE,
    "Array like another in shape, chunks and dtype whose elements do not matter.",
    run_filled_like,
    &zero};
static const cki_operation full_like = {
    "full_like",
    CKI_IN_DA,
    "a, fill_value, order='C', dtype=None, chunks=None, name=None, shape=None",
    "Array like another in shape, chunks and dtype, every element the fill value.",
    run_full_like,
    NULL};
static const cki_operation arange = {
    "arange",
    CKI_IN_DA,
    "start, stop=None, step=None, chunks='auto', like=None, dtype=None",
    "Numbers from start up to stop, without it, by step.",
    run_arange,
    NULL};
static const cki_operation linspace = {
    "linspace",
    CKI_IN_DA,
    "start, stop, num=50, endpoint=True, retstep=False, chunks='auto', dtype=None",
    "num numbers evenly spaced from start to stop, which is included unless endpoint=False.",
    run_linspace,
    NULL};
static const cki_operation eye = {"eye",
                                  CKI_IN_DA,
                                  "N, chunks='auto', M=None, k=0, dtype=None",
                                  "Ones on the k-th diagonal of an N x M array of zeros.",
                                  run_band,
                                  NULL};
static const cki_operation tri = {"tri",
                                  CKI_IN_DA | CKI_IN_NP,
                                  "N, M=None, k=0, dtype=None, chunks='auto', like=None",
                                  "Ones on and below the k-th diagonal of an N x M array of zeros.",
                                  run_band,
                                  &triangle};
static const cki_operation tril = {"tril",       CKI_IN_DA | CKI_IN_NP,
                                   "m, k=0",     "The array with zeros above the k-th diagonal.",
                                   run_triangle, NULL};
static const cki_operation triu = {"triu",       CKI_IN_DA | CKI_IN_NP,
                                   "m, k=0",     "The array with zeros below the k-th diagonal.",
                                   run_triangle, &upper};
static const cki_operation from_array = {
    "from_array",
    CKI_IN_DA,
    "x, chunks='auto', name=None, lock=False, asarray=None, fancy=True, getitem=None, meta=None, "
    "inline_array=False",
    "Lazy array of an array, a list or nested lists in memory.",
    run_from_array,
    NULL};
static const cki_operation array = {"array",
                                    CKI_IN_DA,
                                    "a, dtype=None, *, ndmin=0, **ignored",
                                    "Array of numbers or nested lists of them, of ndmin axes at "
                                    "least.",
                                    run_array,
                                    NULL};
static const cki_operation asarray = {"asarray",
                                      CKI_IN_DA,
                                      "a, allow_unknown_chunksizes=False, dtype=None, *, ndmin=0, "
                                      "**ignored",
                                      "The argument as a lazy array.",
                                      run_array,
                                      NULL};
static const cki_operation asanyarray = {"asanyarray",
                                         CKI_IN_DA | CKI_IN_NP,
                                         "a, dtype=None, *, ndmin=0, **ignored",
                                         "The argument as a lazy array.",
                                         run_array,
                                         NULL};

const cki_operation *const cki_creation_operations[] = {
    &ones,       &zeros,  &empty,   &full,       &ones_like, &zeros_like, &empty_like,
    &full_like,  &arange, &eye,     &linspace,   &tri,       &tril,       &triu,
    &from_array, &array,  &asarray, &asanyarray, NULL};
