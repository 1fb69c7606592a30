/* Writing into a dataset of an HDF5 file that is there: plain ones in place, chunked ones chunk by
 * chunk. What was there is overwritten: unlike new files, this is not undone by a failure. */
#include "io/hdf5_chunks.h"

#include <string.h>

static cask_status refuse(const char *path, const char *why, cki_error *error)
{
    return cki_fail(error, CASK_INVALID, "ValueError", "%s: cannot be written into: %s", path, why);
}

static hid_t open_file(const char *path, cki_error *error)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_file_locking(access, false, true);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, access);
    H5Pclose(access);
    if (file < 0)
        cki_hdf5_lock_fail(path, "cannot be opened for writing", error);
    return file;
}

/* Give a contiguous dataset that nothing was written to its bytes in the file. */
static cask_status allocate(const char *path, const cki_hdf5_set *set, uint64_t *offset,
                            cki_error *error)
{
    hid_t file = open_file(path, error);
    if (file < 0)
        return CASK_FORMAT;
    hid_t dataset = H5Dopen2(file, set->path, H5P_DEFAULT);
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    hsize_t zero[H5S_MAX_RANK] = {0}, one[H5S_MAX_RANK], step[H5S_MAX_RANK];
    for (int k = 0; k < H5S_MAX_RANK; k++)
        one[k] = step[k] = 1;
    hid_t memory = H5Screate(H5S_SCALAR);
    bool done = (set->rank == 0 ||
                 H5Sselect_hyperslab(space, H5S_SELECT_SET, zero, step, one, NULL) >= 0) &&
                H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, set->fill) >= 0;
    haddr_t address = done ? H5Dget_offset(dataset) : HADDR_UNDEF;
    H5Sclose(memory);
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(dataset);
    done = H5Fclose(file) >= 0 && address != HADDR_UNDEF;
    *offset = address;
    return done ? CASK_OK : cki_hdf5_lock_fail(path, "cannot be written", error);
}

static cask_status open_chunks(cki_writer *writer, const char *path, const cki_variable *variable,
                               const cki_hdf5_set *set, cki_error *error)
{
    cki_hdf5_chunking how = {.path = writer->path,
                             .rank = set->rank,
                             .word = set->layout.word,
                             .nfilters = set->nfilters};
    size_t size = cki_dtype_size(variable->dtype);
    if (set->rank != variable->ndim)
        return refuse(path, "its elements are arrays", error);
    memcpy(how.chunk, set->chunk, sizeof how.chunk);
    for (int i = 0; i < set->nfilters; i++) {
        if (!cki_hdf5_chunks_knows(set->filters[i].id))
            return refuse(path, "it has a filter that is only read", error);
        how.filters[i].id = set->filters[i].id;
        how.filters[i].width = set->filters[i].value ? set->filters[i].value : size;
        how.filters[i].level = set->filters[i].id == 1 ? (int)set->filters[i].value : 0;
    }
    hid_t file = open_file(path, error);
    if (file < 0)
        return CASK_FORMAT;
    hid_t dataset = H5Dopen2(file, set->path, H5P_DEFAULT);
    cki_hdf5_chunks *chunks =
        dataset >= 0 ? cki_hdf5_chunks_new(file, dataset, set->rank, &how, size, error) : NULL;
    if (!chunks) {
        H5Dclose(dataset);
        H5Fclose(file);
        return error->status ? error->status
                             : cki_hdf5_lock_fail(path, "cannot be opened for writing", error);
    }
    writer->state = chunks;
    writer->region = cki_hdf5_chunks_region;
    return CASK_OK;
}

cask_status cki_hdf5_into(cki_writer *writer, const cki_store *store, size_t i, cki_error *error)
{
    const cki_hdf5_set *set = &((const cki_hdf5_set *)store->state)[i];
    const cki_variable *variable = &store->variables[i];
    const char *path = cki_store_path(store);
    cask_status status = CASK_OK;
    writer->format = &cki_hdf5_format;
    if (variable->unreadable || set->convert || set->text || set->record || set->joined ||
        set->way == CKI_HDF5_LIBRARY)
        return refuse(path,
                      variable->unreadable ? variable->unreadable
                                           : "its elements are stored in a way of their own",
                      error);
    writer->layout = set->layout;
    cki_hdf5_lock_enter();
    if (set->way == CKI_HDF5_FILL)
        status = allocate(path, set, &writer->layout.offset, error);
    if (set->way == CKI_HDF5_CHUNKS)
        status = open_chunks(writer, path, variable, set, error);
    cki_hdf5_lock_leave();
    return status;
}
