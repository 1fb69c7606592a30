/* Arrays: lazy, chunked n-d arrays with NumPy's vocabulary. */
#ifndef CASK_ARRAY_H
#define CASK_ARRAY_H

#include "cask.h"
#include "value.h"

/* A lazy array: a handle that is copied like a number and never freed; the context owns the plan. */
typedef const struct cask_array_node *cask_array;

#endif
