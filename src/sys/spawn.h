/* Spawn: run another one, with text in and a file out. */
#ifndef CKI_SYS_SPAWN_H
#define CKI_SYS_SPAWN_H

#include "core/fail.h"
#include "core/text.h"

/* Run argv[0], found on the PATH, until it ends; argv ends with NULL. It reads `input`, and writes
 * to the descriptor `output`. FileNotFoundError if there is none; OSError with the beginning of
 * what it said if it does not end well. */
cask_status cki_spawn_run(const char *const *argv, const char *input, size_t length, int output,
                          cki_error *error);

#endif
