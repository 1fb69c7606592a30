/* Files as arrays: variables of NetCDF, HDF5 and npy files, one file or several end to end. */
#ifndef CKI_ARRAY_FILES_H
#define CKI_ARRAY_FILES_H

#include "array/node.h"
#include "io/store.h"

/* What to open; zero is the default throughout. */
typedef struct cki_files_spec {
    cask_value *paths;    /* a str (perhaps a pattern), or a sequence of them */
    const char *variable; /* NULL: the file's only array */
    cask_value *chunks;   /* as Dask's; NULL or None: as configured, and as the file is laid out */
    int axis;             /* on which several files follow one another; negative from the last */
    bool unpack;          /* NetCDF's conventions for packed numbers and missing values */
    bool valid;           /* and what valid_range and its like say */
    cki_dtype times;      /* what times become (files_times.h); zero: they stay numbers */
    bool stacked;         /* each file is one place of a new axis, which `axis` is */
    bool first;           /* by no name, the first variable */
    bool one_block;       /* a block a file if `chunks` does not say */
    const cki_raw *raw;   /* files of nothing but elements */
    bool as_stored;       /* blocks are the file's own chunks if `chunks` does not say */
} cki_files_spec;

/* Blocks of files aim at a few MiB (array.file-chunk-size): small enough that a block is still in
 * the processor's cache when the next step wants it, large enough that a task's own cost does not
 * show beside reading. Of these, runs of so many bytes lie together in the file, if it is stored
 * plainly.
 */
#define CKI_FILES_RUN ((int64_t)512 << 10)

cask_array cki_files_open(cki_build *build, const cki_files_spec *spec);

/* Where an array of files comes from, as it is stored or unpacked: the first of them, and all. */
typedef struct cki_files_origin {
    const cki_store *store;
    const cki_variable *variable;
    const struct cki_files *all;
} cki_files_origin;
bool cki_files_origin_of(cask_array x, cki_files_origin *origin);
/* The coordinate variable `name` of the origin's axis, as it is stored, of all files if they follow
 * one another along that axis: 1-d, as long as the axis; and the first file's, which tells what it
 * means. NULL without error if there is none. */
cask_value *cki_files_coordinate(const cki_files_origin *origin, int axis, const char *name,
                                 const cki_variable **variable, cki_error *error);

/* What `cask info` prints of a file; `ck` also computes what --stats shows, or is NULL. */
cask_status cki_files_info(cask *ck, const char *path, cki_text *text, cki_error *error);
/* The same as an object of JSON, without the end of the line. */
cask_status cki_files_info_json(cask *ck, const char *path, cki_text *text, cki_error *error);
/* The least, the largest, the mean and the standard deviation of a variable, how many count, and
 * how many are NaN; *found is false of what is empty or no number. */
typedef struct cki_files_numbers {
    double moments[4];
    int64_t count, nans;
} cki_files_numbers;
cask_status cki_files_count(cask *ck, const char *path, const cki_variable *v, bool *found,
                            cki_files_numbers *numbers, cki_error *error);
/* A line with these. */
cask_status cki_files_stats(cask *ck, const char *path, const cki_variable *v, size_t indent,
                            cki_text *text, cki_error *error);

extern const cki_operation *const cki_files_operations[], *const cki_files_stack_operations[];

#endif
