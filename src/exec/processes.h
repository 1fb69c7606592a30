/* What the files of the processes scheduler share: the stations where a run and one of its
 * processes meet, and the crew of these processes. */
#ifndef CKI_EXEC_PROCESSES_H
#define CKI_EXEC_PROCESSES_H

#include "exec/exec.h"
#include "exec/ring.h"
#include "sys/wake.h"

/* In shared memory, one for each process. */
typedef struct cki_station {
    cki_orders orders;
    cki_reports reports;
    _Alignas(64) _Atomic uint32_t asleep; /* the process sleeps on it until there is an order */
    _Atomic uint32_t running;             /* the task that it began last, + 1 */
    _Atomic int64_t begun;                /* and when */
    _Atomic uint32_t failed;              /* `error` is not read yet */
    cki_error error;
    _Atomic uint32_t caught_up; /* tasks that it ran ahead and that were its to run by now */
} cki_station;

/* In shared memory too: before the stations. */
typedef struct cki_commons {
    _Alignas(64) _Atomic uint32_t asleep; /* the run sleeps: the bell wakes it */
    _Atomic size_t spare;                 /* bytes of free blocks that each may keep the pages of */
} cki_commons;

/* How many tasks a process may have been sent, and how many it may run ahead of that: together not
 * more than there is room for reports. */
enum { CKI_PROCESSES_FLIGHT = CKI_RING_REPORTS / 2, CKI_PROCESSES_AHEAD = CKI_RING_REPORTS / 2 };

/* A task that a process runs or has run before the brain said so: the only user of one that it ran
 * before, when it had nothing else to do. So a chain need not wait for us at each link. */
typedef struct cki_ahead {
    uint32_t task;
    int worker;    /* for which the brain has said so by now, or -1 */
    bool reported; /* and this is how it went */
    cki_report report;
} cki_ahead;

struct cki_crew;

/* A process as the run sees it. */
typedef struct cki_member {
    struct cki_crew *crew;
    int number; /* segment number + 1 is its own */
    cki_process process;
    cki_station *station;
    cki_offset begin; /* of the part of its segment that is its own */
    /* The tasks that it was sent and has not reported, oldest first. */
    uint32_t flight[CKI_PROCESSES_FLIGHT];
    size_t first, count;
    cki_ahead ahead[CKI_PROCESSES_AHEAD];
    size_t nahead;
    int64_t mean;    /* nanoseconds that its tasks take, about; 0: not known yet */
    int vain;        /* deaths since it last reported anything */
    bool waits;      /* the brain has nothing for it until it is notified */
    bool sent;       /* something since it was last roused */
    cki_block *owed; /* blocks whose return it has not been told of yet */
    size_t unread;   /* bytes of those that it was told of since it had read all orders */
} cki_member;

typedef struct cki_crew {
    const cki_plan *plan;
    cki_ledger *outer; /* the run's own */
    cki_blocks *blocks;
    cki_sharedheap *heap;
    cki_bell bell;
    cki_commons *commons; /* and all that follows it in that mapping */
    size_t mapped;
    cki_cell *cells; /* of each task's result, in shared memory */
    cki_member *members;
    int count;
    bool ahead; /* processes may run ahead */
} cki_crew;

/* The only user of a task, if that needs nothing else; else UINT32_MAX. */
uint32_t cki_processes_crew_follower(const cki_plan *plan, uint32_t task);

/* The crew's memory, without processes yet. */
cask_status cki_processes_crew_open(cki_crew *crew, const cki_plan *plan,
                                    const cki_exec_options *options, int count, cki_error *error);
/* End the processes, at once; values whose memory is in the heap stay valid. */
void cki_processes_crew_close(cki_crew *crew);
/* Start a member's process: the first, or one after the last was buried. */
cask_status cki_processes_crew_start(cki_member *member, cki_error *error);
/* Its process has ended, and what it reported was read: what it held is given back. */
void cki_processes_crew_bury(cki_member *member);
/* Tell a member which of its blocks are not held any more, as many as it can be told of now. */
void cki_processes_crew_return(cki_member *member);
/* Send it a task; there is always room for those that may be under way. */
void cki_processes_crew_send(cki_member *member, uint32_t task);
/* Wake it if it sleeps although it was sent something. */
void cki_processes_crew_rouse(cki_member *member);

/* What a process does: run what it is sent. `given` is its member, in a copy of the run's memory.
 */
void cki_processes_child_work(void *given);

#endif
