/* The room in one spill file: which stretches are taken. First fit; neighbours are joined. */
#ifndef CKI_EXEC_SPILL_ROOM_H
#define CKI_EXEC_SPILL_ROOM_H

#include <stddef.h>
#include <stdint.h>

/* Stretches begin and end at multiples of it. */
enum { CKI_ROOM_STEP = 4096 };

typedef struct cki_room_gap {
    uint64_t offset, length;
} cki_room_gap;

/* {0} is an empty file. */
typedef struct cki_room {
    uint64_t end;       /* of what is taken */
    cki_room_gap *gaps; /* before it, by offset, none next to another */
    size_t count, capacity;
} cki_room;

/* Take `length` bytes, rounded up; the offset. */
uint64_t cki_spill_room_take(cki_room *room, uint64_t length);
/* Give a stretch back, whole or a part of it (at steps; the length is rounded up): the gap that it
 * is part of now, of length 0 if there is no memory to note it: then it stays taken. */
cki_room_gap cki_spill_room_give(cki_room *room, uint64_t offset, uint64_t length);
void cki_spill_room_free(cki_room *room);

static inline uint64_t cki_spill_room_rounded(uint64_t length)
{
    return (length + CKI_ROOM_STEP - 1) / CKI_ROOM_STEP * CKI_ROOM_STEP;
}

#endif
