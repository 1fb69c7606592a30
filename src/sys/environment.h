/* The environment of the process, as it was given to it. */
#ifndef CKI_SYS_ENVIRONMENT_H
#define CKI_SYS_ENVIRONMENT_H

/* NULL if there is none of that name. */
const char *cki_environment_get(const char *name);
/* For programs, before they have threads: what others of this process find, unless it is there. */
void cki_environment_default(const char *name, const char *value);
/* All of it, "NAME=VALUE" each; NULL after the last. */
const char *const *cki_environment_all(void);

#endif
