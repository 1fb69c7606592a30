/* Counting by value: bincount and histogram. */
#ifndef CKI_ARRAY_HISTOGRAM_H
#define CKI_ARRAY_HISTOGRAM_H

#include "array/node.h"

extern const cki_operation *const cki_histogram_operations[];

#endif
