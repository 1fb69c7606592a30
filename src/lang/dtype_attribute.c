/* Attributes of dtypes: x.dtype.str, kind, name, itemsize.
 */
#include "lang/dtype_attribute.h"

#include "value/dtype.h"

#include <string.h>

cask_value *cki_dtype_attribute_get(const cask_value *value, const char *name, cki_error *error)
{
    cki_dtype dtype = value->as.dtype;
    char text[48];
    if (!strcmp(name, "str"))
        return cki_value_string(cki_dtype_code(dtype, text), error);
    if (!strcmp(name, "name") && !cki_dtype_is_text(dtype))
        return cki_value_string(cki_dtype_name(dtype, text), error);
    if (!strcmp(name, "kind"))
        return cki_value_str((char[]){cki_dtype_kind(dtype)}, 1, error);
    if (!strcmp(name, "itemsize"))
        return cki_value_int((int64_t)cki_dtype_size(dtype), error);
    if (!strcmp(name, "char")) /* in the order of the list of types */
        return cki_value_str(&"?bBhHiIlLefdFDMmSU"[dtype.id - CASK_BOOL], 1, error);
    if (!strcmp(name, "byteorder"))
        return cki_value_str(cki_dtype_size(dtype) == 1 ? "|" : "=", 1, error);
    if (!strcmp(name, "names") || !strcmp(name, "fields"))
        return cki_value_none();
    return NULL;
}
