/* Writing HDF5 and NetCDF-4: the library makes the file with its one contiguous dataset, dimension
 * scales and attributes, and closes it; the elements go to their place in it by our own writes. */
#include "core/memory.h"
#include "io/hdf5_chunks.h"

#include <stdio.h>
#include <string.h>

/* What is being made, under the lock. */
typedef struct making {
    const cki_target *target;
    cki_dtype stored;
    bool netcdf;
    int ndim; /* with the axis of a string's characters, in NetCDF */
    hid_t file, dataset;
    const char *name;
    char names[CKI_MAX_NDIM + 1][32];
    const char *dims[CKI_MAX_NDIM + 1];
    hsize_t shape[CKI_MAX_NDIM + 1];
    bool chunked;
    cki_hdf5_chunking how;
} making;

/* IEEE half, as h5py makes it. */
static hid_t half_type(void)
{
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    return type;
}

static hid_t bool_type(void)
{
    hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
    signed char no = 0, yes = 1;
    H5Tenum_insert(type, "FALSE", &no);
    H5Tenum_insert(type, "TRUE", &yes);
    return type;
}

static hid_t complex_type(cki_dtype dtype)
{
    size_t size = cki_dtype_size(dtype);
    hid_t part = size == 8 ? H5T_IEEE_F32LE : H5T_IEEE_F64LE;
    hid_t type = H5Tcreate(H5T_COMPOUND, size);
    H5Tinsert(type, "r", 0, part);
    H5Tinsert(type, "i", size / 2, part);
    return type;
}

/* A new type of the library's for what is stored. */
static hid_t file_type(cki_dtype dtype, bool netcdf)
{
    if (cki_dtype_is_complex(dtype))
        return complex_type(dtype);
    if (dtype.id == CASK_F16)
        return half_type();
    if (dtype.id == CASK_BOOL)
        return bool_type();
    if (dtype.id != CASK_BYTES)
        return H5Tcopy(cki_hdf5_type_native(dtype));
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, netcdf ? 1 : (size_t)dtype.count);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    return type;
}

static bool put_attribute(hid_t object, const char *name, hid_t type, hid_t space,
                          const void *elements)
{
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool done = attribute >= 0 && H5Awrite(attribute, type, elements) >= 0;
    H5Aclose(attribute);
    H5Sclose(space);
    return done;
}

/* Text of fixed length, as NetCDF-C writes it: with an end for the scales' own attributes. */
static bool put_fixed(hid_t object, const char *name, const char *text, size_t length)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, length ? length : 1);
    bool done = put_attribute(object, name, type, H5Screate(H5S_SCALAR), text);
    H5Tclose(type);
    return done;
}

static bool put_text(hid_t object, const char *name, const cask_value *value, bool netcdf)
{
    if (netcdf)
        return put_fixed(object, name, value->as.text.bytes, value->as.text.length);
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    const char *text = value->as.text.bytes;
    bool done = put_attribute(object, name, type, H5Screate(H5S_SCALAR), &text);
    H5Tclose(type);
    return done;
}

static cask_status put_attributes(const making *m, hid_t object, const cask_value *dict,
                                  cki_error *error)
{
    for (size_t i = 0; i < dict->as.dict.count; i++) {
        const cask_value *key = dict->as.dict.keys[i], *value = dict->as.dict.values[i];
        bool done = true;
        if (!cki_formats_writable(key, value))
            continue;
        const char *name = key->as.text.bytes;
        if (value->kind == CKI_STR) {
            done = put_text(object, name, value, m->netcdf);
        } else {
            cask_value *array = cki_formats_elements(name, value, m->stored, error);
            if (!array)
                return CASK_MEMORY;
            hsize_t count = (hsize_t)cki_array_of(array)->shape[0];
            hid_t space = !m->netcdf && value->kind != CKI_ARRAY
                              ? H5Screate(H5S_SCALAR)
                              : H5Screate_simple(1, &count, NULL);
            hid_t type = file_type(cki_array_of(array)->dtype, m->netcdf);
            done = put_attribute(object, name, type, space, cki_array_of(array)->data);
            H5Tclose(type);
            cask_value_unref(array);
        }
        if (!done)
            return cki_hdf5_lock_fail(name, "cannot write this attribute", error);
    }
    return CASK_OK;
}

static herr_t count_dimension(hid_t group, const char *name, const H5L_info_t *about, void *user)
{
    (void)about;
    if (H5Aexists_by_name(group, name, "_Netcdf4Dimid", H5P_DEFAULT) > 0)
        ++*(int *)user;
    return 0;
}

/* The number of the next dimension: how many the file has. */
static int next_dimension(const making *m)
{
    int count = 0;
    hsize_t position = 0;
    H5Literate(m->file, H5_INDEX_NAME, H5_ITER_INC, &position, count_dimension, &count);
    return count;
}

/* The scale of a dimension that has no variable: a dataset without data, under its name. */
static bool make_scale(const making *m, int k)
{
    char words[80];
    int number = next_dimension(m);
    hid_t space = H5Screate_simple(1, &m->shape[k], NULL);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(creation, false);
    hid_t scale =
        H5Dcreate2(m->file, m->dims[k], H5T_IEEE_F32BE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Pclose(creation);
    H5Sclose(space);
    snprintf(words, sizeof words, "This is a netCDF dimension but not a netCDF variable.%10llu",
             (unsigned long long)m->shape[k]);
    bool done =
        scale >= 0 && put_fixed(scale, "CLASS", "DIMENSION_SCALE", 16) &&
        put_fixed(scale, "NAME", words, strlen(words) + 1) &&
        put_attribute(scale, "_Netcdf4Dimid", H5T_NATIVE_INT, H5Screate(H5S_SCALAR), &number);
    H5Dclose(scale);
    return done;
}

/* A dimension that another variable of the file has must be as long here. */
static cask_status check_scale(const making *m, int k, cki_error *error)
{
    hsize_t length[H5S_MAX_RANK] = {0};
    hid_t scale = H5Dopen2(m->file, m->dims[k], H5P_DEFAULT);
    hid_t space = H5Dget_space(scale);
    bool same = H5Sget_simple_extent_ndims(space) == 1 &&
                H5Sget_simple_extent_dims(space, length, NULL) == 1 && length[0] == m->shape[k];
    H5Sclose(space);
    H5Dclose(scale);
    return same ? CASK_OK
                : cki_fail(error, CASK_INVALID, "ValueError",
                           "dimension '%s' has two lengths, %llu and %llu", m->dims[k],
                           (unsigned long long)length[0], (unsigned long long)m->shape[k]);
}

/* From the scale back to the datasets that it serves, an entry for each axis. */
typedef struct entry {
    hobj_ref_t dataset;
    int axis;
} entry;

/* The entries that are there, with room for those of one more dataset. */
static entry *read_entries(hid_t scale, hid_t type, size_t *count, cki_error *error)
{
    hid_t attribute = H5I_INVALID_HID, space = H5I_INVALID_HID;
    hssize_t points = 0;
    if (H5Aexists(scale, "REFERENCE_LIST") > 0) {
        attribute = H5Aopen(scale, "REFERENCE_LIST", H5P_DEFAULT);
        space = H5Aget_space(attribute);
        points = H5Sget_simple_extent_npoints(space);
    }
    *count = points > 0 && points < 1 << 20 ? (size_t)points : 0;
    entry *entries = cki_memory_calloc(*count + CKI_MAX_NDIM + 1, sizeof *entries);
    if (!entries)
        cki_fail_memory(error, *count * sizeof *entries);
    if (entries && *count && H5Aread(attribute, type, entries) < 0)
        *count = 0;
    if (attribute >= 0) {
        H5Sclose(space);
        H5Aclose(attribute);
        H5Adelete(scale, "REFERENCE_LIST");
    }
    return entries;
}

static bool refer_back(const making *m, int k, cki_error *error)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(entry));
    H5Tinsert(type, "dataset", HOFFSET(entry, dataset), H5T_STD_REF_OBJ);
    H5Tinsert(type, "dimension", HOFFSET(entry, axis), H5T_NATIVE_INT);
    hid_t scale = H5Dopen2(m->file, m->dims[k], H5P_DEFAULT);
    size_t count = 0;
    entry *entries = scale >= 0 ? read_entries(scale, type, &count, error) : NULL;
    bool done = entries != NULL;
    for (int i = 0; done && i < m->ndim; i++) {
        if (strcmp(m->dims[i], m->dims[k]) != 0)
            continue;
        entries[count].axis = i;
        done = H5Rcreate(&entries[count++].dataset, m->file, m->name, H5R_OBJECT,
                         H5I_INVALID_HID) >= 0;
    }
    hsize_t length = count;
    done = done && put_attribute(scale, "REFERENCE_LIST", type, H5Screate_simple(1, &length, NULL),
                                 entries);
    cki_memory_free(entries);
    H5Dclose(scale);
    H5Tclose(type);
    return done;
}

/* Whether axis k is the first with its name. */
static bool first_of_name(const making *m, int k)
{
    for (int i = 0; i < k; i++)
        if (strcmp(m->dims[i], m->dims[k]) == 0)
            return false;
    return true;
}

static bool attach_scales(const making *m, cki_error *error)
{
    hobj_ref_t references[CKI_MAX_NDIM + 1];
    hvl_t lists[CKI_MAX_NDIM + 1];
    for (int k = 0; k < m->ndim; k++) {
        if (H5Rcreate(&references[k], m->file, m->dims[k], H5R_OBJECT, H5I_INVALID_HID) < 0)
            return false;
        lists[k] = (hvl_t){.len = 1, .p = &references[k]};
    }
    hsize_t count = (hsize_t)m->ndim;
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ);
    bool done =
        put_attribute(m->dataset, "DIMENSION_LIST", type, H5Screate_simple(1, &count, NULL), lists);
    H5Tclose(type);
    for (int k = 0; done && k < m->ndim; k++)
        if (first_of_name(m, k))
            done = refer_back(m, k, error);
    return done;
}

/* Dimensions need names that are consistent, and not the variable's unless it is the coordinate. */
static cask_status check_dimensions(const making *m, cki_error *error)
{
    for (int k = 0; k < m->ndim; k++) {
        if (strcmp(m->dims[k], m->name) == 0 && m->ndim > 1)
            return cki_fail(error, CASK_INVALID, "ValueError",
                            "variable '%s' has the name of one of its dimensions; rename it",
                            m->name);
        for (int i = 0; i < k; i++)
            if (strcmp(m->dims[i], m->dims[k]) == 0 && m->shape[i] != m->shape[k])
                return cki_fail(error, CASK_INVALID, "ValueError",
                                "dimension '%s' has two lengths, %llu and %llu", m->dims[k],
                                (unsigned long long)m->shape[i], (unsigned long long)m->shape[k]);
    }
    return CASK_OK;
}

static void set_chunks(const making *m, hid_t creation)
{
    hsize_t chunk[CKI_MAX_NDIM + 1];
    for (int k = 0; k < m->ndim; k++)
        chunk[k] = k < m->how.rank ? (hsize_t)m->how.chunk[k] : m->shape[k];
    H5Pset_chunk(creation, m->ndim, chunk);
    for (int i = 0; i < m->how.nfilters; i++) {
        if (m->how.filters[i].id == 1)
            H5Pset_deflate(creation, (unsigned)m->how.filters[i].level);
        else if (m->how.filters[i].id == 2)
            H5Pset_shuffle(creation);
        else
            H5Pset_fletcher32(creation);
    }
}

static bool make_dataset(making *m)
{
    hid_t type = file_type(m->stored, m->netcdf);
    hid_t space = m->ndim ? H5Screate_simple(m->ndim, m->shape, NULL) : H5Screate(H5S_SCALAR);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE), link = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(link, 1);
    if (m->chunked)
        set_chunks(m, creation);
    else
        H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
    H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    H5Pset_obj_track_times(creation, false); /* the same file every time */
    m->dataset = H5Dcreate2(m->file, m->name, type, space, link, creation, H5P_DEFAULT);
    H5Pclose(link);
    H5Pclose(creation);
    H5Sclose(space);
    H5Tclose(type);
    return m->dataset >= 0;
}

/* The file's content up to the elements. */
static cask_status fill_file(making *m, const cask_value *attributes, cki_error *error)
{
    bool coordinate = m->netcdf && m->ndim == 1 && strcmp(m->dims[0], m->name) == 0;
    bool done = true;
    for (int k = 0; done && m->netcdf && !coordinate && k < m->ndim; k++) {
        if (!first_of_name(m, k))
            continue;
        if (H5Lexists(m->file, m->dims[k], H5P_DEFAULT) <= 0)
            done = make_scale(m, k);
        else if (check_scale(m, k, error) != CASK_OK)
            return error->status;
    }
    int dimid = coordinate ? next_dimension(m) : 0;
    done = done && make_dataset(m);
    if (done && coordinate) {
        done = put_fixed(m->dataset, "CLASS", "DIMENSION_SCALE", 16) &&
               put_fixed(m->dataset, "NAME", m->name, strlen(m->name) + 1) &&
               put_attribute(m->dataset, "_Netcdf4Dimid", H5T_NATIVE_INT, H5Screate(H5S_SCALAR),
                             &dimid);
    } else if (done && m->netcdf && m->ndim > 0) {
        done = attach_scales(m, error);
    }
    if (!done)
        return error->status != CASK_OK
                   ? error->status
                   : cki_hdf5_lock_fail(m->name, "cannot make this dataset", error);
    return put_attributes(m, m->dataset, attributes, error);
}

static hid_t reopen_file(const char *path)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_file_locking(access, false, true);
    H5Pset_alignment(access, 1 << 20, 4096);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, access);
    H5Pclose(access);
    return file;
}

static hid_t create_file(const char *path)
{
    hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    H5Pset_link_creation_order(creation, order);
    H5Pset_attr_creation_order(creation, order);
    H5Pset_obj_track_times(creation, false);
    H5Pset_file_locking(access, false, true);
    H5Pset_alignment(access, 1 << 20, 4096); /* for large pieces past the system's cache */
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    H5Pclose(access);
    H5Pclose(creation);
    return file;
}

/* Names, shape and stored type, from the target. */
static cask_status prepare(making *m, const cki_target *target, bool netcdf, cki_dtype *stored,
                           cki_error *error)
{
    *m = (making){.target = target, .netcdf = netcdf, .ndim = target->ndim};
    m->file = m->dataset = H5I_INVALID_HID;
    cask_status status = CASK_OK;
    *stored = target->dtype;
    if (netcdf || cki_dtype_is_text(target->dtype))
        status = cki_formats_netcdf(target->dtype, stored, error);
    if (status != CASK_OK)
        return status;
    m->name = target->name && target->name[0] ? target->name : "data";
    const char *slash = strrchr(m->name, '/');
    if (netcdf && slash)
        m->name = slash[1] ? slash + 1 : "data";
    bool text = netcdf && stored->id == CASK_BYTES;
    if (m->ndim + (text ? 1 : 0) > H5S_MAX_RANK) {
        cki_fail(error, CASK_SHAPE, "ValueError", "HDF5 holds at most 32 dimensions");
        return CASK_SHAPE;
    }
    m->ndim += text ? 1 : 0;
    for (int k = 0; k < m->ndim; k++) {
        m->shape[k] = (hsize_t)(k < target->ndim ? target->shape[k] : stored->count);
        m->dims[k] = cki_formats_dimension(target, *stored, k, m->names[k]);
    }
    return netcdf ? check_dimensions(m, error) : CASK_OK;
}

/* The codec asked for, as filters: deflate behind shuffle, or a checksum. */
static cask_status choose_filters(making *m, const cki_target *target, cki_error *error)
{
    const char *text = target->storage ? target->storage->codec : NULL;
    cki_codec codec;
    bool none = true;
    size_t width = cki_dtype_size(m->stored);
    if (text && cki_codec_parse(text, (int)width, &codec, &none, error) != CASK_OK)
        return error->status;
    m->chunked = !none || (text && target->chunks) || (target->storage && target->storage->chunked);
    for (int k = 0; k < target->ndim; k++)
        m->chunked = m->chunked && target->shape[k] > 0;
    if (none || !m->chunked)
        return CASK_OK;
    int *count = &m->how.nfilters;
    if (codec.id == CKI_CODEC_FLETCHER32) {
        m->how.filters[(*count)++].id = 3;
        return CASK_OK;
    }
    if (codec.id != CKI_CODEC_ZLIB && codec.id != CKI_CODEC_GZIP)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "HDF5 files are written with gzip, shuffle and fletcher32, not '%s'", text);
    if (codec.shuffle && width > 1) {
        m->how.filters[*count].id = 2;
        m->how.filters[(*count)++].width = width;
    }
    m->how.filters[*count].id = 1;
    m->how.filters[(*count)++].level = codec.level < 0 ? 4 : codec.level > 9 ? 9 : codec.level;
    return CASK_OK;
}

/* The chunks asked for, or some of about a MiB; none reaches beyond the array, which HDF5 refuses.
 */
static cask_status choose_chunks(making *m, const cki_target *target, cki_error *error)
{
    if (choose_filters(m, target, error) != CASK_OK || !m->chunked || target->ndim == 0) {
        m->chunked = false;
        return error->status;
    }
    int64_t room = (int64_t)(1 << 20) / (int64_t)(cki_dtype_size(m->stored) + 1);
    m->how.rank = target->ndim;
    m->how.word = 1;
    for (int k = target->ndim - 1; k >= 0; k--) {
        int64_t length = target->chunks ? target->chunks[k] : room < 1 ? 1 : room;
        m->how.chunk[k] = length < 1 ? 1 : length < target->shape[k] ? length : target->shape[k];
        room /= m->how.chunk[k];
    }
    double bytes = (double)cki_dtype_size(m->stored);
    for (int k = 0; k < target->ndim; k++)
        bytes *= (double)m->how.chunk[k];
    if (bytes >= 4294967295.0)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "chunks of an HDF5 file hold less than 4 GiB; choose smaller ones");
    return CASK_OK;
}

/* A dataset of that name is replaced if it was like the new one, as h5py's require_dataset. */
static cask_status make_way(const making *m, cki_error *error)
{
    hid_t there = H5Dopen2(m->file, m->name, H5P_DEFAULT);
    if (there < 0)
        return CASK_OK;
    hid_t space = H5Dget_space(there), type = H5Dget_type(there);
    cki_hdf5_type found;
    hsize_t shape[H5S_MAX_RANK] = {0};
    cki_hdf5_type_find(type, &found);
    bool same = H5Sget_simple_extent_ndims(space) == m->ndim &&
                H5Sget_simple_extent_dims(space, shape, NULL) == m->ndim &&
                cki_dtype_same(found.dtype, m->stored) &&
                memcmp(shape, m->shape, (size_t)m->ndim * sizeof *shape) == 0;
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(there);
    if (!same)
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "the file has a data set '%s' of another shape or type", m->name);
    return H5Ldelete(m->file, m->name, H5P_DEFAULT) >= 0
               ? CASK_OK
               : cki_hdf5_lock_fail(m->name, "cannot be replaced", error);
}

/* The dataset is made; where its elements go, or what takes its chunks. */
static cask_status find_place(making *m, cki_writer *writer, cki_error *error)
{
    if (m->chunked) {
        m->how.path = writer->path;
        writer->state = cki_hdf5_chunks_new(m->file, m->dataset, m->ndim, &m->how,
                                            cki_dtype_size(m->stored), error);
        if (!writer->state)
            return CASK_MEMORY;
        writer->region = cki_hdf5_chunks_region;
        memcpy(writer->chunks, m->how.chunk, sizeof writer->chunks);
        m->file = m->dataset = H5I_INVALID_HID;
        return CASK_OK;
    }
    haddr_t address = m->dataset >= 0 ? H5Dget_offset(m->dataset) : HADDR_UNDEF;
    writer->layout.offset = address == HADDR_UNDEF ? 0 : address;
    return CASK_OK;
}

/* Under the lock: make the file, and find out where the elements go. */
static cask_status make_file(making *m, cki_writer *writer, const cask_value *attributes,
                             cki_error *error)
{
    cask_status status = cki_file_reveal(writer->output, error);
    if (status != CASK_OK)
        return status;
    const char *path = cki_file_temporary(writer->output);
    m->file = writer->filled ? reopen_file(path) : create_file(path);
    if (m->file < 0)
        return cki_hdf5_lock_fail(writer->path, "cannot be made as an HDF5 file", error);
    if (writer->filled)
        status = make_way(m, error);
    if (status == CASK_OK && !writer->filled && m->target->globals)
        status = put_attributes(m, m->file, m->target->globals, error);
    if (status == CASK_OK)
        status = fill_file(m, attributes, error);
    if (status == CASK_OK)
        status = find_place(m, writer, error);
    H5Dclose(m->dataset);
    if (m->file >= 0 && H5Fclose(m->file) < 0 && status == CASK_OK)
        status = cki_hdf5_lock_fail(writer->path, "cannot be written", error);
    return status;
}

cask_status cki_hdf5_write_close(cki_writer *writer, cki_error *error)
{
    cki_hdf5_chunks *chunks = writer->state;
    writer->state = NULL;
    return cki_hdf5_chunks_close(chunks, error);
}

cask_status cki_hdf5_write_create(cki_writer *writer, const cki_target *target, bool netcdf,
                                  cki_error *error)
{
    making m;
    if (cki_hdf5_calls_load(error) != CASK_OK)
        return error->status;
    cask_status status = prepare(&m, target, netcdf, &writer->stored, error);
    if (status != CASK_OK)
        return status;
    cask_value *attributes =
        cki_formats_encode(target->dtype, target->attributes, &writer->stored, error);
    if (!attributes)
        return CASK_MEMORY;
    m.stored = writer->stored;
    writer->layout.itemsize = cki_dtype_size(m.stored);
    writer->layout.word = 1;
    uint64_t bytes;
    status = choose_chunks(&m, target, error);
    if (status != CASK_OK) {
        cask_value_unref(attributes);
        return status;
    }
    if (!cki_region_order(&writer->layout, target->shape, false, &bytes)) {
        status = cki_fail(error, CASK_INVALID, "ValueError", "the array is larger than any file");
    } else {
        cki_hdf5_lock_enter();
        status = make_file(&m, writer, attributes, error);
        cki_hdf5_lock_leave();
    }
    cask_value_unref(attributes);
    /* once more, now that it is known where it begins */
    if (status == CASK_OK && !cki_region_order(&writer->layout, target->shape, false, &bytes))
        status = cki_fail(error, CASK_INVALID, "ValueError", "the array is larger than any file");
    return status;
}
