/* Zip archives: their directory of members, and the bytes of those stored or deflated. */
#ifndef CKI_IO_ZIP_H
#define CKI_IO_ZIP_H

#include "sys/file.h"

typedef struct cki_zip_member {
    const char *name;
    uint64_t header;       /* where its local header lies */
    uint64_t stored, size; /* bytes in the archive, and decoded */
    uint32_t checksum;
    uint16_t method; /* 0 stored, 8 deflated */
} cki_zip_member;

typedef struct cki_zip {
    size_t count;
    cki_zip_member *members; /* by name, no two alike */
    char *names;
} cki_zip;

/* Whether a file that begins so is an archive. */
bool cki_zip_starts(const unsigned char *head, size_t length);
/* The directory of an archive; NULL with the error told. */
cki_zip *cki_zip_open(cki_file *file, cki_error *error);
void cki_zip_free(cki_zip *zip);
/* NULL if there is none of that name. */
const cki_zip_member *cki_zip_find(const cki_zip *zip, const char *name);
/* Where the bytes of a member begin. */
cask_status cki_zip_locate(cki_file *file, const cki_zip_member *member, uint64_t *offset,
                           cki_error *error);
/* All its bytes, decoded, into `bytes` of member->size; the checksum is verified. */
cask_status cki_zip_read(cki_file *file, const cki_zip_member *member, void *bytes,
                         cki_error *error);

/* ---- writing ---- */

/* The local header of a stored member of known size; returns its length. `header` has room for
 * the name and 64 bytes. */
size_t cki_zip_local(unsigned char *header, const char *name, uint64_t size, uint32_t checksum);
/* The entry of that member, whose local header lies at `at`, in the directory; its length. The room
 * is that of two local headers. */
size_t cki_zip_entry(unsigned char *bytes, const char *name, uint64_t at, uint64_t size,
                     uint32_t checksum);
/* The end of an archive of `count` members, whose directory lies at `where`: at most 100 bytes. */
size_t cki_zip_end(unsigned char *bytes, uint64_t count, uint64_t directory, uint64_t where);

#endif
