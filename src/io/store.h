/* Stores: files that hold n-d arrays. A file gives variables, a variable gives regions; a writer
 * takes regions. One record a format (formats.c has the table). */
#ifndef CKI_IO_STORE_H
#define CKI_IO_STORE_H

#include "value/array.h"

/* One array in a file. The strings and arrays are the file's. */
typedef struct cki_variable {
    const char *name; /* "t2m", "/group/x" for HDF5 below the root */
    cki_dtype dtype;  /* as values come out: native byte order */
    int ndim;
    const int64_t *shape;
    const char *const
        *dims; /* dimension names; NULL where the format has none, entries may be NULL */
    const int64_t *chunks;  /* on-disk chunk shape; NULL if contiguous */
    cask_value *attributes; /* DICT: str -> int, float, str, or 1-d array */
    const char *codec;      /* "deflate 4 + shuffle"; NULL if stored plainly */
    const char
        *unreadable; /* why region reading is refused (compound type, unknown filter); NULL */
    bool damaged;    /* unreadable because the file is broken: OSError, not NotImplementedError */
    bool hidden; /* the format's bookkeeping, not worth listing: a NetCDF-4 dimension that has no
                    variable */
} cki_variable;

/* An open file: metadata only. Counted, immutable, any thread. Bulk bytes are read with pread by
 * path or kept descriptor, without a library's lock where the layout allows. */
typedef struct cki_store cki_store;

/* Open by content, not by name: NetCDF-3 (classic, 64-bit offset, CDF-5), HDF5 and NetCDF-4, npy,
 * Zarr (a folder, or .zarr.zip).
 * FileNotFoundError, IsADirectoryError, PermissionError, or OSError "x.nc: truncated: ..." . */
cki_store *cki_store_open(const char *path, cki_error *error);
/* All files of a LIST of paths (raw ones if `raw` says what they hold), many at once, into
 * stores[], where those that were opened stay also on failure; the first failure is told. */
typedef struct cki_raw cki_raw;
cask_status cki_store_open_many(const cask_value *paths, const cki_raw *raw, cki_store **stores,
                                cki_error *error);
cki_store *cki_store_ref(cki_store *store);
void cki_store_unref(cki_store *store);
const char *cki_store_path(const cki_store *store);
/* What tells the file from others, and from itself when it is changed (see cki_file_stamp). */
void cki_store_stamp(const cki_store *store, uint64_t stamp[4]);
const char *
cki_store_format(const cki_store *store); /* "NetCDF-3 (64-bit offset)", "HDF5", "npy" */
size_t cki_store_count(const cki_store *store);
const cki_variable *cki_store_variable(const cki_store *store, size_t i);
/* By name; KeyError listing the names that exist. An npy file's only variable is called "data". */
cask_status cki_store_find(const cki_store *store, const char *name, size_t *i, cki_error *error);
cask_value *cki_store_attributes(const cki_store *store); /* global ones, DICT, borrowed */

/* Elements start[k] + j * step[k], j < count[k], of variable i into `out` (its dtype and shape
 * count; any strides). step >= 1; in range. Any thread, any number at once. */
cask_status cki_store_read(const cki_store *store, size_t i, const int64_t *start,
                           const int64_t *count, const int64_t *step, const cki_array *out,
                           cki_error *error);
/* Bytes of the file that such a read touches, about; for the plan's account. */
size_t cki_store_read_bytes(const cki_store *store, size_t i, const int64_t *start,
                            const int64_t *count, const int64_t *step);

/* What a file of nothing but elements holds; one length of the shape may be -1. */
struct cki_raw {
    cki_dtype dtype;
    bool swapped, fortran;
    uint64_t offset; /* of the first element */
    int ndim;
    int64_t shape[CKI_MAX_NDIM];
};
cki_store *cki_store_raw(const char *path, const cki_raw *raw, cki_error *error);

/* A stack of npy files: the paths in order, and the axis along which they follow; and its making:
 * begin, which gives the folder to write to (a hidden one if there is none yet; the caller's), put
 * each into that, finish with the sizes (a tuple of tuples) once all are there; and end in any
 * case, which gives the stack its name if it is `whole`, and frees the folder's name. */
cask_value *cki_npy_stack_paths(const char *folder, int *axis, cki_error *error);
char *cki_npy_stack_begin(const char *folder, cki_error *error);
cask_status cki_npy_stack_put(const char *folder, int64_t i, const cki_array *array,
                              cki_error *error);
cask_status cki_npy_stack_finish(const char *folder, const cask_value *chunks, cki_dtype dtype,
                                 int axis, cki_error *error);
cask_status cki_npy_stack_end(char *made, const char *folder, bool whole, cki_error *error);

/* Whether there is something of that name, and it is no folder. */
bool cki_store_is_file(const char *path);
/* Whether there is anything of that name. */
bool cki_store_is_there(const char *path);

/* Bytes that such a read needs for itself, beside its result. */
size_t cki_store_working(const cki_store *store, size_t i);

/* Names matching a shell pattern, sorted, as a LIST of str; one plain path, or the name
 * of something that is there, gives itself. FileNotFoundError if a pattern matches nothing. */
cask_value *cki_store_glob(const char *pattern, cki_error *error);

/* How elements are stored, for formats that have a choice; zero is the default throughout. */
typedef struct cki_storage {
    const char *codec;      /* "zstd:5", "blosc:zstd:5:shuffle", "none" (cki_codec_parse) */
    int version;            /* Zarr: 2 or 3; default 2 */
    bool chunked;           /* HDF5: in chunks, even without a codec */
    const int64_t *shards;  /* Zarr 3: each holds whole chunks */
    char separator;         /* Zarr: of the numbers in a chunk's key */
    bool fortran;           /* Zarr: order of elements within a chunk */
    cask_value *fill;       /* Zarr: what stands where nothing was written */
    cask_value *compressor; /* Zarr 2: a codec's record in full, instead of `codec` */
    cask_value *filters;    /* Zarr 2: a LIST of such records before it */
} cki_storage;

/* What to write. */
typedef struct cki_target {
    const char *name; /* of the variable; NULL is "data" */
    cki_dtype dtype;
    int ndim;
    const int64_t *shape;
    const int64_t *chunks;      /* wanted on-disk chunks; NULL: the format's choice */
    const char *const *dims;    /* names; NULL: dim_0, dim_1, ... */
    cask_value *attributes;     /* DICT or NULL */
    cask_value *globals;        /* of the whole file, where it is new and has any: DICT or NULL */
    const cki_storage *storage; /* NULL: the defaults */
    bool append;                /* HDF5: beside what the file has, if it is there */
    size_t room;      /* NetCDF-3: bytes of the header for arrays that come beside the first */
    const char *root; /* Zarr: the store, if the path lies below it: groups between are made */
} cki_target;

/* A file being written: regions in any order from any thread; it appears under its name only at
 * commit, whole (temporary name in the same directory, fsync, rename). */
typedef struct cki_writer cki_writer;

/* The format is chosen by suffix: .npy, .nc (NetCDF-4), .nc3 .cdf .nc5 (NetCDF-3), .h5
 * .hdf5, .zarr.
 * ValueError naming the known suffixes otherwise. */
cki_writer *cki_writer_open(const char *path, const cki_target *target, cki_error *error);
/* A Zarr array of any name; what has that name is replaced. */
cki_writer *cki_writer_zarr(const char *path, const cki_target *target, cki_error *error);
/* One more array in the file that another writer makes, for formats that hold several (.h5, .nc3):
 * to be committed, or aborted, before the first, which alone decides what becomes of the file. */
cki_writer *cki_writer_beside(cki_writer *first, const cki_target *target, cki_error *error);
/* Bytes that an array's name, axes and attributes need in a header, at most. */
size_t cki_writer_room(const cki_target *target);
/* Regions of an array that is there are replaced, for a Zarr array each chunk at once. Its type and
 * shape are told by cki_writer_dtype. "file.h5::/x" names one of several. */
cki_writer *cki_writer_into(const char *path, cki_error *error);
/* The same, opened when it is first asked for; any thread, one writer for all. */
typedef struct cki_writer_later cki_writer_later;
cki_writer_later *cki_writer_later_new(const char *path, cki_error *error);
cki_writer *cki_writer_later_get(cki_writer_later *later, cki_error *error);
void cki_writer_later_free(cki_writer_later *later);
cki_dtype cki_writer_dtype(const cki_writer *writer, int *ndim, const int64_t **shape);
/* What its attributes say stands for missing elements, borrowed; NULL: nothing. */
cask_value *cki_writer_marker(const cki_writer *writer);
/* The chunks that it stores, which two threads had better not write parts of; 1 for none. */
void cki_writer_chunks(const cki_writer *writer, int64_t *chunks);
cask_status cki_writer_region(cki_writer *writer, const int64_t *start, const cki_array *array,
                              cki_error *error);
cask_status cki_writer_commit(cki_writer *writer, cki_error *error); /* frees the writer */
void cki_writer_abort(cki_writer *writer);                           /* likewise; NULL accepted */
/* A new Zarr group, whole or not at all: arrays are written below its path meanwhile, and each told
 * when it is there. */
typedef struct cki_zarr_group cki_zarr_group;
cki_zarr_group *cki_zarr_group_create(const char *path, int version, const cask_value *attributes,
                                      cki_error *error);
const char *cki_zarr_group_path(const cki_zarr_group *group);
cask_status cki_zarr_group_add(cki_zarr_group *group, const char *name, cki_error *error);
cask_status cki_zarr_group_commit(cki_zarr_group *group, cki_error *error); /* frees it */
void cki_zarr_group_abort(cki_zarr_group *group);                           /* likewise */

/* What a suffix stands for. */
typedef enum cki_writer_kind {
    CKI_WRITER_UNKNOWN,
    CKI_WRITER_ONE,     /* a file of one array */
    CKI_WRITER_SEVERAL, /* a file of any number of arrays */
    CKI_WRITER_GROUP    /* a Zarr array, or a group of them */
} cki_writer_kind;
cki_writer_kind cki_writer_kind_of(const char *path);
/* Whether a path is that of a Zarr archive, which cannot be written into later. */
bool cki_writer_once(const char *path);
bool cki_writer_knows(const char *path); /* whether the suffix is one of those above */
/* Whether it is that of a file whose arrays share axes by name, with coordinates, and no groups. */
bool cki_writer_names_axes(const char *path);

#endif
