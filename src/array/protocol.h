/* Protocol: what the language asks of arrays by name: saving, telling of files. */
#ifndef CKI_ARRAY_PROTOCOL_H
#define CKI_ARRAY_PROTOCOL_H

#include "expr/operation.h"

extern const cki_operation *const cki_protocol_operations[];

#endif
