/* Files of arrays, and sources and sinks of one's own: what is read and written beyond the calls of
 * array.h. Nothing is held whole in memory; files appear when they are complete, or not at all. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_FILES_H
#define CASK_FILES_H

#include "array.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- reading ---- */

/* A Zarr array, version 2 or 3: a folder, or a .zarr.zip archive, or a pattern. `component` is its
 * path in a group, or NULL. Blocks are its own chunks (or shards) unless reading->chunks says
 * otherwise. "ArrayNotFoundError" if there is none. */
CASK_API
cask_array cask_array_from_zarr(cask *ck, const char *path, const char *component,
                                const cask_reading *reading);
/* An array of an npz archive, by its name there. A compressed one is read in one block. */
CASK_API
cask_array cask_array_from_npz(cask *ck, const char *path, const char *name,
                               const cask_reading *reading);
/* A folder of npy files that follow one another along an axis, as Dask's to_npy_stack makes it. */
CASK_API
cask_array cask_array_from_npy_stack(cask *ck, const char *folder);
/* Pictures (PNG, TIFF) that match a pattern, on a new first axis, a block each. */
CASK_API
cask_array cask_array_from_images(cask *ck, const char *pattern);

/* A file of nothing but elements. NULL and zero are the defaults. */
typedef struct cask_raw {
    const char *dtype; /* "f8", ">i2" (big-endian); required */
    cask_shape shape;  /* one length may be -1: as many as the file has; default: one axis */
    int64_t offset;    /* bytes before the first element */
    bool fortran;      /* the first axis runs fastest */
} cask_raw;
/* ValueError if the file has fewer bytes than that. */
CASK_API
cask_array cask_array_from_raw(cask *ck, const char *path, const cask_raw *raw,
                               const cask_reading *reading);

/* ---- writing ---- */

/* How a Zarr array is written; NULL and zero are the defaults. */
typedef struct cask_zarr {
    const char *component;  /* path in a group, which is made if missing */
    const char *compressor; /* "zstd:5", "blosc:lz4:5:shuffle" (version 2's default), "none" */
    int zarr_format;        /* 2 (default) or 3 */
    cask_shape chunks;      /* default: the array's blocks */
    cask_shape shards;      /* of version 3, each of whole chunks */
    bool overwrite;         /* replace what is there; else ContainsArrayError */
} cask_zarr;
CASK_API
CASK_CHECKED
cask_status cask_array_to_zarr(cask_array x, const char *path, const cask_zarr *how);

/* How a data set is written; NULL and zero are the defaults. */
typedef struct cask_hdf5 {
    const char *compression; /* "gzip:4": shuffled and deflated in parallel; default: none */
    cask_shape chunks;       /* default: one run of bytes, or with compression the blocks */
} cask_hdf5;
/* An array as a data set "/group/x" of an HDF5 file, beside what the file has. */
CASK_API
CASK_CHECKED
cask_status cask_array_to_hdf5(cask_array x, const char *path, const char *dataset,
                               const cask_hdf5 *how);
/* Several arrays of known shapes into one new .nc, .h5 or .npz file, each under a name of its own,
 * in one run, which shares what they have in common. */
CASK_API
CASK_CHECKED
cask_status cask_arrays_save(const cask_array *arrays, const char *const *names, size_t count,
                             const char *path);
/* A folder of npy files, one for each block along the axis. */
CASK_API
CASK_CHECKED
cask_status cask_array_to_npy_stack(cask_array x, const char *folder, int axis);
/* How arrays are stored; NULL and zero are the defaults. */
typedef struct cask_storing {
    /* Which part of each target an array goes to, as text between brackets: "10:20, :". One for
     * each target, NULL for the whole of one; default: the whole of all. */
    const char *const *regions;
    /* If not NULL nothing is written now: writing[i] becomes a delayed value, of None, that writes
     * arrays[i] when it is computed (cask/delayed.h), perhaps after something else. */
    cask_delayed *writing;
} cask_storing;
/* Arrays into arrays that are there, in one run: "x.zarr", "x.h5::/name", "x.npy". Shapes must
 * be those of the targets, or their regions; elements are converted. No two tasks write one stored
 * chunk at once, so there are no locks. */
CASK_API
CASK_CHECKED
cask_status cask_arrays_store(const cask_array *arrays, const char *const *targets, size_t count,
                              const cask_storing *how);

/* How a file is converted; NULL and zero are the defaults. */
typedef struct cask_converting {
    const char *variable; /* only this one */
    const char *codec;    /* "zstd:5", "gzip:4", "none", ... */
    cask_shape chunks;    /* on disk, of arrays with as many axes; default: the input's */
    int zarr_format;      /* 2 (default) or 3 */
    bool stack;           /* files that match a pattern lie on a new first axis, one behind other */
} cask_converting;
/* All arrays of a file (or a pattern: files end to end along the first axis) as another, whose
 * suffix says the format. */
CASK_API
CASK_CHECKED
cask_status cask_convert(cask *ck, const char *in, const char *out, const cask_converting *how);

/* ---- sources and sinks of one's own ---- */

/* Part of an array: elements start[k] + j * step[k], j < count[k], on each of ndim axes. */
typedef struct cask_region {
    int ndim;
    const int64_t *start, *count, *step;
} cask_region;
/* Say why the region that is at hand cannot be read or written; returns the status, to be returned
 * in turn. To be called with the very region that the function was given, on its thread. */
CASK_API
cask_status cask_region_fail(const cask_region *region, cask_status status, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

/* Something that can read any region of itself. The record is copied; what it points to (name,
 * user) is borrowed until release(user), which is called once: when the context is closed or the
 * scope ends, or at once if the call fails. */
typedef struct cask_source {
    const char *name; /* "me.sensor", for messages; two sources of one name, user, type and shape
                         are taken to be the same */
    cask_dtype dtype; /* bool, integers, floats, complex */
    cask_shape shape;
    cask_shape chunks; /* default: chosen by size */
    /* The region's elements, in C order. From any thread, several at once. */
    cask_status (*read)(void *user, const cask_region *region, void *elements);
    bool steps; /* `read` takes steps; else it is asked for all that lies between, with step 1 */
    /* Direct access to chunks; may be NULL. Asked, instead of `read`, for a region that is one of
     * `chunks` whole: gives its elements as a new value of that type and shape, which may lie in
     * memory of the source's (cask_value_from_buffer), so that nothing is copied. NULL after
     * cask_region_fail(). */
    cask_value *(*chunk)(void *user, const cask_region *region);
    void (*release)(void *user); /* may be NULL */
    void *user;
} cask_source;
CASK_API
cask_array cask_array_from_source(cask *ck, const cask_source *source);

/* Something that takes regions of an array as they are made: one of the two functions, called from
 * any thread, several at once, in any order; regions do not overlap, and together are the array. */
typedef struct cask_sink {
    /* Elements of the region in C order, only lent. */
    cask_status (*write)(void *user, const cask_region *region, const void *elements);
    void *user;
    /* In the place of `write`: the block itself, an array of any strides, only lent too;
     * cask_value_ref() keeps it. */
    cask_status (*take)(void *user, const cask_region *region, cask_value *block);
} cask_sink;
/* Compute arrays into sinks, in one run, which shares what they have in common. */
CASK_API
CASK_CHECKED
cask_status cask_arrays_sink(const cask_array *arrays, const cask_sink *sinks, size_t count);

#ifdef __cplusplus
}
#endif

#endif
