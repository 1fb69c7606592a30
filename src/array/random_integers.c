/* Whole random numbers: integers, randint, random_integers, tomaxint and bytes. */
#include "kernel/random_integers.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/random.h"
#include "array/source.h"
#include "graph/spelling.h"

#include <string.h>

typedef struct drawn {
    cki_random_key key;
    cki_random_layout layout;
    int64_t low, last; /* where they are not inputs */
    int inputs[2];     /* which input low and last are; -1: none */
    cki_dtype dtype;
} drawn;

typedef struct filling {
    const drawn *what;
    const int64_t *lows, *lasts;
    int64_t *out;
} filling;

static cask_status fill_run(void *user, uint64_t first, int64_t step, int64_t n, int64_t done)
{
    const filling *f = user;
    const drawn *d = f->what;
    cki_random_integers(&d->key, first, step, n, d->low, d->last, f->lows ? f->lows + done : NULL,
                        f->lasts ? f->lasts + done : NULL, f->out + done);
    return CASK_OK;
}

static cask_value *draw(filling *f, const int64_t *start, const int64_t *count, const int64_t *step,
                        cki_error *error)
{
    const drawn *d = f->what;
    cki_dtype natural = cki_dtype_of(CASK_I64);
    cask_value *made = cki_array_new(natural, d->layout.ndim, count, error), *cast;
    if (!made)
        return NULL;
    f->out = (int64_t *)(void *)cki_array_of(made)->data;
    cki_random_walk(&d->layout, start, count, step, fill_run, f);
    if (cki_dtype_same(natural, d->dtype))
        return made;
    cast = cki_array_new(d->dtype, d->layout.ndim, count, error);
    if (cast)
        cki_array_cast(cki_array_of(cast), cki_array_of(made), error);
    cask_value_unref(made);
    return cast;
}

static cask_status region(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                          const int64_t *count, const int64_t *step, cask_value **out,
                          cki_error *error)
{
    (void)dtype, (void)ndim;
    filling f = {.what = self};
    *out = draw(&f, start, count, step, error);
    return error->status;
}

static void spell(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                  const int64_t *count, const int64_t *step, cki_spelling *spelling)
{
    const drawn *d = self;
    cki_random_spell(&d->key, ndim, start, count, step, spelling);
    cki_spelling_int(spelling, d->low);
    cki_spelling_int(spelling, d->last);
    cki_spelling_dtype(spelling, dtype);
}

static const cki_source source = {"random_integers", region, NULL, false, false, spell};

/* Bounds that are arrays are in order everywhere. */
static cask_status check_bounds(const drawn *d, const filling *f, int64_t count, cki_error *error)
{
    for (int64_t i = 0; i < count; i++)
        if ((f->lows ? f->lows[i] : d->low) > (f->lasts ? f->lasts[i] : d->last))
            return cki_fail(error, CASK_INVALID, NULL, "low >= high");
    return CASK_OK;
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    const drawn *d = spec->parameters;
    int64_t position[CKI_MAX_NDIM], start[CKI_MAX_NDIM], shape[CKI_MAX_NDIM], step[CKI_MAX_NDIM];
    cask_value *compact[2] = {NULL};
    filling f = {.what = d};
    int64_t size = 1;
    cki_node_position(spec->out, task->block, position);
    cki_node_block_start(spec->out, position, start);
    cki_node_block_shape(spec->out, position, shape);
    for (int k = 0; k < spec->ndim; k++) {
        step[k] = 1;
        size *= shape[k];
    }
    for (size_t i = 0; i < task->ninputs && i < 2; i++)
        compact[i] = cki_array_compact(task->inputs[i], error);
    const int64_t **sides[2] = {&f.lows, &f.lasts};
    for (int k = 0; k < 2 && error->status == CASK_OK; k++)
        if (d->inputs[k] >= 0)
            *sides[k] = (const int64_t *)(const void *)cki_array_of(compact[d->inputs[k]])->data;
    if (error->status == CASK_OK && check_bounds(d, &f, size, error) == CASK_OK)
        *result = draw(&f, start, shape, step, error);
    cask_value_unref(compact[0]);
    cask_value_unref(compact[1]);
    return error->status;
}

const cki_function cki_random_integers_function = {"array.random_integers", 1, run};

/* ---- building ---- */

/* What integers of a type may be; false if it has none, or more than an int64 holds below 0. */
static bool limits(cki_dtype dtype, int64_t *least, int64_t *most)
{
    size_t bits = 8 * cki_dtype_size(dtype);
    bool truth = dtype.id == CASK_BOOL, unsigned_ = cki_dtype_is_unsigned(dtype);
    *most = truth        ? 1
            : bits == 64 ? INT64_MAX
                         : (int64_t)(((uint64_t)1 << (unsigned_ ? bits : bits - 1)) - 1);
    *least = truth || unsigned_ ? 0 : -*most - 1;
    return truth || cki_dtype_is_integer(dtype);
}

/* A bound: a number to *number, or an array. `less`: 1 if it is one beyond the last. */
static cask_array read_bound(cki_call *call, cki_build *build, cask_value *value, int64_t less,
                             int64_t *number)
{
    const cki_array *eager = cki_array_of(value);
    if (cki_node_lazy(value) || value->kind == CKI_LIST || value->kind == CKI_TUPLE ||
        (eager && eager->ndim > 0)) {
        cask_array x = cki_node_from_value(build, value);
        cask_value *pair[2] = {cki_node_value(build, x), cki_value_int(less, call->error)};
        if (x && pair[0] && pair[1] && less)
            x = cki_elementwise_values(build, "subtract", pair, 2);
        cask_value_unref(pair[0]);
        cask_value_unref(pair[1]);
        return call->error->status == CASK_OK ? x : NULL;
    }
    if (cki_value_index(value, number, call->error) != CASK_OK)
        return NULL;
    if (less && *number == INT64_MIN)
        cki_fail(call->error, CASK_INVALID, NULL, "low >= high");
    else
        *number -= less;
    return NULL;
}

/* low and high as they are given: high alone counts from 0. */
static cask_status read_bounds(cki_call *call, cki_build *build, bool endpoint, drawn *d,
                               cask_array *arrays, size_t *count)
{
    const bool one = cki_operation_is_none(call, "high");
    cask_value *zero = cki_value_int(0, call->error);
    cask_value *low =
        one && call->operation->detail == NULL ? zero : cki_operation_argument(call, "low");
    cask_value *high = cki_operation_argument(call, one ? "low" : "high");
    cask_array both[2] = {NULL, NULL};
    /* random_integers(5) is 1 .. 5 */
    d->low = 1;
    if (zero && !(one && call->operation->detail))
        both[0] = read_bound(call, build, low, 0, &d->low);
    if (zero && call->error->status == CASK_OK)
        both[1] = read_bound(call, build, high, endpoint ? 0 : 1, &d->last);
    cask_value_unref(zero);
    *count = 0;
    for (int k = 0; k < 2; k++) {
        d->inputs[k] = both[k] ? (int)*count : -1;
        if (both[k])
            arrays[(*count)++] = both[k];
    }
    if (call->error->status != CASK_OK || *count || d->low <= d->last)
        return call->error->status;
    return cki_fail(call->error, CASK_INVALID, NULL,
                    one        ? "high <= 0"
                    : endpoint ? "low > high"
                               : "low >= high");
}

static cask_status read_dtype(cki_call *call, drawn *d, size_t arrays)
{
    int64_t least, most;
    char name[48];
    d->dtype = cki_dtype_of(CASK_I64);
    if (strstr(call->operation->signature, "dtype") && !cki_operation_is_none(call, "dtype") &&
        cki_node_dtype(cki_operation_argument(call, "dtype"), &d->dtype, call->error) != CASK_OK)
        return call->error->status;
    if (!limits(d->dtype, &least, &most))
        return cki_fail(call->error, CASK_TYPE, NULL, "Unsupported dtype dtype('%s') for randint",
                        cki_dtype_name(d->dtype, name));
    if (arrays == 0 && (d->low < least || d->last > most))
        return cki_fail(call->error, CASK_INVALID, NULL, "%s is out of bounds for %s",
                        d->low < least ? "low" : "high", cki_dtype_name(d->dtype, name));
    return CASK_OK;
}

static cask_value *finish(cki_call *call, cki_build *build, drawn *d, const cask_array *arrays,
                          size_t count)
{
    cki_axis shaped[CKI_MAX_NDIM];
    int64_t shape[CKI_MAX_NDIM];
    int ndim;
    if (cki_random_shape(call, build, arrays, count, shaped, &ndim) != CASK_OK ||
        cki_random_state_next(call, &d->key) != CASK_OK)
        return NULL;
    for (int k = 0; k < ndim; k++)
        shape[k] = shaped[k].length;
    d->layout = cki_random_layout_of(ndim, shape);
    drawn *own = cki_arena_copy(&build->ck->arena, d, sizeof *d);
    cki_axis *axes = cki_arena_copy(build->arena, shaped, (size_t)ndim * sizeof *axes);
    cki_hasher *hasher = own && axes ? cki_token_start(call->error) : NULL;
    if (!hasher) {
        cki_fail_memory(call->error, sizeof *d);
        return NULL;
    }
    cki_token_bytes(hasher, &d->key, sizeof d->key);
    cki_token_int(hasher, d->low);
    cki_token_int(hasher, d->last);
    cki_token_bytes(hasher, d->inputs, sizeof d->inputs);
    cki_token_int(hasher, d->dtype.id);
    cki_token_bytes(hasher, d->layout.strides, (size_t)ndim * sizeof(int64_t));
    cki_mapped spec = {.function = &cki_random_integers_function,
                       .label = "integers",
                       .dtype = d->dtype,
                       .ndim = ndim,
                       .axes = axes,
                       .ninputs = count,
                       .parameters = own,
                       .token = cki_token_end(hasher)};
    if (count == 0)
        return cki_node_value(build, cki_source_array(build, spec.label, &source, own, spec.token,
                                                      d->dtype, ndim, axes));
    for (size_t i = 0; i < count; i++) {
        cask_array x = cki_random_parameter(build, arrays[i], cki_dtype_of(CASK_I64), ndim, axes);
        spec.inputs[i] = cki_mapped_same(x);
        if (!x)
            return NULL;
        spec.working += cki_node_largest_block(x);
    }
    return cki_node_value(build, cki_mapped_array(build, &spec));
}

static cask_value *run_integers(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    drawn d = {.low = 0};
    cask_array arrays[2];
    size_t count;
    bool has = strstr(call->operation->signature, "endpoint") != NULL;
    bool endpoint = call->operation->detail || (has && cki_operation_flag(call, "endpoint"));
    if (read_bounds(call, &build, endpoint, &d, arrays, &count) != CASK_OK ||
        read_dtype(call, &d, count) != CASK_OK)
        return NULL;
    return finish(call, &build, &d, arrays, count);
}

static cask_value *run_tomaxint(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    drawn d = {.low = 0, .last = INT64_MAX, .inputs = {-1, -1}, .dtype = cki_dtype_of(CASK_I64)};
    return finish(call, &build, &d, NULL, 0);
}

static cask_value *run_bytes(cki_call *call)
{
    enum { MOST = 1 << 30 };
    cki_random_key key;
    int64_t length;
    if (cki_value_index(cki_operation_argument(call, "length"), &length, call->error) != CASK_OK)
        return NULL;
    if (length < 0 || length > MOST) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 length < 0 ? "negative dimensions are not allowed" : "bytes: %lld, at most 2**30",
                 (long long)length);
        return NULL;
    }
    if (cki_random_state_next(call, &key) != CASK_OK)
        return NULL;
    cask_value *made = cki_array_new(cki_dtype_of(CASK_U8), 1, &length, call->error), *bytes = NULL;
    unsigned char *at = made ? cki_array_of(made)->data : NULL;
    for (int64_t i = 0; at && i < length; i += 16) {
        uint64_t words[2];
        cki_random_block(&key, (uint64_t)i / 16, 0, words);
        memcpy(at + i, words, length - i < 16 ? (size_t)(length - i) : 16);
    }
    if (at)
        bytes = cki_value_bytes(at, (size_t)length, call->error);
    cask_value_unref(made);
    return bytes;
}

/* ---- the records ---- */

#define SHAPED "size=None, chunks='auto'"

CKI_RANDOM_RECORDS(integers, "integers",
                   "low, high=None, " SHAPED ", dtype='int64', endpoint=False",
                   "Whole numbers from low to high - 1, or to high with endpoint=True, all alike; "
                   "with one bound from 0 on.",
                   run_integers, NULL);
CKI_RANDOM_RECORDS(randint, "randint", "low, high=None, " SHAPED ", dtype='int64'",
                   "Whole numbers from low to high - 1, all alike; with one bound from 0 on.",
                   run_integers, NULL);
CKI_RANDOM_RECORDS(random_integers, "random_integers", "low, high=None, " SHAPED,
                   "Whole numbers from low to high, all alike; with one bound from 1 on.",
                   run_integers, "to the end");
CKI_RANDOM_RECORDS(tomaxint, "tomaxint", SHAPED, "Whole numbers from 0 to 2**63 - 1, all alike.",
                   run_tomaxint, NULL);
CKI_RANDOM_RECORDS(bytes, "bytes", "length", "So many random bytes, at once.", run_bytes, NULL);

const cki_operation *const cki_random_integers_operations[] = {
    CKI_RANDOM_ADDRESSES(integers),        CKI_RANDOM_ADDRESSES(randint),
    CKI_RANDOM_ADDRESSES(random_integers), CKI_RANDOM_ADDRESSES(tomaxint),
    CKI_RANDOM_ADDRESSES(bytes),           NULL};
