/* Records: the head of the binary form with a table of checksums in front, then its parts, straight
 * from and into the chunks' own memory. */
#include "exec/spill_record.h"
#include "core/memory.h"
#include "exec/spill_block.h"
#include "value/array.h"

#include <errno.h>
#include <string.h>
#include <xxhash.h>

enum { MAGIC = 0x6B736352, FIRST_READ = 4096, SPANS = 128 };

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

/* Bytes on their way to the record, several parts in one call. */
typedef struct output {
    cki_record_move put;
    void *user;
    uint64_t from, at; /* where the spans begin, and end */
    cki_span spans[SPANS];
    size_t count;
    unsigned char gap[CKI_BINARY_ALIGNMENT]; /* what lies between parts: zeros, or room for them */
} output;

static int flush(output *o)
{
    int number = o->count ? o->put(o->user, o->from, o->spans, o->count) : 0;
    o->from = o->at;
    o->count = 0;
    return number;
}

static int append(output *o, const void *bytes, size_t length)
{
    size_t gap = cki_binary_aligned(o->at) - o->at;
    if (o->count + 2 > SPANS) {
        int number = flush(o);
        if (number)
            return number;
    }
    if (gap)
        o->spans[o->count++] = (cki_span){o->gap, gap};
    o->spans[o->count++] = (cki_span){(void *)(uintptr_t)bytes, length};
    o->at += gap + length;
    return 0;
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
        t.table[i] = (entry){part->length, XXH3_64bits(part->bytes, part->length)};
        if (compress && cki_spill_block_pays(part->bytes, part->length)) {
            uint64_t stored = 0;
            number = append_blocks(&o, part->bytes, part->length, &stored);
            t.table[i].stored = stored | COMPRESSED;
        } else {
            number = append(&o, part->bytes, part->length);
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

static int read_parts(const top *t, cki_binary_part *parts, size_t nparts, cki_record_move get,
                      void *user)
{
    output o = {.put = get, .user = user, .from = t->length, .at = t->length};
    int number = 0;
    for (size_t i = 0; i < nparts && !number; i++) {
        uint64_t stored = t->table[i].stored & ~COMPRESSED;
        if (t->table[i].stored & COMPRESSED) {
            number = flush(&o);
            o.at = o.from = cki_binary_aligned(o.at);
            if (!number)
                number = cki_spill_block_read((void *)(uintptr_t)parts[i].bytes, parts[i].length,
                                              get, user, o.at, stored);
            o.at = o.from = o.at + stored;
        } else {
            number = append(&o, parts[i].bytes, parts[i].length);
        }
    }
    if (!number)
        number = flush(&o);
    for (size_t i = 0; i < nparts && !number; i++)
        if (XXH3_64bits(parts[i].bytes, parts[i].length) != t->table[i].checksum)
            number = EBADMSG;
    return number;
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
