/* Matrices compressed by random products: svd_compressed. */
#ifndef CKI_ARRAY_COMPRESS_H
#define CKI_ARRAY_COMPRESS_H

#include "array/node.h"

extern const cki_operation *const cki_compress_operations[];

#endif
