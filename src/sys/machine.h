/* The machine: the processors and memory that this process may use, not those that are there. */
#ifndef CKI_SYS_MACHINE_H
#define CKI_SYS_MACHINE_H

#include <stddef.h>
#include <stdint.h>

/* Processors that this process may run on: its affinity, and its control group's quota rounded up.
 * At least 1. */
int cki_machine_processors(void);
/* Bytes of memory that it may use: the machine's, or its control group's limit. */
uint64_t cki_machine_memory(void);
/* Bytes of the processor's data cache of that level (1, 2, 3), a usual size where not known. */
size_t cki_machine_cache(int level);
/* The most bytes of memory this process ever had in use (resident). */
uint64_t cki_machine_peak(void);

/* What control groups allow, version 1 or 2, the tightest from this process's group upwards. */
typedef struct cki_machine_limits {
    double processors; /* 0 is unlimited */
    uint64_t memory;   /* UINT64_MAX is unlimited */
} cki_machine_limits;
/* `root` stands before /proc and /sys: "" but in tests. */
cki_machine_limits cki_machine_group(const char *root);

#endif
