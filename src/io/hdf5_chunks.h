/* Chunked HDF5 datasets being written. */
#ifndef CKI_IO_HDF5_CHUNKS_H
#define CKI_IO_HDF5_CHUNKS_H

#include "io/codec.h"
#include "io/hdf5.h"

/* How a dataset is cut and filtered. */
typedef struct cki_hdf5_chunking {
    const char *path; /* that the file is to have, for messages; borrowed */
    int rank;         /* axes that are cut */
    int64_t chunk[CKI_MAX_NDIM];
    size_t word; /* bytes to reverse, 1 for none */
    int nfilters;
    struct {
        int id, level;
        size_t width;
    } filters[CKI_HDF5_FILTERS];
} cki_hdf5_chunking;

/* Whether we can apply a filter. */
bool cki_hdf5_chunks_knows(int filter);

/* The open file and dataset are taken over if it succeeds. */
cki_hdf5_chunks *cki_hdf5_chunks_new(hid_t file, hid_t dataset, int ndim,
                                     const cki_hdf5_chunking *how, size_t itemsize,
                                     cki_error *error);
/* Close both; NULL is accepted. */
cask_status cki_hdf5_chunks_close(cki_hdf5_chunks *chunks, cki_error *error);
/* cki_writer_region of a writer whose state it is; elements are converted to the stored type. */
cask_status cki_hdf5_chunks_region(cki_writer *writer, const int64_t *start, const cki_array *array,
                                   cki_error *error);

#endif
