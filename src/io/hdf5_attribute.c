/* HDF5 attributes as values, and those by which NetCDF-4 names dimensions. */
#include "core/memory.h"
#include "io/hdf5.h"

#include <string.h>

enum { LARGEST = 64 << 20 }; /* bytes of one attribute */

/* NetCDF-4's and the dimension scales' own bookkeeping, which is nobody's metadata. */
static bool is_internal(const char *name)
{
    static const char *const names[] = {"CLASS",
                                        "NAME",
                                        "DIMENSION_LIST",
                                        "REFERENCE_LIST",
                                        "_Netcdf4Dimid",
                                        "_nc3_strict",
                                        "_Netcdf4Coordinates",
                                        "_NCProperties",
                                        NULL};
    for (const char *const *one = names; *one; one++)
        if (strcmp(name, *one) == 0)
            return true;
    return false;
}

/* Strings of either kind: one as itself, several as a 1-d array. */
static cask_value *strings_value(char *const *texts, const char *bytes, size_t size, size_t count,
                                 cki_error *error)
{
    cask_value *list = cki_value_list(CKI_LIST, count, error);
    bool failed = !list;
    for (size_t i = 0; !failed && i < count; i++) {
        const char *text = texts ? (texts[i] ? texts[i] : "") : bytes + i * size;
        size_t length = texts ? strlen(text) : strnlen(text, size);
        list->as.list.items[i] = cki_formats_string(text, length, error);
        failed = !list->as.list.items[i];
    }
    cask_value *value = NULL;
    if (!failed)
        value = count == 1 ? cask_value_ref(list->as.list.items[0])
                           : cki_array_from_value(list, (cki_dtype){0}, error);
    cask_value_unref(list);
    return value;
}

static cask_value *read_texts(hid_t attribute, hid_t type, hid_t space, size_t count,
                              cki_error *error)
{
    char **texts = cki_memory_calloc(count, sizeof *texts);
    if (!texts) {
        cki_fail_memory(error, count * sizeof *texts);
        return NULL;
    }
    cask_value *value = NULL;
    if (H5Aread(attribute, type, texts) >= 0) {
        value = strings_value(texts, NULL, 0, count, error);
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts);
    }
    cki_memory_free(texts);
    return value;
}

static cask_value *read_numbers(hid_t attribute, hid_t type, const cki_hdf5_type *found,
                                size_t count, cki_error *error)
{
    size_t items = count;
    for (int k = 0; k < found->ndim; k++)
        if (__builtin_mul_overflow(items, (size_t)found->shape[k], &items))
            return NULL;
    size_t size = cki_dtype_size(found->dtype), bytes;
    if (__builtin_mul_overflow(items, size, &bytes) || bytes > LARGEST)
        return NULL;
    char *elements = cki_memory_calloc(bytes, 1);
    if (!elements) {
        cki_fail_memory(error, bytes);
        return NULL;
    }
    cask_value *value = NULL;
    hid_t memory = found->convert ? cki_hdf5_type_native(found->dtype) : type;
    if (H5Aread(attribute, memory, elements) >= 0) {
        if (!found->convert)
            cki_region_swap(elements, bytes / found->word, found->word);
        value = found->dtype.id == CASK_BYTES
                    ? strings_value(NULL, elements, size, items, error)
                    : cki_formats_numbers(found->dtype, elements, (int64_t)items, error);
    }
    cki_memory_free(elements);
    return value;
}

/* NULL without an error for what has no value of ours: references, compounds, nothing. */
static cask_value *read_value(hid_t attribute, cki_error *error)
{
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    hssize_t count = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
    cask_value *value = NULL;
    if (type >= 0 && count > 0 && count <= LARGEST) {
        cki_hdf5_type found;
        cki_hdf5_type_find(type, &found);
        if (found.text && found.ndim == 0)
            value = read_texts(attribute, type, space, (size_t)count, error);
        else if (!found.refused)
            value = read_numbers(attribute, type, &found, (size_t)count, error);
    } else if (type >= 0 && H5Tget_class(type) == H5T_STRING) {
        value = cki_value_string("", error);
    }
    H5Sclose(space);
    H5Tclose(type);
    return value;
}

/* While attributes are iterated over. */
typedef struct taking {
    cask_value *dict;
    cki_error *error;
    cask_status status;
} taking;

static herr_t take_attribute(hid_t object, const char *name, const H5A_info_t *info, void *user)
{
    taking *t = user;
    (void)info;
    if (is_internal(name))
        return 0;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0)
        return 0;
    cki_error inner = {0};
    cask_value *value = read_value(attribute, &inner);
    H5Aclose(attribute);
    if (value)
        t->status = cki_formats_attribute(t->dict, name, value, t->error);
    else if (inner.status == CASK_MEMORY)
        t->status = cki_fail(t->error, inner.status, inner.python, "%s", inner.message);
    return t->status == CASK_OK ? 0 : -1;
}

cask_status cki_hdf5_attribute_all(hid_t object, cask_value *dict, cki_error *error)
{
    taking t = {.dict = dict, .error = error};
    hsize_t at = 0;
    /* The library crashes when it lists attributes one of which is damaged, but not when it looks
     * for a name: that tells whether it can read them all. */
    if (H5Aexists(object, "cask: no such attribute") < 0)
        return CASK_FORMAT;
    /* in the order they were made, if the file knows it */
    if (H5Aiterate2(object, H5_INDEX_CRT_ORDER, H5_ITER_INC, &at, take_attribute, &t) < 0 &&
        t.status == CASK_OK && at == 0)
        H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &at, take_attribute, &t);
    return t.status;
}

size_t cki_hdf5_attribute_ints(hid_t object, const char *name, int64_t *numbers, size_t room)
{
    if (H5Aexists(object, name) <= 0)
        return 0;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t space = H5Aget_space(attribute), type = H5Aget_type(attribute);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    bool done = count > 0 && (size_t)count <= room && H5Tget_class(type) == H5T_INTEGER &&
                H5Aread(attribute, H5T_NATIVE_INT64, numbers) >= 0;
    H5Tclose(type);
    H5Sclose(space);
    H5Aclose(attribute);
    return done ? (size_t)count : 0;
}

bool cki_hdf5_attribute_starts(hid_t object, const char *name, const char *text, cki_error *error)
{
    if (H5Aexists(object, name) <= 0)
        return false;
    cki_error inner = {0};
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    cask_value *value = attribute >= 0 ? read_value(attribute, &inner) : NULL;
    if (inner.status == CASK_MEMORY)
        cki_fail(error, inner.status, inner.python, "%s", inner.message);
    bool starts =
        value && value->kind == CKI_STR && strncmp(value->as.text.bytes, text, strlen(text)) == 0;
    cask_value_unref(value);
    H5Aclose(attribute);
    return starts;
}

bool cki_hdf5_attribute_scales(hid_t object, uint64_t *addresses, int rank)
{
    if (rank < 1 || rank > CKI_MAX_NDIM || H5Aexists(object, "DIMENSION_LIST") <= 0)
        return false;
    hvl_t lists[CKI_MAX_NDIM] = {0};
    hid_t attribute = H5Aopen(object, "DIMENSION_LIST", H5P_DEFAULT);
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ), space = H5Aget_space(attribute);
    hid_t stored = H5Aget_type(attribute);
    bool done = H5Sget_simple_extent_npoints(space) == rank && H5Tequal(stored, type) > 0 &&
                H5Aread(attribute, type, lists) >= 0;
    for (int k = 0; done && k < rank; k++) {
        hobj_ref_t first = 0;
        if (lists[k].len > 0 && lists[k].p)
            memcpy(&first, lists[k].p, sizeof first);
        addresses[k] = first;
    }
    if (done)
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, lists);
    H5Tclose(stored);
    H5Tclose(type);
    H5Sclose(space);
    H5Aclose(attribute);
    return done;
}
