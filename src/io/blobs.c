/* Keys of a folder are its files, those of an archive its members; what is stored plainly is read
 * in place, what is deflated is decoded once and kept by the reader. */
#include "io/blobs.h"
#include "core/memory.h"
#include "io/zip.h"
#include "sys/tree.h"

#include <string.h>

struct cki_blobs {
    cki_file *file; /* of an archive */
    cki_zip *zip;
    char path[]; /* of a folder */
};

static cki_blobs *make(const char *path, cki_error *error)
{
    size_t length = strlen(path);
    cki_blobs *keys = cki_memory_calloc(1, sizeof *keys + length + 1);
    if (keys)
        memcpy(keys->path, path, length);
    else
        cki_fail_memory(error, length);
    return keys;
}

cki_blobs *cki_blobs_folder(const char *path, cki_error *error)
{
    return make(path, error);
}

cki_blobs *cki_blobs_zip(cki_file *file, cki_error *error)
{
    cki_blobs *keys = make("", error);
    if (!keys)
        return NULL;
    keys->file = cki_file_ref(file);
    keys->zip = cki_zip_open(file, error);
    if (keys->zip)
        return keys;
    cki_blobs_free(keys);
    return NULL;
}

void cki_blobs_free(cki_blobs *keys)
{
    if (!keys)
        return;
    cki_zip_free(keys->zip);
    cki_file_unref(keys->file);
    cki_memory_free(keys);
}

static cask_status find_member(const cki_blobs *keys, const char *name, cki_blob *blob, bool *found,
                               cki_error *error)
{
    const cki_zip_member *member = cki_zip_find(keys->zip, name);
    if (!member)
        return CASK_OK;
    *found = true;
    blob->size = member->size;
    cask_status status = cki_zip_locate(keys->file, member, &blob->offset, error);
    if (status == CASK_OK && member->method != 0) {
        blob->bytes = cki_memory_alloc((size_t)member->size + 1);
        status = blob->bytes ? cki_zip_read(keys->file, member, blob->bytes, error)
                             : cki_fail_memory(error, (size_t)member->size);
    }
    blob->file = cki_file_ref(keys->file);
    if (status != CASK_OK)
        cki_blobs_drop(blob);
    return status;
}

cask_status cki_blobs_find(const cki_blobs *keys, const char *name, cki_blob *blob, bool *found,
                           cki_error *error)
{
    *blob = (cki_blob){.name = name};
    *found = false;
    if (keys->zip)
        return find_member(keys, name, blob, found, error);
    cki_text path = {0};
    cki_text_format(&path, "%s/%s", keys->path, name);
    if (path.failed) {
        cki_text_free(&path);
        return cki_fail_memory(error, strlen(name));
    }
    cki_error own = {0};
    blob->file = cki_file_open(path.bytes, &own);
    cki_text_free(&path);
    *found = blob->file != NULL;
    if (blob->file)
        blob->size = cki_file_size(blob->file);
    else if (own.status != CASK_NOT_FOUND)
        return cki_fail(error, own.status, own.python, "%s", own.message);
    return CASK_OK;
}

void cki_blobs_drop(cki_blob *blob)
{
    cki_file_unref(blob->file);
    cki_memory_free(blob->bytes);
    *blob = (cki_blob){0};
}

cask_status cki_blobs_read(const cki_blob *blob, uint64_t offset, void *bytes, size_t count,
                           cki_error *error)
{
    uint64_t end = offset + count; /* wraps only where the first test fails */
    if (offset > blob->size || count > blob->size - offset)
        return cki_fail(error, CASK_FORMAT, "OSError",
                        "%s: truncated: '%s' has %llu bytes where %llu are needed",
                        cki_file_path(blob->file), blob->name, (unsigned long long)blob->size,
                        (unsigned long long)end);
    if (!blob->bytes)
        return cki_file_read(blob->file, blob->offset + offset, bytes, count, blob->name, error);
    if (count)
        memcpy(bytes, blob->bytes + offset, count);
    return CASK_OK;
}

char *cki_blobs_text(const cki_blobs *keys, const char *name, size_t most, size_t *length,
                     cki_error *error)
{
    cki_blob blob;
    bool found;
    if (cki_blobs_find(keys, name, &blob, &found, error) != CASK_OK || !found)
        return NULL;
    char *text = NULL;
    *length = (size_t)blob.size;
    if (blob.size > most)
        cki_fail(error, CASK_FORMAT, "ValueError", "%s: '%s' is larger than any metadata",
                 cki_file_path(blob.file), name);
    else if (!(text = cki_memory_alloc(*length + 1)))
        cki_fail_memory(error, *length);
    if (text && cki_blobs_read(&blob, 0, text, *length, error) != CASK_OK) {
        cki_memory_free(text);
        text = NULL;
    }
    if (text)
        text[*length] = '\0';
    cki_blobs_drop(&blob);
    return text;
}

/* Members are in order, so names below a folder come together; each is told once. */
static cask_status list_members(const cki_zip *zip, const char *folder,
                                cask_status (*take)(void *user, const char *name, cki_error *error),
                                void *user, cki_error *error)
{
    size_t front = strlen(folder);
    cask_status status = CASK_OK;
    cki_text last = {0};
    for (size_t i = 0; status == CASK_OK && i < zip->count; i++) {
        const char *name = zip->members[i].name;
        if (front && (strncmp(name, folder, front) != 0 || name[front] != '/'))
            continue;
        name += front ? front + 1 : 0;
        size_t length = strcspn(name, "/");
        if (last.length == length && length && memcmp(last.bytes, name, length) == 0)
            continue;
        cki_text_free(&last);
        cki_text_add(&last, name, length);
        status = last.failed ? cki_fail_memory(error, length)
                 : length    ? take(user, last.bytes, error)
                             : CASK_OK;
    }
    cki_text_free(&last);
    return status;
}

cask_status cki_blobs_list(const cki_blobs *keys, const char *folder,
                           cask_status (*take)(void *user, const char *name, cki_error *error),
                           void *user, cki_error *error)
{
    if (keys->zip)
        return list_members(keys->zip, folder, take, user, error);
    cki_text path = {0};
    cki_text_format(&path, folder[0] ? "%s/%s" : "%s", keys->path, folder);
    cask_status status = path.failed ? cki_fail_memory(error, strlen(folder))
                                     : cki_tree_list(path.bytes, take, user, error);
    cki_text_free(&path);
    return status;
}
