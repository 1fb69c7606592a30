/* Ctrl-C: the first one raises a flag, the next one ends the process as usual. */
#ifndef CKI_SYS_INTERRUPT_H
#define CKI_SYS_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT and SIGTERM set *flag, which lives as long as the process; once set, the next
 * signal has its usual effect. For programs, not for the library on its own. */
void cki_interrupt_catch(_Atomic bool *flag);
/* The signal that set the flag: its number, or 0. */
int cki_interrupt_signal(void);

#endif
