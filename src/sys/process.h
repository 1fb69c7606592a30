/* Child processes that go on with our memory (fork), end when we do, and are noticed when they die;
 * and locks that must not be held while one begins. */
#ifndef CKI_SYS_PROCESS_H
#define CKI_SYS_PROCESS_H

#include "sys/thread.h"

typedef struct cki_process {
    int id;
    int handle; /* becomes readable when it has ended; -1 where the system has none */
} cki_process;

/* How a process ended: by a signal, or with an exit status. */
typedef struct cki_process_end {
    bool known; /* false if somebody else in this program asked the system first */
    int signal; /* 0: none */
    int status;
} cki_process_end;

/* Begin a child at run(argument), with a copy of this process's memory and of the calling thread
 * alone. When run returns the child ends with status 0, without running exit handlers or flushing
 * this process's streams. It ignores Ctrl-C, has the usual handling of every other signal, leaves
 * no core file, is the first that a lack of memory ends, and is killed when the calling thread
 * ends. IO "cannot start a process" when the system has no more. */
cask_status cki_process_start(cki_process *process, void (*run)(void *), void *argument,
                              cki_error *error);
/* Whether it has ended, and how; waits for that if `wait`. Frees what the system keeps of it: not
 * to be asked again after true. */
bool cki_process_ended(cki_process *process, bool wait, cki_process_end *end);
/* End it at once, whatever it does. */
void cki_process_kill(const cki_process *process);
/* If somebody stopped it (SIGSTOP), let it go on. */
void cki_process_resume(const cki_process *process);
/* Whether this process is a child that was started here. */
bool cki_process_is_child(void);
/* "signal 11 (Segmentation fault)", "exit status 3"; what it means where that is known. */
const char *cki_process_words(const cki_process_end *end, char *text, size_t room);

/* Let no child begin while `mutex` is held by another thread, as nobody would open it there.
 * Guarded mutexes live as long as the process; they are locked in the order of these calls, and no
 * thread may take an earlier one while it holds a later one. */
void cki_process_guard(cki_mutex *mutex);
/* In every child call this before anything else: to forget threads that are not there. */
void cki_process_inform(void (*begun)(void));

#endif
