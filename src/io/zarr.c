/* Zarr stores: a folder (or a zip archive of one) that is an array or a group of them, versions 2
 * and 3. A group's arrays are those that its consolidated metadata list, else those found below it.
 */
#include "core/memory.h"
#include "io/zarr_write.h"
#include "io/zip.h"
#include "sys/tree.h"

#include <string.h>

enum { DEEPEST = 12, MOST_ARRAYS = 100000 };

/* Opening: what was found so far. */
typedef struct finding {
    cki_store *store;
    cki_zarr *zarr;
    size_t room;
    int depth;
    const char *folder; /* being listed */
} finding;

static bool ends_with(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);
    return n >= m && strcmp(path + n - m, suffix) == 0;
}

/* An archive of a folder, told by its name, or by what it holds. */
static bool starts(cki_file *file, const unsigned char *head, size_t length)
{
    const char *path = cki_file_path(file);
    if (!cki_zip_starts(head, length) || ends_with(path, ".npz"))
        return false;
    if (ends_with(path, ".zarr.zip"))
        return true;
    cki_error none = {0}; /* a damaged one is told of when it is opened */
    cki_zip *zip = cki_zip_open(file, &none);
    bool found = zip && (cki_zip_find(zip, "zarr.json") || cki_zip_find(zip, ".zarray") ||
                         cki_zip_find(zip, ".zgroup"));
    cki_zip_free(zip);
    return found;
}

static cask_value *parse_key(const finding *f, const char *folder, const char *file,
                             cki_error *error)
{
    cki_text key = {0};
    cki_text_format(&key, folder[0] ? "%s/%s" : "%s%s", folder, file);
    size_t length = 0;
    char *text = NULL;
    if (key.failed)
        cki_fail_memory(error, strlen(folder));
    else
        text = cki_blobs_text(f->zarr->blobs, key.bytes, CKI_ZARR_METADATA, &length, error);
    cki_error own = {0};
    cask_value *value = text ? cki_zarr_metadata_parse(text, length, &own) : NULL;
    if (text && !value)
        cki_fail(error, own.status, own.python, "%s/%s: %s", cki_store_path(f->store), key.bytes,
                 own.message);
    else if (value && value->kind != CKI_DICT) {
        cki_fail(error, CASK_FORMAT, "ValueError", "%s/%s: not a JSON object",
                 cki_store_path(f->store), key.bytes);
        cask_value_unref(value);
        value = NULL;
    }
    cki_memory_free(text);
    cki_text_free(&key);
    return value;
}

/* Room for one more; arrays stay in the order in which they are found. */
static cask_status grow(finding *f, cki_error *error)
{
    cki_store *store = f->store;
    if (store->count == MOST_ARRAYS)
        return cki_fail(error, CASK_LIMIT, NULL, "%s: more than %d arrays in one group",
                        cki_store_path(store), MOST_ARRAYS);
    if (store->count < f->room)
        return CASK_OK;
    size_t room = f->room ? f->room * 2 : 8;
    cki_variable *variables = cki_formats_alloc(store, room, sizeof *variables, error);
    cki_zarr_array *arrays =
        variables ? cki_formats_alloc(store, room, sizeof *arrays, error) : NULL;
    if (!arrays)
        return CASK_MEMORY;
    if (store->count) {
        memcpy(variables, store->variables, store->count * sizeof *variables);
        memcpy(arrays, f->zarr->arrays, store->count * sizeof *arrays);
    }
    store->variables = variables;
    f->zarr->arrays = arrays;
    f->room = room;
    return CASK_OK;
}

/* One array, from its metadata; `attributes` of version 2 may be NULL. */
static cask_status add_array(finding *f, const char *folder, int version, cask_value *metadata,
                             cask_value *attributes, cki_error *error)
{
    if (grow(f, error) != CASK_OK)
        return error->status;
    cki_store *store = f->store;
    cki_variable *variable = &store->variables[store->count];
    cki_zarr_array *array = &f->zarr->arrays[store->count];
    cki_text prefix = {0};
    cki_text_format(&prefix, "%s%s", folder, folder[0] ? "/" : "");
    array->prefix = prefix.failed ? NULL
                                  : cki_formats_text(store, prefix.bytes ? prefix.bytes : "",
                                                     prefix.length, error);
    variable->name = folder[0] ? cki_formats_text(store, folder, strlen(folder), error) : "data";
    cki_text_free(&prefix);
    if (!array->prefix || !variable->name)
        return cki_fail_memory(error, strlen(folder));
    store->count++;
    cask_status status =
        version == 2 ? cki_zarr_metadata_v2(store, metadata, attributes, array, variable, error)
                     : cki_zarr_metadata_v3(store, metadata, array, variable, error);
    if (status == CASK_OK && !variable->attributes)
        variable->attributes = cki_value_dict(error);
    if (status == CASK_OK && !variable->unreadable && array->chain.text != CKI_ZARR_PLAIN) {
        cki_error own = {0};
        if (cki_zarr_text_measure(store, array, variable, &own) != CASK_OK) {
            variable->unreadable = cki_formats_text(store, own.message, strlen(own.message), error);
            variable->damaged = own.status != CASK_UNSUPPORTED;
        }
    }
    return variable->attributes ? status : CASK_MEMORY;
}

/* ---- looking for arrays ---- */

static cask_status look_at(finding *f, const char *folder, cki_error *error);

static cask_status look_below(void *user, const char *name, cki_error *error)
{
    finding *f = user;
    if (name[0] == '.' || strcmp(name, "zarr.json") == 0)
        return CASK_OK;
    cki_text below = {0};
    const char *folder = f->folder;
    cki_text_format(&below, folder[0] ? "%s/%s" : "%s%s", folder, name);
    cask_status status =
        below.failed ? cki_fail_memory(error, strlen(name)) : look_at(f, below.bytes, error);
    f->folder = folder;
    cki_text_free(&below);
    return status;
}

static bool has_key(const finding *f, const char *folder, const char *file, cki_error *error)
{
    cki_text key = {0};
    cki_blob blob = {0};
    bool found = false;
    cki_error own = {0};
    cki_text_format(&key, folder[0] ? "%s/%s" : "%s%s", folder, file);
    if (!key.failed)
        cki_blobs_find(f->zarr->blobs, key.bytes, &blob, &found, &own);
    else
        cki_fail_memory(error, key.length);
    if (own.status == CASK_MEMORY)
        cki_fail(error, CASK_MEMORY, NULL, "%s", own.message);
    cki_blobs_drop(&blob);
    cki_text_free(&key);
    return found;
}

/* A folder's own metadata; *group if there may be arrays below. */
static cask_status look_at_node(finding *f, const char *folder, bool *group, cki_error *error)
{
    *group = false;
    if (has_key(f, folder, "zarr.json", error)) {
        cask_value *metadata = parse_key(f, folder, "zarr.json", error);
        const cask_value *kind = metadata ? cki_value_dict_find(metadata, "node_type") : NULL;
        *group = kind && kind->kind == CKI_STR && strcmp(kind->as.text.bytes, "group") == 0;
        if (metadata && !*group)
            add_array(f, folder, 3, metadata, NULL, error);
        cask_value_unref(metadata);
    } else if (has_key(f, folder, ".zarray", error)) {
        cask_value *metadata = parse_key(f, folder, ".zarray", error);
        cask_value *attributes = metadata ? parse_key(f, folder, ".zattrs", error) : NULL;
        if (error->status == CASK_OK)
            add_array(f, folder, 2, metadata, attributes, error);
        cask_value_unref(attributes);
        cask_value_unref(metadata);
    } else {
        *group = has_key(f, folder, ".zgroup", error);
    }
    return error->status;
}

static cask_status look_at(finding *f, const char *folder, cki_error *error)
{
    bool group;
    cask_status status = look_at_node(f, folder, &group, error);
    if (status == CASK_OK && !group && !folder[0] && f->store->count == 0)
        return cki_fail(error, CASK_FORMAT, "OSError",
                        "%s: a folder without Zarr's metadata: no zarr.json, .zarray or .zgroup",
                        cki_store_path(f->store));
    if (status != CASK_OK || !group || f->depth == DEEPEST)
        return status;
    f->depth++;
    f->folder = folder;
    status = cki_blobs_list(f->zarr->blobs, folder, look_below, f, error);
    f->depth--;
    return status;
}

/* ---- consolidated metadata ---- */

/* {"x/.zarray": {...}, "x/.zattrs": {...}, ...} */
static cask_status take_consolidated_v2(finding *f, const cask_value *all, cki_error *error)
{
    for (size_t i = 0; i < all->as.dict.count; i++) {
        const char *key = all->as.dict.keys[i]->as.text.bytes;
        size_t length = strlen(key);
        if (length < 7 || strcmp(key + length - 7, ".zarray") != 0 ||
            all->as.dict.values[i]->kind != CKI_DICT)
            continue;
        size_t folder = length > 8 ? length - 8 : 0;
        cki_text name = {0};
        cki_text_add(&name, key, folder);
        cki_text_put(&name, folder ? "/.zattrs" : ".zattrs");
        cask_status status = CASK_MEMORY;
        if (!name.failed) {
            cask_value *attributes = cki_value_dict_find(all, name.bytes);
            name.bytes[folder] = '\0';
            status = add_array(f, name.bytes, 2, all->as.dict.values[i], attributes, error);
        }
        cki_text_free(&name);
        if (status != CASK_OK)
            return cki_fail_memory(error, length);
    }
    return CASK_OK;
}

static cask_status take_consolidated_v3(finding *f, const cask_value *all, cki_error *error)
{
    for (size_t i = 0; i < all->as.dict.count; i++) {
        cask_value *node = all->as.dict.values[i];
        const cask_value *kind =
            node->kind == CKI_DICT ? cki_value_dict_find(node, "node_type") : NULL;
        if (!kind || kind->kind != CKI_STR || strcmp(kind->as.text.bytes, "array") != 0)
            continue;
        if (add_array(f, all->as.dict.keys[i]->as.text.bytes, 3, node, NULL, error) != CASK_OK)
            return error->status;
    }
    return CASK_OK;
}

/* The list of all arrays, if the root has one; *known then. */
static cask_status consolidated(finding *f, bool *known, cki_error *error)
{
    cki_error own = {0};
    cask_status status = CASK_OK;
    *known = false;
    cask_value *root = parse_key(f, "", "zarr.json", &own);
    const cask_value *list = root ? cki_value_dict_find(root, "consolidated_metadata") : NULL;
    const cask_value *attributes = root ? cki_value_dict_find(root, "attributes") : NULL;
    bool version3 = root != NULL;
    cask_value *old = root ? NULL : parse_key(f, "", ".zmetadata", &own);
    cask_value *globals = root ? NULL : parse_key(f, "", ".zattrs", &own);
    list = old ? old : list;
    list = list && list->kind == CKI_DICT ? cki_value_dict_find(list, "metadata") : NULL;
    if (list && list->kind == CKI_DICT) {
        *known = true;
        status =
            version3 ? take_consolidated_v3(f, list, error) : take_consolidated_v2(f, list, error);
    }
    attributes = globals ? globals : attributes;
    if (status == CASK_OK && attributes && attributes->kind == CKI_DICT) {
        cask_value_unref(f->store->attributes);
        f->store->attributes = cask_value_ref((cask_value *)(uintptr_t)attributes);
    }
    cask_value_unref(root);
    cask_value_unref(old);
    cask_value_unref(globals);
    if (own.status != CASK_OK && status == CASK_OK)
        status = cki_fail(error, own.status, own.python, "%s", own.message);
    return status;
}

static cask_status open_store(cki_store *store, cki_error *error)
{
    cki_zarr *zarr = cki_formats_alloc(store, 1, sizeof *zarr, error);
    if (!zarr)
        return CASK_MEMORY;
    store->name = "Zarr";
    store->state = zarr;
    zarr->blobs = store->file ? cki_blobs_zip(store->file, error)
                              : cki_blobs_folder(cki_store_path(store), error);
    if (!zarr->blobs)
        return error->status;
    finding f = {.store = store, .zarr = zarr};
    bool known;
    cask_status status = consolidated(&f, &known, error);
    if (status == CASK_OK && !known)
        status = look_at(&f, "", error);
    return status;
}

static void close_store(cki_store *store)
{
    cki_zarr *zarr = store->state;
    if (zarr)
        cki_blobs_free(zarr->blobs);
}

static size_t read_bytes(const cki_store *store, size_t i, const int64_t *start,
                         const int64_t *count, const int64_t *step)
{
    const cki_zarr *zarr = store->state;
    const cki_zarr_chain *chain = &zarr->arrays[i].chain;
    double bytes = (double)chain->layout.itemsize;
    for (int k = 0; k < chain->ndim; k++) {
        if (count[k] == 0)
            return 0;
        int64_t cells = (start[k] + (count[k] - 1) * step[k]) / chain->shape[k] -
                        start[k] / chain->shape[k] + 1;
        cells = cells > count[k] ? count[k] : cells;
        bytes *= (double)cells * (double)chain->shape[k];
    }
    return bytes < 1e18 ? (size_t)bytes : (size_t)1e18;
}

/* Two buffers that a chunk is decoded between, unless it is stored plainly; indices of shards. */
static size_t working(const cki_store *store, size_t i)
{
    const cki_zarr *zarr = store->state;
    const cki_zarr_chain *chain = &zarr->arrays[i].chain;
    size_t index = chain->shard ? (size_t)chain->shard->cells * 16 : 0;
    for (; chain->shard; chain = &chain->shard->inner)
        if (chain->nsteps) /* it is decoded as a whole */
            index += chain->steps[0].before + chain->most;
    return index + (chain->nsteps ? 2 * chain->bytes : 0);
}

const cki_format cki_zarr_format = {
    .starts = starts,
    .folder = true,
    .open = open_store,
    .read = cki_zarr_read_region,
    .read_bytes = read_bytes,
    .working = working,
    .close = close_store,
    .into = cki_zarr_write_into,
};
