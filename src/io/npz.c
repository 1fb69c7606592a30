/* npz archives: each member an npy file. Stored ones are read in place; a deflated one can only be
 * decoded whole, for each block that wants some of it: read it in one block. */
#include "core/memory.h"
#include "io/npy.h"
#include "io/zip.h"

#include <libdeflate.h>
#include <string.h>

/* What is kept of a member. */
typedef struct member {
    const cki_zip_member *zip;
    bool deflated;
    cki_region_layout layout; /* in the file, or in the decoded bytes */
} member;

typedef struct archive {
    cki_zip *zip;
    member *members;
} archive;

static bool starts(cki_file *file, const unsigned char *head, size_t length)
{
    (void)file;
    return cki_zip_starts(head, length); /* of a Zarr folder it is not: that was asked before */
}

/* The bytes of a member: in the file, or decoded. */
static cask_status get_blob(const cki_store *store, const cki_zip_member *zip, cki_blob *blob,
                            cki_error *error)
{
    *blob = (cki_blob){.file = store->file, .size = zip->size, .name = zip->name};
    cask_status status = cki_zip_locate(store->file, zip, &blob->offset, error);
    if (status != CASK_OK || zip->method == 0)
        return status;
    blob->offset = 0;
    blob->bytes = cki_ledger_take(cki_ledger_current(), (size_t)zip->size + 1, false);
    if (!blob->bytes)
        return cki_fail_memory(error, (size_t)zip->size);
    return cki_zip_read(store->file, zip, blob->bytes, error);
}

static void drop_blob(cki_blob *blob)
{
    if (blob->bytes)
        cki_ledger_give(cki_ledger_current(), blob->bytes, (size_t)blob->size + 1);
}

/* A member that is no npy file, or one that cannot be read, is listed with the reason. */
static cask_status describe(cki_store *store, const cki_zip_member *zip, cki_variable *variable,
                            member *made, cki_error *error)
{
    cki_blob blob;
    cki_error own = {0};
    size_t length = strlen(zip->name);
    variable->attributes = cki_value_dict(error);
    variable->name = cki_formats_text(store, zip->name, length - 4, error);
    if (!variable->attributes || !variable->name)
        return CASK_MEMORY;
    made->zip = zip;
    made->deflated = zip->method != 0;
    if (get_blob(store, zip, &blob, &own) == CASK_OK)
        cki_npy_describe(store, &blob, variable, &made->layout, &own);
    drop_blob(&blob);
    if (own.status == CASK_MEMORY)
        return cki_fail(error, own.status, own.python, "%s", own.message);
    if (own.status == CASK_OK) {
        if (made->deflated) { /* one chunk: the whole */
            variable->chunks = variable->shape;
            variable->codec = "deflate";
        }
        return CASK_OK;
    }
    variable->unreadable = cki_formats_text(store, own.message, strlen(own.message), error);
    variable->damaged = own.status != CASK_UNSUPPORTED;
    return variable->unreadable ? CASK_OK : CASK_MEMORY;
}

static bool is_npy(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".npy") == 0;
}

static cask_status open_store(cki_store *store, cki_error *error)
{
    archive *a = cki_formats_alloc(store, 1, sizeof *a, error);
    store->name = "npz";
    store->state = a;
    if (!a)
        return CASK_MEMORY;
    a->zip = cki_zip_open(store->file, error);
    if (!a->zip)
        return error->status;
    store->variables = cki_formats_alloc(store, a->zip->count, sizeof *store->variables, error);
    a->members = cki_formats_alloc(store, a->zip->count, sizeof *a->members, error);
    if (!store->variables || !a->members)
        return CASK_MEMORY;
    cask_status status = CASK_OK;
    for (size_t i = 0; status == CASK_OK && i < a->zip->count; i++)
        if (is_npy(a->zip->members[i].name)) {
            size_t at = store->count++;
            status =
                describe(store, &a->zip->members[i], &store->variables[at], &a->members[at], error);
        }
    return status;
}

static void close_store(cki_store *store)
{
    archive *a = store->state;
    if (a)
        cki_zip_free(a->zip);
}

static cask_status read_region(const cki_store *store, size_t i, const int64_t *start,
                               const int64_t *count, const int64_t *step, const cki_array *out,
                               cki_error *error)
{
    const archive *a = store->state;
    const member *m = &a->members[i];
    if (!m->deflated)
        return cki_region_read(store->file, &m->layout, start, count, step, out, m->zip->name,
                               error);
    cki_blob blob;
    cask_status status = get_blob(store, m->zip, &blob, error);
    if (status == CASK_OK) {
        cki_region_layout layout = m->layout;
        layout.offset = 0;
        cki_region_copy(blob.bytes + m->layout.offset, &layout, start, count, step, out);
    }
    drop_blob(&blob);
    return status;
}

static size_t region_bytes(const cki_store *store, size_t i, const int64_t *start,
                           const int64_t *count, const int64_t *step)
{
    const archive *a = store->state;
    (void)start;
    return a->members[i].deflated ? (size_t)a->members[i].zip->size
                                  : cki_region_bytes(&a->members[i].layout, count, step);
}

static size_t working(const cki_store *store, size_t i)
{
    const member *m = &((const archive *)store->state)->members[i];
    return m->deflated ? (size_t)(m->zip->size + m->zip->stored) : 0;
}

/* ---- writing: stored members, as np.savez ---- */

/* A member: its name, where it lies, the length of its local header, and its own. */
typedef struct written {
    char name[256];
    uint64_t at;
    size_t header;
    uint64_t member;
    struct written *next;
} written;

/* An archive being written; the first of its writers has it. */
typedef struct writing {
    written *first, **last;
    uint64_t end;
} writing;

static void free_writing(writing *w)
{
    while (w && w->first) {
        written *m = w->first;
        w->first = m->next;
        cki_memory_free(m);
    }
    cki_memory_free(w);
}

static cask_status name_member(const writing *w, const char *name, written *m, cki_error *error)
{
    name = name && name[0] ? name + (name[0] == '/') : "arr_0";
    size_t length = cki_text_cut(name, sizeof m->name - 5);
    memcpy(m->name, name, strlen(name) < length ? strlen(name) : length);
    memcpy(m->name + strlen(m->name), ".npy", 5);
    for (const written *other = w->first; other; other = other->next)
        if (strcmp(other->name, m->name) == 0)
            return cki_fail(error, CASK_INVALID, "ValueError",
                            "the archive has a member '%s' already", m->name);
    return CASK_OK;
}

/* Local header and the array's own; how long the file is to be with it. */
static cask_status begin_member(cki_writer *writer, writing *w, const cki_target *target,
                                written *m, cki_error *error)
{
    unsigned char header[512];
    cki_text text = {0};
    uint64_t bytes = 0;
    m->at = w->end;
    m->header = cki_zip_local(header, m->name, 0, 0);
    cki_npy_header(target, 64, &text);
    uint64_t begin = m->at + m->header;
    cask_status status = text.failed
                             ? cki_fail_memory(error, text.length)
                             : cki_npy_layout(writer, target, begin + text.length, &bytes, error);
    m->member = text.length + bytes;
    if (status == CASK_OK)
        status = cki_file_write(writer->output, begin, text.bytes, text.length, error);
    if (status == CASK_OK)
        status = cki_file_resize(writer->output, begin + m->member, error);
    cki_text_free(&text);
    w->end = begin + m->member;
    return status;
}

static cask_status create(cki_writer *writer, const cki_target *target, cki_error *error)
{
    writing *w = writer->host ? writer->host->state : cki_memory_calloc(1, sizeof *w);
    written *m = cki_memory_calloc(1, sizeof *m);
    if (!writer->host)
        writer->state = w;
    if (!w || !m) {
        cki_memory_free(m);
        return cki_fail_memory(error, sizeof *m);
    }
    if (!w->first)
        w->last = &w->first;
    cask_status status = name_member(w, target->name, m, error);
    *w->last = m;
    w->last = &m->next;
    if (status == CASK_OK && writer->filled && !writer->host)
        status =
            cki_fail(error, CASK_INVALID, "ValueError",
                     "%s: an archive is written once; arrays are added to .h5 files", writer->path);
    return status == CASK_OK ? begin_member(writer, w, target, m, error) : status;
}

/* The checksum of what was written, which came in any order. */
static cask_status sum_up(const cki_writer *writer, const written *m, uint32_t *sum,
                          cki_error *error)
{
    enum { PIECE = 1 << 20 };
    unsigned char *piece = cki_memory_alloc(PIECE);
    if (!piece)
        return cki_fail_memory(error, PIECE);
    cask_status status = CASK_OK;
    *sum = 0;
    for (uint64_t at = 0; status == CASK_OK && at < m->member; at += PIECE) {
        size_t count = m->member - at < PIECE ? (size_t)(m->member - at) : PIECE;
        status = cki_file_reread(writer->output, m->at + m->header + at, piece, count, error);
        if (status == CASK_OK)
            *sum = libdeflate_crc32(*sum, piece, count);
    }
    cki_memory_free(piece);
    return status;
}

/* The headers of the members, and the directory of all behind them. */
static cask_status finish(const cki_writer *writer, const writing *w, cki_error *error)
{
    unsigned char bytes[1100];
    uint64_t count = 0, at = w->end;
    for (const written *m = w->first; m; m = m->next, count++) {
        uint32_t sum = 0;
        cask_status status = sum_up(writer, m, &sum, error);
        size_t length = cki_zip_local(bytes, m->name, m->member, sum);
        if (status == CASK_OK)
            status = cki_file_write(writer->output, m->at, bytes, length, error);
        length = cki_zip_entry(bytes, m->name, m->at, m->member, sum);
        if (status == CASK_OK)
            status = cki_file_write(writer->output, at, bytes, length, error);
        if (status != CASK_OK)
            return status;
        at += length;
    }
    size_t length = cki_zip_end(bytes, count, at - w->end, w->end);
    return cki_file_write(writer->output, at, bytes, length, error);
}

static cask_status close_writer(cki_writer *writer, cki_error *error)
{
    writing *w = writer->state;
    writer->state = NULL;
    cask_status status = w && error ? finish(writer, w, error) : CASK_OK;
    free_writing(w);
    return status;
}

static const char *const suffixes[] = {".npz", NULL};

const cki_format cki_npz_format = {
    .starts = starts,
    .open = open_store,
    .read = read_region,
    .read_bytes = region_bytes,
    .working = working,
    .close = close_store,
    .suffixes = suffixes,
    .create = create,
    .several = true,
    .close_writer = close_writer,
};
