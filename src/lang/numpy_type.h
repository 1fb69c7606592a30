/* NumPy's types as values: np.float64, np.datetime64, np.ndarray, np.integer. */
#ifndef CKI_LANG_NUMPY_TYPE_H
#define CKI_LANG_NUMPY_TYPE_H

#include "lang/host.h"
#include "value/dtype.h"

/* By name; NULL without error if there is no such type. */
cask_value *cki_numpy_type_find(const char *name, cki_error *error);
/* The type of an array or of a lazy one (ndarray, Array, float64 of a scalar), and of a dtype's
 * elements. */
cask_value *cki_numpy_type_of(const cask_value *value, cki_error *error);
/* np.float64(3): NULL without error if `callee` is none of these types. */
cask_value *cki_numpy_type_call(const cask_value *callee, const cki_arguments *arguments,
                                cki_error *error);
/* The element type that a dtype, its name, or a type is: np.float32, float, 'f4'. TypeError. */
cask_status cki_numpy_type_dtype(const cask_value *value, cki_dtype *dtype, cki_error *error);
/* The name of a type that is no element type ("integer"); NULL for any other value. */
const char *cki_numpy_type_abstract(const cask_value *value);

#endif
