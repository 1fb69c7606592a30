/* Usage: what this process and its children have taken of the machine so far. */
#ifndef CKI_SYS_USAGE_H
#define CKI_SYS_USAGE_H

#include <stddef.h>
#include <stdint.h>

typedef struct cki_usage {
    int64_t processor; /* nanoseconds of processor time, of the process and its children */
    uint64_t resident; /* bytes in memory now, of the process and its children */
    uint64_t read;     /* bytes that the process asked the system for, from files and elsewhere */
    uint64_t written;
} cki_usage;

/* What the system does not tell is 0. */
cki_usage cki_usage_now(void);
/* Bytes in memory that are this process's own: not of files, not shared. */
size_t cki_usage_private(void);

#endif
