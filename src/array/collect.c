/* Collecting: an array's blocks are copied to their places in memory as they come. */
#include "array/collect.h"
#include "array/api.h"
#include "array/attributes.h"
#include "array/blockwise.h"
#include "array/blockwise_run.h"
#include "array/held.h"
#include "core/memory.h"

#include <string.h>

/* Where one array's blocks go. */
typedef struct collector {
    cask_array x;
    cask_value *whole;   /* known shape: the result; NULL if it is to be the only block */
    cask_value **blocks; /* unknown shape, or a single block: one slot each; and for blocks of
                            users' functions, which may have other shapes than was said */
    int64_t count;
} collector;

/* The part of the result that a block is, by what its node says. */
static void find_place(const collector *c, int64_t block, cki_array *place)
{
    int64_t position[CKI_MAX_NDIM], start[CKI_MAX_NDIM], shape[CKI_MAX_NDIM];
    cki_node_position(c->x, block, position);
    cki_node_block_start(c->x, position, start);
    cki_node_block_shape(c->x, position, shape);
    *place = *cki_array_of(c->whole);
    for (int k = 0; k < place->ndim; k++) {
        place->data += start[k] * place->strides[k];
        place->shape[k] = shape[k];
    }
}

/* Each block has its own place or slot, so several may be delivered at once. */
static cask_status collect_block(void *user, int64_t block, cask_value *value, cki_error *error)
{
    collector *c = user;
    const cki_array *array = cki_array_of(value);
    if (!array || array->ndim != c->x->ndim)
        return cki_fail_internal(error, "collect: a block of another shape");
    cki_array place;
    bool fits = c->whole;
    if (fits)
        find_place(c, block, &place);
    for (int k = 0; fits && k < array->ndim; k++)
        fits = array->shape[k] == place.shape[k];
    if (fits && cki_dtype_same(array->dtype, c->x->dtype))
        cki_array_copy(&place, array);
    else if (fits || !c->whole || cki_blockwise_is(c->x))
        c->blocks[block] =
            cask_value_ref(value); /* users' functions do not always keep their word */
    else
        return cki_fail(error, CASK_SHAPE, NULL,
                        "block %lld of %s has another shape than its chunks say: tell map_blocks "
                        "the sizes that its function gives with chunks=",
                        (long long)block, c->x->label);
    return CASK_OK;
}

static cask_status prepare(collector *c, cask_array x, cki_error *error)
{
    int64_t shape[CKI_MAX_NDIM], blocks = cki_node_blocks(x);
    bool known = cki_node_shape(x, shape);
    *c = (collector){.x = x, .count = blocks};
    if (known && blocks != 1) {
        c->whole = cki_array_new(x->dtype, x->ndim, shape, error);
        if (!c->whole)
            return error->status;
    }
    c->blocks = cki_memory_calloc((size_t)blocks + 1, sizeof *c->blocks);
    return c->blocks ? CASK_OK : cki_fail_memory(error, (size_t)blocks * sizeof *c->blocks);
}

static void discard(void *self)
{
    collector *c = self;
    if (!c)
        return;
    for (int64_t i = 0; c->blocks && i < c->count; i++)
        cask_value_unref(c->blocks[i]);
    cki_memory_free(c->blocks);
    cask_value_unref(c->whole);
    cki_memory_free(c);
}

static void *collector_of(const cki_node *node, cki_error *error)
{
    collector *c = cki_memory_alloc(sizeof *c);
    if (!c) {
        cki_fail_memory(error, sizeof *c);
        return NULL;
    }
    if (prepare(c, cki_node_as_array(node), error) == CASK_OK)
        return c;
    discard(c);
    return NULL;
}

/* ---- arrays whose shape only the blocks tell ---- */

/* A block as it came; false if it did not. */
static bool block_of(const collector *c, int64_t block, cki_array *array)
{
    if (c->blocks && c->blocks[block])
        *array = *cki_array_of(c->blocks[block]);
    else if (c->whole)
        find_place(c, block, array);
    else
        return false;
    return true;
}

/* The length of block `i` of an axis: that of the blocks there, which all agree. */
static cask_status block_length(const collector *c, int axis, int64_t i, int64_t *length,
                                cki_error *error)
{
    int64_t position[CKI_MAX_NDIM] = {0};
    position[axis] = i;
    cki_array array;
    if (!block_of(c, cki_node_block(c->x, position), &array))
        return cki_fail_internal(error, "collect: a block did not come");
    *length = array.shape[axis];
    return CASK_OK;
}

/* Where each block of an axis begins, and its end. */
static int64_t *starts_of(const collector *c, int axis, cki_error *error)
{
    int64_t blocks = c->x->axes[axis].blocks;
    int64_t *starts = cki_memory_calloc((size_t)blocks + 1, sizeof *starts);
    if (!starts) {
        cki_fail_memory(error, (size_t)blocks * sizeof *starts);
        return NULL;
    }
    for (int64_t i = 0; i < blocks; i++) {
        int64_t length = 0;
        if (block_length(c, axis, i, &length, error) != CASK_OK) {
            cki_memory_free(starts);
            return NULL;
        }
        starts[i + 1] = starts[i] + length;
    }
    return starts;
}

static cask_status place_blocks(const collector *c, int64_t *const *starts, const cki_array *whole,
                                cki_error *error)
{
    bool loose = cki_blockwise_is(c->x); /* one element stands for many, as in NumPy's assignment */
    for (int64_t i = 0; i < c->count; i++) {
        int64_t position[CKI_MAX_NDIM];
        cki_array array, place = *whole;
        bool fits = block_of(c, i, &array);
        cki_node_position(c->x, i, position);
        for (int k = 0; k < c->x->ndim; k++) {
            int64_t from = starts[k][position[k]], length = starts[k][position[k] + 1] - from;
            bool spread = fits && loose && array.shape[k] == 1;
            if (!fits || (array.shape[k] != length && !spread))
                return cki_fail(error, CASK_SHAPE, NULL,
                                "blocks of %s do not fit together along axis %d", c->x->label, k);
            place.data += from * place.strides[k];
            place.shape[k] = length;
            array.strides[k] = array.shape[k] == length ? array.strides[k] : 0;
            array.shape[k] = length;
        }
        if (cki_array_cast(&place, &array, error) != CASK_OK)
            return error->status;
    }
    return CASK_OK;
}

/* The type of the first block. */
static cki_dtype dtype_of(const collector *c)
{
    cki_array first;
    return c->count && block_of(c, 0, &first) ? first.dtype : c->x->dtype;
}

static cask_value *join_blocks(const collector *c, cki_error *error)
{
    int64_t *starts[CKI_MAX_NDIM] = {0}, shape[CKI_MAX_NDIM];
    cask_value *whole = NULL;
    bool good = true;
    for (int k = 0; k < c->x->ndim && good; k++) {
        good = (starts[k] = starts_of(c, k, error)) != NULL;
        shape[k] = good ? starts[k][c->x->axes[k].blocks] : 0;
    }
    if (good)
        whole = cki_array_new(dtype_of(c), c->x->ndim, shape, error);
    if (whole && place_blocks(c, starts, cki_array_of(whole), error) != CASK_OK) {
        cask_value_unref(whole);
        whole = NULL;
    }
    for (int k = 0; k < c->x->ndim; k++)
        cki_memory_free(starts[k]);
    return whole;
}

/* The result; the collector keeps what it still holds. */
static cask_value *result_of(void *self, cki_error *error)
{
    collector *c = self;
    bool odd = !c->whole;
    for (int64_t i = 0; c->blocks && !odd && i < c->count; i++)
        odd = c->blocks[i] != NULL;
    if (!odd)
        return cask_value_ref(c->whole);
    if (c->count == 1 && c->blocks && c->blocks[0])
        return cki_array_compact(c->blocks[0], error);
    return join_blocks(c, error);
}

/* ---- the record ---- */

static int64_t blocks_of(const cki_node *node)
{
    return cki_node_blocks(cki_node_as_array(node));
}

static const char *label_of(const cki_node *node)
{
    return cki_node_as_array(node)->label;
}

static void print_name(const cki_node *node, cki_text *text)
{
    char hex[33];
    cask_array x = cki_node_as_array(node);
    if (x->name)
        cki_text_put(text, x->name);
    else
        cki_text_format(text, "%s-%s", x->label, cki_token_hex(node->token, hex));
}

static void rename_array(cki_node *node, const char *label, const char *name)
{
    struct cask_array_node *x = (struct cask_array_node *)node;
    x->label = label;
    x->name = name;
}

/* Blocks that others made become what the node says, or are refused. */
static cask_value *admit(const cki_node *node, int64_t block, cask_value *value, cki_error *error)
{
    cask_array x = cki_node_as_array(node);
    return cki_blockwise_convert(x, block, value, x->label, false, false, error);
}

static int grid_of(const cki_node *node, int64_t *blocks)
{
    cask_array x = cki_node_as_array(node);
    for (int k = 0; k < x->ndim; k++)
        blocks[k] = x->axes[k].blocks;
    return x->ndim;
}

static cask_status status_of(const cki_node *node)
{
    cask_array x = cki_node_as_array(node);
    return cki_api_failed(x) ? cki_api_status(x) : CASK_OK;
}

static void print(void *self, cki_text *text)
{
    cki_attributes_repr(self, text);
}

const cki_collection cki_collect_array = {.class = {"Array", cki_operation_release, print, NULL},
                                          .label = label_of,
                                          .print_name = print_name,
                                          .status = status_of,
                                          .grid = grid_of,
                                          .streams = true,
                                          .blocks = blocks_of,
                                          .bytes = cki_node_bytes,
                                          .collector = collector_of,
                                          .collect = collect_block,
                                          .collected = result_of,
                                          .discard = discard,
                                          .hold = cki_held_array,
                                          .rename = rename_array,
                                          .admit = admit};

cask_value *cki_collect_value(cask *ck, cask_array x, cki_error *error)
{
    const cki_node *node = &x->base;
    cask_value *value = NULL;
    cki_collection_compute(ck, &node, 1, &value, error);
    return value;
}
