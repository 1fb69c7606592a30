/* The crew of the processes scheduler: its memory, and the life and death of its processes. */
#include "exec/processes.h"

#include "sys/machine.h"
#include "sys/shared.h"

#include <string.h>

/* Each segment could hold all that may be alive, more than once as freed blocks serve their own
 * size only. These are addresses, not memory. */
enum { TIMES_LIMIT = 4, WORTH_WAKING = 1 << 20 /* bytes */ };
static const size_t least_segment = (size_t)1 << 26, usual_segment = (size_t)1 << 32,
                    most_segment = (size_t)1 << 37;

uint32_t cki_processes_crew_follower(const cki_plan *plan, uint32_t task)
{
    cki_plan_list users = cki_plan_users(plan, task);
    if (users.count != 1)
        return UINT32_MAX;
    uint32_t user = users.items[0];
    bool known = plan->known && plan->known[user];
    return cki_plan_arguments(plan, user).count == 1 && !known ? user : UINT32_MAX;
}

static size_t aligned(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static cask_status map_commons(cki_crew *crew, cki_error *error)
{
    size_t stations = (size_t)crew->count * sizeof(cki_station);
    size_t bytes = aligned(sizeof *crew->commons) + stations + crew->plan->count * sizeof(cki_cell);
    crew->commons = cki_shared_map(bytes, bytes, &crew->mapped, error);
    if (!crew->commons)
        return error->status;
    unsigned char *at = (unsigned char *)crew->commons + aligned(sizeof *crew->commons);
    for (int i = 0; i < crew->count; i++)
        crew->members[i].station = (cki_station *)(void *)(at + (size_t)i * sizeof(cki_station));
    crew->cells = (cki_cell *)(void *)(at + stations);
    return CASK_OK;
}

static cask_status map_heap(cki_crew *crew, const cki_exec_options *options, cki_error *error)
{
    size_t limit = options->memory_limit, segment;
    if (limit == 0)
        limit = (size_t)cki_machine_memory();
    if (__builtin_mul_overflow(limit, TIMES_LIMIT, &segment) || segment > most_segment)
        segment = most_segment;
    if (segment < usual_segment)
        segment = usual_segment;
    crew->blocks = cki_blocks_new(crew->count + 1, segment, least_segment, options->ledger, error);
    if (!crew->blocks)
        return error->status;
    crew->heap = cki_blocks_heap(crew->blocks);
    return CASK_OK;
}

cask_status cki_processes_crew_open(cki_crew *crew, const cki_plan *plan,
                                    const cki_exec_options *options, int count, cki_error *error)
{
    *crew = (cki_crew){
        .plan = plan, .outer = options->ledger, .count = count, .bell = {.descriptor = -1}};
    crew->members = cki_memory_calloc((size_t)count, sizeof *crew->members);
    if (!crew->members)
        return cki_fail_memory(error, (size_t)count * sizeof *crew->members);
    for (int i = 0; i < count; i++)
        crew->members[i] = (cki_member){.crew = crew, .number = i};
    cask_status status = cki_wake_bell_open(&crew->bell, error);
    if (status == CASK_OK)
        status = map_commons(crew, error);
    if (status == CASK_OK)
        status = map_heap(crew, options, error);
    for (int i = 0; status == CASK_OK && i < count; i++)
        crew->members[i].begin = cki_sharedheap_begin(crew->heap, i + 1);
    return status;
}

static void forget_owed(cki_member *member)
{
    for (cki_block *block = member->owed, *next; block; block = next) {
        next = block->next;
        cki_blocks_forget(block);
    }
    member->owed = NULL;
}

void cki_processes_crew_close(cki_crew *crew)
{
    cki_process_end end;
    for (int i = 0; crew->members && i < crew->count; i++)
        if (crew->members[i].process.id != 0)
            cki_process_kill(&crew->members[i].process);
    for (int i = 0; crew->members && i < crew->count; i++) {
        if (crew->members[i].process.id != 0)
            cki_process_ended(&crew->members[i].process, true, &end);
        forget_owed(&crew->members[i]);
    }
    if (crew->blocks)
        cki_blocks_end(crew->blocks);
    cki_blocks_unref(crew->blocks);
    cki_shared_unmap(crew->commons, crew->mapped);
    cki_wake_bell_close(&crew->bell);
    cki_memory_free(crew->members);
}

cask_status cki_processes_crew_start(cki_member *member, cki_error *error)
{
    return cki_process_start(&member->process, cki_processes_child_work, member, error);
}

void cki_processes_crew_bury(cki_member *member)
{
    forget_owed(member);
    member->begin = cki_blocks_retire(member->crew->blocks, member->number + 1);
    memset(member->station, 0, sizeof *member->station);
    member->first = member->count = member->nahead = 0;
    member->mean = 0;
}

void cki_processes_crew_return(cki_member *member)
{
    cki_orders *orders = &member->station->orders;
    cki_crew *crew = member->crew;
    if (!member->owed)
        member->owed = cki_blocks_returned(crew->blocks, member->number + 1);
    if (cki_ring_room(orders) == CKI_RING_ORDERS) /* it has read all */
        member->unread = 0;
    while (member->owed && cki_ring_room(orders) > CKI_PROCESSES_FLIGHT) {
        cki_block *block = member->owed;
        member->owed = block->next;
        member->unread += block->bytes;
        if (member->unread > atomic_load(&crew->commons->spare)) /* it may be busy for long */
            cki_sharedheap_drop(crew->heap, block->offset, block->offset + block->bytes);
        cki_ring_order(orders, (cki_order){CKI_ORDER_RETURN, block->lent, block->offset});
        member->sent = member->sent || block->bytes >= WORTH_WAKING;
        cki_blocks_forget(block);
    }
}

void cki_processes_crew_send(cki_member *member, uint32_t task)
{
    member->flight[(member->first + member->count++) % CKI_PROCESSES_FLIGHT] = task;
    cki_ring_order(&member->station->orders, (cki_order){CKI_ORDER_RUN, task, 0});
    member->sent = true;
}

void cki_processes_crew_rouse(cki_member *member)
{
    cki_station *station = member->station;
    member->sent = false;
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load(&station->asleep) && atomic_exchange(&station->asleep, 0))
        cki_wake_rouse(&station->asleep);
}
