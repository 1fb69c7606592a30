/* Spilling: one scratch file a directory, values as records in it, room used again. */
#include "exec/spill.h"
#include "core/memory.h"
#include "exec/spill_record.h"
#include "exec/spill_room.h"
#include "sys/file.h"
#include "sys/folder.h"
#include "sys/scratch.h"
#include "sys/thread.h"

#include <errno.h>
#include <string.h>

enum { DISCARD_FROM = 1 << 20 }; /* smaller stretches are not worth a call */

/* One directory. */
typedef struct store {
    const char *directory;
    cki_scratch *scratch; /* NULL until it is used */
    cki_room room;
    int trouble; /* the errno that it failed with last: it is tried after the others */
} store;

struct cki_spill {
    cki_mutex mutex; /* of the stores */
    bool compress;
    atomic_uint_fast64_t written, read;
    atomic_uint_fast64_t own; /* bytes of it in `away` */
    atomic_uint_fast64_t *away;
    size_t count;
    char *names; /* the directories' */
    store stores[];
};

/* Copies, NUL after NUL. */
static char *copy_names(const char *const *directories, size_t count)
{
    cki_text names = {0};
    for (size_t i = 0; i < count; i++)
        cki_text_add(&names, directories[i], strlen(directories[i]) + 1);
    return cki_text_take(&names);
}

cki_spill *cki_spill_open(const cki_spill_options *options, cki_error *error)
{
    const char *const usual[] = {cki_folder_usual(), NULL};
    const char *const *directories =
        options && options->directories && options->directories[0] ? options->directories : usual;
    size_t count = 0;
    while (directories[count])
        count++;
    size_t bytes = sizeof(cki_spill) + count * sizeof(store);
    cki_spill *spill = cki_memory_calloc(1, bytes);
    if (spill)
        spill->names = copy_names(directories, count);
    if (!spill || !spill->names) {
        cki_memory_free(spill);
        cki_fail_memory(error, bytes);
        return NULL;
    }
    cki_thread_mutex_init(&spill->mutex);
    spill->compress = options && options->compress;
    spill->away = options ? options->away : NULL;
    spill->count = count;
    const char *name = spill->names;
    for (size_t i = 0; i < count; i++, name += strlen(name) + 1)
        spill->stores[i].directory = name;
    return spill;
}

static void count_away(cki_spill *spill, uint64_t more, uint64_t less)
{
    atomic_fetch_add_explicit(&spill->own, more - less, memory_order_relaxed);
    if (spill->away)
        atomic_fetch_add_explicit(spill->away, more - less, memory_order_relaxed);
}

void cki_spill_close(cki_spill *spill)
{
    if (!spill)
        return;
    for (size_t i = 0; i < spill->count; i++) {
        cki_scratch_close(spill->stores[i].scratch);
        cki_spill_room_free(&spill->stores[i].room);
    }
    count_away(spill, 0, atomic_load_explicit(&spill->own, memory_order_relaxed));
    cki_thread_mutex_free(&spill->mutex);
    cki_memory_free(spill->names);
    cki_memory_free(spill);
}

bool cki_spill_can(const cask_value *value)
{
    return cki_binary_can(value);
}

/* Where a record lies, for those that move its bytes. */
typedef struct place {
    cki_scratch *scratch;
    uint64_t offset;
} place;

static int put(void *user, uint64_t offset, cki_span *spans, size_t count)
{
    const place *at = user;
    return cki_scratch_write(at->scratch, at->offset + offset, spans, count);
}

static int get(void *user, uint64_t offset, cki_span *spans, size_t count)
{
    const place *at = user;
    return cki_scratch_read(at->scratch, at->offset + offset, spans, count);
}

/* Room in a store. Under the lock. */
static int take_room(store *s, uint64_t bound, place *at)
{
    int number = s->scratch ? 0 : cki_scratch_open(s->directory, &s->scratch);
    if (!number)
        *at = (place){s->scratch, cki_spill_room_take(&s->room, bound)};
    return number;
}

/* Under the lock. */
static void give_room(store *s, uint64_t offset, uint64_t length)
{
    uint64_t end = s->room.end;
    cki_room_gap gap = cki_spill_room_give(&s->room, offset, length);
    if (s->room.end < end)
        cki_scratch_cut(s->scratch, s->room.end);
    else if (gap.length >= DISCARD_FROM && length >= DISCARD_FROM)
        cki_scratch_discard(s->scratch, offset, cki_spill_room_rounded(length));
    s->trouble = 0;
}

/* An errno, or 0 with all of *where set. */
static int write_to(cki_spill *spill, size_t i, const cki_binary *form, cki_spilled *where)
{
    store *s = &spill->stores[i];
    place at;
    uint64_t bound = cki_spill_record_bound(form), length = 0;
    cki_thread_lock(&spill->mutex);
    int number = take_room(s, bound, &at);
    if (number)
        s->trouble = number;
    cki_thread_unlock(&spill->mutex);
    if (number)
        return number;
    number = cki_spill_record_write(form, spill->compress, put, &at, &length);
    cki_thread_lock(&spill->mutex);
    uint64_t used = number ? 0 : cki_spill_room_rounded(length);
    if (used < cki_spill_room_rounded(bound))
        give_room(s, at.offset + used, cki_spill_room_rounded(bound) - used);
    s->trouble = number;
    cki_thread_unlock(&spill->mutex);
    *where = (cki_spilled){.offset = at.offset, .length = length, .file = (uint32_t)i + 1};
    return number;
}

/* Every directory with its reason. */
static cask_status refuse(const cki_spill *spill, const cki_binary *form, const int *numbers,
                          cki_error *error)
{
    cki_text text = {0};
    char size[32];
    bool memory = false;
    for (size_t i = 0; i < spill->count; i++) {
        cki_error why = {0};
        memory |= cki_file_fail(&why, numbers[i], spill->stores[i].directory) == CASK_MEMORY;
        cki_text_format(&text, "%s%s", i ? "; " : "", why.message);
    }
    cask_status status =
        memory || text.failed
            ? cki_fail_memory(error, form->length)
            : cki_fail(error, CASK_IO, "OSError",
                       "cannot spill %s to disk: %s; make room there, or give other directories",
                       cki_text_size(cki_binary_size(form), size), text.bytes);
    cki_text_free(&text);
    return status;
}

/* First the directories that did well last, then the others: they may have room again. */
static cask_status write_anywhere(cki_spill *spill, const cki_binary *form, cki_spilled *where,
                                  cki_error *error)
{
    int *numbers = cki_memory_calloc(spill->count, sizeof *numbers);
    if (!numbers)
        return cki_fail_memory(error, spill->count * sizeof *numbers);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < spill->count; i++) {
            cki_thread_lock(&spill->mutex);
            bool later = round == 0 && spill->stores[i].trouble;
            cki_thread_unlock(&spill->mutex);
            if (later || numbers[i])
                continue;
            numbers[i] = write_to(spill, i, form, where);
            if (!numbers[i]) {
                cki_memory_free(numbers);
                return CASK_OK;
            }
        }
    cask_status status = refuse(spill, form, numbers, error);
    cki_memory_free(numbers);
    return status;
}

cask_status cki_spill_write(cki_spill *spill, const cask_value *value, cki_spilled *where,
                            cki_error *error)
{
    cki_binary form;
    *where = (cki_spilled){0};
    cask_status status = cki_binary_write(&form, value, error);
    if (status != CASK_OK)
        return status;
    status = write_anywhere(spill, &form, where, error);
    cki_binary_free(&form);
    if (status == CASK_OK) {
        atomic_fetch_add_explicit(&spill->written, where->length, memory_order_relaxed);
        count_away(spill, where->length, 0);
    } else {
        *where = (cki_spilled){0};
    }
    return status;
}

cask_value *cki_spill_read(cki_spill *spill, const cki_spilled *where, cki_error *error)
{
    if (!where->file || where->file > spill->count) {
        cki_fail_internal(error, "a spilled value that is nowhere");
        return NULL;
    }
    const store *s = &spill->stores[where->file - 1];
    place at = {s->scratch, where->offset};
    int number;
    cask_value *value = cki_spill_record_read(where->length, get, &at, &number);
    if (value) {
        atomic_fetch_add_explicit(&spill->read, where->length, memory_order_relaxed);
    } else if (number == ENOMEM) {
        cki_fail_memory(error, where->length);
    } else if (number == EBADMSG || number == ENODATA) {
        cki_fail(error, CASK_IO, "OSError",
                 "a value that was spilled to '%s' has been damaged there: its %s", s->directory,
                 number == ENODATA ? "last bytes are missing" : "checksum is wrong");
    } else {
        cki_file_fail(error, number, s->directory);
    }
    return value;
}

void cki_spill_drop(cki_spill *spill, const cki_spilled *where)
{
    if (!where->file || where->file > spill->count)
        return;
    cki_thread_lock(&spill->mutex);
    give_room(&spill->stores[where->file - 1], where->offset, where->length);
    cki_thread_unlock(&spill->mutex);
    count_away(spill, 0, where->length);
}

void cki_spill_counts(const cki_spill *spill, uint64_t *written, uint64_t *read)
{
    *written = atomic_load_explicit(&spill->written, memory_order_relaxed);
    *read = atomic_load_explicit(&spill->read, memory_order_relaxed);
}
