/* Opening HDF5 and NetCDF-4: the library walks the groups and says what each dataset is; all that
 * reading needs is kept, and the library's file is closed again. */
#include "io/hdf5.h"
#include "core/memory.h"
#include "io/hdf5_heap.h"

#include <stdatomic.h>
#include <string.h>

enum {
    MOST_GROUPS = 10000,
    MOST_SETS = 200000,
    LONGEST_PATH = 4096 /* bounds the depth too */
};

/* A group that waits to be looked into. */
typedef struct group {
    char *path; /* "" for the root */
    uint64_t address;
} group;

typedef struct walk {
    cki_store *store;
    hid_t file;
    group *groups; /* all found so far, in order: a queue whose front is `at` */
    size_t ngroups, group_room, at;
    cki_variable *variables;
    cki_hdf5_set *sets;
    size_t room;
    unsigned long number; /* the library's, of this file */
    cki_error *error;
    cask_status status;
} walk;

static bool starts(cki_file *file, const unsigned char *head, size_t length)
{
    static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    unsigned char found[8];
    if (length >= 8 && memcmp(head, signature, 8) == 0)
        return true;
    /* behind a user block, the size of which is a power of two */
    for (uint64_t at = 512; at < cki_file_size(file) && cki_file_size(file) - at >= 8; at *= 2) {
        cki_error ignored = {0};
        if (cki_file_read(file, at, found, 8, "the signature", &ignored) != CASK_OK)
            return false;
        if (memcmp(found, signature, 8) == 0)
            return true;
    }
    return false;
}

static bool make_room(walk *w)
{
    if (w->store->count < w->room)
        return true;
    size_t room = w->room ? w->room * 2 : 32;
    cki_variable *variables = cki_memory_realloc(w->variables, room * sizeof *variables);
    if (variables)
        w->variables = variables;
    cki_hdf5_set *sets = variables ? cki_memory_realloc(w->sets, room * sizeof *sets) : NULL;
    if (sets)
        w->sets = sets;
    if (!sets) {
        w->status = cki_fail_memory(w->error, room * (sizeof *variables + sizeof *sets));
        return false;
    }
    w->room = room;
    return true;
}

static bool push_group(walk *w, const char *path, uint64_t address)
{
    for (size_t i = 0; i < w->ngroups; i++)
        if (w->groups[i].address == address)
            return true; /* seen under another name: a hard link, or a cycle */
    if (w->ngroups == MOST_GROUPS)
        return true;
    if (w->ngroups == w->group_room) {
        size_t room = w->group_room ? w->group_room * 2 : 8;
        group *groups = cki_memory_realloc(w->groups, room * sizeof *groups);
        if (!groups) {
            w->status = cki_fail_memory(w->error, room * sizeof *groups);
            return false;
        }
        w->groups = groups;
        w->group_room = room;
    }
    char *copy = cki_memory_copy(path, strlen(path));
    if (!copy) {
        w->status = cki_fail_memory(w->error, strlen(path));
        return false;
    }
    w->groups[w->ngroups++] = (group){copy, address};
    return true;
}

/* Strides in C order of elements, which in a compound's member are further apart than its size. */
static bool lay_out(cki_hdf5_set *set, const int64_t *shape, uint64_t *bytes)
{
    size_t own = set->layout.itemsize;
    set->layout.itemsize = set->record ? set->record : own;
    bool fits = cki_region_order(&set->layout, shape, false, bytes);
    set->layout.itemsize = own;
    return fits;
}

/* Extents, and the axes that an array type adds. */
static cask_status find_shape(walk *w, hid_t dataset, const cki_hdf5_type *type,
                              cki_variable *variable, cki_hdf5_set *set)
{
    hid_t space = H5Dget_space(dataset);
    int rank = H5Sget_simple_extent_ndims(space);
    bool null = H5Sget_simple_extent_type(space) == H5S_NULL;
    hsize_t extents[H5S_MAX_RANK] = {0};
    if (rank > 0)
        H5Sget_simple_extent_dims(space, extents, NULL);
    H5Sclose(space);
    int64_t *shape = cki_formats_alloc(w->store, CKI_MAX_NDIM, sizeof *shape, w->error);
    if (!shape)
        return CASK_MEMORY;
    variable->shape = shape;
    if (null)
        variable->unreadable = "it has no elements, not even a shape";
    if (rank < 0 || null)
        return CASK_OK;
    if (type->refused)
        variable->unreadable = type->refused;
    if (rank + type->ndim > CKI_MAX_NDIM) {
        variable->unreadable = "it has more than 32 dimensions";
        return CASK_OK;
    }
    set->rank = rank;
    variable->ndim = rank + type->ndim;
    for (int k = 0; k < variable->ndim; k++) {
        uint64_t length = k < rank ? extents[k] : (uint64_t)type->shape[k - rank];
        if (length > INT64_MAX)
            variable->unreadable = "an axis is longer than 2**63";
        shape[k] = (int64_t)(length & INT64_MAX);
    }
    set->layout.ndim = variable->ndim;
    set->layout.itemsize = type->text ? CKI_HDF5_REFERENCE : cki_dtype_size(type->dtype);
    set->layout.word = type->word;
    uint64_t bytes;
    if (!variable->unreadable && !lay_out(set, shape, &bytes))
        variable->unreadable = "it has more elements than 2**63 bytes could hold";
    return CASK_OK;
}

/* "shuffle + deflate 4", and whether we or at least the library can undo it. */
static cask_status find_filters(walk *w, hid_t properties, cki_variable *variable,
                                cki_hdf5_set *set)
{
    cki_text codec = {0}, reason = {0};
    int count = H5Pget_nfilters(properties);
    for (int i = 0; i < count; i++) {
        unsigned flags, config, values[16] = {0};
        size_t nvalues = 16;
        char name[64] = "";
        H5Z_filter_t id = H5Pget_filter2(properties, (unsigned)i, &flags, &nvalues, values,
                                         sizeof name, name, &config);
        name[sizeof name - 1] = '\0';
        const char *known = cki_hdf5_filter_name(id);
        cki_text_format(&codec, "%s%s", i ? " + " : "", known ? known : name[0] ? name : "filter");
        if (id == 1)
            cki_text_format(&codec, " %u", values[0]);
        if (i < CKI_HDF5_FILTERS && cki_hdf5_filter_known(id)) {
            set->filters[i] = (cki_hdf5_filter){id, nvalues ? values[0] : 0};
            set->nfilters = i + 1;
            continue;
        }
        set->way = CKI_HDF5_LIBRARY;
        if (H5Zfilter_avail(id) <= 0 && !reason.length)
            cki_text_format(&reason, "it is compressed with %s (HDF5 filter %d), which is not here",
                            known     ? known
                            : name[0] ? name
                                      : "an unknown filter",
                            id);
    }
    cask_status status = CASK_OK;
    if (codec.length &&
        !(variable->codec = cki_formats_text(w->store, codec.bytes, codec.length, w->error)))
        status = CASK_MEMORY;
    if (reason.length && !variable->unreadable &&
        !(variable->unreadable = cki_formats_text(w->store, reason.bytes, reason.length, w->error)))
        status = CASK_MEMORY;
    cki_text_free(&codec);
    cki_text_free(&reason);
    return status;
}

static cask_status find_chunks(walk *w, hid_t properties, cki_variable *variable, cki_hdf5_set *set)
{
    hsize_t lengths[H5S_MAX_RANK] = {0};
    uint64_t bytes;
    int64_t *chunks = cki_formats_alloc(w->store, CKI_MAX_NDIM, sizeof *chunks, w->error);
    if (!chunks)
        return CASK_MEMORY;
    if (H5Pget_chunk(properties, H5S_MAX_RANK, lengths) != set->rank) {
        variable->unreadable = "its chunks have another rank than itself";
        return CASK_OK;
    }
    for (int k = 0; k < variable->ndim; k++) {
        bool inner = k >= set->rank;
        chunks[k] = inner ? variable->shape[k] : (int64_t)lengths[k];
        if (!inner && (lengths[k] == 0 || lengths[k] > UINT32_MAX))
            variable->unreadable = "its chunks have no valid shape";
        set->chunk[k] = chunks[k] > 0 ? chunks[k] : 1;
        set->grid[k] =
            variable->shape[k] / set->chunk[k] + (variable->shape[k] % set->chunk[k] != 0);
    }
    variable->chunks = chunks;
    if (!variable->unreadable && (!lay_out(set, chunks, &bytes) || bytes > UINT32_MAX))
        variable->unreadable = "its chunks are larger than HDF5 allows";
    else if (!variable->unreadable)
        set->chunk_bytes = (size_t)bytes;
    set->way = set->convert ? CKI_HDF5_LIBRARY : CKI_HDF5_CHUNKS;
    hid_t creation = H5Fget_create_plist(w->file);
    hsize_t block = 0;
    /* whether chunk addresses count from the file's start or the user block's end depends on the
     * library's version: leave that to it */
    if (H5Pget_userblock(creation, &block) < 0 || block > 0)
        set->way = CKI_HDF5_LIBRARY;
    H5Pclose(creation);
    return find_filters(w, properties, variable, set);
}

/* The text where nothing was written, and the reference that stands for it. */
static cask_status find_fill_text(walk *w, hid_t properties, hid_t type, cki_hdf5_set *set)
{
    char *text = NULL;
    H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
    set->fill = cki_formats_alloc(w->store, CKI_HDF5_REFERENCE, 1, w->error);
    if (set->fill && H5Pfill_value_defined(properties, &defined) >= 0 &&
        defined == H5D_FILL_VALUE_USER_DEFINED &&
        H5Pget_fill_value(properties, type, (void *)&text) >= 0 && text && text[0]) {
        memset(set->fill, 0xff, CKI_HDF5_REFERENCE);
        set->fill_text = cki_formats_text(w->store, text, strlen(text), w->error);
    }
    H5free_memory(text);
    return set->fill && w->error->status == CASK_OK ? CASK_OK : CASK_MEMORY;
}

/* Whether references are what we take them for: addresses of 8 bytes from the file's start on. */
static bool has_plain_references(const walk *w)
{
    hid_t creation = H5Fget_create_plist(w->file);
    hsize_t block = 0;
    size_t address = 0, size = 0;
    bool plain = H5Pget_userblock(creation, &block) >= 0 && block == 0 &&
                 H5Pget_sizes(creation, &address, &size) >= 0 && address == 8 && size == 8;
    H5Pclose(creation);
    return plain;
}

/* One native element of the fill value; zeros if there is none. */
static cask_status find_fill(walk *w, hid_t dataset, hid_t properties, cki_hdf5_set *set)
{
    hid_t type = H5Dget_type(dataset);
    size_t size = H5Tget_size(type);
    H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
    if (set->text) {
        cask_status status = find_fill_text(w, properties, type, set);
        H5Tclose(type);
        return status;
    }
    set->fill = cki_formats_alloc(w->store, size, 1, w->error);
    if (set->fill && size >= set->layout.itemsize && !set->convert &&
        H5Pfill_value_defined(properties, &defined) >= 0 &&
        defined == H5D_FILL_VALUE_USER_DEFINED) {
        if (H5Pget_fill_value(properties, type, set->fill) < 0)
            memset(set->fill, 0, size);
        memmove(set->fill, (const char *)set->fill + set->member, set->layout.itemsize);
        size_t word = set->layout.word ? set->layout.word : 1;
        cki_region_swap(set->fill, set->layout.itemsize / word, word);
    }
    H5Tclose(type);
    return set->fill ? CASK_OK : CASK_MEMORY;
}

static cask_status find_layout(walk *w, hid_t dataset, cki_variable *variable, cki_hdf5_set *set)
{
    hid_t properties = H5Dget_create_plist(dataset);
    cask_status status = CASK_OK;
    uint64_t bytes = 0;
    set->way = CKI_HDF5_LIBRARY;
    switch (H5Pget_layout(properties)) {
    case H5D_CHUNKED:
        status = find_chunks(w, properties, variable, set);
        break;
    case H5D_CONTIGUOUS:
        if (set->convert || H5Pget_external_count(properties) != 0)
            break;
        haddr_t address = H5Dget_offset(dataset);
        set->layout.offset = address == HADDR_UNDEF ? address : address + set->member;
        set->way = address == HADDR_UNDEF ? CKI_HDF5_FILL : CKI_HDF5_PLAIN;
        if (address != HADDR_UNDEF && !variable->unreadable &&
            !lay_out(set, variable->shape, &bytes))
            variable->unreadable = "it lies beyond the end of any file";
        break;
    case H5D_COMPACT:
        /* the library copies what the shape needs, however little the header holds */
        if (!variable->unreadable && !set->convert && H5Dget_storage_size(dataset) != 0 &&
            cki_region_order(&set->layout, variable->shape, false, &bytes) &&
            bytes > H5Dget_storage_size(dataset))
            variable->unreadable = "its stored bytes are fewer than its shape needs";
        break;
    case H5D_LAYOUT_ERROR:
    case H5D_VIRTUAL:
    case H5D_NLAYOUTS:
        break;
    }
    if (set->record && !variable->unreadable && set->way == CKI_HDF5_LIBRARY)
        variable->unreadable =
            "its elements are compound, and are stored in a way that only libhdf5 "
            "reads; store them in chunks";
    if (set->text && !variable->unreadable &&
        (set->way == CKI_HDF5_LIBRARY || !has_plain_references(w)))
        variable->unreadable = "its strings have variable length, and are stored in a way that "
                               "only libhdf5 reads; store them in chunks, or with a fixed length";
    if (status == CASK_OK && !variable->unreadable)
        status = find_fill(w, dataset, properties, set);
    H5Pclose(properties);
    return status;
}

/* Whether it is a dimension scale, or which ones its axes have. */
static cask_status find_scales(walk *w, hid_t dataset, cki_variable *variable, cki_hdf5_set *set)
{
    int64_t dimid;
    set->dimid = cki_hdf5_attribute_ints(dataset, "_Netcdf4Dimid", &dimid, 1) ? dimid : -1;
    set->scale = cki_hdf5_attribute_starts(dataset, "CLASS", "DIMENSION_SCALE", w->error);
    variable->hidden =
        set->scale &&
        cki_hdf5_attribute_starts(dataset, "NAME",
                                  "This is a netCDF dimension but not a netCDF variable", w->error);
    if (w->error->status != CASK_OK)
        return w->error->status;
    if (set->rank == 0)
        return CASK_OK;
    set->scales = cki_formats_alloc(w->store, CKI_MAX_NDIM, sizeof *set->scales, w->error);
    int64_t *dimids = cki_formats_alloc(w->store, CKI_MAX_NDIM, sizeof *dimids, w->error);
    if (!set->scales || !dimids)
        return CASK_MEMORY;
    if (set->scale && set->rank == 1)
        set->scales[0] = set->address;
    else if (cki_hdf5_attribute_ints(dataset, "_Netcdf4Coordinates", dimids, CKI_MAX_NDIM) ==
             (size_t)set->rank)
        set->dimids = dimids;
    else if (!cki_hdf5_attribute_scales(dataset, set->scales, set->rank))
        set->scales = NULL;
    return CASK_OK;
}

static void break_set(cki_variable *variable, const char *why)
{
    variable->unreadable = why;
    variable->damaged = true;
}

/* The type of a dataset, or of one of its members. */
static hid_t type_of(hid_t dataset, int member, cki_hdf5_set *set)
{
    hid_t type = H5Dget_type(dataset);
    if (member < 0)
        return type;
    hid_t own = H5Tget_member_type(type, (unsigned)member);
    set->record = H5Tget_size(type);
    set->member = H5Tget_member_offset(type, (unsigned)member);
    H5Tclose(type);
    return own;
}

static cask_status describe(walk *w, hid_t dataset, int member, cki_variable *variable,
                            cki_hdf5_set *set)
{
    hid_t stored = type_of(dataset, member, set);
    cki_hdf5_type type;
    cki_hdf5_type_find(stored, &type);
    H5Tclose(stored);
    variable->dtype = type.dtype;
    set->convert = type.convert;
    set->text = type.text;
    if (member >= 0 && (type.ndim || type.convert || type.text) && !type.refused)
        type.refused =
            "its elements are compound, and this member of them is no plain number or text";
    cask_status status = find_shape(w, dataset, &type, variable, set);
    if (status == CASK_OK)
        status = find_layout(w, dataset, variable, set);
    if (status == CASK_OK)
        status = find_scales(w, dataset, variable, set);
    if (status == CASK_OK)
        status = cki_hdf5_attribute_all(dataset, variable->attributes, w->error);
    if (status == CASK_FORMAT) { /* without them its numbers may mean something else */
        break_set(variable, "its attributes are damaged");
        status = CASK_OK;
    }
    return status;
}

static cask_status name_member(walk *w, const char *path, const char *name, cki_variable *variable)
{
    cki_text text = {0};
    cki_text_format(&text, "%s/%s", path, name);
    variable->name =
        text.failed ? NULL : cki_formats_text(w->store, text.bytes, text.length, w->error);
    cki_text_free(&text);
    if (variable->name)
        return CASK_OK;
    variable->name = "";
    return cki_fail_memory(w->error, strlen(path));
}

/* A dataset, or (`object` < 0) something that cannot be opened; or a member of its elements. */
static bool add_member(walk *w, hid_t object, const char *path, uint64_t address, int member,
                       const char *name)
{
    if (w->store->count == MOST_SETS || !make_room(w))
        return w->status == CASK_OK;
    cki_variable *variable = &w->variables[w->store->count];
    cki_hdf5_set *set = &w->sets[w->store->count];
    memset(variable, 0, sizeof *variable);
    memset(set, 0, sizeof *set);
    set->dimid = -1;
    set->address = address;
    set->path = cki_formats_text(w->store, path, strlen(path), w->error);
    variable->attributes = cki_value_dict(w->error);
    variable->shape = cki_formats_alloc(w->store, CKI_MAX_NDIM, sizeof *variable->shape, w->error);
    variable->dtype = cki_dtype_of(CASK_U8);
    w->store->count++;
    if (!set->path || !variable->attributes || !variable->shape)
        w->status = CASK_MEMORY;
    else if (object < 0)
        break_set(variable, "the file is damaged where it is described");
    else
        w->status = describe(w, object, member, variable, set);
    /* below the root the whole path is the name */
    variable->name = set->path ? set->path + (strchr(path + 1, '/') == NULL) : "";
    if (name && w->status == CASK_OK)
        w->status = name_member(w, path, name, variable);
    return w->status == CASK_OK;
}

/* A dataset of compounds is listed as its members, "/x/a" and "/x/b". */
static bool add_set(walk *w, hid_t object, const char *path, uint64_t address)
{
    hid_t type = object >= 0 ? H5Dget_type(object) : H5I_INVALID_HID;
    bool members = type >= 0 && cki_hdf5_type_members(type), good = true;
    int count = members ? H5Tget_nmembers(type) : 0;
    if (!members)
        good = add_member(w, object, path, address, -1, NULL);
    for (int i = 0; i < count && good; i++) {
        char *name = H5Tget_member_name(type, (unsigned)i);
        good = add_member(w, object, path, address, i, name ? name : "");
        H5free_memory(name);
    }
    H5Tclose(type);
    return good;
}

/* A link to a dataset by its name. One into this file is another name of what is listed already,
 * and is found when asked for; what is in another file is read by the library. */
static bool take_name(walk *w, hid_t parent, const char *name, const char *path, H5L_type_t type)
{
    H5O_info_t info;
    hid_t object = H5I_INVALID_HID;
    bool found = H5Oget_info_by_name2(parent, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) >= 0;
    if (!found && type == H5L_TYPE_EXTERNAL) {
        if (!add_set(w, object, path, HADDR_UNDEF))
            return false;
        w->variables[w->store->count - 1].unreadable =
            "it is a link into another file, which cannot be opened or does not have it";
        return true;
    }
    if (!found || info.type != H5O_TYPE_DATASET ||
        (object = H5Dopen2(parent, name, H5P_DEFAULT)) < 0)
        return true; /* it leads nowhere, or to a group */
    bool elsewhere = info.fileno != w->number;
    size_t before = w->store->count;
    bool good = add_set(w, object, path, HADDR_UNDEF);
    for (size_t i = before; good && i < w->store->count; i++) {
        cki_hdf5_set *set = &w->sets[i];
        set->scale = false; /* the one it leads to gives the name */
        set->dimid = -1;
        w->variables[i].hidden = !elsewhere;
        if (elsewhere)
            set->way = CKI_HDF5_LIBRARY;
        if (elsewhere && (set->text || set->record))
            w->variables[i].unreadable =
                "its elements are not plain, and lie in another file: open that";
    }
    H5Dclose(object);
    return good;
}

static herr_t take_link(hid_t parent, const char *name, const H5L_info_t *link, void *user)
{
    walk *w = user;
    char path[LONGEST_PATH];
    const char *base = w->groups[w->at].path;
    if (strlen(base) + strlen(name) + 2 > sizeof path)
        return 0;
    path[0] = '\0';
    strcat(strcat(strcat(path, base), "/"), name);
    if (link->type != H5L_TYPE_HARD)
        return take_name(w, parent, name, path, link->type) ? 0 : -1;
    H5O_info_t info;
    if (H5Oget_info_by_name2(parent, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0)
        return add_set(w, H5I_INVALID_HID, path, HADDR_UNDEF) ? 0 : -1;
    bool good = true;
    if (info.type == H5O_TYPE_GROUP) {
        good = push_group(w, path, info.addr);
    } else if (info.type == H5O_TYPE_DATASET) {
        hid_t object = H5Dopen2(parent, name, H5P_DEFAULT);
        good = add_set(w, object, path, info.addr);
        H5Dclose(object);
    }
    return good ? 0 : -1;
}

static cask_status damaged(const walk *w, const char *path)
{
    return cki_fail(w->error, CASK_FORMAT, NULL, "%s: damaged: its group '%s' cannot be read",
                    cki_store_path(w->store), path[0] ? path : "/");
}

/* All links of one group, in the order of their making where the file keeps it. */
static void walk_group(walk *w)
{
    const char *path = w->groups[w->at].path;
    hid_t opened = H5Gopen2(w->file, path[0] ? path : "/", H5P_DEFAULT);
    if (opened < 0) {
        w->status = damaged(w, path);
        return;
    }
    hid_t properties = H5Gget_create_plist(opened);
    unsigned flags = 0;
    H5Pget_link_creation_order(properties, &flags);
    H5Pclose(properties);
    hsize_t at = 0;
    if (H5Literate(opened, flags & H5P_CRT_ORDER_TRACKED ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME,
                   H5_ITER_INC, &at, take_link, w) < 0 &&
        w->status == CASK_OK)
        w->status = damaged(w, path);
    if (w->at == 0 && w->status == CASK_OK) {
        w->store->name = H5Aexists(opened, "_NCProperties") > 0 ? "NetCDF-4" : "HDF5";
        w->status = cki_hdf5_attribute_all(opened, w->store->attributes, w->error);
        if (w->status == CASK_FORMAT)
            w->status = damaged(w, path);
    }
    H5Gclose(opened);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The name of the scale at an address, or of a dimension number. */
static const char *scale_name(const walk *w, uint64_t address, int64_t dimid)
{
    for (size_t i = 0; i < w->store->count; i++)
        if (w->sets[i].scale &&
            (dimid >= 0 ? w->sets[i].dimid == dimid : address && w->sets[i].address == address))
            return last_part(w->sets[i].path);
    return NULL;
}

/* NetCDF has single characters only: those along the last axis are a text of fixed length, as long
 * as chunks hold them together. */
static cask_status join_characters(walk *w, cki_variable *variable, cki_hdf5_set *set)
{
    int last = variable->ndim - 1;
    int64_t length = last >= 0 ? variable->shape[last] : 0;
    bool chunked = set->way == CKI_HDF5_CHUNKS;
    if (variable->dtype.id != CASK_BYTES || variable->dtype.count != 1 || variable->unreadable ||
        length < 1 || length > INT32_MAX || set->rank != variable->ndim ||
        set->way == CKI_HDF5_LIBRARY || (chunked && set->chunk[last] != length))
        return CASK_OK;
    char *fill = cki_formats_alloc(w->store, (size_t)length, 1, w->error);
    if (!fill)
        return CASK_MEMORY;
    memset(fill, *(const char *)set->fill, (size_t)length);
    set->fill = fill;
    set->joined = true;
    set->rank = variable->ndim = set->layout.ndim = last;
    variable->dtype.count = (int32_t)length;
    set->layout.itemsize = (size_t)length;
    uint64_t bytes;
    if (!cki_region_order(&set->layout, chunked ? set->chunk : variable->shape, false, &bytes))
        variable->unreadable = "it has more elements than 2**63 bytes could hold";
    return CASK_OK;
}

static cask_status name_dimensions(walk *w)
{
    for (size_t i = 0; w->sets && i < w->store->count; i++) {
        const cki_hdf5_set *set = &w->sets[i];
        if (set->dimid >= 0)
            w->store->name = "NetCDF-4";
        if (!set->scales)
            continue;
        const char **dims = cki_formats_alloc(w->store, CKI_MAX_NDIM, sizeof *dims, w->error);
        if (!dims)
            return CASK_MEMORY;
        for (int k = 0; k < set->rank; k++)
            dims[k] = scale_name(w, set->scales[k], set->dimids ? set->dimids[k] : -1);
        w->variables[i].dims = dims;
    }
    return CASK_OK;
}

static cask_status walk_file(walk *w)
{
    H5O_info_t root;
    w->store->name = "HDF5";
    if (H5Oget_info_by_name2(w->file, "/", &root, H5O_INFO_BASIC, H5P_DEFAULT) < 0)
        return cki_hdf5_lock_fail(cki_store_path(w->store), "cannot read its root group", w->error);
    w->number = root.fileno;
    if (!push_group(w, "", root.addr))
        return w->status;
    for (; w->at < w->ngroups && w->status == CASK_OK; w->at++)
        walk_group(w);
    if (w->status == CASK_OK)
        w->status = name_dimensions(w);
    bool netcdf = strcmp(w->store->name, "NetCDF-4") == 0;
    for (size_t i = 0; netcdf && i < w->store->count && w->status == CASK_OK; i++)
        w->status = join_characters(w, &w->variables[i], &w->sets[i]);
    return w->status;
}

static void open_and_walk(void *argument)
{
    walk *w = argument;
    w->file = cki_hdf5_lock_open(cki_store_path(w->store), w->error);
    w->status = w->file >= 0 ? CASK_OK : CASK_FORMAT;
    if (w->status == CASK_OK)
        walk_file(w);
    H5Fclose(w->file);
}

static cask_status open_store(cki_store *store, cki_error *error)
{
    walk w = {.store = store, .error = error};
    if (cki_hdf5_calls_load(error) != CASK_OK)
        return error->status;
    if (cki_hdf5_lock_call(cki_store_path(store), open_and_walk, &w, error) != CASK_OK)
        w.status = error->status;
    for (size_t i = 0; i < w.ngroups; i++)
        cki_memory_free(w.groups[i].path);
    cki_memory_free(w.groups);
    store->variables = w.variables; /* on the heap, as is the state: close frees both */
    store->state = w.sets;
    for (size_t i = 0; i < store->count && w.status == CASK_OK; i++)
        if (w.sets[i].text && !w.variables[i].unreadable)
            w.status = cki_hdf5_text_measure(store, i, error);
    return w.status;
}

static void close_store(cki_store *store)
{
    cki_hdf5_set *sets = store->state;
    for (size_t i = 0; i < store->count; i++) {
        cask_value_unref(store->variables[i].attributes);
        cki_memory_free(atomic_load(&sets[i].index));
    }
    store->count = 0;
    cki_memory_free(store->variables);
    cki_memory_free(sets);
}

static cask_status create_netcdf(cki_writer *writer, const cki_target *target, cki_error *error)
{
    return cki_hdf5_write_create(writer, target, true, error);
}

static cask_status create_plain(cki_writer *writer, const cki_target *target, cki_error *error)
{
    return cki_hdf5_write_create(writer, target, false, error);
}

static const char *const plain_suffixes[] = {".h5", ".hdf5", NULL};
static const char *const netcdf_suffixes[] = {".nc", ".nc4", NULL};

const cki_format cki_hdf5_format = {
    .starts = starts,
    .open = open_store,
    .read = cki_hdf5_read_region,
    .read_bytes = cki_hdf5_read_bytes,
    .working = cki_hdf5_working,
    .close = close_store,
    .suffixes = plain_suffixes,
    .create = create_plain,
    .into = cki_hdf5_into,
    .close_writer = cki_hdf5_write_close,
    .several = true,
};

/* For writing only: files of both kinds are read as HDF5. */
const cki_format cki_hdf5_netcdf4_format = {
    .suffixes = netcdf_suffixes,
    .several = true,
    .axes = true,
    .create = create_netcdf,
    .close_writer = cki_hdf5_write_close,
};
