/* HDF5 inside the room: what is kept of each dataset so that its bytes can be read without the
 * library, and the way into the library, which one thread at a time may take. */
#ifndef CKI_IO_HDF5_H
#define CKI_IO_HDF5_H

#include "io/formats.h"
#include "io/hdf5_calls.h"

/* How the elements of a dataset are got at. */
typedef enum cki_hdf5_way {
    CKI_HDF5_FILL,   /* nothing was written: the fill value everywhere */
    CKI_HDF5_PLAIN,  /* one run of bytes in the file */
    CKI_HDF5_CHUNKS, /* chunks with filters that we decode */
    CKI_HDF5_LIBRARY /* anything else: H5Dread, under the lock */
} cki_hdf5_way;

enum { CKI_HDF5_FILTERS = 8 };

typedef struct cki_hdf5_filter {
    int id;
    unsigned value; /* the first of its parameters: bytes of an element, for shuffle */
} cki_hdf5_filter;

/* A chunk that was written. `number` counts chunks in C order over the grid. */
typedef struct cki_hdf5_chunk {
    uint64_t number, address;
    uint32_t size, skipped; /* bytes in the file; a bit for each filter not applied */
} cki_hdf5_chunk;

typedef struct cki_hdf5_index {
    bool many; /* too many to list: the library takes time in proportion to their square */
    size_t count;
    cki_hdf5_chunk chunks[]; /* by number */
} cki_hdf5_index;

/* How elements of an HDF5 type come out. */
typedef struct cki_hdf5_type {
    cki_dtype dtype;
    size_t word;  /* bytes to reverse, 1 for none */
    bool convert; /* only the library can make `dtype` of it */
    bool text;    /* strings of variable length; of datasets the width is to be found */
    int ndim;     /* axes that an array type adds */
    int64_t shape[CKI_MAX_NDIM];
    const char *refused; /* why it cannot be read, or NULL; static */
} cki_hdf5_type;

/* What is kept of a dataset. */
typedef struct cki_hdf5_set {
    cki_hdf5_way way;
    const char *path;
    bool convert;
    bool text;             /* strings of variable length: elements are references */
    size_t record, member; /* of a compound's member: bytes of the whole, and where it lies in it */
    const char *fill_text; /* of these, where nothing was written; NULL: nothing */
    cki_region_layout layout; /* of the whole, or of one chunk from its start on */
    int rank;                 /* axes of the dataset; those of an array type follow */
    bool joined;              /* an axis more in the file, whole in every chunk: characters */
    int64_t chunk[CKI_MAX_NDIM], grid[CKI_MAX_NDIM];
    size_t chunk_bytes;
    int nfilters;
    cki_hdf5_filter filters[CKI_HDF5_FILTERS];
    void *fill; /* one native element */
    _Atomic(cki_hdf5_index *) index;
    /* while the file is being opened */
    uint64_t address; /* of the dataset's header: what references hold */
    bool scale;       /* it gives a dimension its name */
    int64_t dimid;    /* NetCDF-4's number of that dimension, -1 if none */
    uint64_t *scales; /* addresses of the scales of its axes, 0 where there is none */
    int64_t *dimids;  /* or their numbers */
} cki_hdf5_set;

/* Into the library, with its printing off, and out. */
void cki_hdf5_lock_enter(void);
void cki_hdf5_lock_leave(void);
/* Runs function(argument) under the lock. If the library crashes on the file, as it does on some
 * that are damaged: OSError, and from then on the same for all that is asked of it. */
cask_status cki_hdf5_lock_call(const char *path, void (*function)(void *), void *argument,
                               cki_error *error);
/* What the library said last, most precise first; "" if nothing. */
const char *cki_hdf5_lock_words(char *text, size_t room);
/* Fail with "path: what: the library's words"; under the lock. */
cask_status cki_hdf5_lock_fail(const char *path, const char *what, cki_error *error);
/* Open a file for reading, under the lock; negative with the error told. */
hid_t cki_hdf5_lock_open(const char *path, cki_error *error);

/* Under the lock, all of these. */
void cki_hdf5_type_find(hid_t type, cki_hdf5_type *found);
/* Whether elements are compounds whose members are arrays of their own: not complex numbers. */
bool cki_hdf5_type_members(hid_t type);
/* The library's native type for what `convert` gives; borrowed. */
hid_t cki_hdf5_type_native(cki_dtype dtype);
/* All into `dict`. CASK_FORMAT, with no error told, if the library cannot read them. */
cask_status cki_hdf5_attribute_all(hid_t object, cask_value *dict, cki_error *error);
/* Integers of a small attribute; how many there are, at most `room`, 0 if it is not there. */
size_t cki_hdf5_attribute_ints(hid_t object, const char *name, int64_t *numbers, size_t room);
/* Whether the text of an attribute begins so. */
bool cki_hdf5_attribute_starts(hid_t object, const char *name, const char *text, cki_error *error);
/* The scales of a dataset's axes (DIMENSION_LIST): false if it has none. */
bool cki_hdf5_attribute_scales(hid_t object, uint64_t *addresses, int rank);

/* The index of a dataset's chunks, made at the first call; takes the lock if need be. */
const cki_hdf5_index *cki_hdf5_index_get(const cki_store *store, cki_hdf5_set *set,
                                         cki_error *error);
const cki_hdf5_chunk *cki_hdf5_index_find(const cki_hdf5_index *index, uint64_t number);

/* Undo the filters of one chunk, read into a[0 .. length). Both buffers have `room` bytes; the
 * result is in *decoded, one of the two, set->chunk_bytes long. ValueError words are the caller's:
 * false if the bytes are not what they should be, with *why in a few words. */
typedef struct cki_hdf5_decoder cki_hdf5_decoder;
cki_hdf5_decoder *cki_hdf5_filter_start(cki_error *error);
void cki_hdf5_filter_end(cki_hdf5_decoder *decoder);
bool cki_hdf5_filter_known(int id);
/* "deflate" for 1, ...; NULL if it has no well-known name */
const char *cki_hdf5_filter_name(int id);
bool cki_hdf5_filter_decode(cki_hdf5_decoder *decoder, const cki_hdf5_set *set, uint32_t skipped,
                            unsigned char *a, unsigned char *b, size_t length, size_t room,
                            unsigned char **decoded, const char **why);

cask_status cki_hdf5_read_region(const cki_store *store, size_t i, const int64_t *start,
                                 const int64_t *count, const int64_t *step, const cki_array *out,
                                 cki_error *error);
/* Elements as the file has them: of strings of variable length, references. */
cask_status cki_hdf5_read_stored(const cki_store *store, size_t i, const int64_t *start,
                                 const int64_t *count, const int64_t *step, const cki_array *out,
                                 cki_error *error);
size_t cki_hdf5_read_bytes(const cki_store *store, size_t i, const int64_t *start,
                           const int64_t *count, const int64_t *step);

/* hdf5_text.c, of strings of variable length: the width of the longest, or why they are unreadable,
 * into the variable; and as other variables have it. */
cask_status cki_hdf5_text_measure(const cki_store *store, size_t i, cki_error *error);
cask_status cki_hdf5_text_read(const cki_store *store, size_t i, const int64_t *start,
                               const int64_t *count, const int64_t *step, const cki_array *out,
                               cki_error *error);
size_t cki_hdf5_text_working(const cki_store *store, size_t i);

size_t cki_hdf5_working(const cki_store *store, size_t i);

/* What a writer of a chunked dataset keeps (hdf5_chunks.h). */
typedef struct cki_hdf5_chunks cki_hdf5_chunks;
/* Make a writer one into variable i of an open file. */
cask_status cki_hdf5_into(cki_writer *writer, const cki_store *store, size_t i, cki_error *error);

cask_status cki_hdf5_write_create(cki_writer *writer, const cki_target *target, bool netcdf,
                                  cki_error *error);
cask_status cki_hdf5_write_close(cki_writer *writer, cki_error *error);

#endif
