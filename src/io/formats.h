/* What a file format must offer, and what the stores and writers of all formats have in common. */
#ifndef CKI_IO_FORMATS_H
#define CKI_IO_FORMATS_H

#include "core/arena.h"
#include "io/region.h"
#include "io/store.h"
#include "sys/file.h"

typedef struct cki_format cki_format;

struct cki_store {
    _Atomic size_t references;
    const cki_format *format;
    const char *name; /* of the format, in full */
    char *path;
    cki_file *file;  /* NULL for a folder */
    cki_arena arena; /* holds the variables and all that they point to */
    cki_variable *variables;
    size_t count;
    cask_value *attributes;
    void *state; /* the format's own */
};

struct cki_writer {
    const cki_format *format;
    const char *path;        /* as asked for; valid while the writer is opened */
    const char *root;        /* of the store that the path lies in, or NULL */
    cki_store *store;        /* that it writes into, or NULL */
    cask_value *marker;      /* what stands for nothing there, the store's, or NULL */
    cki_writer *host;        /* whose output it writes to; NULL: its own */
    bool filled;             /* its output holds a file to which the array is added */
    cki_file_output *output; /* NULL for formats that write otherwise */
    cki_dtype dtype;         /* what regions come in */
    cki_dtype stored;        /* what they are cast to first */
    int ndim;
    int64_t shape[CKI_MAX_NDIM];
    cki_region_layout layout;     /* where in the file they go */
    int64_t chunks[CKI_MAX_NDIM]; /* stored ones; 0 for none */
    void *state;                  /* the format's own */
    /* Where elements do not go by the layout. They come in the type in which regions come. */
    cask_status (*region)(cki_writer *writer, const int64_t *start, const cki_array *array,
                          cki_error *error);
};

struct cki_format {
    /* Whether a file that starts so is of this format. */
    bool (*starts)(cki_file *file, const unsigned char *head, size_t length);
    bool folder; /* folders are of this format */
    /* Fill in name, variables, attributes and state. What is left on failure, close clears. */
    cask_status (*open)(cki_store *store, cki_error *error);
    cask_status (*read)(const cki_store *store, size_t i, const int64_t *start,
                        const int64_t *count, const int64_t *step, const cki_array *out,
                        cki_error *error);
    size_t (*read_bytes)(const cki_store *store, size_t i, const int64_t *start,
                         const int64_t *count, const int64_t *step);
    /* Bytes that a read needs for itself while it goes on, beside the result; NULL: few. */
    size_t (*working)(const cki_store *store, size_t i);
    void (*close)(cki_store *store); /* NULL: nothing to do */

    const char *const *suffixes; /* of files to be written, up to a NULL */
    /* Write all but the elements, make the file as long as it will be, and fill in `stored` and
     * `layout`. */
    cask_status (*create)(cki_writer *writer, const cki_target *target, cki_error *error);
    bool tree;    /* makes no single file: there is no output */
    bool several; /* holds several arrays, added one by one */
    bool axes;    /* whose axes have names in common, as in NetCDF */
    /* Make a writer one into variable i of a file that is there: fill in format and layout, or
     * region and state. Type and shape are the caller's. NULL: that cannot be done. */
    cask_status (*into)(cki_writer *writer, const cki_store *store, size_t i, cki_error *error);
    /* Before the output is committed or given up: finish and free the state. NULL: nothing to do.
     */
    cask_status (*close_writer)(cki_writer *writer, cki_error *error);
    /* Trees have these instead, which free the state. */
    cask_status (*commit)(cki_writer *writer, cki_error *error);
    void (*abort)(cki_writer *writer);
};

extern const cki_format cki_netcdf3_format, cki_hdf5_format, cki_hdf5_netcdf4_format,
    cki_npy_format, cki_npz_format, cki_png_format, cki_tiff_format, cki_zarr_format,
    cki_zarr_write_format;

/* All of them, up to a NULL. */
extern const cki_format *const cki_formats_all[];

/* Zeroed memory of the store's arena; the failure is told. */
void *cki_formats_alloc(cki_store *store, size_t count, size_t size, cki_error *error);
char *cki_formats_text(cki_store *store, const char *bytes, size_t length, cki_error *error);
/* An attribute under its name; `value` is taken over, also on failure (and NULL is one). */
cask_status cki_formats_attribute(cask_value *dict, const char *name, cask_value *value,
                                  cki_error *error);
/* The value of `count` native numbers: an int or float if there is one, else a 1-d array. */
cask_value *cki_formats_numbers(cki_dtype dtype, const void *elements, int64_t count,
                                cki_error *error);
/* Text of a file as a str: without padding behind, and as UTF-8 (from Latin-1 if it is not). */
cask_value *cki_formats_string(const char *bytes, size_t length, cki_error *error);
/* Whether an attribute is something that files can hold: text, and real numbers. */
bool cki_formats_writable(const cask_value *key, const cask_value *value);
/* The numbers of an attribute as a 1-d array in the type to write; that of the variable's elements
 * for _FillValue and its like, which must be so. */
cask_value *cki_formats_elements(const char *name, const cask_value *value, cki_dtype stored,
                                 cki_error *error);
/* The name of axis k (`ndim` is the one that holds a string's characters), into the buffer if the
 * target has none. */
const char *cki_formats_dimension(const cki_target *target, cki_dtype stored, int k,
                                  char buffer[32]);
/* What NetCDF has for a type: not bool, half, wide text. TypeError for what it cannot hold. */
cask_status cki_formats_netcdf(cki_dtype dtype, cki_dtype *stored, cki_error *error);
/* The units attribute and its like that make dates, durations and truth values of `dtype` readable,
 * as xarray writes them, on top of `attributes`: a new DICT; and the type to store. */
cask_value *cki_formats_encode(cki_dtype dtype, cask_value *attributes, cki_dtype *stored,
                               cki_error *error);

#endif
