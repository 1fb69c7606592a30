/* x.blocks[...]: an array made of some chunks of another. Nothing is computed: its blocks are the
 * other's. */
#include "array/index_views.h"
#include "array/pick.h"
#include "array/runs.h"

/* Which blocks of one axis: start, start + step, ... or those listed. */
typedef struct choice {
    int64_t start, step, count;
    const int64_t *list;
} choice;

static const cki_primitive primitive;

static int64_t block_at(const choice *c, int64_t i)
{
    return c->list ? c->list[i] : c->start + i * c->step;
}

static bool choose_list(cki_build *build, cask_value *value, int axis, int64_t blocks, choice *c)
{
    cask_value *array = cki_array_of(value)
                            ? cask_value_ref(value)
                            : cki_array_from_value(value, (cki_dtype){0}, build->error);
    const cki_array *a = cki_array_of(array);
    int64_t n = a && a->ndim == 1 ? a->shape[0] : 0, count = 0;
    int64_t *list = cki_arena_array(build->arena, (size_t)n + 1, sizeof *list);
    bool mask = a && a->dtype.id == CASK_BOOL;
    if (!list)
        cki_fail_memory(build->error, (size_t)n * sizeof *list);
    else if (a && (a->ndim != 1 || (mask && n != blocks)))
        cki_fail(build->error, CASK_INDEX, "IndexError",
                 "blocks: axis %d takes a list of block numbers below %lld or as many bools", axis,
                 (long long)blocks);
    for (int64_t i = 0; a && list && !build->error->status && i < n; i++) {
        int64_t number = i;
        const unsigned char *at = a->data + i * a->strides[0];
        if (mask) {
            if (*at)
                list[count++] = i;
            continue;
        }
        if (cki_array_cast_element(cki_dtype_of(CASK_I64), &number, a->dtype, at, build->error))
            break;
        if (number < -blocks || number >= blocks)
            cki_fail(build->error, CASK_INDEX, "IndexError",
                     "Index is out of bounds for axis %d with size %lld", axis, (long long)blocks);
        list[count++] = number < 0 ? number + blocks : number;
    }
    cask_value_unref(array);
    *c = (choice){.count = count, .list = list};
    return build->error->status == CASK_OK;
}

static bool choose(cki_build *build, cask_value *value, int axis, int64_t blocks, choice *c)
{
    cki_pick pick;
    int64_t number, stop;
    if (value->kind == CKI_LIST || value->kind == CKI_TUPLE || value->kind == CKI_RANGE ||
        (cki_array_of(value) && cki_array_of(value)->ndim))
        return choose_list(build, value, axis, blocks, c);
    if (value->kind == CKI_SLICE) {
        if (cki_pick_slice(value, blocks, &pick, &stop, build->error) != CASK_OK)
            return false;
        *c = (choice){pick.start, pick.step, pick.count, NULL};
        return true;
    }
    if (cki_pick_integer(value, &number, build->error) != CASK_OK)
        return false;
    if (number < -blocks || number >= blocks) {
        cki_fail(build->error, CASK_INDEX, "IndexError",
                 "Index %lld is out of bounds for axis %d with size %lld", (long long)number, axis,
                 (long long)blocks);
        return false;
    }
    *c = (choice){number < 0 ? number + blocks : number, 1, 1, NULL};
    return true;
}

static bool choose_all(cki_build *build, cask_array x, cask_value *index, choice *choices)
{
    bool tuple = index->kind == CKI_TUPLE;
    cask_value *const *values = tuple ? index->as.list.items : &index;
    int count = tuple ? (int)index->as.list.count : 1, lists = 0, ellipses = 0, axis = 0;
    for (int i = 0; i < count; i++) {
        ellipses += values[i]->kind == CKI_ELLIPSIS;
        lists += values[i]->kind == CKI_LIST || cki_array_of(values[i]);
        if (values[i]->kind == CKI_NONE || lists > 1) {
            cki_fail(build->error, CASK_INVALID, "ValueError",
                     lists > 1 ? "Can only slice with a single list"
                               : "Slicing with np.newaxis or None is not supported");
            return false;
        }
    }
    if (ellipses > 1 || count - ellipses > x->ndim) {
        cki_fail(build->error, CASK_INDEX, "IndexError", "Too many indices for array");
        return false;
    }
    for (int i = 0; i < x->ndim; i++)
        choices[i] = (choice){.step = 1, .count = x->axes[i].blocks};
    for (int i = 0; i < count; i++) {
        if (values[i]->kind == CKI_ELLIPSIS)
            axis = x->ndim - (count - 1 - i);
        else if (!choose(build, values[i], axis, x->axes[axis].blocks, &choices[axis]))
            return false;
        else
            axis++;
    }
    return true;
}

static bool choose_sizes(cki_build *build, const cki_axis *from, const choice *c, cki_axis *axis)
{
    cki_runs runs = {0};
    if (!c->list && c->step == 1)
        cki_runs_copy(&runs, from, c->start, c->count);
    else
        for (int64_t i = 0; i < c->count && !runs.failed; i++)
            cki_runs_add(&runs, cki_chunks_size(from, block_at(c, i)), 1);
    return cki_runs_finish(&runs, build->arena, axis, build->error) == CASK_OK;
}

cask_array cki_index_blocks(cki_build *build, cask_array x, cask_value *index)
{
    if (!x)
        return NULL;
    choice *choices = cki_arena_array(build->arena, x->ndim ? (size_t)x->ndim : 1, sizeof *choices);
    cki_axis *axes = cki_runs_axes(build, x->ndim);
    if (!choices || !axes) {
        cki_fail_memory(build->error, sizeof *choices);
        return NULL;
    }
    if (!choose_all(build, x, index, choices))
        return NULL;
    for (int i = 0; i < x->ndim; i++) {
        if (choices[i].count == 0) {
            cki_fail(build->error, CASK_INDEX, "IndexError",
                     "blocks: no block of axis %d is chosen", i);
            return NULL;
        }
        if (!choose_sizes(build, &x->axes[i], &choices[i], &axes[i]))
            return NULL;
    }
    cki_hasher *hasher = cki_token_start(build->error);
    if (!hasher)
        return NULL;
    for (int i = 0; i < x->ndim; i++) {
        const choice *c = &choices[i];
        cki_token_int(hasher, c->start);
        cki_token_int(hasher, c->step);
        cki_token_int(hasher, c->count);
        cki_token_bytes(hasher, c->list, c->list ? (size_t)c->count * sizeof *c->list : 0);
    }
    return cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                   .label = "blocks",
                                                   .dtype = x->dtype,
                                                   .ndim = x->ndim,
                                                   .axes = axes,
                                                   .inputs = &x,
                                                   .ninputs = 1,
                                                   .parameters = choices,
                                                   .token = cki_token_end(hasher)});
}

typedef struct lowered {
    cask_array out, in;
    uint32_t layer;
    const choice *choices;
} lowered;

static cki_key alias(const cki_layer *layer, int64_t block)
{
    const lowered *l = layer->parameters;
    int64_t position[CKI_MAX_NDIM];
    cki_node_position(l->out, block, position);
    for (int i = 0; i < l->out->ndim; i++)
        position[i] = block_at(&l->choices[i], position[i]);
    return (cki_key){l->layer, cki_node_block(l->in, position)};
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    lowered *l = cki_arena_alloc(cki_graph_arena(cki_lower_graph(lowering)), sizeof *l);
    if (!l)
        return cki_fail_memory(error, sizeof *l);
    *l = (lowered){cki_node_as_array(node), cki_node_as_array(node->inputs[0]),
                   cki_lower_input(lowering, node->inputs[0]), node->parameters};
    return cki_node_lower(lowering, l->out, (cki_layer){.parameters = l, .alias = alias}, "",
                          error);
}

static const cki_primitive primitive = {.name = "array.blocks",
                                        .size = sizeof(struct cask_array_node),
                                        .lower = lower,
                                        .repeatable = cki_node_bytes};
