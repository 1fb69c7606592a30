/* The reduce node: a partial result a block, computed with the element-wise chain before it, then
 * combined by a tree whose shape depends on the chunks alone, so that the bits never change. */
#include "array/reductions.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/fuse.h"
#include "array/index.h"
#include "graph/spelling.h"

#include <math.h>
#include <string.h>

typedef struct parameters {
    cki_reduce_spec spec;
    cki_reduction reduction;
    bool axes[CKI_MAX_NDIM];
    int64_t split[CKI_MAX_NDIM]; /* how many partial results along an axis become one */
    int along;                   /* a partial result is that of `run` blocks along this axis */
    int64_t run;
    cask_array value; /* what is reduced, for its grid of blocks */
    cki_fused fused;  /* the program that makes its blocks; set by fuse */
} parameters;

/* A layer's own: the partial results of runs of blocks, or their combining from one grid to a
 * coarser. */
typedef struct stage {
    const parameters *p;
    cask_array out;
    const uint32_t *layers; /* partial: of the program's inputs */
    uint32_t from;          /* combine: the layer before */
    int64_t before[CKI_MAX_NDIM], grid[CKI_MAX_NDIM];
    bool finish; /* the last stage gives the result itself */
} stage;

static bool is_arg(cki_reduce_kind kind)
{
    return kind == CKI_REDUCE_ARGMIN || kind == CKI_REDUCE_ARGMAX;
}

/* ---- tasks ---- */

static void stage_position(const stage *s, int64_t block, int64_t *position)
{
    for (int k = s->p->value->ndim - 1; k >= 0; k--) {
        position[k] = block % s->grid[k];
        block /= s->grid[k];
    }
}

/* The first block of the run that is block `block` of the first stage, and how many it has. */
static int64_t run_of(const stage *s, int64_t block, int64_t *position)
{
    const parameters *p = s->p;
    position[0] = 0; /* also where there are no axes */
    stage_position(s, block, position);
    if (p->run == 1)
        return 1;
    position[p->along] *= p->run;
    int64_t left = p->value->axes[p->along].blocks - position[p->along];
    return left < p->run ? left : p->run;
}

/* The finished array of a partial result, without the reduced axes unless they are kept. */
static cask_status finish(const parameters *p, cask_value *partial, cask_value **result,
                          cki_error *error)
{
    cask_value *whole = NULL;
    cask_status status = cki_reduce_finish(&p->reduction, partial, &whole, error);
    if (status != CASK_OK)
        return status;
    if (p->spec.keepdims) {
        *result = whole;
        return CASK_OK;
    }
    const cki_array *array = cki_array_of(whole);
    int64_t shape[CKI_MAX_NDIM];
    int ndim = 0;
    for (int k = 0; k < array->ndim; k++)
        if (!p->axes[k])
            shape[ndim++] = array->shape[k];
    *result = cki_array_reshape(whole, ndim, shape, error);
    cask_value_unref(whole);
    return *result ? CASK_OK : error->status;
}

/* Takes the partial result over. */
static cask_status deliver(const stage *s, cask_value *partial, cask_value **result,
                           cki_error *error)
{
    if (!s->finish) {
        *result = partial;
        return CASK_OK;
    }
    cask_status status = finish(s->p, partial, result, error);
    cask_value_unref(partial);
    return status;
}

/* A block's shape, unknown lengths being those that the inputs broadcast to. */
static void block_shape(cask_array value, const int64_t *position, const cki_array *const *inputs,
                        size_t ninputs, int64_t *shape)
{
    cki_node_block_shape(value, position, shape);
    for (int k = 0; k < value->ndim; k++) {
        if (shape[k] >= 0)
            continue;
        shape[k] = 1;
        for (size_t i = 0; i < ninputs; i++) {
            int axis = inputs[i]->ndim - value->ndim + k;
            if (axis >= 0 && inputs[i]->shape[axis] != 1)
                shape[k] = inputs[i]->shape[axis];
        }
    }
}

/* Add a block's elements to the partial result, or begin one. */
static cask_status add_block(const parameters *p, const int64_t *position,
                             const cki_array *const *inputs, size_t ninputs, cask_value **partial,
                             cki_error *error)
{
    cask_array value = p->value;
    int64_t shape[CKI_MAX_NDIM], offset[CKI_MAX_NDIM], whole[CKI_MAX_NDIM];
    block_shape(value, position, inputs, ninputs, shape);
    cki_node_block_start(value, position, offset);
    for (int k = 0; k < value->ndim; k++) {
        /* an axis of unknown length has but one block where places count */
        offset[k] = offset[k] < 0 ? 0 : offset[k];
        whole[k] = cki_node_length(value, k) < 0 ? shape[k] : cki_node_length(value, k);
    }
    return cki_reduce_block(&p->reduction, p->fused.program, inputs, value->ndim, shape, p->axes,
                            &(cki_block_place){offset, whole}, partial, error);
}

static cask_status run_partial(const cki_task *task, cask_value **result, cki_error *error)
{
    const stage *s = task->layer->parameters;
    const parameters *p = s->p;
    const cki_array *inputs[CKI_PROGRAM_INPUTS];
    int64_t position[CKI_MAX_NDIM];
    int64_t blocks = run_of(s, task->block, position);
    size_t each = p->fused.ninputs;
    if (each > CKI_PROGRAM_INPUTS || task->ninputs != each * (size_t)blocks)
        return cki_fail_internal(error, "reductions: the wrong number of inputs");
    cask_value *partial = NULL;
    cask_status status = CASK_OK;
    for (size_t b = 0; status == CASK_OK && b < (size_t)blocks; b++, position[p->along]++) {
        for (size_t i = 0; i < each; i++)
            if (!(inputs[i] = cki_array_of(task->inputs[b * each + i])))
                return cki_fail_internal(error, "reductions: an input is no array");
        status = add_block(p, position, inputs, each, &partial, error);
    }
    return status == CASK_OK ? deliver(s, partial, result, error) : status;
}

static cask_status run_combine(const cki_task *task, cask_value **result, cki_error *error)
{
    const stage *s = task->layer->parameters;
    cask_value *partial = NULL;
    cask_status status =
        cki_reduce_combine(&s->p->reduction, task->inputs, task->ninputs, &partial, error);
    return status == CASK_OK ? deliver(s, partial, result, error) : status;
}

const cki_function cki_reductions_partial_function = {"array.reduce_partial", 1, run_partial};
const cki_function cki_reductions_combine_function = {"array.reduce_combine", 1, run_combine};

/* ---- layers ---- */

static void partial_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const stage *s = layer->parameters;
    const cki_fused *fused = &s->p->fused;
    int64_t position[CKI_MAX_NDIM];
    int64_t blocks = run_of(s, block, position);
    for (int64_t b = 0; b < blocks && !keys->failed; b++, position[s->p->along]++)
        cki_fuse_inputs(s->layers, fused->inputs, fused->ninputs, s->p->value->ndim, position,
                        keys);
}

static void combine_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const stage *s = layer->parameters;
    int ndim = s->p->value->ndim;
    int64_t at[CKI_MAX_NDIM], first[CKI_MAX_NDIM], end[CKI_MAX_NDIM];
    stage_position(s, block, first);
    for (int k = 0; k < ndim; k++) {
        int64_t split = s->p->axes[k] ? s->p->split[k] : 1;
        first[k] *= split;
        end[k] = s->before[k] - first[k] < split ? s->before[k] : first[k] + split;
        at[k] = first[k];
    }
    for (;;) {
        int64_t number = 0;
        for (int k = 0; k < ndim; k++)
            number = number * s->before[k] + at[k];
        cki_graph_key(keys, s->from, number);
        int k = ndim - 1;
        for (; k >= 0 && ++at[k] == end[k]; k--)
            at[k] = first[k];
        if (k < 0 || keys->failed)
            return;
    }
}

static void stage_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const stage *s = layer->parameters;
    cask_array value = s->p->value;
    int64_t position[CKI_MAX_NDIM], elements = 1;
    stage_position(s, block, position);
    for (int k = 0; k < value->ndim; k++) {
        int64_t size = s->p->axes[k] ? 1 : cki_chunks_size(&value->axes[k], position[k]);
        if (size < 0 || __builtin_mul_overflow(elements, size, &elements))
            elements = 0;
    }
    size_t partial = cki_reduce_partial_bytes(&s->p->reduction, elements);
    cost->output = s->finish ? cki_node_block_bytes(s->out, block) : partial;
    cost->working = s->finish ? partial : 0;
}

/* The axes; a partial result says too what is computed on the way. */
static void stage_spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const stage *s = layer->parameters;
    int64_t position[CKI_MAX_NDIM];
    if (layer->function == &cki_reductions_partial_function) {
        size_t blocks = (size_t)run_of(s, block, position);
        bool plain = blocks > 1 || !s->p->fused.steps;
        if (blocks > 1)
            cki_spelling_open(spelling);
        if (plain)
            cki_spelling_inputs(spelling, 0, blocks * s->p->fused.ninputs);
        else
            cki_fuse_spell(&s->p->fused, spelling);
        cki_spelling_close(spelling);
    } else {
        cki_keys keys = {0};
        combine_inputs(layer, block, &keys);
        cki_spelling_open(spelling);
        cki_spelling_inputs(spelling, 0, keys.count);
        cki_spelling_close(spelling);
        spelling->failed |= keys.failed;
        cki_memory_free(keys.items);
    }
    cki_spelling_axes(spelling, s->p->axes, s->p->value->ndim);
    if (s->finish)
        cki_spelling_bool(spelling, s->p->spec.keepdims);
    if (s->finish && s->p->spec.ddof != 0)
        cki_spelling_float(spelling, s->p->spec.ddof);
}

static int64_t grid_blocks(const stage *s)
{
    int64_t blocks = 1;
    for (int k = 0; k < s->p->value->ndim; k++)
        blocks *= s->grid[k];
    return blocks;
}

/* Whether a stage's grid has more than one block on a reduced axis. */
static bool is_split(const stage *s)
{
    for (int k = 0; k < s->p->value->ndim; k++)
        if (s->p->axes[k] && s->grid[k] > 1)
            return true;
    return false;
}

/* Append a stage; the last one is the node's result. */
static cask_status add_stage(cki_lowering *lowering, const stage *made, bool partial,
                             uint32_t *number, cki_error *error)
{
    stage *s = cki_arena_copy(cki_graph_arena(cki_lower_graph(lowering)), made, sizeof *made);
    if (!s)
        return cki_fail_memory(error, sizeof *made);
    s->finish = !is_split(s);
    cki_layer layer = {
        .function = partial ? &cki_reductions_partial_function : &cki_reductions_combine_function,
        .parameters = s,
        .detail = partial && s->p->fused.steps ? s->p->fused.names : NULL,
        .inputs = partial ? partial_inputs : combine_inputs,
        .cost = stage_cost,
        .spell = stage_spell,
    };
    if (s->finish)
        return cki_node_lower(lowering, s->out, layer, "", error);
    layer.blocks = grid_blocks(s);
    layer.name = cki_lower_name(lowering, &s->out->base, s->out->label, "partial");
    return cki_graph_add(cki_lower_graph(lowering), &layer, number, error);
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    const parameters *p = node->parameters;
    if (!p->fused.program)
        return cki_fail_internal(error, "reductions: lowered without a program");
    uint32_t *layers = cki_arena_array(cki_graph_arena(cki_lower_graph(lowering)),
                                       node->ninputs + 1, sizeof *layers);
    if (!layers)
        return cki_fail_memory(error, node->ninputs * sizeof *layers);
    for (size_t i = 0; i < node->ninputs; i++)
        layers[i] = cki_lower_input(lowering, node->inputs[i]);
    stage s = {.p = p, .out = cki_node_as_array(node), .layers = layers};
    for (int k = 0; k < p->value->ndim; k++)
        s.grid[k] = p->value->axes[k].blocks;
    if (p->run > 1)
        s.grid[p->along] = (s.grid[p->along] + p->run - 1) / p->run;
    cask_status status = add_stage(lowering, &s, true, &s.from, error);
    while (status == CASK_OK && is_split(&s)) {
        memcpy(s.before, s.grid, sizeof s.before);
        for (int k = 0; k < p->value->ndim; k++)
            if (p->axes[k])
                s.grid[k] = (s.grid[k] + p->split[k] - 1) / p->split[k];
        status = add_stage(lowering, &s, false, &s.from, error);
    }
    return status;
}

static const cki_node *fuse(cki_optimiser *optimiser, const cki_node *node, cki_error *error)
{
    cki_build build = cki_optimise_build(optimiser, error);
    struct cask_array_node *copy = cki_arena_copy(build.arena, node, sizeof *copy);
    parameters *p = cki_arena_copy(build.arena, node->parameters, sizeof *p);
    if (!copy || !p) {
        cki_fail_memory(error, sizeof *copy + sizeof *p);
        return NULL;
    }
    if (cki_fuse_program(optimiser, node, node->inputs[0], &p->fused, error) != CASK_OK)
        return NULL;
    copy->base.parameters = p;
    copy->base.inputs = p->fused.inputs;
    copy->base.ninputs = p->fused.ninputs;
    return &copy->base;
}

static const cki_primitive reduce_primitive = {
    .name = "reduce",
    .size = sizeof(struct cask_array_node),
    .fuse = fuse,
    .lower = lower,
    .barrier = true,
};

/* ---- building ---- */

static const char *usual_label(const cki_reduce_spec *spec)
{
    static const char *const labels[] = {
        [CKI_REDUCE_SUM] = "sum-aggregate",
        [CKI_REDUCE_PROD] = "prod-aggregate",
        [CKI_REDUCE_MIN] = "amin-aggregate",
        [CKI_REDUCE_MAX] = "amax-aggregate",
        [CKI_REDUCE_ANY] = "any-aggregate",
        [CKI_REDUCE_ALL] = "all-aggregate",
        [CKI_REDUCE_MEAN] = "mean_agg-aggregate",
        [CKI_REDUCE_VAR] = "var-aggregate",
        [CKI_REDUCE_STD] = "_sqrt",
        [CKI_REDUCE_ARGMIN] = "arg_agg-aggregate",
        [CKI_REDUCE_ARGMAX] = "arg_agg-aggregate",
        [CKI_REDUCE_COUNT] = "sum-aggregate",
    };
    return labels[spec->kind];
}

/* Dask's share of split_every for each axis: its root, but at least two. */
static void choose_splits(parameters *p, int ndim, int usual)
{
    int count = 0;
    for (int k = 0; k < ndim; k++)
        count += p->axes[k];
    double every = p->spec.split_every > 0 ? p->spec.split_every : usual;
    double root = floor(pow(every, 1.0 / (count ? count : 1)));
    for (int k = 0; k < ndim; k++) {
        int64_t own = p->spec.split[k] ? p->spec.split[k] : (int64_t)root;
        p->split[k] = own < 2 ? 2 : own;
    }
}

/* Bytes that are read for an element of `x`: of what its element-wise chain begins with. Slices of
 * that are passed over, as they are when they are pushed down to it. */
static size_t read_width(cask_array x)
{
    enum { MOST = 32 };
    const cki_node *seen[MOST] = {&x->base};
    size_t nseen = 1, width = 0;
    for (size_t i = 0; i < nseen; i++) {
        cask_array inner = NULL, array = cki_node_as_array(seen[i]);
        const cki_pick *picks;
        bool index = cki_index_is(array, &inner, &picks);
        if (!index && !cki_elementwise_is(seen[i])) {
            width += cki_dtype_size(array->dtype);
            continue;
        }
        for (size_t k = 0; k < (index ? 1 : seen[i]->ninputs); k++) {
            const cki_node *input = index ? &inner->base : seen[i]->inputs[k];
            size_t j = 0;
            while (j < nseen && seen[j] != input)
                j++;
            if (j < nseen || (!index && cki_node_as_array(input)->ndim < x->ndim))
                continue; /* a broadcast row is small */
            if (nseen == MOST)
                return cki_dtype_size(x->dtype);
            seen[nseen++] = input;
        }
    }
    return width ? width : cki_dtype_size(x->dtype);
}

/* Where blocks are so short along the reduced axes that partial results are about as large as they
 * are, one is made of several blocks, of a few MB in all: to write and combine it costs more than
 * to go on with it. */
static void choose_run(parameters *p)
{
    enum { SHORT = 8, MOST_BLOCKS = 32, MOST_BYTES = 1 << 23 };
    cask_array x = p->value;
    size_t bytes = read_width(x);
    int64_t reduced = 1;
    p->run = 1;
    p->along = 0;
    for (int k = x->ndim - 1; k >= 0; k--) {
        int64_t size = cki_chunks_largest(&x->axes[k]);
        if (size < 0 || __builtin_mul_overflow(bytes, (size_t)size, &bytes))
            return;
        reduced *= p->axes[k] && reduced < SHORT ? size : 1;
        if (p->axes[k] && x->axes[k].blocks > 1)
            p->along = k;
    }
    if (is_arg(p->reduction.kind) || bytes == 0 || reduced >= SHORT || !p->axes[p->along])
        return;
    int64_t most = (int64_t)(MOST_BYTES / bytes);
    p->run = most < 1 ? 1 : most < MOST_BLOCKS ? most : MOST_BLOCKS;
}

static cki_token token_of(const parameters *p, int ndim, cki_error *error)
{
    cki_hasher *hasher = cki_token_start(error);
    if (!hasher)
        return (cki_token){0, 0};
    const cki_reduction *r = &p->reduction;
    const int64_t numbers[] = {r->kind,     r->skip_nan, p->spec.keepdims, r->in.id,    r->in.unit,
                               r->in.count, r->out.id,   r->out.unit,      r->out.count};
    cki_token_bytes(hasher, numbers, sizeof numbers);
    cki_token_bytes(hasher, &r->ddof, sizeof r->ddof);
    for (int k = 0; k < ndim; k++)
        cki_token_int(hasher, p->axes[k] ? p->split[k] : 0);
    return cki_token_end(hasher);
}

/* The places of elements in the whole must be known, unless one block has them all. */
static bool places_known(cki_build *build, cask_array x, const bool *axes)
{
    for (int k = 0; k < x->ndim; k++)
        if (axes[k] && x->axes[k].blocks > 1 && !cki_chunks_is_known(&x->axes[k])) {
            cki_fail(build->error, CASK_INVALID, NULL,
                     "Arg-reductions do not work with arrays that have unknown chunksizes: axis %d "
                     "of %d has blocks of unknown length. Compute the array first, then reduce it.",
                     k, x->ndim);
            return false;
        }
    return true;
}

/* The chunks of the result; -1 without memory. */
static int result_axes(cki_build *build, const parameters *p, cki_axis *axes)
{
    int ndim = 0;
    for (int k = 0; k < p->value->ndim; k++) {
        if (!p->axes[k])
            axes[ndim++] = p->value->axes[k];
        else if (p->spec.keepdims && !cki_chunks_single(build->arena, 1, &axes[ndim++]))
            return -1;
    }
    return ndim;
}

cask_array cki_reductions_reduce(cki_build *build, cask_array x, const cki_reduce_spec *spec)
{
    parameters *p = cki_arena_alloc(build->arena, sizeof *p);
    if (!p) {
        cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    p->spec = *spec;
    p->value = x;
    for (int k = 0; k < x->ndim; k++)
        p->axes[k] = spec->all || spec->axes[k];
    if (cki_reduce_resolve(spec->kind, spec->skip_nan, x->dtype, spec->dtype, spec->ddof,
                           &p->reduction, build->error) != CASK_OK)
        return NULL;
    if (is_arg(spec->kind) && !places_known(build, x, p->axes))
        return NULL;
    choose_splits(p, x->ndim, build->ck->tuning.split_every);
    choose_run(p);
    cki_axis *axes = cki_arena_array(build->arena, (size_t)x->ndim + 1, sizeof *axes);
    int ndim = axes ? result_axes(build, p, axes) : -1;
    if (ndim < 0) {
        cki_fail_memory(build->error, sizeof *axes);
        return NULL;
    }
    cki_token token = token_of(p, x->ndim, build->error);
    if (build->error->status != CASK_OK)
        return NULL;
    return cki_node_array(build, &(cki_array_spec){
                                     .primitive = &reduce_primitive,
                                     .label = spec->label ? spec->label : usual_label(spec),
                                     .dtype = p->reduction.out,
                                     .ndim = ndim,
                                     .axes = axes,
                                     .inputs = &x,
                                     .ninputs = 1,
                                     .parameters = p,
                                     .token = token,
                                 });
}

bool cki_reductions_is(cask_array x, bool axes[CKI_MAX_NDIM], bool *keepdims)
{
    if (x->base.primitive != &reduce_primitive)
        return false;
    const parameters *p = x->base.parameters;
    memcpy(axes, p->axes, sizeof p->axes);
    *keepdims = p->spec.keepdims;
    return true;
}

cask_array cki_reductions_rebuild(cki_build *build, cask_array node, cask_array input)
{
    const parameters *p = node->base.parameters;
    cki_reduce_spec spec = p->spec;
    memcpy(spec.axes, p->axes, sizeof spec.axes);
    spec.all = false;
    spec.label = node->label;
    return cki_reductions_reduce(build, input, &spec);
}
