/* Builtins: Python's functions, types and modules by name. */
#ifndef CKI_EVAL_BUILTIN_H
#define CKI_EVAL_BUILTIN_H

#include "eval/function.h"

/* A builtin function, type or module of that name; NULL without error if there is none. */
cask_value *cki_builtin_name(const char *name, cki_error *error);
/* The i-th name; NULL behind the last. */
const char *cki_builtin_nth(size_t n);

/* The tables, each ended by a NULL name, and the files they are in. */
extern const cki_builtin cki_builtin_iterate[]; /* builtin_iterate.c: over items */
extern const cki_builtin cki_builtin_number[];  /* builtin_number.c */
extern const cki_builtin
    cki_builtin_reflect[]; /* builtin_reflect.c: about values; text of values */
extern const cki_module cki_math_module, cki_operator_module, cki_json_module;

/* type.c */
extern const cki_type cki_type_all[];                 /* ended by a NULL name */
const cki_type *cki_type_of(const cask_value *value); /* NULL for what is not Python's own */
const cki_type *cki_type_find(const char *name);
bool cki_type_has(const cki_type *type, const cask_value *value); /* isinstance */

/* Methods of types. */
extern const cki_builtin cki_string_methods[], cki_string_statics[];
extern const cki_builtin cki_bytes_methods[], cki_bytes_statics[];
extern const cki_builtin cki_container_list[], cki_container_tuple[], cki_container_range[];
extern const cki_builtin cki_mapping_methods[], cki_mapping_statics[];
extern const cki_builtin cki_set_methods[];
extern const cki_builtin cki_numeric_int[], cki_numeric_float[], cki_numeric_complex[];
extern const cki_builtin cki_numeric_properties[], cki_numeric_integer_properties[];
extern const cki_builtin cki_numeric_statics_int[];
extern const cki_builtin cki_container_slice_properties[], cki_container_range_properties[];

/* Constructors, in construct.c and construct_container.c. */
cask_value *cki_construct_bool(cki_call *call);
cask_value *cki_construct_int(cki_call *call);
cask_value *cki_construct_float(cki_call *call);
cask_value *cki_construct_complex(cki_call *call);
cask_value *cki_construct_str(cki_call *call);
cask_value *cki_construct_bytes(cki_call *call);
cask_value *cki_construct_list(cki_call *call);
cask_value *cki_construct_tuple(cki_call *call);
cask_value *cki_construct_set(cki_call *call);
cask_value *cki_construct_dict(cki_call *call);
cask_value *cki_construct_slice(cki_call *call);
cask_value *cki_construct_range(cki_call *call);
cask_value *cki_construct_object(cki_call *call);
cask_value *cki_construct_type(cki_call *call);

/* format.c: format(value, spec); percent.c has cki_eval_format. */
bool cki_format_value(cki_scope *scope, cask_value *value, const char *spec, size_t length,
                      cki_text *out, cki_error *error);
/* str() and repr() of anything, lazy things through the host. */
bool cki_format_print(cki_scope *scope, cask_value *value, bool repr, cki_text *out,
                      cki_error *error);
/* A double in format 'e', 'f', 'g' (or capitals), with `alternate` keeping the point. */
void cki_format_double(double value, char type, int precision, bool alternate, cki_text *out);
/* repr with everything beyond ASCII escaped. */
void cki_format_ascii(const char *text, size_t length, cki_text *out);

#endif
