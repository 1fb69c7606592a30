/* Types: Python's own, by name and by the kind of a value. */
#include "eval/builtin.h"
#include "eval/operate.h"

#include <string.h>

const cki_type cki_type_all[] = {
    {"int", CKI_INT, cki_construct_int, NULL, cki_numeric_int, cki_numeric_integer_properties,
     cki_numeric_statics_int},
    {"bool", CKI_BOOL, cki_construct_bool, "x= /", cki_numeric_int, cki_numeric_integer_properties,
     cki_numeric_statics_int},
    {"float", CKI_FLOAT, cki_construct_float, "x= /", cki_numeric_float, cki_numeric_properties,
     NULL},
    {"complex", CKI_COMPLEX, cki_construct_complex, "real= imag=", cki_numeric_complex,
     cki_numeric_properties, NULL},
    {"str", CKI_STR, cki_construct_str, "object= encoding= errors=", cki_string_methods, NULL,
     cki_string_statics},
    {"bytes", CKI_BYTES, cki_construct_bytes, "source= encoding= errors=", cki_bytes_methods, NULL,
     cki_bytes_statics},
    {"list", CKI_LIST, cki_construct_list, "iterable= /", cki_container_list, NULL, NULL},
    {"tuple", CKI_TUPLE, cki_construct_tuple, "iterable= /", cki_container_tuple, NULL, NULL},
    {"set", CKI_SET, cki_construct_set, "iterable= /", cki_set_methods, NULL, NULL},
    {"frozenset", CKI_SET, cki_construct_set, "iterable= /", cki_set_methods, NULL, NULL},
    {"dict", CKI_DICT, cki_construct_dict, NULL, cki_mapping_methods, NULL, cki_mapping_statics},
    {"slice", CKI_SLICE, cki_construct_slice, "start stop= step= /", NULL,
     cki_container_slice_properties, NULL},
    {"range", CKI_RANGE, cki_construct_range, "start stop= step= /", cki_container_range,
     cki_container_range_properties, NULL},
    {"object", -1, cki_construct_object, "/", NULL, NULL, NULL},
    {"type", CKI_OBJECT, cki_construct_type, "object /", NULL, NULL, NULL},
    {"NoneType", CKI_NONE, NULL, NULL, NULL, NULL, NULL},
    {"ellipsis", CKI_ELLIPSIS, NULL, NULL, NULL, NULL, NULL},
    {"function", CKI_OBJECT, NULL, NULL, NULL, NULL, NULL},
    {"builtin_function_or_method", CKI_OBJECT, NULL, NULL, NULL, NULL, NULL},
    {"method_descriptor", CKI_OBJECT, NULL, NULL, NULL, NULL, NULL},
    {"module", CKI_OBJECT, NULL, NULL, NULL, NULL, NULL},
    {"operator.itemgetter", CKI_OBJECT, NULL, NULL, NULL, NULL, NULL},
    {"operator.attrgetter", CKI_OBJECT, NULL, NULL, NULL, NULL, NULL},
    {"operator.methodcaller", CKI_OBJECT, NULL, NULL, NULL, NULL, NULL},
    {NULL, 0, NULL, NULL, NULL, NULL, NULL}};

const cki_type *cki_type_find(const char *name)
{
    for (const cki_type *type = cki_type_all; type->name; type++) {
        if (strcmp(type->name, name) == 0)
            return type;
    }
    return NULL;
}

const cki_type *cki_type_of(const cask_value *value)
{
    if (cki_operate_is_host(value))
        return NULL;
    if (value->kind == CKI_OBJECT)
        return cki_type_find(value->as.object.class->name);
    for (const cki_type *type = cki_type_all; type->name; type++) {
        if (type->kind == value->kind)
            return type;
    }
    return NULL;
}

bool cki_type_has(const cki_type *type, const cask_value *value)
{
    if (type->kind < 0)
        return true;
    if (type->kind == CKI_OBJECT)
        return cki_type_of(value) == type;
    return type->kind == value->kind || (type->kind == CKI_INT && value->kind == CKI_BOOL);
}
