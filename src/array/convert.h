/* Converting: all that a file holds into another file, in other chunks, by another codec. */
#ifndef CKI_ARRAY_CONVERT_H
#define CKI_ARRAY_CONVERT_H

#include "array/node.h"

/* How; zero is the default throughout. */
typedef struct cki_convert_options {
    const char *variable; /* only this one */
    const char *codec;    /* "zstd:5"; what the format takes if nobody says */
    cask_value *chunks;   /* on disk, in Dask's forms; default: the input's, or the format's */
    cask_value *shards;   /* Zarr 3: a tuple */
    int version;          /* of Zarr */
    bool stack;           /* each file is one place of a new first axis */
} cki_convert_options;

/* Read `in` (a path, or a pattern: files end to end along the first axis, or stacked on a new one)
 * and write `out`, whose suffix says the format. The memory limit holds; `out` appears whole or not
 * at all. */
cask_status cki_convert_file(cask *ck, const char *in, const char *out,
                             const cki_convert_options *options, cki_error *error);

#endif
