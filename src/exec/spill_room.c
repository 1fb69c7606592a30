/* Gaps in a spill file: a sorted list, searched from the front so that the file stays short. */
#include "exec/spill_room.h"
#include "core/memory.h"

#include <string.h>

static void remove_gap(cki_room *room, size_t i)
{
    room->count--;
    memmove(room->gaps + i, room->gaps + i + 1, (room->count - i) * sizeof *room->gaps);
}

uint64_t cki_spill_room_take(cki_room *room, uint64_t length)
{
    length = cki_spill_room_rounded(length);
    for (size_t i = 0; i < room->count; i++) {
        cki_room_gap *gap = &room->gaps[i];
        if (gap->length < length)
            continue;
        uint64_t offset = gap->offset;
        gap->offset += length;
        gap->length -= length;
        if (!gap->length)
            remove_gap(room, i);
        return offset;
    }
    uint64_t offset = room->end;
    room->end += length;
    return offset;
}

/* The first gap behind `offset`. */
static size_t find(const cki_room *room, uint64_t offset)
{
    size_t low = 0, high = room->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (room->gaps[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The gap before `i`, if it ends where a stretch begins. */
static cki_room_gap *neighbour(cki_room *room, size_t i, uint64_t offset)
{
    cki_room_gap *before = i ? &room->gaps[i - 1] : NULL;
    return before && before->offset + before->length == offset ? before : NULL;
}

cki_room_gap cki_spill_room_give(cki_room *room, uint64_t offset, uint64_t length)
{
    length = cki_spill_room_rounded(length);
    if (!length)
        return (cki_room_gap){offset, 0};
    size_t i = find(room, offset);
    cki_room_gap *before = neighbour(room, i, offset);
    if (offset + length == room->end) { /* the file becomes shorter: no gap */
        room->end = before ? before->offset : offset;
        room->count -= before != NULL;
        return (cki_room_gap){room->end, offset + length - room->end};
    }
    cki_room_gap *after =
        i < room->count && room->gaps[i].offset == offset + length ? &room->gaps[i] : NULL;
    if (before) {
        before->length += length + (after ? after->length : 0);
        if (after)
            remove_gap(room, i);
        return *before;
    }
    if (after) {
        *after = (cki_room_gap){offset, after->length + length};
        return *after;
    }
    if (room->count == room->capacity) {
        size_t capacity = room->capacity * 2 + 16;
        cki_room_gap *gaps = cki_memory_realloc(room->gaps, capacity * sizeof *gaps);
        if (!gaps)
            return (cki_room_gap){offset, 0};
        room->gaps = gaps;
        room->capacity = capacity;
    }
    memmove(room->gaps + i + 1, room->gaps + i, (room->count - i) * sizeof *room->gaps);
    room->count++;
    room->gaps[i] = (cki_room_gap){offset, length};
    return room->gaps[i];
}

void cki_spill_room_free(cki_room *room)
{
    cki_memory_free(room->gaps);
    *room = (cki_room){0};
}
