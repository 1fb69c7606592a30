/* Libraries: dlopen. What was loaded is never unloaded: its functions and records live on. */
#include "sys/library.h"

#include <dlfcn.h>
#include <string.h>

cki_library_function cki_library_find(const char *path, const char *function, cki_error *error)
{
    union {
        void *object;
        cki_library_function function;
    } found = {0};
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        cki_fail(error, CASK_IO, NULL, "cannot load the plug-in '%s': %s%s", path,
                 why ? why : "no reason given",
                 strchr(path, '/') ? "" : " (write ./NAME for one in this directory)");
        return NULL;
    }
    found.object = dlsym(library, function);
    if (!found.object)
        cki_fail(error, CASK_NOT_FOUND, "ImportError",
                 "'%s' is no plug-in of cask: it has no function %s()", path, function);
    return found.function;
}

cask_status cki_library_load(const char *soname, const char *package, const char *const *names,
                             size_t count, void *table, cki_error *error)
{
    void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
    const char *why = library ? NULL : dlerror();
    if (!library && why && !strstr(why, "No such file")) /* it is there: want of memory, mostly */
        return cki_fail(error, CASK_UNSUPPORTED, "ImportError",
                        "this needs the library %s, which cannot be loaded: %s", soname, why);
    if (!library)
        return cki_fail(error, CASK_UNSUPPORTED, "ImportError",
                        "this needs the library %s, which is not installed: install the package %s",
                        soname, package);
    for (size_t i = 0; i < count; i++) {
        void *found = dlsym(library, names[i]);
        if (!found)
            return cki_fail(error, CASK_UNSUPPORTED, "ImportError",
                            "the library %s is not the one that was built for: it has no %s; "
                            "install the package %s",
                            soname, names[i], package);
        memcpy((char *)table + i * sizeof found, &found, sizeof found);
    }
    return CASK_OK;
}
