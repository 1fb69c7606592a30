/* Inside tasks: the contexts of functions that run there. */
#ifndef CKI_INSIDE_H
#define CKI_INSIDE_H

#include "call/inner.h"

extern const cki_inner_maker cki_inside_maker;

#endif
