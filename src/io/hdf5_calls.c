/* Loading libhdf5: a table of the functions and variables that are used of it. */
#define CKI_HDF5_CALLS_PLAIN
#include "io/hdf5_calls.h"
#include "sys/library.h"
#include "sys/thread.h"

cki_hdf5_table cki_hdf5_calls;

static cki_error failure;

static void load(void)
{
#define NAME(name) #name,
    static const char *const names[] = {CKI_HDF5_FUNCTIONS(NAME) CKI_HDF5_VARIABLES(NAME)};
    cki_library_load(CASK_HDF5_SONAME, "libhdf5-103-1", names, sizeof names / sizeof *names,
                     &cki_hdf5_calls, &failure);
}

cask_status cki_hdf5_calls_load(cki_error *error)
{
    static cki_once once = CKI_ONCE_INIT;
    cki_thread_once(&once, load);
    if (failure.status == CASK_OK)
        return CASK_OK;
    return cki_fail(error, failure.status, failure.python, "%s", failure.message);
}
