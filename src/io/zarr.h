/* Zarr inside the room: how an array's chunks are named and encoded, versions 2 and 3 alike. */
#ifndef CKI_IO_ZARR_H
#define CKI_IO_ZARR_H

#include "io/blobs.h"
#include "io/cells.h"
#include "io/codec.h"
#include "io/filter.h"
#include "io/formats.h"

enum { CKI_ZARR_STEPS = 12, CKI_ZARR_NESTING = 3, CKI_ZARR_METADATA = 64 << 20 };

/* One transformation of a chunk, of its elements or its bytes. */
typedef struct cki_zarr_step {
    bool of_elements;
    cki_filter filter;
    cki_codec codec;
    size_t before; /* bytes that it encodes: exact, or a bound */
    bool exact;
} cki_zarr_step;

/* Text of any length, which arrays have as fixed-width text. */
typedef enum cki_zarr_text {
    CKI_ZARR_PLAIN,
    CKI_ZARR_UTF8,  /* vlen-utf8 */
    CKI_ZARR_BYTES, /* vlen-bytes */
    CKI_ZARR_JSON   /* json2 */
} cki_zarr_text;

typedef struct cki_zarr_shard cki_zarr_shard;

/* How a chunk becomes bytes. */
typedef struct cki_zarr_chain {
    int ndim;
    int64_t shape[CKI_MAX_NDIM];
    int order[CKI_MAX_NDIM];  /* the axes as they are stored, from slow to fast */
    cki_region_layout layout; /* of the stored elements, by the axes of `shape` */
    size_t count, bytes;      /* of elements; all of them stored */
    cki_zarr_text text;
    cki_zarr_shard *shard; /* instead of elements: chunks in the chunk, of the stored axes */
    int nsteps;
    cki_zarr_step steps[CKI_ZARR_STEPS]; /* in the order of encoding */
    size_t most;                         /* bytes encoded, at most */
    double ratio;                        /* how many times smaller that can be */
} cki_zarr_chain;

struct cki_zarr_shard {
    cki_zarr_chain inner;
    int64_t grid[CKI_MAX_NDIM];
    uint64_t cells;
    bool at_start, swapped, checked; /* the index: where, in which order of bytes, with crc32c */
};

typedef struct cki_zarr_array {
    cki_zarr_chain chain;
    const char *prefix; /* of its keys: "", or "group/x/" */
    bool named;         /* chunks' keys begin with "c" */
    char separator;
    int64_t grid[CKI_MAX_NDIM];
    void *fill; /* one native element */
    bool ready; /* its codecs' libraries are loaded */
} cki_zarr_array;

/* What a store of the format keeps. */
typedef struct cki_zarr {
    cki_blobs *blobs;
    cki_zarr_array *arrays;
} cki_zarr;

/* ---- metadata ---- */

/* Fill in an array and its variable from the metadata of one; what cannot be read is told in
 * variable->unreadable, and only a lack of memory is a failure. `prefix` names it. */
cask_status cki_zarr_metadata_v2(cki_store *store, cask_value *array, cask_value *attributes,
                                 cki_zarr_array *made, cki_variable *variable, cki_error *error);
cask_status cki_zarr_metadata_v3(cki_store *store, cask_value *array, cki_zarr_array *made,
                                 cki_variable *variable, cki_error *error);
/* JSON text as a value; integers beyond 64 bits become their text. */
cask_value *cki_zarr_metadata_parse(const char *text, size_t length, cki_error *error);
/* One native element that stands where nothing was written. */
cask_status cki_zarr_fill_parse(const cask_value *value, cki_dtype dtype, void *element,
                                cki_error *error);
/* And its JSON. */
void cki_zarr_fill_print(cki_dtype dtype, const void *element, int version, cki_text *text);

/* ---- chains ---- */

/* Lay out elements of `dtype` (swapped: in the other order of bytes), their axes in chain->order,
 * and find the sizes that the steps see. ValueError for what is larger than memory can be. */
cask_status cki_zarr_chain_finish(cki_zarr_chain *chain, cki_dtype dtype, bool swapped,
                                  cki_error *error);
/* The codecs of version 3, outermost in `nesting` 0. */
cask_status cki_zarr_chain_v3(cki_store *store, cki_zarr_chain *chain, const cask_value *codecs,
                              cki_dtype dtype, int nesting, cki_error *error);
/* The filters and the compressor of version 2. */
cask_status cki_zarr_chain_v2(cki_zarr_chain *chain, const cask_value *filters,
                              const cask_value *compressor, cki_dtype dtype, bool swapped,
                              cki_error *error);
/* Load the libraries of all its codecs. */
cask_status cki_zarr_chain_need(const cki_zarr_chain *chain, cki_error *error);

/* ---- chunks ---- */

/* Memory that a thread works with while it reads or writes chunks. {.name =, .path =} before. */
typedef struct cki_zarr_desk {
    const char *path, *name; /* of the store and the array, for messages */
    const void *fill;
    cki_codec_work *work;
    unsigned char *buffers[3];
    size_t rooms[3];
} cki_zarr_desk;

cask_status cki_zarr_desk_open(cki_zarr_desk *desk, cki_error *error);
void cki_zarr_desk_close(cki_zarr_desk *desk);
/* Buffer i with that much room; what was in it is lost. */
unsigned char *cki_zarr_desk_buffer(cki_zarr_desk *desk, int i, size_t room, cki_error *error);

/* Elements at + j * step of a stored chunk to `out`. */
cask_status cki_zarr_chunk_read(cki_zarr_desk *desk, const cki_zarr_chain *chain,
                                const cki_blob *blob, const int64_t *at, const int64_t *step,
                                const cki_array *out, cki_error *error);
/* All bytes of a chunk decoded as far as the steps go; *bytes is in one of the desk's buffers. */
cask_status cki_zarr_chunk_decode(cki_zarr_desk *desk, const cki_zarr_chain *chain,
                                  const cki_blob *blob, unsigned char *straight,
                                  unsigned char **bytes, size_t *length, cki_error *error);
/* A whole chunk (native elements in C order, chain->shape) appended to `text`. */
cask_status cki_zarr_chunk_encode(cki_zarr_desk *desk, const cki_zarr_chain *chain,
                                  const cki_array *chunk, cki_text *text, cki_error *error);

/* Text of any length: the widest in a chunk's bytes; and such bytes to fixed-width elements. */
cask_status cki_zarr_text_widest(cki_zarr_text kind, const unsigned char *bytes, size_t length,
                                 int32_t *width, cki_error *error);
cask_status cki_zarr_text_decode(cki_zarr_text kind, const unsigned char *bytes, size_t length,
                                 const cki_array *out, cki_error *error);
/* The width of all that an array holds, by reading it. */
cask_status cki_zarr_text_measure(const cki_store *store, cki_zarr_array *array,
                                  cki_variable *variable, cki_error *error);

/* ---- arrays ---- */

/* The key of the chunk at `cell`. */
void cki_zarr_read_key(const cki_zarr_array *array, const int64_t *cell, cki_text *key);
cask_status cki_zarr_read_region(const cki_store *store, size_t i, const int64_t *start,
                                 const int64_t *count, const int64_t *step, const cki_array *out,
                                 cki_error *error);
/* One chunk's part, from wherever its keys are; the fill value where it was never written. */
cask_status cki_zarr_read_chunk(cki_zarr_desk *desk, const cki_blobs *blobs,
                                const cki_zarr_array *array, const int64_t *cell, const int64_t *at,
                                const int64_t *step, const cki_array *out, cki_error *error);

#endif
