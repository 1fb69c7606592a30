/* Array nodes: making them, and their geometry. */
#include "array/node.h"
#include "array/collect.h"

#include <string.h>

cki_build cki_node_build(cask *ck, cki_error *error)
{
    return (cki_build){ck, &ck->arena, error};
}

/* The token of the parameters and of all metadata: equal tokens must mean equal blocks. */
static cask_status seal(struct cask_array_node *node, cki_token parameters, cki_error *error)
{
    cki_hasher *hasher = cki_token_start(error);
    if (!hasher)
        return CASK_MEMORY;
    cki_token_token(hasher, parameters);
    cki_token_bytes(hasher, &node->dtype.id, sizeof node->dtype.id);
    cki_token_bytes(hasher, &node->dtype.unit, sizeof node->dtype.unit);
    cki_token_int(hasher, node->dtype.count);
    cki_token_int(hasher, node->ndim);
    for (int i = 0; i < node->ndim; i++) {
        cki_token_int(hasher, (int64_t)node->axes[i].nruns); /* or (2), (1, 3) is (2, 1), (3) */
        for (size_t k = 0; k < node->axes[i].nruns; k++) {
            cki_token_int(hasher, node->axes[i].runs[k].size);
            cki_token_int(hasher, node->axes[i].runs[k].count);
        }
    }
    return cki_node_seal(&node->base, cki_token_end(hasher), error);
}

cask_array cki_node_array(cki_build *build, const cki_array_spec *spec)
{
    struct cask_array_node *node = cki_arena_alloc(build->arena, sizeof *node);
    cki_axis *axes = cki_arena_array(build->arena, (size_t)spec->ndim, sizeof *axes);
    const cki_node **inputs = cki_arena_array(build->arena, spec->ninputs, sizeof *inputs);
    if (!node || !axes || !inputs) {
        cki_fail_memory(build->error, sizeof *node);
        return NULL;
    }
    for (int i = 0; i < spec->ndim; i++)
        axes[i] = spec->axes[i];
    for (size_t i = 0; i < spec->ninputs; i++)
        inputs[i] = &spec->inputs[i]->base;
    *node = (struct cask_array_node){
        .base = {.primitive = spec->primitive,
                 .collection = &cki_collect_array,
                 .ck = build->ck,
                 .inputs = inputs,
                 .ninputs = spec->ninputs,
                 .parameters = spec->parameters,
                 .lasting = !spec->fleeting},
        .label = spec->label,
        .dtype = spec->dtype,
        .ndim = spec->ndim,
        .axes = axes,
    };
    return seal(node, spec->token, build->error) == CASK_OK ? node : NULL;
}

int64_t cki_node_blocks(cask_array x)
{
    int64_t blocks = 1;
    for (int i = 0; i < x->ndim; i++)
        if (__builtin_mul_overflow(blocks, x->axes[i].blocks, &blocks))
            return INT64_MAX;
    return blocks;
}

int64_t cki_node_size(cask_array x)
{
    int64_t size = 1;
    for (int i = 0; i < x->ndim; i++) {
        if (x->axes[i].length < 0)
            return -1;
        if (__builtin_mul_overflow(size, x->axes[i].length, &size))
            return INT64_MAX;
    }
    return size;
}

bool cki_node_shape(cask_array x, int64_t *shape)
{
    bool known = true;
    for (int i = 0; i < x->ndim; i++) {
        shape[i] = x->axes[i].length;
        known &= shape[i] >= 0;
    }
    return known;
}

void cki_node_position(cask_array x, int64_t block, int64_t *position)
{
    for (int i = x->ndim; i-- > 0;) {
        position[i] = block % x->axes[i].blocks;
        block /= x->axes[i].blocks;
    }
}

int64_t cki_node_block(cask_array x, const int64_t *position)
{
    int64_t block = 0;
    for (int i = 0; i < x->ndim; i++)
        block = block * x->axes[i].blocks + position[i];
    return block;
}

void cki_node_block_shape(cask_array x, const int64_t *position, int64_t *shape)
{
    for (int i = 0; i < x->ndim; i++)
        shape[i] = cki_chunks_size(&x->axes[i], position[i]);
}

void cki_node_block_start(cask_array x, const int64_t *position, int64_t *start)
{
    for (int i = 0; i < x->ndim; i++)
        start[i] = cki_chunks_start(&x->axes[i], position[i]);
}

static size_t bytes_of(cask_array x, const int64_t *sizes)
{
    size_t bytes = cki_dtype_size(x->dtype);
    for (int i = 0; i < x->ndim; i++)
        if (__builtin_mul_overflow(bytes, (size_t)(sizes[i] < 0 ? 0 : sizes[i]), &bytes))
            return SIZE_MAX / 4;
    return bytes < SIZE_MAX / 4 ? bytes : SIZE_MAX / 4;
}

size_t cki_node_block_bytes(cask_array x, int64_t block)
{
    int64_t position[CKI_MAX_NDIM], shape[CKI_MAX_NDIM];
    cki_node_position(x, block, position);
    cki_node_block_shape(x, position, shape);
    return bytes_of(x, shape);
}

size_t cki_node_largest_block(cask_array x)
{
    int64_t shape[CKI_MAX_NDIM];
    for (int i = 0; i < x->ndim; i++)
        shape[i] = cki_chunks_largest(&x->axes[i]);
    return bytes_of(x, shape);
}

uint64_t cki_node_bytes(const cki_node *node)
{
    cask_array x = cki_node_as_array(node);
    uint64_t bytes, size = (uint64_t)cki_node_size(x);
    if (cki_node_size(x) < 0)
        return 0;
    return __builtin_mul_overflow(size, cki_dtype_size(x->dtype), &bytes) ? UINT64_MAX : bytes;
}

cask_array cki_node_lazy(const cask_value *value)
{
    const cki_node *node = cki_operation_node(value);
    return node && node->collection == &cki_collect_array ? cki_node_as_array(node) : NULL;
}

cask_value *cki_node_value(cki_build *build, cask_array x)
{
    return x ? cki_operation_wrap(&x->base, build->error) : NULL;
}

cask_value *cki_node_tuple(cki_build *build, const cask_array *arrays, size_t count)
{
    cask_value *tuple = cki_value_list(CKI_TUPLE, count, build->error);
    for (size_t i = 0; tuple && i < count; i++) {
        tuple->as.list.items[i] = cki_node_value(build, arrays[i]);
        if (!tuple->as.list.items[i]) {
            tuple->as.list.count = i;
            cask_value_unref(tuple);
            return NULL;
        }
    }
    return tuple;
}

cask_status cki_node_lower(cki_lowering *lowering, cask_array x, cki_layer layer, const char *part,
                           cki_error *error)
{
    uint32_t number;
    /* one that took the place of another has that one's name, but does something else */
    size_t named = x->name && !*part ? cki_graph_label(x->name) : 0;
    bool own = named && strlen(x->label) == named && strncmp(x->name, x->label, named) == 0;
    layer.name = own ? x->name : cki_lower_name(lowering, &x->base, x->label, part);
    layer.blocks = cki_node_blocks(x);
    int64_t *grid = cki_arena_array(cki_graph_arena(cki_lower_graph(lowering)), (size_t)x->ndim + 1,
                                    sizeof *grid);
    if (!grid)
        return cki_fail_memory(error, (size_t)x->ndim * sizeof *grid);
    for (int k = 0; k < x->ndim; k++)
        grid[k] = x->axes[k].blocks;
    layer.grid = grid;
    layer.ndim = x->ndim;
    cask_status status = cki_graph_add(cki_lower_graph(lowering), &layer, &number, error);
    if (status == CASK_OK)
        cki_lower_result(lowering, &x->base, number);
    return status;
}
