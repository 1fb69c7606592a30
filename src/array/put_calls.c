/* Putting as operations: store into files that are there, to_hdf5, to_npy_stack. */
#include "array/files.h"
#include "array/masked.h"
#include "array/put.h"
#include "array/put_zarr.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "core/memory.h"

#include <string.h>

static cask_status put_region(void *self, const int64_t *start, const cki_array *array,
                              cki_error *error)
{
    return cki_writer_region(self, start, array, error);
}

/* ---- several arrays, several writers ---- */

typedef struct batch {
    size_t count;
    cask_array *arrays;
    cki_writer **writers;
    cki_place *places;
} batch;

static cask_status new_batch(batch *b, size_t count, cki_error *error)
{
    *b = (batch){.count = count};
    b->arrays = cki_memory_calloc(count + 1, sizeof *b->arrays);
    b->writers = cki_memory_calloc(count + 1, sizeof *b->writers);
    b->places = cki_memory_calloc(count + 1, sizeof *b->places);
    return b->arrays && b->writers && b->places ? CASK_OK
                                                : cki_fail_memory(error, count * sizeof *b->places);
}

/* Commit all, or give all up; the first comes last, for it has the file of those beside it. */
static cask_status end_batch(batch *b, cask_status status, cki_error *error)
{
    for (size_t i = b->writers ? b->count : 0; i-- > 0;) {
        if (status == CASK_OK && b->writers[i])
            status = cki_writer_commit(b->writers[i], error);
        else
            cki_writer_abort(b->writers[i]);
    }
    cki_memory_free(b->arrays);
    cki_memory_free(b->writers);
    cki_memory_free(b->places);
    return status;
}

static cask_status run_batch(cask *ck, batch *b, cki_error *error)
{
    for (size_t i = 0; i < b->count; i++) {
        b->places[i].region = put_region;
        b->places[i].self = b->writers[i];
    }
    return cki_put_arrays(ck, b->arrays, b->places, b->count, error);
}

/* ---- store ---- */

/* An argument that is one thing or a list of them, as a LIST; a new reference. */
static cask_value *as_list(cask_value *value, cki_error *error)
{
    if (value->kind == CKI_LIST)
        return cask_value_ref(value);
    cask_value *list = cki_value_list(CKI_LIST, 1, error);
    if (list)
        list->as.list.items[0] = cask_value_ref(value);
    return list;
}

static cask_status check_lists(cki_call *call, const cask_value *sources, const cask_value *targets,
                               const cask_value *regions)
{
    size_t count = sources->as.list.count;
    bool listed = regions->kind == CKI_LIST;
    for (size_t i = 0; i < count; i++)
        if (!cki_node_lazy(sources->as.list.items[i]) &&
            !cki_masked_lazy(sources->as.list.items[i]))
            return cki_fail(call->error, CASK_INVALID, NULL,
                            "All sources must be dask array objects");
    if (targets->as.list.count != count)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "Different number of sources [%zu] and targets [%zu]", count,
                        targets->as.list.count);
    if (listed && regions->as.list.count != count)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "Different number of sources [%zu] and targets [%zu] than regions [%zu]",
                        count, targets->as.list.count, regions->as.list.count);
    for (size_t i = 0; i < count; i++)
        if (targets->as.list.items[i]->kind != CKI_STR)
            return cki_fail(call->error, CASK_TYPE, NULL,
                            "a target is the path of an array that is there ('x.zarr', "
                            "'x.h5::/name', 'x.npy'), not %s",
                            cki_value_type(targets->as.list.items[i]));
    return CASK_OK;
}

static const cask_value *region_at(const cask_value *regions, size_t i)
{
    return regions->kind == CKI_LIST ? regions->as.list.items[i] : regions;
}

/* Source i made fit for its target: its type, and blocks that share no stored chunk. */
static cask_status open_target(cki_build *build, batch *b, size_t i, const cask_value *source,
                               const cask_value *target, const cask_value *region)
{
    int64_t stored[CKI_MAX_NDIM];
    cask_array masked = cki_masked_lazy(source);
    b->arrays[i] = cki_node_lazy(source);
    b->writers[i] = cki_writer_into(target->as.text.bytes, build->error);
    if (b->writers[i] && masked)
        b->arrays[i] = cki_put_zarr_masked(build, masked, b->writers[i], target->as.text.bytes);
    if (!b->writers[i] || !b->arrays[i])
        return build->error->status;
    b->arrays[i] =
        cki_put_zarr_fit(build, b->arrays[i], b->writers[i], region, stored, b->places[i].offset);
    return b->arrays[i] ? CASK_OK : build->error->status;
}

/* What was stored, as lazy arrays: the regions that were written. */
static cask_value *stored_arrays(cki_build *build, const batch *b, const cask_value *targets)
{
    cask_value *list = cki_value_list(CKI_TUPLE, b->count, build->error);
    for (size_t i = 0; list && i < b->count; i++) {
        cki_pick picks[CKI_MAX_NDIM];
        const char *path = targets->as.list.items[i]->as.text.bytes;
        cask_array whole = cki_put_zarr_reopen(build, path);
        for (int k = 0; whole && k < whole->ndim; k++)
            picks[k] = (cki_pick){.start = b->places[i].offset[k],
                                  .step = 1,
                                  .count = cki_node_length(b->arrays[i], k)};
        cask_array part = whole ? cki_index_basic(build, whole, picks) : NULL;
        list->as.list.items[i] = cki_node_value(build, part);
        if (!list->as.list.items[i]) {
            list->as.list.items[i] = cki_value_none();
            cask_value_unref(list);
            return NULL;
        }
    }
    return list;
}

/* One value for one source that was given alone. */
static cask_value *unwrap(cask_value *tuple, bool alone)
{
    if (!tuple || !alone)
        return tuple;
    cask_value *one = cask_value_ref(tuple->as.list.items[0]);
    cask_value_unref(tuple);
    return one;
}

static cask_value *store_later(cki_build *build, const batch *b, const cask_value *targets,
                               bool alone)
{
    cask_value *list = cki_value_list(CKI_TUPLE, b->count, build->error);
    for (size_t i = 0; list && i < b->count; i++) {
        cask_array writing = cki_put_later(
            build, b->arrays[i], targets->as.list.items[i]->as.text.bytes, b->places[i].offset);
        list->as.list.items[i] = cki_put_delayed(build, writing);
        if (!list->as.list.items[i]) {
            list->as.list.items[i] = cki_value_none();
            cask_value_unref(list);
            return NULL;
        }
    }
    return unwrap(list, alone);
}

static cask_value *store_all(cki_call *call, const cask_value *sources, const cask_value *targets,
                             bool alone)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const cask_value *regions = cki_operation_argument(call, "regions");
    batch b;
    cask_status status = check_lists(call, sources, targets, regions);
    if (status != CASK_OK)
        return NULL;
    status = new_batch(&b, sources->as.list.count, call->error);
    for (size_t i = 0; status == CASK_OK && i < b.count; i++)
        status = open_target(&build, &b, i, sources->as.list.items[i], targets->as.list.items[i],
                             region_at(regions, i));
    cask_value *result = NULL;
    if (status == CASK_OK && !cki_operation_flag(call, "compute"))
        result = store_later(&build, &b, targets, alone);
    else if (status == CASK_OK && (status = run_batch(call->ck, &b, call->error)) == CASK_OK)
        result = cki_operation_flag(call, "return_stored")
                     ? unwrap(stored_arrays(&build, &b, targets), alone)
                     : cki_value_none();
    if (end_batch(&b, status, call->error) != CASK_OK) {
        cask_value_unref(result);
        return NULL;
    }
    return result;
}

static cask_value *run_store(cki_call *call)
{
    cask_value *given = cki_operation_argument(call, "sources");
    cask_value *sources = as_list(given, call->error);
    cask_value *targets = as_list(cki_operation_argument(call, "targets"), call->error);
    cask_value *result =
        sources && targets ? store_all(call, sources, targets, given->kind != CKI_LIST) : NULL;
    cask_value_unref(sources);
    cask_value_unref(targets);
    return result;
}

/* ---- to_hdf5 ---- */

/* "f.h5", '/x', x, ... or "f.h5", {'/x': x, ...}: pairs of name and array. */
static cask_value *hdf5_pairs(cki_call *call)
{
    cask_value *rest = cki_operation_argument(call, "args");
    if (rest->as.list.count == 1 && rest->as.list.items[0]->kind == CKI_DICT)
        return cask_value_ref(rest->as.list.items[0]);
    cask_value *dict = NULL;
    if (rest->as.list.count != 2 || rest->as.list.items[0]->kind != CKI_STR) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "Please provide {'/data/path': array} dictionary");
        return NULL;
    }
    dict = cki_value_dict(call->error);
    if (dict && cki_value_dict_set(dict, cask_value_ref(rest->as.list.items[0]),
                                   cask_value_ref(rest->as.list.items[1]), call->error)) {
        cask_value_unref(dict);
        dict = NULL;
    }
    return dict;
}

/* h5py's words: compression='gzip', compression_opts=4, shuffle=True; or a codec's text. */
static void take_codec(cki_call *call, cki_text *codec)
{
    const cask_value *name = cki_operation_argument(call, "compression");
    const cask_value *level = cki_operation_argument(call, "compression_opts");
    if (name->kind == CKI_INT) /* as h5py: the level of gzip */
        cki_text_format(codec, "gzip:%lld", (long long)name->as.integer);
    else if (name->kind == CKI_STR)
        cki_text_put(codec, name->as.text.bytes);
    else if (cki_operation_flag(call, "fletcher32"))
        cki_text_put(codec, "fletcher32");
    if (name->kind == CKI_STR && level->kind == CKI_INT)
        cki_text_format(codec, ":%lld", (long long)level->as.integer);
    if (name->kind != CKI_NONE && !cki_operation_flag(call, "shuffle"))
        cki_text_put(codec, ":noshuffle");
}

static cask_status open_array(cki_call *call, batch *b, size_t i, const char *path,
                              const cask_value *name, cask_array x, cask_value *attributes,
                              cki_storage *storage)
{
    static const int64_t zero[CKI_MAX_NDIM];
    cki_build build = cki_node_build(call->ck, call->error);
    int64_t shape[CKI_MAX_NDIM], chunks[CKI_MAX_NDIM], stored[CKI_MAX_NDIM];
    const cask_value *wanted = cki_operation_argument(call, "chunks");
    if (!cki_node_shape(x, shape))
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "%s: an array of unknown shape cannot be written; call "
                        "compute_chunk_sizes() first",
                        name->as.text.bytes);
    bool sequence = wanted->kind == CKI_TUPLE || wanted->kind == CKI_LIST;
    for (int k = 0; k < x->ndim; k++) {
        chunks[k] = cki_chunks_largest(&x->axes[k]);
        if (sequence && k < (int)wanted->as.list.count &&
            cki_value_index(wanted->as.list.items[k], &chunks[k], call->error) != CASK_OK)
            return call->error->status;
    }
    storage->chunked = sequence || (wanted->kind == CKI_BOOL && wanted->as.boolean);
    cki_target target = {.name = name->as.text.bytes,
                         .dtype = x->dtype,
                         .ndim = x->ndim,
                         .shape = shape,
                         .chunks = chunks,
                         .attributes = attributes,
                         .storage = storage,
                         .append = true};
    b->writers[i] = i ? cki_writer_beside(b->writers[0], &target, call->error)
                      : cki_writer_open(path, &target, call->error);
    if (!b->writers[i])
        return call->error->status;
    cki_writer_chunks(b->writers[i], stored);
    b->arrays[i] = cki_put_align(&build, x, stored, zero);
    return b->arrays[i] ? CASK_OK : call->error->status;
}

/* Of a masked array the attribute _FillValue says what stands for masked elements. */
static cask_status open_dataset(cki_call *call, batch *b, size_t i, const char *path,
                                const cask_value *name, cask_value *array, cki_storage *storage)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_storage own = *storage;
    cask_value *attributes = NULL;
    cask_array x = cki_masked_lazy(array)
                       ? cki_put_zarr_marked(&build, array, NULL, &own.fill, &attributes)
                       : cki_node_from_value(&build, array);
    cask_status status = call->error->status;
    if (!x || name->kind != CKI_STR)
        status = cki_fail(call->error, CASK_TYPE, NULL,
                          "Please provide {'/data/path': array} dictionary");
    if (x && status == CASK_OK)
        status = open_array(call, b, i, path, name, x, attributes, &own);
    cask_value_unref(attributes);
    return status;
}

static cask_value *run_to_hdf5(cki_call *call)
{
    const cask_value *path = cki_operation_argument(call, "filename");
    cask_value *pairs = hdf5_pairs(call);
    cki_text codec = {0};
    batch b = {0};
    take_codec(call, &codec);
    cki_storage storage = {.codec = codec.bytes};
    if (!pairs) {
        cki_text_free(&codec);
        return NULL;
    }
    cask_status status = CASK_OK;
    if (path->kind != CKI_STR)
        status = cki_fail(call->error, CASK_TYPE, NULL, "to_hdf5(): filename is a str, not %s",
                          cki_value_type(path));
    if (status == CASK_OK)
        status = new_batch(&b, pairs->as.dict.count, call->error);
    for (size_t i = 0; status == CASK_OK && i < b.count; i++)
        status = open_dataset(call, &b, i, path->as.text.bytes, pairs->as.dict.keys[i],
                              pairs->as.dict.values[i], &storage);
    if (status == CASK_OK)
        status = run_batch(call->ck, &b, call->error);
    status = end_batch(&b, status, call->error);
    cki_text_free(&codec);
    cask_value_unref(pairs);
    return status == CASK_OK ? cki_value_none() : NULL;
}

static const cki_operation op_store = {
    "store",
    CKI_IN_DA | CKI_ARRAY_METHOD,
    "sources, targets, lock=True, regions=None, compute=True, return_stored=False, **ignored",
    "Write arrays into arrays that are there, in one run: 'x.zarr', 'x.h5::/name', 'x.npy'. "
    "regions (slices, or a list of them) says where; no two blocks write one stored chunk at "
    "once, so lock is not needed. compute=False gives Delayed values that write.",
    run_store,
    NULL};
static const cki_operation op_to_hdf5 = {
    "to_hdf5",
    CKI_IN_DA,
    "filename, *args, chunks=None, compression=None, compression_opts=None, shuffle=True, "
    "fletcher32=False, **ignored",
    "Write arrays to an HDF5 file, beside what it has: to_hdf5('f.h5', '/x', x), or a dict of "
    "names and arrays. compression='gzip' makes chunks of the arrays' blocks, shuffled and "
    "deflated in parallel; chunks=True or a tuple makes chunks without it.",
    run_to_hdf5,
    NULL};

const cki_operation *const cki_put_calls_operations[] = {&op_store, &op_to_hdf5, NULL};
