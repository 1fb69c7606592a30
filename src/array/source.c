/* Sources: lowering of arrays that make regions of themselves, and restricting them to a slice, so
 * that only what is needed is ever made or read. */
#include "array/source.h"
#include "array/functions.h"
#include "array/source_list.h"
#include "graph/spelling.h"

#include <string.h>

/* Which part of the whole an array is: axis k of the whole starts at start[k] and goes by step[k];
 * axes that are not kept stand still there. Of one kept axis the positions may be listed instead.
 */
typedef struct part {
    const cki_source *source;
    const void *self;
    cki_token token; /* of the whole */
    cki_dtype dtype;
    int ndim; /* of the whole */
    const int64_t *start, *step;
    const bool *kept;
    int listed; /* -1: none */
    const int64_t *list;
    cask_array array; /* set in lowering: whose blocks are made */
    size_t working;   /* bytes that making a region takes beside it */
} part;

typedef struct region {
    int64_t start[CKI_MAX_NDIM], count[CKI_MAX_NDIM], step[CKI_MAX_NDIM];
    bool flipped[CKI_MAX_NDIM];
    const int64_t *positions; /* of the listed axis; NULL: none */
} region;

static void region_of(const part *p, int64_t block, region *r)
{
    int64_t position[CKI_MAX_NDIM];
    cki_node_position(p->array, block, position);
    r->positions = NULL;
    for (int k = 0, axis = 0; k < p->ndim; k++) {
        r->start[k] = p->start[k];
        r->count[k] = r->step[k] = 1;
        r->flipped[k] = false;
        if (!p->kept[k])
            continue;
        int64_t first = cki_chunks_start(&p->array->axes[axis], position[axis]);
        r->count[k] = cki_chunks_size(&p->array->axes[axis], position[axis]);
        axis++;
        if (k == p->listed) {
            r->start[k] = 0;
            r->positions = r->count[k] > 0 ? p->list + first : NULL;
            continue;
        }
        r->flipped[k] = p->step[k] < 0;
        r->step[k] = r->flipped[k] ? -p->step[k] : p->step[k];
        r->start[k] += p->step[k] * (r->flipped[k] ? first + r->count[k] - 1 : first);
        if (r->count[k] <= 0)
            r->start[k] = 0;
    }
}

/* The region's array with its flipped axes turned round and its fixed axes gone. */
static cask_status present(const part *p, const region *r, cask_value *made, cask_value **result,
                           cki_error *error)
{
    const cki_array *whole = cki_array_of(made);
    bool turned = false;
    int64_t start[CKI_MAX_NDIM] = {0}, step[CKI_MAX_NDIM], shape[CKI_MAX_NDIM],
            strides[CKI_MAX_NDIM];
    for (int k = 0; k < p->ndim; k++) {
        step[k] = 1;
        if (r->flipped[k] && r->count[k] > 1) {
            turned = true;
            start[k] = r->count[k] - 1;
            step[k] = -1;
        }
    }
    cask_value *view =
        turned ? cki_array_slice(whole, start, r->count, step, error) : cask_value_ref(made);
    if (!view)
        return error->status;
    const cki_array *seen = cki_array_of(view);
    int ndim = 0;
    for (int k = 0; k < p->ndim; k++)
        if (p->kept[k]) {
            shape[ndim] = seen->shape[k];
            strides[ndim++] = seen->strides[k];
        }
    if (ndim == p->ndim) {
        *result = view;
        return CASK_OK;
    }
    *result = cki_array_view(seen->buffer, seen->data, seen->dtype, ndim, shape, strides, error);
    cask_value_unref(view);
    return *result ? CASK_OK : error->status;
}

static cki_source_list list_of(const part *p, const region *r)
{
    cki_source_list list = {.source = p->source,
                            .self = p->self,
                            .dtype = p->dtype,
                            .ndim = p->ndim,
                            .axis = p->listed,
                            .positions = r->positions};
    memcpy(list.start, r->start, sizeof list.start);
    memcpy(list.count, r->count, sizeof list.count);
    memcpy(list.step, r->step, sizeof list.step);
    return list;
}

static cask_status make_region(const part *p, const region *r, cask_value **made, cki_error *error)
{
    if (!r->positions)
        return p->source->region(p->self, p->dtype, p->ndim, r->start, r->count, r->step, made,
                                 error);
    const cki_source_list list = list_of(p, r);
    return cki_source_list_region(&list, made, error);
}

static cask_status run_source(const cki_task *task, cask_value **result, cki_error *error)
{
    const part *p = task->layer->parameters;
    region r;
    region_of(p, task->block, &r);
    cask_value *made = NULL;
    cask_status status = make_region(p, &r, &made, error);
    if (status == CASK_OK)
        status = present(p, &r, made, result, error);
    cask_value_unref(made);
    return status;
}

const cki_function cki_source_function = {"array.source", 1, run_source};

static void no_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    (void)layer, (void)block, (void)keys;
}

static void source_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const part *p = layer->parameters;
    cost->output = p->source->cheap ? 64 : cki_node_block_bytes(p->array, block);
    cost->working = p->working;
    if (p->source->read_bytes) {
        region r;
        region_of(p, block, &r);
        if (r.positions) {
            const cki_source_list list = list_of(p, &r);
            cki_source_list_cost(&list, cost);
        } else
            cost->read = p->source->read_bytes(p->self, p->ndim, r.start, r.count, r.step);
    }
}

static void source_spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const part *p = layer->parameters;
    region r;
    region_of(p, block, &r);
    if (p->source->spell)
        p->source->spell(p->self, p->dtype, p->ndim, r.start, r.count, r.step, spelling);
    else
        cki_spelling_slices(spelling, p->ndim, r.start, r.count, r.step);
    if (!r.positions)
        return;
    cki_spelling_open(spelling); /* the slice of this axis only counts them */
    for (int64_t i = 0; i < r.count[p->listed]; i++)
        cki_spelling_int(spelling, r.positions[i]);
    cki_spelling_close(spelling);
}

static cask_status lower_source(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    part *p =
        cki_arena_copy(cki_graph_arena(cki_lower_graph(lowering)), node->parameters, sizeof *p);
    if (!p)
        return cki_fail_memory(error, sizeof *p);
    p->array = cki_node_as_array(node);
    cki_layer layer = {.function = &cki_source_function,
                       .parameters = p,
                       .inputs = no_inputs,
                       .cost = source_cost,
                       .spell = source_spell};
    return cki_node_lower(lowering, p->array, layer, "", error);
}

static const cki_primitive source_primitive = {.name = "source",
                                               .size = sizeof(struct cask_array_node),
                                               .lower = lower_source,
                                               .repeatable = cki_node_bytes};

bool cki_source_is(cask_array x)
{
    return x->base.primitive == &source_primitive;
}

/* The node of a part; its arrays are already in the arena. */
static cask_array make(cki_build *build, const char *label, const part *p, int ndim,
                       const cki_axis *axes)
{
    part *own = cki_arena_copy(build->arena, p, sizeof *p);
    cki_hasher *hasher = own ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    cki_token_text(hasher, p->source->name);
    cki_token_token(hasher, p->token);
    for (int k = 0; k < p->ndim; k++) {
        cki_token_int(hasher, p->start[k]);
        cki_token_int(hasher, p->step[k]);
        cki_token_int(hasher, p->kept[k]);
    }
    if (p->listed >= 0) {
        int axis = 0;
        for (int k = 0; k < p->listed; k++)
            axis += p->kept[k];
        cki_token_int(hasher, p->listed);
        cki_token_bytes(hasher, p->list, (size_t)axes[axis].length * sizeof *p->list);
    }
    cki_array_spec spec = {.primitive = &source_primitive,
                           .label = label,
                           .dtype = p->dtype,
                           .ndim = ndim,
                           .axes = axes,
                           .parameters = own,
                           .token = cki_token_end(hasher),
                           .fleeting = p->source->fleeting};
    return cki_node_array(build, &spec);
}

cask_array cki_source_array(cki_build *build, const char *label, const cki_source *source,
                            const void *self, cki_token token, cki_dtype dtype, int ndim,
                            const cki_axis *axes)
{
    return cki_source_working(build, label, source, self, token, dtype, ndim, axes, 0);
}

cask_array cki_source_working(cki_build *build, const char *label, const cki_source *source,
                              const void *self, cki_token token, cki_dtype dtype, int ndim,
                              const cki_axis *axes, size_t working)
{
    int64_t *start = cki_arena_array(build->arena, (size_t)ndim, sizeof *start);
    int64_t *step = cki_arena_array(build->arena, (size_t)ndim, sizeof *step);
    bool *kept = cki_arena_array(build->arena, (size_t)ndim, sizeof *kept);
    if (!start || !step || !kept) {
        cki_fail_memory(build->error, (size_t)ndim * sizeof *start);
        return NULL;
    }
    for (int k = 0; k < ndim; k++) {
        step[k] = 1;
        kept[k] = true;
    }
    part p = {source, self, token, dtype, ndim, start, step, kept, -1, NULL, NULL, working};
    return make(build, label, &p, ndim, axes);
}

/* Of a list the positions from start by step. */
static const int64_t *chosen(cki_build *build, const int64_t *list, int64_t start, int64_t step,
                             int64_t count)
{
    int64_t *some = cki_arena_array(build->arena, (size_t)count + 1, sizeof *some);
    if (!some) {
        cki_fail_memory(build->error, (size_t)count * sizeof *some);
        return NULL;
    }
    for (int64_t i = 0; i < count; i++)
        some[i] = list[start + i * step];
    return some;
}

/* Which axis of the whole one of x is. */
static int whole_axis(const part *p, int axis)
{
    int k = 0;
    for (int left = axis; !p->kept[k] || left-- > 0;)
        k++;
    return k;
}

bool cki_source_may_take(cask_array x, int axis)
{
    if (!cki_source_is(x))
        return false;
    const part *p = x->base.parameters;
    return p->source->read_bytes && (p->listed < 0 || p->listed == whole_axis(p, axis));
}

cask_array cki_source_take(cki_build *build, cask_array x, int axis, const int64_t *positions,
                           int64_t count, const cki_axis *axes)
{
    part p = *(const part *)x->base.parameters;
    const int k = whole_axis(&p, axis);
    int64_t *list = cki_arena_array(build->arena, (size_t)count + 1, sizeof *list);
    if (!list) {
        cki_fail_memory(build->error, (size_t)count * sizeof *list);
        return NULL;
    }
    for (int64_t i = 0; i < count; i++)
        list[i] = p.listed == k ? p.list[positions[i]] : p.start[k] + positions[i] * p.step[k];
    p.listed = k;
    p.list = list;
    return make(build, x->label, &p, x->ndim, axes);
}

cask_array cki_source_restrict(cki_build *build, cask_array x, const int64_t *start,
                               const int64_t *step, const bool *drop, const cki_axis *axes)
{
    const part *whole = x->base.parameters;
    size_t n = (size_t)whole->ndim;
    int64_t *starts = cki_arena_copy(build->arena, whole->start, n * sizeof *starts);
    int64_t *steps = cki_arena_copy(build->arena, whole->step, n * sizeof *steps);
    bool *kept = cki_arena_copy(build->arena, whole->kept, n * sizeof *kept);
    if (!starts || !steps || !kept) {
        cki_fail_memory(build->error, n * sizeof *starts);
        return NULL;
    }
    int ndim = 0;
    part p = *whole;
    for (int k = 0, axis = 0; k < whole->ndim; k++) {
        if (!whole->kept[k])
            continue;
        kept[k] = !drop[axis];
        if (k != whole->listed) {
            starts[k] += start[axis] * steps[k];
            steps[k] *= step[axis];
        } else if (drop[axis]) {
            starts[k] = whole->list[start[axis]];
            p.listed = -1;
        } else if (!(p.list =
                         chosen(build, whole->list, start[axis], step[axis], axes[ndim].length)))
            return NULL;
        ndim += kept[k];
        axis++;
    }
    p.start = starts;
    p.step = steps;
    p.kept = kept;
    return make(build, x->label, &p, ndim, axes);
}

/* ---- eager arrays ---- */

static cask_status constant_region(const void *self, cki_dtype dtype, int ndim,
                                   const int64_t *start, const int64_t *count, const int64_t *step,
                                   cask_value **out, cki_error *error)
{
    (void)dtype, (void)ndim;
    const cask_value *value = self;
    *out = cki_array_slice(cki_array_of(value), start, count, step, error);
    return *out ? CASK_OK : error->status;
}

/* The elements themselves. */
static void constant_spell(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                           const int64_t *count, const int64_t *step, cki_spelling *spelling)
{
    const cask_value *value = self;
    (void)dtype, (void)ndim;
    cki_spelling_data(spelling, cki_array_slice(cki_array_of(value), start, count, step, NULL));
}

static const cki_source constant_source = {
    .name = "constant", .region = constant_region, .cheap = true, .spell = constant_spell};
static const cki_source large_source = {.name = "constant",
                                        .region = constant_region,
                                        .cheap = true,
                                        .fleeting = true,
                                        .spell = constant_spell};

static void release_value(void *value)
{
    cask_value_unref(value);
}

/* Small arrays are named by what they hold. Large ones by where they are, which is theirs alone as
 * long as the plan holds them: to hash them would take longer than to compute with them. */
static bool constant_token(cki_build *build, const cask_value *array, cki_token *token,
                           const cki_source **source)
{
    enum { HASHED = 1 << 20 };
    *source = &constant_source;
    const cki_array *a = cki_array_of(array);
    size_t bytes; /* to be hashed: also those that lie in one place */
    if (__builtin_mul_overflow((size_t)cki_array_size(a), cki_dtype_size(a->dtype), &bytes))
        bytes = SIZE_MAX;
    cki_hasher *hasher = bytes > HASHED ? cki_token_start(build->error) : NULL;
    if (bytes <= HASHED) {
        *token = cki_token_of(array);
        return true;
    }
    if (!hasher)
        return false;
    *source = &large_source;
    cki_token_text(hasher, "memory");
    cki_token_int(hasher, (int64_t)(intptr_t)cki_array_of(array)->data);
    cki_token_bytes(hasher, cki_array_of(array)->strides,
                    (size_t)cki_array_of(array)->ndim * sizeof(int64_t));
    *token = cki_token_end(hasher);
    return true;
}

cask_array cki_source_constant(cki_build *build, cask_value *array, const cki_axis *axes)
{
    const cki_array *eager = cki_array_of(array);
    cki_axis whole[CKI_MAX_NDIM];
    for (int i = 0; !axes && i < eager->ndim; i++)
        if (!cki_chunks_single(build->arena, eager->shape[i], &whole[i])) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
    cki_token token;
    const cki_source *source;
    if (!constant_token(build, array, &token, &source) ||
        cki_context_own(build->ck, release_value, cask_value_ref(array), build->error) != CASK_OK)
        return NULL;
    return cki_source_array(build, "array", source, array, token, eager->dtype, eager->ndim,
                            axes ? axes : whole);
}
