/* Zarr in a zip archive: what was written to a hidden folder, packed when it is complete. Members
 * are stored as they are, as zarr-python's ZipStore has them. */
#include "core/memory.h"
#include "io/zarr_write.h"
#include "io/zip.h"
#include "sys/tree.h"

#include <libdeflate.h>
#include <string.h>
#include <strings.h>

enum { PIECE = 1 << 20, MOST_NAME = 4096 };

/* A folder being packed. */
typedef struct packing {
    const char *folder;
    cki_file_output *output;
    uint64_t end, count;
    cki_text directory; /* of the archive, as it will stand at its end */
    cki_text todo; /* names below the folder that are still to be looked at, a NUL behind each */
    size_t at;     /* the one looked at now */
    unsigned char *piece;
} packing;

bool cki_zarr_zip_is(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcasecmp(path + length - 4, ".zip") == 0;
}

/* One more name, below the one looked at now. */
static cask_status take(void *user, const char *name, cki_error *error)
{
    packing *p = user;
    size_t at = p->at;
    bool root = p->todo.bytes[at] == '\0';
    cki_text below = {0};
    cki_text_format(&below, "%s%s%s", p->todo.bytes + at, root ? "" : "/", name);
    cki_text_add(&p->todo, below.bytes ? below.bytes : "", below.length + 1);
    bool failed = p->todo.failed || below.failed;
    cki_text_free(&below);
    return failed ? cki_fail_memory(error, strlen(name)) : CASK_OK;
}

/* The bytes of a file behind a local header, which is written when their checksum is known. */
static cask_status copy_file(packing *p, const char *path, const char *name, cki_error *error)
{
    unsigned char header[MOST_NAME + 64], entry[MOST_NAME + 128];
    if (strlen(name) >= MOST_NAME)
        return cki_fail(error, CASK_INVALID, "ValueError", "a name of %zu bytes in an archive",
                        strlen(name));
    cki_file *file = cki_file_open(path, error);
    if (!file)
        return error->status;
    uint32_t sum = 0;
    uint64_t size = cki_file_size(file);
    uint64_t begin = p->end + cki_zip_local(header, name, size, 0);
    cask_status status = CASK_OK;
    for (uint64_t at = 0; status == CASK_OK && at < size; at += PIECE) {
        size_t count = size - at < PIECE ? (size_t)(size - at) : PIECE;
        status = cki_file_read(file, at, p->piece, count, name, error);
        if (status == CASK_OK)
            status = cki_file_write(p->output, begin + at, p->piece, count, error);
        sum = libdeflate_crc32(sum, p->piece, count);
    }
    cki_file_unref(file);
    size_t length = cki_zip_local(header, name, size, sum);
    if (status == CASK_OK)
        status = cki_file_write(p->output, p->end, header, length, error);
    length = cki_zip_entry(entry, name, p->end, size, sum);
    cki_text_add(&p->directory, (const char *)entry, length);
    p->end = begin + size;
    p->count++;
    return status == CASK_OK && p->directory.failed ? cki_fail_memory(error, length) : status;
}

/* The folder, or a file or folder below it. */
static cask_status pack_one(packing *p, cki_error *error)
{
    cki_text path = {0}, name = {0};
    cki_text_put(&name, p->todo.bytes + p->at);
    cki_text_format(&path, "%s%s%s", p->folder, name.length ? "/" : "",
                    name.length ? name.bytes : "");
    cask_status status = CASK_OK;
    if (path.failed || name.failed)
        status = cki_fail_memory(error, strlen(p->folder));
    else if (cki_tree_look(path.bytes) == CKI_TREE_FOLDER)
        status = cki_tree_list(path.bytes, take, p, error);
    else
        status = copy_file(p, path.bytes, name.bytes ? name.bytes : "", error);
    cki_text_free(&path);
    cki_text_free(&name);
    return status;
}

static cask_status finish(packing *p, cki_error *error)
{
    unsigned char end[128];
    size_t length = cki_zip_end(end, p->count, p->directory.length, p->end);
    cask_status status =
        cki_file_write(p->output, p->end, p->directory.bytes, p->directory.length, error);
    if (status == CASK_OK)
        status = cki_file_write(p->output, p->end + p->directory.length, end, length, error);
    return status;
}

static cask_status pack(const char *folder, const char *target, cki_error *error)
{
    packing p = {.folder = folder, .output = cki_file_create(target, error)};
    if (!p.output)
        return error->status;
    p.piece = cki_memory_alloc(PIECE);
    cki_text_char(&p.todo, '\0');
    cask_status status = p.piece && !p.todo.failed ? CASK_OK : cki_fail_memory(error, PIECE);
    while (status == CASK_OK && p.at < p.todo.length) {
        status = pack_one(&p, error);
        p.at += strlen(p.todo.bytes + p.at) + 1;
    }
    if (status == CASK_OK)
        status = finish(&p, error);
    if (status == CASK_OK)
        status = cki_file_commit(p.output, error);
    else
        cki_file_abort(p.output);
    cki_memory_free(p.piece);
    cki_text_free(&p.todo);
    cki_text_free(&p.directory);
    return status;
}

cask_status cki_zarr_zip_publish(const char *hidden, const char *target, cki_error *error)
{
    if (!cki_zarr_zip_is(target))
        return cki_tree_publish(hidden, target, error);
    cki_error own = {0};
    cask_status status = pack(hidden, target, error);
    if (status == CASK_OK)
        cki_tree_remove(hidden, &own); /* what is left of it is swept up later */
    return status;
}
