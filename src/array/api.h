/* The C interface's own: how a public call becomes an operation's, and what stands for failures. */
#ifndef CKI_ARRAY_API_H
#define CKI_ARRAY_API_H

#include "array/node.h"

enum { CKI_API_ARGUMENTS = 32 };

/* A call in the making. Arguments are given one by one, positional ones (name NULL) first; what
 * goes wrong is remembered until cki_api_run. */
typedef struct cki_api {
    cask *ck; /* NULL until the first array tells it */
    cki_error error;
    cask_array poison; /* the first failed argument */
    cask_value *values[CKI_API_ARGUMENTS];
    const char *names[CKI_API_ARGUMENTS];
    size_t count;
} cki_api;

void cki_api_array(cki_api *api, cask_array x);
void cki_api_arrays(cki_api *api, const cask_array *arrays, size_t count); /* as one list */
void cki_api_float(cki_api *api, const char *name, double number);
void cki_api_int(cki_api *api, const char *name, int64_t number);
void cki_api_flag(cki_api *api, const char *name, bool flag);
void cki_api_text(cki_api *api, const char *name, const char *text);  /* NULL: None */
void cki_api_dtype(cki_api *api, const char *name, cask_dtype dtype); /* the default: left out */
void cki_api_shape(cki_api *api, const char *name, const cask_shape *shape);
void cki_api_chunks(cki_api *api, const char *name, const cask_shape *chunks); /* none: 'auto' */
void cki_api_axes(cki_api *api, const char *name, const cask_axes *axes);      /* none: left out */
void cki_api_value(cki_api *api, const char *name, cask_value *value);         /* taken over */
/* An argument as a value, a new reference; NULL where it cannot take part, which is remembered. */
cask_value *cki_api_take(cki_api *api, const cask_argument *argument);
void cki_api_argument(cki_api *api, const cask_argument *argument);
void cki_api_arguments(cki_api *api, cask_arguments arguments); /* by position, then by name */

/* The operation's array, or a poison one; all arguments are released. */
cask_array cki_api_run(cki_api *api, const char *operation, unsigned places);
/* The same of an operation that does something; what it gives is the caller's, if wanted. */
cask_status cki_api_do(cki_api *api, const char *operation, cask_value **result);
/* The same where it gives a tuple of `count` arrays; all are poison if it failed. */
void cki_api_run_several(cki_api *api, const char *operation, unsigned places, cask_array *results,
                         size_t count);
/* The `count` arrays of a result; a number or an eager array becomes one. False with the error,
 * which says that `name` gives something else. */
bool cki_api_results(cask *ck, const char *name, cask_value *value, cask_array *results,
                     size_t count, cki_error *error);
/* A poison array of this context, with the error recorded there; ck may be NULL. */
cask_array cki_api_poison(cask *ck, const cki_error *error);
bool cki_api_failed(cask_array x);
/* What a failed array's computing says; the context is told why, if it knows of no other error. */
cask_status cki_api_status(cask_array x);

/* Whether it is a constant of the enum; TypeError. */
bool cki_api_known(cask_dtype dtype, cki_error *error);

/* "::4, 1:3" as the value between Python's brackets. */
cask_value *cki_api_index(const char *text, cki_error *error);

#endif
