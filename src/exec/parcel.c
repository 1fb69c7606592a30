/* Parcels: the binary form's head in a record, with a list of where its parts lie. */
#include "exec/parcel.h"

#include "value/binary.h"

#include <string.h>

typedef enum cell_kind {
    NOTHING,
    NONE,
    TRUTH,
    INTEGER,
    REAL,
    RECORD /* at offset `bits` */
} cell_kind;

/* Where a part lies: so far into a block. */
typedef struct part {
    cki_offset block;
    uint64_t room; /* of the block */
    uint64_t from, length;
    uint64_t lent; /* whether its owner counted it as lent for this */
} part;

/* The record: this, the parts, the head. */
typedef struct record {
    uint64_t bytes; /* in all */
    uint64_t nparts;
    part parts[];
} record;

static bool pack_small(const cask_value *value, cki_cell *cell)
{
    *cell = (cki_cell){NOTHING, 0};
    if (value->kind == CKI_NONE)
        cell->kind = NONE;
    else if (value->kind == CKI_BOOL)
        *cell = (cki_cell){TRUTH, value->as.boolean};
    else if (value->kind == CKI_INT)
        *cell = (cki_cell){INTEGER, (uint64_t)value->as.integer};
    else if (value->kind == CKI_FLOAT) {
        cell->kind = REAL;
        memcpy(&cell->bits, &value->as.real, sizeof cell->bits);
    }
    return cell->kind != NOTHING;
}

static cask_value *unpack_small(cki_cell cell, cki_error *error)
{
    double real;
    switch (cell.kind) {
    case NONE:
        return cki_value_none();
    case TRUTH:
        return cki_value_bool(cell.bits != 0);
    case INTEGER:
        return cki_value_int((int64_t)cell.bits, error);
    case REAL:
        memcpy(&real, &cell.bits, sizeof real);
        return cki_value_float(real, error);
    default:
        cki_fail(error, CASK_FORMAT, NULL, "a worker process gave an impossible result");
        return NULL;
    }
}

/* Say where a part lies: where it is, if others can see it there, or in a copy. */
static cask_status place(cki_segment *segment, const cki_binary_part *from, part *to,
                         cki_error *error)
{
    cki_sharedheap *heap = segment->heap;
    void *origin = from->buffer ? cki_array_buffer_origin(from->buffer) : NULL;
    cki_offset block = cki_sharedheap_offset(heap, origin);
    bool copied = block == 0;
    if (copied) {
        origin = cki_sharedheap_take(segment, from->length);
        if (!origin)
            return cki_fail_memory(error, from->length);
        memcpy(origin, from->bytes, from->length);
        block = cki_sharedheap_offset(heap, origin);
    }
    *to = (part){.block = block,
                 .room = cki_sharedheap_bytes(origin),
                 .from = copied ? 0 : cki_sharedheap_offset(heap, from->bytes) - block,
                 .length = from->length,
                 .lent = cki_sharedheap_owns(segment, origin)};
    if (to->lent)
        cki_sharedheap_lend(segment, origin);
    if (copied)
        cki_sharedheap_give(segment, origin);
    return CASK_OK;
}

static void unplace(cki_segment *segment, const part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (parts[i].lent)
            cki_sharedheap_return(segment, cki_sharedheap_at(segment->heap, parts[i].block), 1);
}

static cask_status pack_form(cki_segment *segment, const cki_binary *form, cki_cell *cell,
                             cki_error *error)
{
    size_t before = sizeof(record) + form->nparts * sizeof(part), placed = 0;
    record *to = cki_sharedheap_take(segment, before + form->length);
    if (!to)
        return cki_fail_memory(error, before + form->length);
    *to = (record){.bytes = before + form->length, .nparts = form->nparts};
    cask_status status = CASK_OK;
    while (placed < form->nparts && status == CASK_OK) {
        status = place(segment, &form->parts[placed], &to->parts[placed], error);
        placed += status == CASK_OK;
    }
    if (status == CASK_OK) {
        memcpy((unsigned char *)to + before, form->head, form->length);
        cki_sharedheap_lend(segment, to);
        *cell = (cki_cell){RECORD, cki_sharedheap_offset(segment->heap, to)};
    } else {
        unplace(segment, to->parts, placed);
    }
    cki_sharedheap_give(segment, to);
    return status;
}

cask_status cki_parcel_pack(cki_segment *segment, const cask_value *value, cki_cell *cell,
                            cki_error *error)
{
    cki_binary form;
    if (pack_small(value, cell))
        return CASK_OK;
    cki_error failure = {0};
    cask_status status = cki_binary_write(&form, value, &failure);
    if (status == CASK_TYPE) /* an object, perhaps deep within */
        return cki_fail(error, status, NULL,
                        "the result cannot leave the process that made it, use the threads "
                        "scheduler: %s",
                        failure.message);
    if (status != CASK_OK)
        return cki_fail(error, status, failure.python, "%s", failure.message);
    status = pack_form(segment, &form, cell, error);
    cki_binary_free(&form);
    return status;
}

/* A record's block is only looked at by those who know that it lives. */
static void look_on(void *user)
{
    (void)user;
}

/* What keeps a part alive: held if there are `blocks`, else only looked at. */
static cki_buffer *keeper_of(cki_blocks *blocks, const cki_sharedheap *heap, const part *at,
                             cki_error *error)
{
    if (blocks)
        return cki_blocks_hold(blocks, at->block, at->room, at->lent != 0, error);
    return cki_array_foreign(0, look_on, cki_sharedheap_at(heap, at->block), error);
}

static cask_status check_record(const cki_sharedheap *heap, cki_cell cell, cki_error *error)
{
    const record *from = cki_sharedheap_at(heap, cell.bits);
    size_t room = heap->bytes > cell.bits ? heap->bytes - cell.bits : 0;
    if (cell.kind == RECORD && cell.bits % 64 == 0 && cell.bits > 0 && room > sizeof *from &&
        from->bytes <= room && from->nparts <= (from->bytes - sizeof *from) / sizeof(part))
        return CASK_OK;
    return cki_fail(error, CASK_FORMAT, NULL, "a worker process gave an impossible result");
}

static cask_value *unpack(cki_blocks *blocks, const cki_sharedheap *heap, cki_cell cell,
                          cki_error *error)
{
    const record *from = cki_sharedheap_at(heap, cell.bits);
    size_t count = from->nparts, before = sizeof *from + count * sizeof(part), held = 0;
    cki_binary_part few[4], *parts = few;
    if (count > sizeof few / sizeof *few)
        parts = cki_memory_alloc(count * sizeof *parts);
    if (!parts) {
        cki_fail_memory(error, count * sizeof *parts);
        return NULL;
    }
    for (; held < count; held++) {
        const part *at = &from->parts[held];
        bool inside = at->from <= at->room && at->length <= at->room - at->from;
        cki_buffer *buffer = inside ? keeper_of(blocks, heap, at, error) : NULL;
        if (!buffer)
            break;
        const unsigned char *block = cki_sharedheap_at(heap, at->block);
        parts[held] = (cki_binary_part){block + at->from, at->length, buffer};
    }
    cask_value *value = NULL;
    if (held == count)
        value = cki_binary_read((const unsigned char *)from + before, from->bytes - before, parts,
                                count, error);
    else
        cki_fail(error, CASK_FORMAT, NULL, "a worker process gave an impossible result");
    while (held > 0)
        cki_array_buffer_unref(parts[--held].buffer);
    if (parts != few)
        cki_memory_free(parts);
    return value;
}

cask_value *cki_parcel_receive(cki_blocks *blocks, cki_cell cell, cki_buffer **record_buffer,
                               cki_error *error)
{
    const cki_sharedheap *heap = cki_blocks_heap(blocks);
    *record_buffer = NULL;
    if (cell.kind < RECORD)
        return unpack_small(cell, error);
    if (check_record(heap, cell, error) != CASK_OK)
        return NULL;
    size_t bytes = ((const record *)cki_sharedheap_at(heap, cell.bits))->bytes;
    *record_buffer = cki_blocks_hold(blocks, cell.bits, bytes, true, error);
    cask_value *value = *record_buffer ? unpack(blocks, heap, cell, error) : NULL;
    if (!value) {
        cki_array_buffer_unref(*record_buffer);
        *record_buffer = NULL;
    }
    return value;
}

cask_value *cki_parcel_peek(const cki_sharedheap *heap, cki_cell cell, cki_error *error)
{
    if (cell.kind < RECORD)
        return unpack_small(cell, error);
    return check_record(heap, cell, error) == CASK_OK ? unpack(NULL, heap, cell, error) : NULL;
}
