/* The processes scheduler: the calling thread drives processes that it forks when the run begins.
 *
 * They have the graph, the plan and the functions from the fork, so a task is sent as its number
 * and its inputs are read in place, in memory that all share; a result comes back as where it lies.
 * The brain decides what runs where; short tasks are sent several at a time. A process that dies
 * loses the task that it was running and nothing else: its results live on, another process takes
 * its place. */
#include "exec/processes.h"
#include "exec/run.h"
#include "exec/schedulers.h"
#include "sys/clock.h"
#include "sys/machine.h"

#include <string.h>

enum {
    MOST_PROCESSES = 256,
    AHEAD = 200000, /* ns of work that a process has before it */
    LOOKS = 100,    /* before the run sleeps */
    YIELDS = 10,
    NAP = 20000000,         /* ns until it looks again whether it was cancelled */
    ROUNDS = 256,           /* between looks for dead ones while there is much to do */
    LEAST_SPARE = 16 << 20, /* bytes of free blocks, of all processes */
    SPARE_STEP = 1 << 20,
    MOST_IN_VAIN = 10 /* deaths of a process that has done nothing */
};

typedef struct team {
    cki_run run;
    cki_crew crew;
    cki_worker *workers;  /* one for each member */
    cki_buffer **records; /* what keeps each result readable for the processes */
    cki_segment own;      /* what the run itself puts into the heap */
    cki_ledger *ledger;   /* on it */
    size_t ahead;         /* tasks that are run ahead */
    bool done;
} team;

/* ---- results ---- */

/* The result of a task is in memory no more, or was never wanted there. */
static void forget(void *user, uint32_t task)
{
    team *at = user;
    cki_array_buffer_unref(at->records[task]);
    at->records[task] = NULL;
}

/* The value that a cell stands for, and the cell for those who need it. */
static cask_value *keep_cell(team *at, uint32_t task, cki_cell cell, cki_error *error)
{
    forget(at, task);
    at->crew.cells[task] = cell;
    return cki_parcel_receive(at->crew.blocks, cell, &at->records[task], error);
}

/* Put a value of this process where the others can see it. */
static cask_value *share(team *at, uint32_t task, const cask_value *value, cki_error *error)
{
    cki_cell cell;
    if (cki_parcel_pack(&at->own, value, &cell, error) != CASK_OK)
        return NULL;
    return keep_cell(at, task, cell, error);
}

/* A result that was known beforehand. */
static int take_known(team *at, cki_worker *worker, uint32_t task)
{
    int64_t before = cki_ledger_balance();
    cask_value *known = at->run.plan->known[task], *value = NULL;
    cki_run_tell_before(&at->run, task, worker->number);
    if (cki_plan_users(at->run.plan, task).count == 0)
        value = cask_value_ref(known);
    else
        value = share(at, task, known, &worker->error);
    return cki_run_finish(worker, task, value, before);
}

/* Bring a result back from disk, into memory that all share. */
static int load(team *at, cki_worker *worker, const cki_brain_action *action)
{
    cki_run *run = &at->run;
    cki_ledger *previous = cki_ledger_enter(at->ledger);
    cki_error error = {0};
    int64_t before = cki_ledger_balance();
    cask_value *read = cki_spill_read(run->spill, &run->places[action->task], &error);
    cki_ledger_enter(previous);
    run->values[action->task] = read ? share(at, action->task, read, &error) : NULL;
    cask_value_unref(read);
    return cki_run_loaded(worker, action->task, before, &error);
}

/* ---- reports ---- */

static void measure(cki_member *member, int64_t took)
{
    took = took < 1 ? 1 : took;
    member->mean = member->mean == 0 ? took : member->mean + (took - member->mean) / 8;
}

/* Copy the error out of the place where the process left it, for the next one. */
static void take_error(team *at, cki_member *member, const cki_report *report, cki_error *error)
{
    *error = member->station->error;
    error->python[sizeof error->python - 1] = '\0';
    error->message[sizeof error->message - 1] = '\0';
    atomic_store(&member->station->failed, 0);
    cki_fail(error, (cask_status)report->status, NULL, "it failed and did not say why");
    cki_run_place(&at->run, report->task, error);
}

/* A task that the brain gave to a worker was run by a member. */
static void take_report(team *at, cki_member *member, int number, const cki_report *report)
{
    cki_worker *worker = &at->workers[number];
    cask_value *value = NULL;
    int64_t before = cki_ledger_balance();
    at->crew.members[number].waits = false;
    cki_run_tell_time(report->begin);
    cki_run_tell_before(&at->run, report->task, number);
    cki_run_tell_time(report->end);
    if (report->status == CASK_OK)
        value = keep_cell(at, report->task, report->result, &worker->error);
    else
        take_error(at, member, report, &worker->error);
    cki_run_finish(worker, report->task, value, before);
    cki_run_tell_time(0);
}

/* The brain has said by now what the member ran ahead, and the member has run it. */
static void catch_up(team *at, cki_member *member, size_t i)
{
    cki_ahead ahead = member->ahead[i];
    member->ahead[i] = member->ahead[--member->nahead];
    at->ahead--;
    atomic_fetch_add(&member->station->caught_up, 1);
    take_report(at, member, ahead.worker, &ahead.report);
}

static bool note_ahead(team *at, cki_member *member, const cki_report *report)
{
    uint32_t next = cki_processes_crew_follower(at->run.plan, report->task);
    if (next == UINT32_MAX || member->nahead == CKI_PROCESSES_AHEAD)
        return false;
    member->ahead[member->nahead++] = (cki_ahead){.task = next, .worker = CKI_BRAIN_NOBODY};
    at->ahead++;
    return true;
}

/* Take in what a member reports: the oldest task that it was sent, or one that it ran ahead. False
 * if it is neither: then something wrote where it should not. */
static bool hear(team *at, cki_member *member, const cki_report *report)
{
    size_t i = 0;
    while (i < member->nahead && member->ahead[i].task != report->task)
        i++;
    bool sent = i == member->nahead;
    if (sent && (member->count == 0 || member->flight[member->first] != report->task))
        return false;
    if (report->goes_on && !note_ahead(at, member, report))
        return false;
    member->vain = 0;
    measure(member, report->end - report->begin);
    if (sent) {
        member->first = (member->first + 1) % CKI_PROCESSES_FLIGHT;
        member->count--;
        take_report(at, member, member->number, report);
        return true;
    }
    member->ahead[i].report = *report;
    member->ahead[i].reported = true;
    if (member->ahead[i].worker != CKI_BRAIN_NOBODY)
        catch_up(at, member, i);
    return true;
}

static bool collect(team *at, cki_member *member)
{
    cki_report report;
    bool any = false;
    while (!cki_run_stopped(&at->run) && cki_ring_next_report(&member->station->reports, &report)) {
        any = true;
        if (!hear(at, member, &report)) {
            cki_process_kill(&member->process);
            break;
        }
    }
    return any;
}

/* ---- sending ---- */

/* Whether a member has run the task ahead, or does; then it is not to be sent. */
static bool is_ahead(team *at, int worker, uint32_t task)
{
    for (int m = 0; at->ahead > 0 && m < at->crew.count; m++) {
        cki_member *member = &at->crew.members[m];
        for (size_t i = 0; i < member->nahead; i++) {
            if (member->ahead[i].task != task)
                continue;
            member->ahead[i].worker = worker;
            if (member->ahead[i].reported)
                catch_up(at, member, i);
            return true;
        }
    }
    return false;
}

/* How many tasks a process may have before it: so many that it does not wait for us, but no more,
 * as others may be free sooner. */
static size_t depth_of(const cki_member *member)
{
    int64_t depth = member->mean == 0 ? 1 : AHEAD / member->mean;
    return depth < 1 ? 1 : depth > CKI_PROCESSES_FLIGHT ? CKI_PROCESSES_FLIGHT : (size_t)depth;
}

static bool may_ask(const team *at, const cki_member *member)
{
    size_t busy = member->count;
    for (size_t i = 0; i < member->nahead; i++)
        busy += member->ahead[i].worker != CKI_BRAIN_NOBODY;
    return member->process.id != 0 && busy < depth_of(member) &&
           (!member->waits || cki_brain_notified(at->run.brain, member->number));
}

/* Give blocks that nobody holds any more back to those who can use them again. */
static void give_back(team *at)
{
    for (cki_block *block = cki_blocks_returned(at->crew.blocks, 0), *next; block; block = next) {
        next = block->next;
        cki_sharedheap_return(&at->own, cki_sharedheap_at(at->crew.heap, block->offset),
                              block->lent);
        cki_blocks_forget(block);
    }
    for (int i = 0; i < at->crew.count; i++)
        cki_processes_crew_return(&at->crew.members[i]);
}

/* Ask the brain what a member does next, and see to it. Whether that was anything. */
static bool feed(team *at, cki_member *member)
{
    if (!may_ask(at, member))
        return false;
    cki_worker *worker = &at->workers[member->number];
    cki_brain_action action = cki_brain_next(at->run.brain, member->number);
    member->waits = action.kind == CKI_BRAIN_WAIT;
    switch (action.kind) {
    case CKI_BRAIN_RUN:
        if (at->run.plan->known && at->run.plan->known[action.task])
            take_known(at, worker, action.task);
        else if (!is_ahead(at, member->number, action.task))
            cki_processes_crew_send(member, action.task);
        return true;
    case CKI_BRAIN_LOAD:
        load(at, worker, &action);
        return true;
    case CKI_BRAIN_SPILL:
    case CKI_BRAIN_STUCK:
        cki_run_act(worker, &action);
        give_back(at);
        return true;
    case CKI_BRAIN_END:
        at->done = true;
        break;
    case CKI_BRAIN_WAIT:
        break;
    }
    return false;
}

/* Say how many bytes of free blocks each may keep with their pages, which are the faster for it:
 * what is left of the memory limit, in equal parts. */
static void share_spare(team *at)
{
    size_t limit = at->run.options->memory_limit, left = LEAST_SPARE;
    if (limit == 0)
        limit = (size_t)cki_machine_memory() / 2;
    size_t live = at->run.counted ? cki_brain_statistics(at->run.brain).live : limit / 2;
    if (live < limit && limit - live > left)
        left = limit - live;
    left /= (size_t)at->crew.count + 1;
    left -= left % SPARE_STEP;
    size_t before = atomic_load(&at->crew.commons->spare);
    if (left == before)
        return;
    atomic_store(&at->crew.commons->spare, left);
    cki_sharedheap_trim(&at->own, left);
    for (int i = 0; left < before / 2 && i < at->crew.count; i++)
        at->crew.members[i].sent = true; /* those who sleep are to let go of some */
}

/* One round: whether anything happened. */
static bool go_round(team *at)
{
    cki_crew *crew = &at->crew;
    bool any = false, more = true;
    for (int i = 0; i < crew->count; i++)
        any = collect(at, &crew->members[i]) || any;
    if (any)
        give_back(at);
    while (more && !at->done && !cki_run_stopped(&at->run)) { /* each in turn gets one */
        more = false;
        for (int i = 0; i < crew->count && !at->done; i++)
            more = feed(at, &crew->members[i]) || more;
        any = any || more;
    }
    if (any && at->run.counted)
        share_spare(at);
    for (int i = 0; i < crew->count; i++)
        if (crew->members[i].sent)
            cki_processes_crew_rouse(&crew->members[i]);
    return any;
}

/* ---- death ---- */

/* What comes of a task that a dead process was to run for a worker. */
static void give_up(team *at, cki_member *member, int number, uint32_t task, const char *cause)
{
    if (atomic_load(&member->station->running) != task + 1) {
        cki_brain_returned(at->run.brain, number, task);
        return;
    }
    cki_worker *worker = &at->workers[number];
    cki_text key = {0};
    cki_run_key(at->run.plan, task, &key);
    cki_fail(&worker->error, CASK_IO, "BrokenProcessPool",
             "task %s, function %s: the worker process died of %s", key.bytes ? key.bytes : "",
             cki_plan_layer(at->run.plan, task)->function->name, cause);
    cki_text_free(&key);
    member->vain = 0;
    cki_run_tell_time(atomic_load(&member->station->begun));
    cki_run_tell_before(&at->run, task, number);
    cki_run_tell_time(0);
    cki_run_finish(worker, task, NULL, cki_ledger_balance());
}

static void fail(team *at, const cki_error *error)
{
    cki_run_fail(&at->run, at->run.plan->count, error);
    cki_brain_cancel(at->run.brain);
}

/* Put another process in the place of a dead one, if that makes sense. */
static void replace(team *at, cki_member *member, const char *cause)
{
    cki_error error = {0};
    if (cki_run_stopped(&at->run))
        return;
    if (++member->vain >= MOST_IN_VAIN)
        cki_fail(&error, CASK_IO, "BrokenProcessPool",
                 "%d worker processes in a row died of %s before they had done anything",
                 MOST_IN_VAIN, cause);
    else
        cki_processes_crew_start(member, &error);
    if (error.status != CASK_OK)
        fail(at, &error);
}

/* A process is dead: what it reported is taken in, the rest is for others. What it ran ahead before
 * the brain said so is forgotten. */
static void lay_out(team *at, cki_member *member, const cki_process_end *end)
{
    char cause[120];
    cki_process_words(end, cause, sizeof cause);
    collect(at, member);
    member->waits = false;
    for (size_t i = 0; i < member->count; i++)
        give_up(at, member, member->number,
                member->flight[(member->first + i) % CKI_PROCESSES_FLIGHT], cause);
    for (size_t i = 0; i < member->nahead; i++)
        if (member->ahead[i].worker != CKI_BRAIN_NOBODY)
            give_up(at, member, member->ahead[i].worker, member->ahead[i].task, cause);
    at->ahead -= member->nahead;
    cki_processes_crew_bury(member);
    replace(at, member, cause);
}

static void look_for_dead(team *at)
{
    cki_process_end end;
    for (int i = 0; i < at->crew.count; i++) {
        cki_member *member = &at->crew.members[i];
        if (member->process.id != 0 && cki_process_ended(&member->process, false, &end))
            lay_out(at, member, &end);
    }
}

/* ---- the run ---- */

static bool has_report(const team *at)
{
    for (int i = 0; i < at->crew.count; i++)
        if (cki_ring_has_report(&at->crew.members[i].station->reports))
            return true;
    return false;
}

/* Sleep until a process reports or dies; first without sleeping, as reports often come at once. */
static void rest(team *at)
{
    const cki_process *processes[MOST_PROCESSES];
    cki_commons *commons = at->crew.commons;
    for (int i = 0; i < LOOKS + YIELDS; i++) {
        if (has_report(at))
            return;
        if (i < LOOKS)
            cki_thread_pause();
        else
            cki_thread_yield();
    }
    for (int i = 0; i < at->crew.count; i++)
        processes[i] = &at->crew.members[i].process;
    atomic_store(&commons->asleep, 1);
    atomic_thread_fence(memory_order_seq_cst);
    bool died = false;
    int64_t begin = cki_clock_now();
    if (!has_report(at))
        died = cki_wake_bell_wait(&at->crew.bell, processes, (size_t)at->crew.count, NAP);
    atomic_store(&commons->asleep, 0);
    if (died)
        look_for_dead(at);
    if (cki_clock_now() - begin >= NAP) /* perhaps somebody stopped one */
        for (int i = 0; i < at->crew.count; i++)
            cki_process_resume(processes[i]);
}

static void drive(team *at)
{
    for (unsigned round = 1; !at->done && !cki_run_stopped(&at->run); round++) {
        if (!go_round(at) && !at->done)
            rest(at);
        else if (round % ROUNDS == 0)
            look_for_dead(at);
    }
    if (!at->done) /* cancelled, or something failed */
        cki_brain_cancel(at->run.brain);
}

static cask_status assemble(team *at, const cki_exec_options *options, int count, cki_error *error)
{
    const cki_plan *plan = at->run.plan;
    at->records = cki_memory_calloc(plan->count, sizeof *at->records);
    at->workers = cki_memory_calloc((size_t)count, sizeof *at->workers);
    if (!at->records || !at->workers)
        return cki_fail_memory(error, plan->count * sizeof *at->records);
    for (int i = 0; i < count; i++)
        at->workers[i] = (cki_worker){.run = &at->run, .number = i};
    cask_status status = cki_processes_crew_open(&at->crew, plan, options, count, error);
    if (status != CASK_OK)
        return status;
    at->crew.ahead = !at->run.counted;
    cki_sharedheap_own(&at->own, at->crew.heap, 0, 0, 0);
    share_spare(at);
    at->ledger = cki_sharedheap_ledger(&at->own);
    if (!at->ledger)
        return cki_fail_memory(error, sizeof at->own);
    at->run.forget = forget;
    at->run.forget_user = at;
    for (int i = 0; status == CASK_OK && i < count; i++)
        status = cki_processes_crew_start(&at->crew.members[i], error);
    return status;
}

static void dissolve(team *at, int count)
{
    for (int i = 0; at->workers && i < count; i++)
        cki_run_worker_free(&at->workers[i]);
    for (size_t i = 0; at->records && i < at->run.plan->count; i++)
        forget(at, (uint32_t)i);
    at->run.forget = NULL;
    cki_ledger_unref(at->ledger);
    cki_processes_crew_close(&at->crew);
    cki_memory_free(at->workers);
    cki_memory_free((void *)at->records);
}

static cask_status run_in_processes(const cki_plan *plan, const cki_exec_options *options,
                                    cki_deliver deliver, void *user, cki_error *error)
{
    team at = {.done = false};
    int count = options->threads < MOST_PROCESSES ? options->threads : MOST_PROCESSES;
    if ((size_t)count > plan->count)
        count = plan->count > 0 ? (int)plan->count : 1;
    cki_brain_options brain = {.workers = count};
    cask_status status = cki_run_init(&at.run, plan, options, &brain, deliver, user, error);
    if (status != CASK_OK)
        return status;
    cki_ledger *previous = cki_ledger_enter(options->ledger);
    cki_error failure = {0};
    if (assemble(&at, options, count, &failure) == CASK_OK)
        drive(&at);
    else
        fail(&at, &failure);
    dissolve(&at, count);
    cki_ledger_enter(previous);
    return cki_run_end(&at.run, error);
}

const cki_scheduler cki_processes_scheduler = {.name = "processes", .run = run_in_processes};
