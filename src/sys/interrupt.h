/* Ctrl-C: the first one raises a flag; the next one, or that nobody takes notice of the first for a
 * tenth of a second, ends the process as usual. */
#ifndef CKI_SYS_INTERRUPT_H
#define CKI_SYS_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and, unless it is ignored, SIGHUP set *flag, which lives as long as
 * the process; once set, the next signal has its usual effect. For programs, not for the library on
 * its own. */
void cki_interrupt_catch(_Atomic bool *flag);
/* Say that the flag was seen and the work has ended: there is time for the rest. */
void cki_interrupt_heard(void);
/* The signal that set the flag: its number, or 0. */
int cki_interrupt_signal(void);

#endif
