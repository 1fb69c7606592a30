/* Outliving a crash: running a foreign library's code on input that may make it fault. */
#ifndef CKI_SYS_CRASH_H
#define CKI_SYS_CRASH_H

#include <stdbool.h>

/* Runs function(argument); false if it ended by SIGSEGV, SIGBUS or SIGFPE on this thread, out of
 * which nothing was cleaned up: what it used must not be used again. It may have left the heap in
 * ruins too: should the process die of that later, it says `words` (a line, copied as far as 1000
 * bytes) on stderr and exits with 1. One at a time, by the caller's lock. The process' own handlers
 * have all other faults. */
bool cki_crash_outlive(void (*function)(void *), void *argument, const char *words);

#endif
