/* Reading zip archives (APPNOTE 6.3): the directory at the end, with the 64-bit forms; and writing
 * one stored member, as NumPy's savez does. */
#include "io/zip.h"
#include "core/memory.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum {
    END = 22,          /* bytes of the end record, without its comment */
    LOCATOR = 20,      /* of the 64-bit end's locator, before it */
    END64 = 56,        /* of that end */
    ENTRY = 46,        /* of a directory entry, without its name and more */
    LOCAL = 30,        /* of a local header, likewise */
    COMMENT = 65535,   /* the longest comment */
    BEST_RATIO = 1032, /* of deflate */
    STORED = 0,
    DEFLATED = 8
};

static uint16_t get16(const unsigned char *b)
{
    return (uint16_t)(b[0] | b[1] << 8);
}

static uint32_t get32(const unsigned char *b)
{
    return (uint32_t)get16(b) | (uint32_t)get16(b + 2) << 16;
}

static uint64_t get64(const unsigned char *b)
{
    return (uint64_t)get32(b) | (uint64_t)get32(b + 4) << 32;
}

bool cki_zip_starts(const unsigned char *head, size_t length)
{
    return length >= 4 && (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0);
}

static cask_status broken(const cki_file *file, const char *what, cki_error *error)
{
    return cki_fail(error, CASK_FORMAT, "BadZipFile", "%s: not a valid zip file: %s",
                    cki_file_path(file), what);
}

/* Where the directory lies. */
typedef struct place {
    uint64_t offset, size, count;
} place;

static cask_status read_end64(cki_file *file, uint64_t at, place *found, cki_error *error)
{
    unsigned char end[END64];
    cask_status status = cki_file_read(file, at, end, sizeof end, "the end of the archive", error);
    if (status != CASK_OK)
        return status;
    if (memcmp(end, "PK\6\6", 4) != 0)
        return broken(file, "its 64-bit end record is missing", error);
    *found = (place){.offset = get64(end + 48), .size = get64(end + 40), .count = get64(end + 32)};
    return CASK_OK;
}

static cask_status find_directory(cki_file *file, place *found, cki_error *error)
{
    uint64_t size = cki_file_size(file);
    size_t length = size < END + COMMENT + LOCATOR ? (size_t)size : END + COMMENT + LOCATOR;
    unsigned char *tail = cki_memory_alloc(length + 1);
    if (!tail)
        return cki_fail_memory(error, length);
    cask_status status = cki_file_read(file, size - length, tail, length, "the end", error);
    size_t at = length < END ? 0 : length - END + 1;
    while (status == CASK_OK && at > 0 && memcmp(tail + at - 1, "PK\5\6", 4) != 0)
        at--;
    if (status == CASK_OK && at-- == 0)
        status = broken(file, "it has no directory at its end (truncated?)", error);
    if (status == CASK_OK) {
        const unsigned char *end = tail + at;
        *found = (place){get32(end + 16), get32(end + 12), get16(end + 10)};
        if (at >= LOCATOR && memcmp(end - LOCATOR, "PK\6\7", 4) == 0)
            status = read_end64(file, get64(end - LOCATOR + 8), found, error);
    }
    cki_memory_free(tail);
    if (status == CASK_OK && (found->offset > size || found->size > size - found->offset ||
                              found->count > found->size / ENTRY))
        status = broken(file, "its directory lies outside the file", error);
    return status;
}

/* The 64-bit numbers that an entry has in place of those that did not fit. */
static void take_wide(cki_zip_member *member, const unsigned char *extra, size_t length)
{
    uint64_t *wanted[3];
    size_t count = 0;
    if (member->size == UINT32_MAX)
        wanted[count++] = &member->size;
    if (member->stored == UINT32_MAX)
        wanted[count++] = &member->stored;
    if (member->header == UINT32_MAX)
        wanted[count++] = &member->header;
    for (size_t at = 0; at + 4 <= length;) {
        size_t id = get16(extra + at), size = get16(extra + at + 2);
        at += 4;
        if (size > length - at)
            return;
        for (size_t i = 0; id == 1 && i < count && (i + 1) * 8 <= size; i++)
            *wanted[i] = get64(extra + at + i * 8);
        at += size;
    }
}

static int by_name(const void *a, const void *b)
{
    const cki_zip_member *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    /* of two alike the later in the file counts */
    return order ? order : (left->header < right->header) - (left->header > right->header);
}

/* The members that a directory's bytes list; folders are left out. */
static bool take_members(cki_zip *zip, const unsigned char *bytes, size_t length, uint64_t count)
{
    size_t at = 0, text = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (length - at < ENTRY || memcmp(bytes + at, "PK\1\2", 4) != 0)
            return false;
        const unsigned char *entry = bytes + at;
        size_t name = get16(entry + 28), extra = get16(entry + 30), comment = get16(entry + 32);
        if (name + extra + comment > length - at - ENTRY)
            return false;
        at += ENTRY + name + extra + comment;
        if (name == 0 || entry[ENTRY + name - 1] == '/')
            continue;
        cki_zip_member *member = &zip->members[zip->count++];
        *member = (cki_zip_member){.name = zip->names + text,
                                   .header = get32(entry + 42),
                                   .stored = get32(entry + 20),
                                   .size = get32(entry + 24),
                                   .checksum = get32(entry + 16),
                                   .method = get16(entry + 10)};
        memcpy(zip->names + text, entry + ENTRY, name);
        text += name;
        zip->names[text++] = '\0';
        take_wide(member, entry + ENTRY + name, extra);
        if (get16(entry + 8) & 1) /* encrypted */
            member->method = UINT16_MAX;
    }
    return true;
}

cki_zip *cki_zip_open(cki_file *file, cki_error *error)
{
    place found = {0, 0, 0};
    if (find_directory(file, &found, error) != CASK_OK)
        return NULL;
    cki_zip *zip = cki_memory_calloc(1, sizeof *zip);
    unsigned char *bytes = zip ? cki_memory_alloc((size_t)found.size + 1) : NULL;
    if (bytes) {
        zip->members = cki_memory_calloc((size_t)found.count + 1, sizeof *zip->members);
        zip->names = cki_memory_alloc((size_t)found.size + 1);
    }
    cask_status status = CASK_OK;
    if (!bytes || !zip->members || !zip->names)
        status = cki_fail_memory(error, (size_t)found.size);
    else
        status =
            cki_file_read(file, found.offset, bytes, (size_t)found.size, "the directory", error);
    if (status == CASK_OK && !take_members(zip, bytes, (size_t)found.size, found.count))
        status = broken(file, "its directory is damaged", error);
    cki_memory_free(bytes);
    if (status != CASK_OK) {
        cki_zip_free(zip);
        return NULL;
    }
    qsort(zip->members, zip->count, sizeof *zip->members, by_name);
    size_t kept = 0;
    for (size_t i = 0; i < zip->count; i++)
        if (kept == 0 || strcmp(zip->members[kept - 1].name, zip->members[i].name) != 0)
            zip->members[kept++] = zip->members[i];
    zip->count = kept;
    return zip;
}

void cki_zip_free(cki_zip *zip)
{
    if (!zip)
        return;
    cki_memory_free(zip->members);
    cki_memory_free(zip->names);
    cki_memory_free(zip);
}

const cki_zip_member *cki_zip_find(const cki_zip *zip, const char *name)
{
    size_t low = 0, high = zip->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(zip->members[middle].name, name);
        if (order == 0)
            return &zip->members[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

cask_status cki_zip_locate(cki_file *file, const cki_zip_member *member, uint64_t *offset,
                           cki_error *error)
{
    unsigned char header[LOCAL];
    uint64_t size = cki_file_size(file);
    cask_status status =
        cki_file_read(file, member->header, header, sizeof header, member->name, error);
    if (status != CASK_OK)
        return status;
    if (memcmp(header, "PK\3\4", 4) != 0)
        return broken(file, "a member is not where the directory says", error);
    *offset = member->header + LOCAL + get16(header + 26) + get16(header + 28);
    if (*offset > size || member->stored > size - *offset)
        return broken(file, "a member lies outside the file", error);
    if (member->method != STORED && member->method != DEFLATED)
        return cki_fail(error, CASK_UNSUPPORTED, NULL,
                        "%s: '%s' is %s; stored and deflated members can be read",
                        cki_file_path(file), member->name,
                        member->method == UINT16_MAX ? "encrypted" : "compressed in another way");
    if (member->method == STORED ? member->size != member->stored
                                 : member->size / BEST_RATIO > member->stored)
        return broken(file, "a member is too small for what it should hold", error);
    return CASK_OK;
}

static cask_status inflate_member(const unsigned char *from, const cki_zip_member *member,
                                  const cki_file *file, void *bytes, cki_error *error)
{
    struct libdeflate_decompressor *decoder = libdeflate_alloc_decompressor();
    if (!decoder)
        return cki_fail_memory(error, 0);
    enum libdeflate_result result = libdeflate_deflate_decompress(
        decoder, from, (size_t)member->stored, bytes, (size_t)member->size, NULL);
    libdeflate_free_decompressor(decoder);
    if (result == LIBDEFLATE_SUCCESS)
        return CASK_OK;
    return cki_fail(error, CASK_FORMAT, "BadZipFile", "%s: '%s' is damaged: it cannot be inflated",
                    cki_file_path(file), member->name);
}

cask_status cki_zip_read(cki_file *file, const cki_zip_member *member, void *bytes,
                         cki_error *error)
{
    uint64_t offset;
    cask_status status = cki_zip_locate(file, member, &offset, error);
    if (status != CASK_OK)
        return status;
    size_t stored = (size_t)member->stored;
    if (member->method == STORED) {
        status = cki_file_read(file, offset, bytes, stored, member->name, error);
    } else {
        cki_ledger *ledger = cki_ledger_current();
        unsigned char *packed = cki_ledger_take(ledger, stored + 1, false);
        if (!packed)
            return cki_fail_memory(error, stored);
        status = cki_file_read(file, offset, packed, stored, member->name, error);
        if (status == CASK_OK)
            status = inflate_member(packed, member, file, bytes, error);
        cki_ledger_give(ledger, packed, stored + 1);
    }
    if (status == CASK_OK && libdeflate_crc32(0, bytes, (size_t)member->size) != member->checksum)
        status = cki_fail(error, CASK_FORMAT, "BadZipFile", "%s: bad checksum of '%s'",
                          cki_file_path(file), member->name);
    return status;
}

/* ---- writing ---- */

static size_t put16(unsigned char *b, size_t at, unsigned value)
{
    b[at] = (unsigned char)(value & 0xff);
    b[at + 1] = (unsigned char)(value >> 8 & 0xff);
    return at + 2;
}

static size_t put32(unsigned char *b, size_t at, uint32_t value)
{
    put16(b, at, value & 0xffff);
    return put16(b, at + 2, value >> 16);
}

static size_t put64(unsigned char *b, size_t at, uint64_t value)
{
    put32(b, at, (uint32_t)value);
    return put32(b, at + 4, (uint32_t)(value >> 32));
}

static size_t put_mark(unsigned char *b, size_t at, const char mark[4])
{
    for (size_t i = 0; i < 4; i++)
        b[at + i] = (unsigned char)mark[i];
    return at + 4;
}

static size_t put_name(unsigned char *b, size_t at, const char *name)
{
    while (*name)
        b[at++] = (unsigned char)*name++;
    return at;
}

enum { VERSION = 45, FIRST_DAY = 0x21 }; /* 64-bit forms; 1 January 1980 */

/* What local header and directory entry have alike, from the version needed on. */
static size_t put_facts(unsigned char *b, size_t at, size_t name, uint32_t checksum)
{
    at = put16(b, at, VERSION);
    at = put16(b, at, 0x800); /* the name is UTF-8 */
    at = put16(b, at, STORED);
    at = put16(b, at, 0);
    at = put16(b, at, FIRST_DAY);
    at = put32(b, at, checksum);
    at = put32(b, at, UINT32_MAX); /* the sizes are in the 64-bit field */
    at = put32(b, at, UINT32_MAX);
    return put16(b, at, (unsigned)name);
}

size_t cki_zip_local(unsigned char *header, const char *name, uint64_t size, uint32_t checksum)
{
    size_t length = strlen(name);
    size_t at = put_facts(header, put_mark(header, 0, "PK\3\4"), length, checksum);
    at = put16(header, at, 20);
    at = put16(header, put_name(header, at, name), 1);
    at = put16(header, at, 16);
    at = put64(header, at, size);
    return put64(header, at, size);
}

size_t cki_zip_entry(unsigned char *bytes, const char *name, uint64_t at, uint64_t size,
                     uint32_t checksum)
{
    size_t length = strlen(name);
    size_t n = put_mark(bytes, 0, "PK\1\2");
    n = put16(bytes, n, VERSION | 3 << 8); /* made on Unix */
    n = put_facts(bytes, n, length, checksum);
    n = put16(bytes, n, 28); /* extra */
    n = put16(bytes, n, 0);  /* comment */
    n = put16(bytes, n, 0);  /* disk */
    n = put16(bytes, n, 0);
    n = put32(bytes, n, 0x81a40000U); /* a file that all may read */
    n = put32(bytes, n, UINT32_MAX);
    n = put16(bytes, put_name(bytes, n, name), 1);
    n = put16(bytes, n, 24);
    n = put64(bytes, n, size);
    n = put64(bytes, n, size);
    return put64(bytes, n, at);
}

size_t cki_zip_end(unsigned char *bytes, uint64_t count, uint64_t directory, uint64_t where)
{
    unsigned members = count < UINT16_MAX ? (unsigned)count : UINT16_MAX;
    size_t n = put_mark(bytes, 0, "PK\6\6");
    n = put64(bytes, n, END64 - 12);
    n = put16(bytes, n, VERSION);
    n = put16(bytes, n, VERSION);
    n = put64(bytes, n, 0); /* disks */
    n = put64(bytes, n, count);
    n = put64(bytes, n, count);
    n = put64(bytes, n, directory);
    n = put64(bytes, n, where);
    n = put_mark(bytes, n, "PK\6\7");
    n = put32(bytes, n, 0);
    n = put64(bytes, n, where + directory);
    n = put32(bytes, n, 1);
    n = put_mark(bytes, n, "PK\5\6");
    n = put32(bytes, n, 0);
    n = put16(bytes, n, members);
    n = put16(bytes, n, members);
    n = put32(bytes, n, directory < UINT32_MAX ? (uint32_t)directory : UINT32_MAX);
    n = put32(bytes, n, UINT32_MAX);
    return put16(bytes, n, 0);
}
