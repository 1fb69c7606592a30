/* The array room's functions, made known by their names. */
#include "array/functions.h"

cask_status cki_functions_register(cki_functions *set, cki_error *error)
{
    static const cki_function *const all[] = {
#define ADDRESS(name) &name,
        CKI_ARRAY_FUNCTIONS(ADDRESS)
#undef ADDRESS
    };
    cask_status status = CASK_OK;
    for (size_t i = 0; i < sizeof all / sizeof *all && status == CASK_OK; i++)
        status = cki_registry_register(set, all[i], error);
    return status;
}
