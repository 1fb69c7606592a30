/* The binary form of values: a head that says everything, and apart from it the large runs of
 * bytes, which stay where they are: to be written with one call, shared, or read straight into
 * place. */
#ifndef CKI_VALUE_BINARY_H
#define CKI_VALUE_BINARY_H

#include "value/value.h"

/* What has at least so many bytes stays apart; the rest is copied into the head. */
enum { CKI_BINARY_APART = 2048, CKI_BINARY_ALIGNMENT = 64, CKI_BINARY_FIRST = 24 };

/* A run of bytes that lies apart. When written, they are the value's own, which must live on, and
 * `buffer` is what holds those of an array (its own, or a copy). When read, `buffer` says what
 * keeps them alive, so that arrays can be views on them; with NULL they are copied. */
typedef struct cki_binary_part {
    const void *bytes;
    size_t length;
    cki_buffer *buffer;
} cki_binary_part;

/* A written value: {0} is empty. The bytes are this machine's; a reader of the other byte order
 * refuses them. No checksum: that is for those who keep or send them. */
typedef struct cki_binary {
    unsigned char *head;
    size_t length; /* of the head */
    cki_binary_part *parts;
    size_t nparts;
} cki_binary;

/* Whether it has such a form: all values do but those that hold objects of other rooms. */
bool cki_binary_can(const cask_value *value);
/* Fill `form`. Arrays whose elements lie in one run of memory, in whatever order, keep their
 * strides and are not copied; others are, in C order; axes of stride 0 stay so. A text or array
 * that occurs twice is written once. TypeError "a value of type 'function' has no binary form". No
 * recursion. */
cask_status cki_binary_write(cki_binary *form, const cask_value *value, cki_error *error);
void cki_binary_free(cki_binary *form);

/* All of it in one run of bytes: the head, then the parts, each at a multiple of the alignment. */
size_t cki_binary_size(const cki_binary *form);
void cki_binary_copy(const cki_binary *form, void *bytes); /* cki_binary_size() of them */
/* The distance from one thing to the next in that run. */
static inline size_t cki_binary_aligned(size_t length)
{
    return (length + CKI_BINARY_ALIGNMENT - 1) & ~(size_t)(CKI_BINARY_ALIGNMENT - 1);
}

/* Reading. Any bytes may be given: what is no value is refused (FORMAT), and no memory is asked for
 * beyond a small multiple of the bytes given. The length of the head, from its CKI_BINARY_FIRST
 * first bytes, or 0 if they begin none. */
size_t cki_binary_head(const void *bytes);
/* The lengths of the parts of a head, as an array to be filled and freed (cki_memory_free). */
cask_status cki_binary_parts(const void *head, size_t length, cki_binary_part **parts,
                             size_t *nparts, cki_error *error);
/* The value of a head with its parts: a new reference. */
cask_value *cki_binary_read(const void *head, size_t length, const cki_binary_part *parts,
                            size_t nparts, cki_error *error);
/* The value of one run of bytes; `buffer` as in a part. */
cask_value *cki_binary_read_run(const void *bytes, size_t length, cki_buffer *buffer,
                                cki_error *error);

#endif
