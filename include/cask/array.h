/* Arrays: lazy, chunked n-d arrays with NumPy's vocabulary. */
#ifndef CASK_ARRAY_H
#define CASK_ARRAY_H

#include "cask.h"
#include "value.h"

#endif
