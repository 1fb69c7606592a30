/* partition and argpartition: in lines of one block, or that fit into one, only the kth elements
 * are put in their places, between the smaller and the greater ones. */
#include "array/functions.h"
#include "array/mapped.h"
#include "array/order.h"
#include "array/rechunk.h"
#include "array/sort.h"
#include "core/memory.h"

#include <string.h>

enum { FEW = 16 }; /* with more of them, lines are sorted */

typedef struct parameters {
    int axis;
    bool places;
    int64_t kth[FEW]; /* as given: those below 0 count from the end */
    int64_t count;
} parameters;

/* What lines are made by. */
typedef struct lines {
    int64_t length, wanted[FEW], nwanted;
    bool places;
    uint64_t *keys, *parted; /* parted: where keys are needed as they stand, too */
} lines;

/* ---- a line ---- */

/* Keys that divide, different and rising: those at the wanted places. */
static int64_t dividing(const lines *l, uint64_t *pivots)
{
    int64_t count = 0;
    for (int64_t i = 0; i < l->nwanted; i++) {
        uint64_t key = l->parted[l->wanted[i]];
        if (!count || pivots[count - 1] != key)
            pivots[count++] = key;
    }
    return count;
}

/* Even numbers are between pivots, odd ones like one. */
static size_t class_of(const uint64_t *pivots, int64_t count, uint64_t key)
{
    size_t class = 0;
    for (int64_t i = 0; i < count; i++)
        class += (key >= pivots[i]) + (size_t)(key > pivots[i]);
    return class;
}

/* Places class by class, rising within each. */
static void put_places(const lines *l, unsigned char *out)
{
    uint64_t pivots[FEW];
    int64_t count = dividing(l, pivots), next[2 * FEW + 1] = {0}, at = 0;
    for (int64_t i = 0; i < l->length; i++)
        next[class_of(pivots, count, l->keys[i])]++;
    for (int64_t class = 0; class <= 2 * count; class ++) {
        int64_t own = next[class];
        next[class] = at;
        at += own;
    }
    for (int64_t i = 0; i < l->length; i++) {
        int64_t to = next[class_of(pivots, count, l->keys[i])]++;
        memcpy(out + (size_t)to * sizeof i, &i, sizeof i);
    }
}

static void part_line(const lines *l, cki_dtype dtype, const unsigned char *line,
                      unsigned char *out)
{
    int64_t size = (int64_t)cki_dtype_size(dtype);
    if (l->parted) {
        cki_order_keys(dtype, line, size, l->length, l->keys);
        memcpy(l->parted, l->keys, (size_t)l->length * sizeof *l->keys);
        cki_order_select(l->parted, l->length, l->wanted, l->nwanted);
        put_places(l, out);
        return;
    }
    cki_order_exact(dtype, line, size, l->length, l->keys);
    cki_order_select(l->keys, l->length, l->wanted, l->nwanted);
    cki_order_values(dtype, l->keys, l->length, out, size);
}

static cask_status part_lines(const cki_array *x, const cki_array *out, const void *how,
                              cki_error *error)
{
    lines l = *(const lines *)how;
    int64_t count = l.length ? cki_array_size(x) / l.length : 0;
    size_t in_bytes = (size_t)l.length * cki_dtype_size(x->dtype);
    size_t out_bytes = (size_t)l.length * cki_dtype_size(out->dtype);
    size_t bytes = ((size_t)l.length + 1) * sizeof *l.keys;
    l.keys = cki_memory_alloc(bytes);
    l.parted = l.places ? cki_memory_alloc(bytes) : NULL;
    if (!l.keys || (l.places && !l.parted))
        cki_fail_memory(error, bytes);
    for (int64_t i = 0; i < count && error->status == CASK_OK; i++)
        part_line(&l, x->dtype, x->data + (size_t)i * in_bytes, out->data + (size_t)i * out_bytes);
    cki_memory_free(l.keys);
    cki_memory_free(l.parted);
    return error->status;
}

/* ---- tasks ---- */

static cask_status out_of_bounds(int64_t kth, int64_t length, cki_error *error)
{
    return cki_fail(error, CASK_INVALID, NULL, "kth(=%lld) out of bounds (%lld)",
                    (long long)(kth < 0 ? kth + length : kth), (long long)length);
}

/* The kth places of lines of this length, rising. */
static cask_status want(const parameters *p, lines *l, cki_error *error)
{
    for (int64_t i = 0; i < p->count; i++) {
        int64_t at = p->kth[i] < 0 ? p->kth[i] + l->length : p->kth[i], k = i;
        if (at < 0 || at >= l->length)
            return out_of_bounds(p->kth[i], l->length, error);
        for (; k > 0 && l->wanted[k - 1] > at; k--)
            l->wanted[k] = l->wanted[k - 1];
        l->wanted[k] = at;
    }
    l->nwanted = p->count;
    return CASK_OK;
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const parameters *p = cki_mapped_of(task)->parameters;
    const cki_array *x = cki_array_of(task->inputs[0]);
    if (!x)
        return cki_fail_internal(error, "array.partition");
    lines l = {.length = x->shape[p->axis], .places = p->places};
    if (want(p, &l, error) == CASK_OK)
        *result = cki_order_has_keys(x->dtype)
                      ? cki_sort_along(x, p->axis, p->places ? cki_dtype_of(CASK_I64) : x->dtype,
                                       part_lines, &l, error)
                      : cki_sort_block(x, p->axis, p->places, error);
    return error->status;
}

const cki_function cki_partition_function = {"array.partition", 1, run};

/* ---- nodes ---- */

static cask_array part_blocks(cki_build *build, cask_array x, const parameters *p)
{
    const parameters *own = cki_arena_copy(build->arena, p, sizeof *p);
    cki_hasher *hasher = own ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    cki_token_int(hasher, p->axis);
    cki_token_int(hasher, p->places);
    cki_token_bytes(hasher, p->kth, (size_t)p->count * sizeof *p->kth);
    size_t line = cki_sort_bytes(x->dtype, cki_chunks_largest(&x->axes[p->axis]), p->places);
    return cki_mapped_array(build,
                            &(cki_mapped){.function = &cki_partition_function,
                                          .label = p->places ? "argpartition" : "partition",
                                          .dtype = p->places ? cki_dtype_of(CASK_I64) : x->dtype,
                                          .ndim = x->ndim,
                                          .axes = x->axes,
                                          .inputs = {cki_mapped_same(x)},
                                          .ninputs = 1,
                                          .parameters = own,
                                          .token = cki_token_end(hasher),
                                          .working = cki_node_largest_block(x) + line});
}

/* ---- operations ---- */

/* kth: a number or several, each an index of the axis; *few if they are, and in the parameters. */
static cask_status read_kth(cki_call *call, int64_t length, parameters *p, bool *few)
{
    cask_value *kth = cki_operation_argument(call, "kth");
    bool number = kth->kind == CKI_INT || (cki_array_of(kth) && cki_array_of(kth)->ndim == 0);
    cask_value *items = number ? NULL : cki_value_items(kth, call->error);
    size_t count = number ? 1 : items ? items->as.list.count : 0;
    *few = count <= FEW;
    for (size_t i = 0; i < count && call->error->status == CASK_OK; i++) {
        int64_t k;
        if (cki_value_index(number ? kth : items->as.list.items[i], &k, call->error) != CASK_OK)
            break;
        if (length >= 0 && (k < -length || k >= length))
            out_of_bounds(k, length, call->error);
        if (*few)
            p->kth[i] = k;
    }
    p->count = (int64_t)count;
    cask_value_unref(items);
    return call->error->status;
}

/* Whether an array of several blocks is rather put into one, which is several times as fast as
 * sorting: if it is no larger than a chunk may be, and with all that selecting takes, several times
 * its size, well within the memory. */
static bool fits_in_one(const cask *ck, cask_array x)
{
    double length = (double)x->axes[0].length, size = (double)cki_dtype_size(x->dtype);
    return length >= 0 && length * size <= (double)ck->tuning.chunk_bytes &&
           length * (3 * size + 32) <= (double)ck->memory_limit / 2;
}

static cask_value *run_partition(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    parameters p = {.places = call->operation->detail != NULL};
    bool few;
    cask_array x = cki_sort_argument(call, &build, &p.axis), made = NULL;
    if (!x || read_kth(call, x->axes[p.axis].length, &p, &few) != CASK_OK)
        return NULL;
    /* long lines are sorted, and so partitioned at every place */
    if (!few || (x->ndim == 1 && x->axes[0].blocks > 1 && !fits_in_one(build.ck, x)))
        return cki_node_value(&build, cki_sort_array(&build, x, p.axis, p.places));
    cask_array whole = cki_sort_one_chunk(&build, x, p.axis);
    made = whole ? part_blocks(&build, whole, &p) : NULL;
    return cki_node_value(&build, made ? cki_rechunk_to(&build, made, x->axes) : NULL);
}

#define PARTED "a, kth, axis=-1, kind='introselect', order=None"
#define LARGER " Arrays larger than memory are sorted through files."

static const char whole_places;

static const cki_operation op_partition = {
    "partition",
    CKI_IN_DA | CKI_IN_NP,
    PARTED,
    "The elements along an axis with the smaller ones before the kth, the others behind it." LARGER,
    run_partition,
    NULL};
static const cki_operation op_argpartition = {
    "argpartition",
    CKI_IN_DA | CKI_IN_NP | CKI_ARRAY_METHOD,
    PARTED,
    "Where the elements are with the smaller ones before the kth, the others behind it." LARGER,
    run_partition,
    &whole_places};

const cki_operation *const cki_partition_operations[] = {&op_partition, &op_argpartition, NULL};
