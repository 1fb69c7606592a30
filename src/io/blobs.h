/* Blobs: a data set of many small files by name: a folder, or a zip archive of one. */
#ifndef CKI_IO_BLOBS_H
#define CKI_IO_BLOBS_H

#include "sys/file.h"

typedef struct cki_blobs cki_blobs;

/* The bytes under a key: a range of a file, or in memory if they had to be decoded. */
typedef struct cki_blob {
    cki_file *file;
    uint64_t offset, size;
    unsigned char *bytes; /* NULL: in the file */
    const char *name;     /* for messages */
} cki_blob;

cki_blobs *cki_blobs_folder(const char *path, cki_error *error);
/* The archive is opened; the file is referenced. */
cki_blobs *cki_blobs_zip(cki_file *file, cki_error *error);
void cki_blobs_free(cki_blobs *keys);

/* The blob of a key; *found is false if there is none. `name` is borrowed while the blob is. */
cask_status cki_blobs_find(const cki_blobs *keys, const char *name, cki_blob *blob, bool *found,
                           cki_error *error);
void cki_blobs_drop(cki_blob *blob);
/* Exactly `count` bytes of a blob from `offset` on. */
cask_status cki_blobs_read(const cki_blob *blob, uint64_t offset, void *bytes, size_t count,
                           cki_error *error);
/* All of a key's bytes as text with a NUL behind, for metadata: no more than `most`. NULL without
 * an error if there is no such key. The caller frees it. */
char *cki_blobs_text(const cki_blobs *keys, const char *name, size_t most, size_t *length,
                     cki_error *error);
/* The names right below a folder of keys ("" is the root), in order, once each. */
cask_status cki_blobs_list(const cki_blobs *keys, const char *folder,
                           cask_status (*take)(void *user, const char *name, cki_error *error),
                           void *user, cki_error *error);

#endif
