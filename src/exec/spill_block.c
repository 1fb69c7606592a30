/* Compressed runs: independent LZ4 blocks, written a few at a time. */
#include "exec/spill_block.h"
#include "core/memory.h"

#include <errno.h>
#include <lz4.h>
#include <string.h>

enum {
    BLOCK = 1 << 18,
    TOGETHER = 4, /* blocks in one call */
    SAMPLE = 1 << 13,
    SAMPLES = 5
};
#define RAW (UINT32_C(1) << 31) /* a length's flag: this block did not become smaller */

bool cki_spill_block_pays(const void *bytes, size_t length)
{
    char out[LZ4_COMPRESSBOUND(SAMPLE)];
    const char *from = bytes;
    if (length < SAMPLE)
        return false;
    size_t packed = 0, whole = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        size_t at = (length - SAMPLE) / (SAMPLES - 1) * i;
        packed += (size_t)LZ4_compress_default(from + at, out, SAMPLE, sizeof out);
        whole += SAMPLE;
    }
    return packed < whole / 10 * 9;
}

uint64_t cki_spill_block_bound(uint64_t length)
{
    return length + (length / BLOCK + 1) * sizeof(uint32_t);
}

/* One block with its length before it; the bytes that takes. */
static size_t pack_block(char *to, const char *from, size_t length)
{
    /* no room for more than the bytes themselves: what does not fit there stays as it is */
    int packed = LZ4_compress_default(from, to + sizeof(uint32_t), (int)length, (int)length - 1);
    uint32_t mark = packed > 0 ? (uint32_t)packed : (uint32_t)length | RAW;
    if (packed <= 0)
        memcpy(to + sizeof mark, from, length);
    memcpy(to, &mark, sizeof mark);
    return sizeof mark + (mark & ~RAW);
}

int cki_spill_block_write(const void *bytes, size_t length, cki_record_move put, void *user,
                          uint64_t offset, uint64_t *stored)
{
    const char *from = bytes;
    char *out = cki_memory_alloc(TOGETHER * (BLOCK + sizeof(uint32_t)));
    int number = out ? 0 : ENOMEM;
    *stored = 0;
    for (size_t at = 0; at < length && !number;) {
        size_t used = 0;
        for (int i = 0; i < TOGETHER && at < length; i++) {
            size_t block = length - at < BLOCK ? length - at : BLOCK;
            used += pack_block(out + used, from + at, block);
            at += block;
        }
        number = put(user, offset + *stored, &(cki_span){out, used}, 1);
        *stored += used;
    }
    cki_memory_free(out);
    return number;
}

static bool unpack_block(char *to, size_t length, const char *from, uint32_t mark)
{
    uint32_t packed = mark & ~RAW;
    if (!(mark & RAW))
        return LZ4_decompress_safe(from, to, (int)packed, (int)length) == (int)length;
    if (packed != length)
        return false;
    memcpy(to, from, length);
    return true;
}

int cki_spill_block_read(void *bytes, size_t length, cki_record_move get, void *user,
                         uint64_t offset, uint64_t stored)
{
    char *to = bytes, *in = cki_memory_alloc(BLOCK + sizeof(uint32_t));
    uint32_t mark;
    if (!in)
        return ENOMEM;
    int number =
        stored < sizeof mark ? EBADMSG : get(user, offset, &(cki_span){&mark, sizeof mark}, 1);
    uint64_t at = sizeof mark; /* each block is read together with the next one's length */
    for (size_t done = 0; done < length && !number;) {
        size_t block = length - done < BLOCK ? length - done : BLOCK, packed = mark & ~RAW;
        bool last = done + block == length;
        size_t want = packed + (last ? 0 : sizeof mark);
        if (packed > BLOCK || want > stored - at) {
            number = EBADMSG;
            break;
        }
        number = get(user, offset + at, &(cki_span){in, want}, 1);
        if (!number && !unpack_block(to + done, block, in, mark))
            number = EBADMSG;
        if (!last)
            memcpy(&mark, in + packed, sizeof mark);
        at += want;
        done += block;
    }
    cki_memory_free(in);
    return number;
}
