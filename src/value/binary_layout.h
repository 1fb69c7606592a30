/* How the head of the binary form begins, and its marks. Private to the binary*.c files. */
#ifndef CKI_VALUE_BINARY_LAYOUT_H
#define CKI_VALUE_BINARY_LAYOUT_H

#include "value/binary.h"

enum {
    CKI_BINARY_MAGIC = 0x43534B76, /* read by a machine of the other byte order, it is another */
    CKI_BINARY_VERSION = 1,
    CKI_BINARY_SHARED = 0x80, /* a mark's flag: this value may occur again... */
    CKI_BINARY_AGAIN = 0x7F   /* ...as this mark with its number */
};

/* Then follow nparts lengths (uint64_t) and `body` bytes: a mark (a cki_kind) for each value, with
 * what belongs to it, containers before their items. */
typedef struct cki_binary_first {
    uint32_t magic;
    uint16_t version, reserved;
    uint64_t nparts, body;
} cki_binary_first;

_Static_assert(sizeof(cki_binary_first) == CKI_BINARY_FIRST, "no padding");

#endif
