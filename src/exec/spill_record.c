/* Records: the head of the binary form with a table of checksums in front, then its parts, straight
 * from and into the chunks' own memory. */
#include "exec/spill_record.h"
#include "core/memory.h"
#include "exec/spill_block.h"
#include "value/array.h"

#include <errno.h>
#include <string.h>
#include <xxhash.h>

enum {
    MAGIC = 0x6B736352,
    FIRST_READ = 4096,
    SPANS = 128,
    PIECE = 1 << 19 /* moved and summed together, while it is in the cache */
};

typedef struct header {
    uint32_t magic, version;
    uint64_t length; /* of the record */
    uint64_t head;   /* of the binary form's head */
    uint64_t nparts;
    uint64_t checksum; /* of the header, with this being 0, the table and the head */
    uint64_t unused[3];
} header;

/* Of each part: the bytes it takes here, and the checksum of what it stands for. */
typedef struct entry {
    uint64_t stored; /* with COMPRESSED */
    uint64_t checksum;
} entry;
#define COMPRESSED (UINT64_C(1) << 63)

/* What stands before the parts: header, table, head. */
typedef struct top {
    unsigned char *bytes;
    size_t length;
    entry *table;
    unsigned char *head;
} top;

static bool make_top(top *t, size_t nparts, size_t head)
{
    size_t table;
    if (__builtin_mul_overflow(nparts, sizeof(entry), &table) ||
        __builtin_add_overflow(table, sizeof(header) + head, &t->length))
        return false;
    t->bytes = cki_memory_calloc(1, t->length);
    if (!t->bytes)
        return false;
    t->table = (entry *)(void *)(t->bytes + sizeof(header));
    t->head = t->bytes + sizeof(header) + table;
    return true;
}

uint64_t cki_spill_record_bound(const cki_binary *form)
{
    uint64_t bound =
        cki_binary_aligned(sizeof(header) + form->nparts * sizeof(entry) + form->length);
    for (size_t i = 0; i < form->nparts; i++)
        bound = cki_binary_aligned(bound + cki_spill_block_bound(form->parts[i].length));
    return bound;
}

/* The checksum goes on from piece to piece, each seeding the next. */
static uint64_t sum_piece(const void *bytes, size_t length, uint64_t sum)
{
    return XXH3_64bits_withSeed(bytes, length, sum);
}

static size_t piece_at(size_t done, size_t length)
{
    return length - done < PIECE ? length - done : PIECE;
}

static uint64_t sum_all(const void *bytes, size_t length)
{
    uint64_t sum = 0;
    for (size_t done = 0; done < length; done += PIECE)
        sum = sum_piece((const char *)bytes + done, piece_at(done, length), sum);
    return sum;
}

/* Bytes on their way to the record, several parts in one call. */
typedef struct output {
    cki_record_move put;
    void *user;
    uint64_t from, at; /* where the spans begin, and end */
    cki_span spans[SPANS];
    size_t count;
} output;

static int flush(output *o)
{
    int number = o->count ? o->put(o->user, o->from, o->spans, o->count) : 0;
    o->from = o->at;
    o->count = 0;
    return number;
}

static void append(output *o, const void *bytes, size_t length)
{
    o->spans[o->count++] = (cki_span){(void *)(uintptr_t)bytes, length};
    o->at += length;
}

/* A part as it is, behind what is there already; its checksum. */
static int append_part(output *o, const cki_binary_part *part, uint64_t *sum)
{
    static const unsigned char zeros[CKI_BINARY_ALIGNMENT];
    append(o, zeros, cki_binary_aligned(o->at) - o->at);
    int number = 0;
    *sum = 0;
    for (size_t done = 0, piece; done < part->length && !number; done += piece) {
        const char *from = (const char *)part->bytes + done;
        piece = piece_at(done, part->length);
        *sum = sum_piece(from, piece, *sum);
        append(o, from, piece);
        if (o->at - o->from >= PIECE || o->count + 2 > SPANS)
            number = flush(o);
    }
    return number;
}

/* Compressed, behind what is there already. */
static int append_blocks(output *o, const void *bytes, size_t length, uint64_t *stored)
{
    int number = flush(o);
    o->at = o->from = cki_binary_aligned(o->at);
    if (!number)
        number = cki_spill_block_write(bytes, length, o->put, o->user, o->at, stored);
    o->at = o->from = o->at + *stored;
    return number;
}

int cki_spill_record_write(const cki_binary *form, bool compress, cki_record_move put, void *user,
                           uint64_t *length)
{
    top t;
    if (!make_top(&t, form->nparts, form->length))
        return ENOMEM;
    memcpy(t.head, form->head, form->length);
    output o = {.put = put, .user = user, .from = t.length, .at = t.length};
    int number = 0;
    for (size_t i = 0; i < form->nparts && !number; i++) {
        const cki_binary_part *part = &form->parts[i];
        if (compress && cki_spill_block_pays(part->bytes, part->length)) {
            uint64_t stored = 0;
            number = append_blocks(&o, part->bytes, part->length, &stored);
            t.table[i] = (entry){stored | COMPRESSED, sum_all(part->bytes, part->length)};
        } else {
            t.table[i].stored = part->length;
            number = append_part(&o, part, &t.table[i].checksum);
        }
    }
    if (!number)
        number = flush(&o);
    if (!number) {
        header h = {.magic = MAGIC,
                    .version = 1,
                    .length = o.at,
                    .head = form->length,
                    .nparts = form->nparts};
        memcpy(t.bytes, &h, sizeof h);
        h.checksum = XXH3_64bits(t.bytes, t.length);
        memcpy(t.bytes, &h, sizeof h);
        number = put(user, 0, &(cki_span){t.bytes, t.length}, 1);
        *length = o.at;
    }
    cki_memory_free(t.bytes);
    return number;
}

/* Header, table and head, checked; `length` is the record's. */
static int read_top(uint64_t length, cki_record_move get, void *user, top *t, header *h)
{
    union {
        header header;
        unsigned char bytes[FIRST_READ];
    } first;
    if (length < sizeof *h)
        return EBADMSG;
    size_t have = length < sizeof first ? (size_t)length : sizeof first;
    int number = get(user, 0, &(cki_span){first.bytes, have}, 1);
    if (number)
        return number;
    *h = first.header;
    if (h->magic != MAGIC || h->version != 1 || h->length != length || h->head > length ||
        h->nparts > length / sizeof(entry) ||
        sizeof *h + h->nparts * sizeof(entry) + h->head > length)
        return EBADMSG;
    if (!make_top(t, (size_t)h->nparts, (size_t)h->head))
        return ENOMEM;
    size_t known = have < t->length ? have : t->length;
    memcpy(t->bytes, first.bytes, known);
    if (known < t->length)
        number = get(user, known, &(cki_span){t->bytes + known, t->length - known}, 1);
    header cleared = *h;
    cleared.checksum = 0;
    memcpy(t->bytes, &cleared, sizeof cleared);
    return number ? number : XXH3_64bits(t->bytes, t->length) != h->checksum ? EBADMSG : 0;
}

/* Whether all parts lie within the record, none larger than its stored bytes could make it. */
static bool plausible(const top *t, uint64_t length, const cki_binary_part *parts, size_t nparts)
{
    enum { DENSEST = 256 }; /* LZ4 gets no smaller */
    uint64_t at = t->length;
    for (size_t i = 0; i < nparts; i++) {
        uint64_t stored = t->table[i].stored & ~COMPRESSED;
        at = cki_binary_aligned(at);
        if (at > length || stored > length - at ||
            (t->table[i].stored & COMPRESSED ? parts[i].length / DENSEST > stored
                                             : parts[i].length != stored))
            return false;
        at += stored;
    }
    return at == length;
}

static int make_room(cki_binary_part *parts, size_t nparts)
{
    for (size_t i = 0; i < nparts; i++) {
        cki_buffer *buffer = cki_array_buffer(parts[i].length, false, NULL);
        if (!buffer)
            return ENOMEM;
        parts[i].buffer = buffer;
        parts[i].bytes = cki_array_buffer_origin(buffer);
    }
    return 0;
}

/* A part as it is, from place `at` on; its checksum. */
static int read_part(unsigned char *to, size_t length, cki_record_move get, void *user, uint64_t at,
                     uint64_t *sum)
{
    int number = 0;
    *sum = 0;
    for (size_t done = 0, piece; done < length && !number; done += piece) {
        piece = piece_at(done, length);
        number = get(user, at + done, &(cki_span){to + done, piece}, 1);
        if (!number)
            *sum = sum_piece(to + done, piece, *sum);
    }
    return number;
}

static int read_parts(const top *t, cki_binary_part *parts, size_t nparts, cki_record_move get,
                      void *user)
{
    uint64_t at = t->length;
    for (size_t i = 0; i < nparts; i++) {
        uint64_t stored = t->table[i].stored & ~COMPRESSED, sum = 0;
        unsigned char *to = (unsigned char *)(uintptr_t)parts[i].bytes;
        int number;
        at = cki_binary_aligned(at);
        if (t->table[i].stored & COMPRESSED) {
            number = cki_spill_block_read(to, parts[i].length, get, user, at, stored);
            sum = number ? 0 : sum_all(to, parts[i].length);
        } else {
            number = read_part(to, parts[i].length, get, user, at, &sum);
        }
        if (number || sum != t->table[i].checksum)
            return number ? number : EBADMSG;
        at += stored;
    }
    return 0;
}

static int read_value(uint64_t length, cki_record_move get, void *user, const top *t,
                      const header *h, cask_value **value)
{
    cki_binary_part *parts;
    size_t nparts;
    cki_error error = {0};
    cki_binary_parts(t->head, (size_t)h->head, &parts, &nparts, &error);
    int number = error.status == CASK_OK ? 0 : error.status == CASK_MEMORY ? ENOMEM : EBADMSG;
    if (!number && (nparts != h->nparts || !plausible(t, length, parts, nparts)))
        number = EBADMSG;
    if (!number)
        number = make_room(parts, nparts);
    if (!number)
        number = read_parts(t, parts, nparts, get, user);
    if (!number) {
        *value = cki_binary_read(t->head, (size_t)h->head, parts, nparts, &error);
        if (!*value)
            number = error.status == CASK_MEMORY ? ENOMEM : EBADMSG;
    }
    for (size_t i = 0; i < nparts; i++)
        cki_array_buffer_unref(parts[i].buffer);
    cki_memory_free(parts);
    return number;
}

cask_value *cki_spill_record_read(uint64_t length, cki_record_move get, void *user, int *number)
{
    top t = {0};
    header h;
    cask_value *value = NULL;
    *number = read_top(length, get, user, &t, &h);
    if (!*number)
        *number = read_value(length, get, user, &t, &h, &value);
    cki_memory_free(t.bytes);
    return value;
}
