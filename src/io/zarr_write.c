/* Writing Zarr: chunks are files of their own, so any thread encodes and writes its own; a chunk
 * that a region covers in part is read, changed and written again, one thread at a time. A new
 * array is made in a hidden folder and gets its name when it is complete. */
#include "io/zarr_write.h"
#include "core/memory.h"
#include "sys/thread.h"
#include "sys/tree.h"

#include <errno.h>
#include <string.h>

/* A Zarr writer's own. */
typedef struct writing {
    cki_store store; /* holds what was parsed of the metadata; of a new array never opened */
    cki_zarr_array *array;
    const int64_t *shape;
    cki_blobs *blobs; /* of a new array our own, else the store's */
    char *folder;     /* where chunks go */
    char *target;     /* the name the folder gets; NULL: it has it */
    cki_mutex partial;
} writing;

static void free_writing(writing *w)
{
    if (!w)
        return;
    if (w->target)
        cki_blobs_free(w->blobs);
    cki_memory_free(w->folder);
    cki_memory_free(w->target);
    cask_value_unref(w->store.attributes);
    if (w->store.variables)
        cask_value_unref(w->store.variables[0].attributes);
    cki_arena_free(&w->store.arena);
    cki_thread_mutex_free(&w->partial);
    cki_memory_free(w);
}

/* ---- files ---- */

/* Write a file of the array's folder, making the folders above it when they are missing. */
static cask_status put_file(const writing *w, const char *key, const char *bytes, size_t length,
                            cki_error *error)
{
    cki_text path = {0};
    cki_text_format(&path, "%s/%s", w->folder, key);
    if (path.failed) {
        cki_text_free(&path);
        return cki_fail_memory(error, strlen(key));
    }
    cki_error own = {0};
    cki_file_output *output = cki_file_create(path.bytes, &own);
    if (!output && own.status == CASK_NOT_FOUND) {
        own = (cki_error){0};
        char *slash = strrchr(path.bytes, '/');
        *slash = '\0';
        cki_tree_make(path.bytes, &own);
        *slash = '/';
        output = own.status == CASK_OK ? cki_file_create(path.bytes, &own) : NULL;
    }
    if (output && cki_file_write(output, 0, bytes, length, &own) != CASK_OK)
        cki_file_abort(output);
    else if (output)
        cki_file_publish(output, &own);
    cki_text_free(&path);
    return own.status == CASK_OK ? CASK_OK
                                 : cki_fail(error, own.status, own.python, "%s", own.message);
}

/* ---- chunks ---- */

/* The whole chunk as it is (or filled, where the part covers what the array has of it), with the
 * part put in its place. */
static cask_status fill_block(const writing *w, cki_zarr_desk *desk, const cki_cells *cells,
                              const cki_array *block, bool covered, cki_error *error)
{
    int64_t zero[CKI_MAX_NDIM] = {0}, one[CKI_MAX_NDIM];
    for (int k = 0; k < CKI_MAX_NDIM; k++)
        one[k] = 1;
    cask_status status = CASK_OK;
    if (covered)
        cki_region_fill(block, w->array->fill);
    else
        status =
            cki_zarr_read_chunk(desk, w->blobs, w->array, cells->cell, zero, one, block, error);
    cki_array inside = cells->part;
    inside.data = block->data;
    for (int k = 0; k < block->ndim; k++) {
        inside.data += cells->at[k] * block->strides[k];
        inside.strides[k] = block->strides[k];
    }
    if (status == CASK_OK)
        cki_array_copy(&inside, &cells->part);
    return status;
}

/* Encode a whole chunk and write its file. */
static cask_status put_chunk(const writing *w, cki_zarr_desk *desk, const cki_cells *cells,
                             const cki_array *chunk, cki_error *error)
{
    cki_text text = {0}, key = {0};
    cask_status status = cki_zarr_chunk_encode(desk, &w->array->chain, chunk, &text, error);
    cki_zarr_read_key(w->array, cells->cell, &key);
    if (status == CASK_OK)
        status = key.failed ? cki_fail_memory(error, key.length)
                            : put_file(w, key.bytes + strlen(w->array->prefix), text.bytes,
                                       text.length, error);
    cki_text_free(&text);
    cki_text_free(&key);
    return status;
}

/* A chunk's part of a region: if that is the chunk, as it is; else in a block of its own. */
static cask_status put_part(writing *w, cki_zarr_desk *desk, const cki_cells *cells,
                            cki_error *error)
{
    const cki_zarr_chain *chain = &w->array->chain;
    bool covered = cki_cells_covered(cells, w->shape), exact = covered;
    for (int k = 0; k < chain->ndim; k++)
        exact = exact && cells->part.shape[k] == chain->shape[k];
    if (exact)
        return put_chunk(w, desk, cells, &cells->part, error);
    cask_value *block = cki_array_new(cells->part.dtype, chain->ndim, chain->shape, error);
    if (!block)
        return CASK_MEMORY;
    if (!covered)
        cki_thread_lock(&w->partial);
    cask_status status = fill_block(w, desk, cells, cki_array_of(block), covered, error);
    if (status == CASK_OK)
        status = put_chunk(w, desk, cells, cki_array_of(block), error);
    if (!covered)
        cki_thread_unlock(&w->partial);
    cask_value_unref(block);
    return status;
}

static cask_status write_region(cki_writer *writer, const int64_t *start, const cki_array *array,
                                cki_error *error)
{
    writing *w = writer->state;
    const cki_zarr_chain *chain = &w->array->chain;
    cki_zarr_desk desk = {
        .path = w->target ? w->target : w->folder, .name = "data", .fill = w->array->fill};
    int64_t one[CKI_MAX_NDIM];
    for (int k = 0; k < CKI_MAX_NDIM; k++)
        one[k] = 1;
    cask_status status = cki_zarr_desk_open(&desk, error);
    cki_cells cells;
    cki_cells_begin(&cells, chain->ndim, chain->shape, start, one, array);
    while (status == CASK_OK && cki_cells_next(&cells))
        status = put_part(w, &desk, &cells, error);
    cki_zarr_desk_close(&desk);
    return status;
}

/* ---- a new array ---- */

/* Parse the metadata that we write, so that chunks are encoded as readers will decode them. */
static cask_status understand(writing *w, int version, const cki_text *metadata, cki_error *error)
{
    cki_store *store = &w->store;
    store->path = w->target; /* borrowed */
    store->variables = cki_formats_alloc(store, 1, sizeof *store->variables, error);
    w->array = store->variables ? cki_formats_alloc(store, 1, sizeof *w->array, error) : NULL;
    if (!w->array)
        return CASK_MEMORY;
    cask_value *value = cki_zarr_metadata_parse(metadata->bytes, metadata->length, error);
    if (!value)
        return error->status;
    w->array->prefix = "";
    cki_variable *variable = &store->variables[0];
    cask_status status = version == 2
                             ? cki_zarr_metadata_v2(store, value, NULL, w->array, variable, error)
                             : cki_zarr_metadata_v3(store, value, w->array, variable, error);
    cask_value_unref(value);
    if (status == CASK_OK && variable->unreadable)
        status = cki_fail(error, CASK_INVALID, "ValueError", "%s: cannot be written so: %s",
                          w->target, variable->unreadable);
    w->shape = variable->shape;
    return status == CASK_OK ? cki_zarr_chain_need(&w->array->chain, error) : status;
}

static cask_status put_metadata(const writing *w, int version, const cki_text *metadata,
                                const cki_text *attributes, cki_error *error)
{
    cask_status status = put_file(w, version == 2 ? ".zarray" : "zarr.json", metadata->bytes,
                                  metadata->length, error);
    if (status == CASK_OK && attributes->length)
        status = put_file(w, ".zattrs", attributes->bytes, attributes->length, error);
    return status;
}

static cask_status begin(writing *w, const cki_target *target, cki_error *error)
{
    int version = target->storage && target->storage->version ? target->storage->version : 2;
    cki_text metadata = {0}, attributes = {0};
    cask_status status = cki_zarr_write_metadata(target, version, &metadata, &attributes, error);
    if (status == CASK_OK)
        status = understand(w, version, &metadata, error);
    if (status == CASK_OK && !(w->folder = cki_tree_hidden(w->target, error)))
        status = error->status;
    if (status == CASK_OK)
        status = put_metadata(w, version, &metadata, &attributes, error);
    if (status == CASK_OK && !(w->blobs = cki_blobs_folder(w->folder, error)))
        status = CASK_MEMORY;
    cki_text_free(&metadata);
    cki_text_free(&attributes);
    return status;
}

static cask_status stop_at_first(void *user, const char *name, cki_error *error)
{
    (void)name, (void)error;
    *(bool *)user = true;
    return CASK_CANCELLED;
}

cask_status cki_zarr_write_may(const char *path, cki_error *error)
{
    static const char *const marks[] = {"zarr.json", ".zarray", ".zgroup"};
    cki_tree_kind kind = cki_tree_look(path);
    bool ours = kind == CKI_TREE_NONE, filled = false;
    if (cki_zarr_zip_is(path))
        return kind == CKI_TREE_FOLDER ? cki_file_fail(error, EISDIR, path) : CASK_OK;
    if (kind == CKI_TREE_FILE)
        return cki_file_fail(error, ENOTDIR, path);
    for (size_t i = 0; !ours && i < sizeof marks / sizeof *marks; i++) {
        cki_text file = {0};
        cki_text_format(&file, "%s/%s", path, marks[i]);
        bool failed = file.failed;
        ours = !failed && cki_tree_look(file.bytes) == CKI_TREE_FILE;
        cki_text_free(&file);
        if (failed)
            return cki_fail_memory(error, strlen(path));
    }
    cki_error own = {0};
    if (!ours)
        cki_tree_list(path, stop_at_first, &filled, &own);
    return !filled ? CASK_OK
                   : cki_fail(error, CASK_INVALID, "FileExistsError",
                              "'%s' is a folder of other things than Zarr's, and is not replaced",
                              path);
}

static writing *new_writing(cki_error *error)
{
    writing *w = cki_memory_calloc(1, sizeof *w);
    if (!w) {
        cki_fail_memory(error, sizeof *w);
        return NULL;
    }
    cki_thread_mutex_init(&w->partial);
    return w;
}

static void abort_writing(cki_writer *writer)
{
    writing *w = writer->state;
    cki_error own = {0};
    if (w && w->target && w->folder)
        cki_tree_remove(w->folder, &own);
    free_writing(w);
}

static cask_status create(cki_writer *writer, const cki_target *target, cki_error *error)
{
    writing *w = new_writing(error);
    writer->state = w;
    writer->region = write_region;
    if (!w)
        return CASK_MEMORY;
    size_t length = strlen(writer->path);
    while (length > 1 && writer->path[length - 1] == '/')
        length--;
    w->target = cki_memory_copy(writer->path, length);
    if (!w->target)
        return cki_fail_memory(error, length);
    if (target->root && cki_zarr_zip_is(target->root))
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "%s: an archive is written whole: give the array a folder, or the archive "
                        "no component",
                        target->root);
    return cki_zarr_write_may(w->target, error) == CASK_OK ? begin(w, target, error)
                                                           : error->status;
}

/* Groups above an array that have no metadata yet get some, up to the folder that is the store. */
static cask_status make_groups(const writing *w, const char *root, int version, cki_error *error)
{
    static const char old[] = "{\n    \"zarr_format\": 2\n}",
                      new[] = "{\n    \"zarr_format\": 3,\n    \"node_type\": \"group\",\n"
                              "    \"attributes\": {}\n}";
    cki_text path = {0};
    cki_text_put(&path, w->target);
    cask_status status = path.failed ? cki_fail_memory(error, strlen(w->target)) : CASK_OK;
    size_t least = root ? strlen(root) : SIZE_MAX;
    while (status == CASK_OK && path.length > least) {
        char *slash = strrchr(path.bytes, '/');
        if (!slash || (size_t)(slash - path.bytes) < least)
            break;
        path.length = (size_t)(slash - path.bytes);
        *slash = '\0';
        writing group = {.folder = path.bytes};
        cki_text file = {0};
        cki_text_format(&file, "%s/%s", path.bytes, version == 2 ? ".zgroup" : "zarr.json");
        if (file.failed)
            status = cki_fail_memory(error, path.length);
        else if (cki_tree_look(file.bytes) == CKI_TREE_NONE)
            status =
                put_file(&group, version == 2 ? ".zgroup" : "zarr.json", version == 2 ? old : new,
                         version == 2 ? sizeof old - 1 : sizeof new - 1, error);
        cki_text_free(&file);
    }
    cki_text_free(&path);
    return status;
}

static cask_status commit(cki_writer *writer, cki_error *error)
{
    writing *w = writer->state;
    cask_status status = CASK_OK;
    if (w->target) {
        status = cki_zarr_zip_publish(w->folder, w->target, error);
        if (status == CASK_OK)
            status = make_groups(w, writer->root, w->array->named ? 3 : 2, error);
        if (status != CASK_OK) {
            cki_error own = {0};
            cki_tree_remove(w->folder, &own);
        }
    }
    free_writing(w);
    return status;
}

static const char *const suffixes[] = {".zarr", ".zip", NULL};

const cki_format cki_zarr_write_format = {
    .suffixes = suffixes,
    .create = create,
    .tree = true,
    .commit = commit,
    .abort = abort_writing,
};

/* ---- an array that is there ---- */

cask_status cki_zarr_write_into(cki_writer *writer, const cki_store *store, size_t i,
                                cki_error *error)
{
    writing *w = new_writing(error);
    writer->state = w;
    writer->region = write_region;
    writer->format = &cki_zarr_write_format;
    if (!w)
        return CASK_MEMORY;
    const cki_zarr *zarr = store->state;
    w->array = &zarr->arrays[i];
    w->shape = store->variables[i].shape;
    w->blobs = zarr->blobs;
    const char *refused = store->file ? "it lies in an archive"
                          : w->array->chain.text != CKI_ZARR_PLAIN
                              ? "text of any length is only read"
                              : NULL;
    if (refused)
        return cki_fail(error, CASK_INVALID, "ValueError", "%s: cannot be written into: %s",
                        cki_store_path(store), refused);
    cki_text folder = {0};
    size_t prefix = strlen(w->array->prefix);
    cki_text_put(&folder, cki_store_path(store));
    cki_text_char(&folder, '/');
    cki_text_add(&folder, w->array->prefix, prefix ? prefix - 1 : 0);
    w->folder = cki_text_take(&folder);
    return w->folder ? cki_zarr_chain_need(&w->array->chain, error)
                     : cki_fail_memory(error, prefix);
}
