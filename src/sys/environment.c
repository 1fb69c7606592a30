/* The environment of the process. */
#include "sys/environment.h"

#include <stdlib.h>
#include <unistd.h>

const char *cki_environment_get(const char *name)
{
    return getenv(name);
}

void cki_environment_default(const char *name, const char *value)
{
    setenv(name, value, 0);
}

const char *const *cki_environment_all(void)
{
    static const char *const none[] = {NULL};
    return environ ? (const char *const *)environ : none;
}
