/* Tests of spilling: values come back from records and files as they were, room is used again,
 * other directories take over, nothing is lost by any fault, and damage is noticed. */
#include "core/memory.h"
#include "exec/spill.h"
#include "exec/spill_record.h"
#include "exec/spill_room.h"
#include "sys/fault.h"
#include "sys/folder.h"
#include "sys/thread.h"
#include "value/array.h"
#include "value/token.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char home[] = "/tmp/cask-spilltest-XXXXXX";
static char first[64], second[64];

static int make_homes(void **state)
{
    (void)state;
    if (!mkdtemp(home))
        return -1;
    snprintf(first, sizeof first, "%s/first", home);
    snprintf(second, sizeof second, "%s/second", home);
    return cki_folder_make(first) || cki_folder_make(second);
}

static int remove_homes(void **state)
{
    (void)state;
    return rmdir(first) || rmdir(second) || rmdir(home); /* so nothing was left in them */
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* An array that compresses well (period > 0) or not at all. */
static cask_value *array_of(int64_t count, uint64_t period)
{
    cask_value *value = cki_array_new(cki_dtype_of(CASK_U32), 1, &count, NULL);
    uint32_t *to = (uint32_t *)(void *)value->as.array->data;
    uint64_t seed = (uint64_t)count;
    for (int64_t i = 0; i < count; i++)
        to[i] = (uint32_t)(period ? (uint64_t)i % period : next_random(&seed));
    return value;
}

/* Arrays large and small, of all kinds of strides, in a dict. */
static cask_value *specimen(int64_t size)
{
    cask_value *dict = cki_value_dict(NULL), *list = cki_value_list(CKI_LIST, 5, NULL);
    cask_value **items = list->as.list.items;
    items[0] = array_of(size, 0);
    items[1] = array_of(size * 3, 7);
    items[2] = cki_array_slice(items[1]->as.array, (int64_t[]){size * 3 - 1}, (int64_t[]){size / 2},
                               (int64_t[]){-5}, NULL);
    items[3] = cki_array_broadcast(items[0]->as.array, 2, (int64_t[]){3, size}, NULL);
    items[4] = cki_value_string("text", NULL);
    cki_value_dict_set(dict, cki_value_string("key", NULL), list, NULL);
    return dict;
}

/* ---- records, in memory ---- */

typedef struct medium {
    unsigned char *bytes;
    uint64_t length, capacity;
} medium;

static int put(void *user, uint64_t offset, cki_span *spans, size_t count)
{
    medium *m = user;
    for (size_t i = 0; i < count; i++) {
        if (offset + spans[i].length > m->capacity)
            return ENOSPC;
        memcpy(m->bytes + offset, spans[i].bytes, spans[i].length);
        offset += spans[i].length;
        m->length = offset > m->length ? offset : m->length;
    }
    return 0;
}

static int get(void *user, uint64_t offset, cki_span *spans, size_t count)
{
    medium *m = user;
    for (size_t i = 0; i < count; i++) {
        if (offset + spans[i].length > m->length)
            return ENODATA;
        memcpy(spans[i].bytes, m->bytes + offset, spans[i].length);
        offset += spans[i].length;
    }
    return 0;
}

static void records_come_back(void **state)
{
    (void)state;
    for (int64_t size = 10; size < 200000; size *= 11)
        for (int compress = 0; compress < 2; compress++) {
            cask_value *value = specimen(size);
            cki_binary form;
            assert_int_equal(cki_binary_write(&form, value, NULL), CASK_OK);
            medium m = {.capacity = cki_spill_record_bound(&form)};
            m.bytes = malloc(m.capacity);
            uint64_t length;
            assert_int_equal(cki_spill_record_write(&form, compress, put, &m, &length), 0);
            assert_int_equal(length, m.length);
            if (size > 10000) /* of five parts in nine, that do compress, little is left */
                assert_true(compress == (length < cki_binary_size(&form) / 10 * 6));
            int number;
            cask_value *back = cki_spill_record_read(length, get, &m, &number);
            assert_int_equal(number, 0);
            assert_true(cki_token_same(cki_token_of(back), cki_token_of(value)));
            cask_value_unref(back);
            cask_value_unref(value);
            cki_binary_free(&form);
            free(m.bytes);
        }
}

static void damage_is_noticed(void **state)
{
    (void)state;
    cask_value *value = specimen(1000);
    cki_token token = cki_token_of(value);
    cki_binary form;
    assert_int_equal(cki_binary_write(&form, value, NULL), CASK_OK);
    for (int compress = 0; compress < 2; compress++) {
        medium m = {.capacity = cki_spill_record_bound(&form)};
        m.bytes = calloc(1, m.capacity);
        uint64_t length;
        assert_int_equal(cki_spill_record_write(&form, compress, put, &m, &length), 0);
        size_t noticed = 0;
        int number;
        for (uint64_t i = 0; i < length; i += 1 + i % 3) {
            m.bytes[i] ^= (unsigned char)(1 << i % 8);
            cask_value *back = cki_spill_record_read(length, get, &m, &number);
            if (back) /* the gaps between parts do not count */
                assert_true(cki_token_same(cki_token_of(back), token));
            else
                assert_int_equal(number, EBADMSG);
            noticed += !back;
            cask_value_unref(back);
            m.bytes[i] ^= (unsigned char)(1 << i % 8);
        }
        assert_true(noticed > length * 4 / 10);
        for (uint64_t cut = 0; cut < length; cut += 97) {
            assert_null(cki_spill_record_read(cut, get, &m, &number));
            assert_int_equal(number, EBADMSG);
        }
        m.length--;
        assert_null(cki_spill_record_read(length, get, &m, &number));
        assert_int_equal(number, ENODATA);
        free(m.bytes);
    }
    cki_binary_free(&form);
    cask_value_unref(value);
}

/* ---- room ---- */

static void room_is_used_again(void **state)
{
    (void)state;
    enum { UNITS = 4000, HELD = 50 };
    static unsigned char taken[UNITS];
    cki_room room = {0};
    cki_room_gap held[HELD] = {{0}};
    uint64_t seed = 1, most = 0, now = 0;
    for (int round = 0; round < 20000; round++) {
        size_t i = next_random(&seed) % HELD;
        uint64_t units = held[i].length / CKI_ROOM_STEP;
        if (units) {
            /* as when compression left a part unused */
            uint64_t tail = next_random(&seed) % units;
            if (tail)
                cki_spill_room_give(&room, held[i].offset + (units - tail) * CKI_ROOM_STEP,
                                    tail * CKI_ROOM_STEP);
            cki_spill_room_give(&room, held[i].offset, (units - tail) * CKI_ROOM_STEP);
            memset(taken + held[i].offset / CKI_ROOM_STEP, 0, units);
            now -= units;
            held[i].length = 0;
            continue;
        }
        uint64_t length = 1 + next_random(&seed) % (20 * CKI_ROOM_STEP);
        units = cki_spill_room_rounded(length) / CKI_ROOM_STEP;
        held[i].offset = cki_spill_room_take(&room, length);
        held[i].length = units * CKI_ROOM_STEP;
        uint64_t at = held[i].offset / CKI_ROOM_STEP;
        assert_true(at + units <= UNITS);
        for (uint64_t k = 0; k < units; k++) {
            assert_int_equal(taken[at + k], 0);
            taken[at + k] = 1;
        }
        now += units;
        most = now > most ? now : most;
    }
    assert_true(room.end / CKI_ROOM_STEP < most * 2);
    for (size_t i = 0; i < HELD; i++)
        cki_spill_room_give(&room, held[i].offset, held[i].length);
    assert_int_equal(room.end, 0);
    assert_int_equal(room.count, 0);
    cki_spill_room_free(&room);
}

/* ---- files ---- */

static void values_come_back_from_files(void **state)
{
    (void)state;
    for (int compress = 0; compress < 2; compress++) {
        const char *const directories[] = {first, second, NULL};
        cki_spill *spill = cki_spill_open(&(cki_spill_options){directories, compress, NULL}, NULL);
        cask_value *values[8];
        cki_spilled places[8];
        uint64_t written, read, sum = 0;
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 8; i++) {
                values[i] = specimen(i ? 100 << i : 1);
                assert_true(cki_spill_can(values[i]));
                assert_int_equal(cki_spill_write(spill, values[i], &places[i], NULL), CASK_OK);
                assert_int_equal(places[i].file, 1);
                sum += places[i].length;
            }
            for (int i = 7; i >= 0; i--) {
                cask_value *back = cki_spill_read(spill, &places[i], NULL);
                assert_true(cki_token_same(cki_token_of(back), cki_token_of(values[i])));
                cask_value_unref(back);
                cask_value_unref(values[i]);
                cki_spill_drop(spill, &places[i]);
            }
        }
        assert_int_equal(places[0].offset, 0); /* room was used again */
        cki_spill_counts(spill, &written, &read);
        assert_int_equal(written, sum);
        assert_int_equal(read, sum);
        cki_spill_close(spill);
    }
}

static void other_directories_take_over(void **state)
{
    (void)state;
    atomic_uint_fast64_t away = 7; /* others' */
    const char *const directories[] = {"/nonexistent", first, second, NULL};
    cki_spill *spill = cki_spill_open(&(cki_spill_options){directories, false, &away}, NULL);
    cask_value *value = specimen(5000);
    cki_spilled places[3];
    assert_int_equal(cki_spill_write(spill, value, &places[0], NULL), CASK_OK);
    assert_int_equal(places[0].file, 2);
    assert_int_equal(away, 7 + places[0].length);
    cki_fault_at(CKI_FAULT_WRITES, 1, false, ENOSPC);
    assert_int_equal(cki_spill_write(spill, value, &places[1], NULL), CASK_OK);
    assert_int_equal(places[1].file, 3);
    cki_fault_at(CKI_FAULT_WRITES, 1, true, ENOSPC);
    cki_error error = {0};
    assert_int_equal(cki_spill_write(spill, value, &places[2], &error), CASK_IO);
    assert_int_equal(places[2].file, 0);
    cki_fault_at(CKI_FAULT_WRITES, 0, false, 0);
    assert_string_equal(error.python, "OSError");
    assert_non_null(strstr(error.message, "'/nonexistent'"));
    assert_non_null(strstr(error.message, "No space left on device"));
    assert_non_null(strstr(error.message, first));
    assert_non_null(strstr(error.message, second));
    assert_int_equal(cki_spill_write(spill, value, &places[2], NULL), CASK_OK);
    for (int i = 0; i < 3; i++) {
        cask_value *back = cki_spill_read(spill, &places[i], NULL);
        assert_true(cki_token_same(cki_token_of(back), cki_token_of(value)));
        cask_value_unref(back);
    }
    cki_spill_close(spill);
    assert_int_equal(away, 7);
    cask_value_unref(value);
}

/* What went wrong in one attempt with a fault: a write that fails, or a read. */
static void no_fault_loses_anything(void **state)
{
    (void)state;
    const char *const directories[] = {first, second, NULL};
    cask_value *value = specimen(30000);
    cki_token token = cki_token_of(value);
    for (int what = CKI_FAULT_READS; what <= CKI_FAULT_WRITES; what++)
        for (int all = 0; all < 2; all++)
            for (int compress = 0; compress < 2; compress++) {
                bool struck = true;
                for (int64_t n = 1; struck; n++) {
                    cki_spill *spill =
                        cki_spill_open(&(cki_spill_options){directories, compress, NULL}, NULL);
                    cki_spilled where;
                    cki_error error = {0};
                    cki_fault_short(50000);
                    int64_t before = cki_fault_count((cki_fault_what)what);
                    cki_fault_at((cki_fault_what)what, n, all, n % 2 ? EIO : ENOSPC);
                    cask_status status = cki_spill_write(spill, value, &where, &error);
                    cask_value *back =
                        status == CASK_OK ? cki_spill_read(spill, &where, &error) : NULL;
                    struck = cki_fault_count((cki_fault_what)what) - before >= n;
                    cki_fault_at((cki_fault_what)what, 0, false, 0);
                    cki_fault_short(0);
                    /* one write that fails is made good in the other directory */
                    assert_true(back != NULL || (struck && (what == CKI_FAULT_READS || all)));
                    assert_true((back != NULL) == (error.status == CASK_OK));
                    if (!back)
                        assert_int_equal(error.status, CASK_IO);
                    if (status == CASK_OK && !back) /* the copy is still there */
                        back = cki_spill_read(spill, &where, NULL);
                    if (status == CASK_OK)
                        assert_true(cki_token_same(cki_token_of(back), token));
                    cask_value_unref(back);
                    cki_spill_close(spill);
                    assert_true(n < 1000);
                }
            }
    cask_value_unref(value);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const char *const directories[] = {first, second, NULL};
    cask_value *value = specimen(10000);
    bool done = false;
    for (int64_t n = 1; !done; n++) {
        cki_error error = {0};
        cki_spilled where;
        cask_value *back = NULL;
        cki_memory_fail_at(n, false);
        cki_spill *spill = cki_spill_open(&(cki_spill_options){directories, true, NULL}, &error);
        if (spill && cki_spill_write(spill, value, &where, &error) == CASK_OK) {
            back = cki_spill_read(spill, &where, &error);
            cki_spill_drop(spill, &where);
        }
        cki_spill_close(spill);
        cki_memory_fail_at(0, false);
        /* a directory that has no memory may be replaced by the other */
        assert_int_equal(error.status, back ? CASK_OK : CASK_MEMORY);
        if (back)
            assert_true(cki_token_same(cki_token_of(back), cki_token_of(value)));
        cask_value_unref(back);
        assert_true(n < 2000);
        done = back && n > 60;
    }
    cask_value_unref(value);
}

/* ---- threads ---- */

static cki_spill *shared_spill;

static void spill_and_read(void *argument)
{
    uint64_t seed = (uint64_t)(uintptr_t)argument;
    for (int round = 0; round < 60; round++) {
        cki_spilled where;
        cask_value *value = array_of((int64_t)(1 + next_random(&seed) % 50000), seed % 3);
        bool good = cki_spill_write(shared_spill, value, &where, NULL) == CASK_OK;
        cask_value *back = good ? cki_spill_read(shared_spill, &where, NULL) : NULL;
        good = good && back && cki_token_same(cki_token_of(back), cki_token_of(value));
        if (!good)
            abort();
        cki_spill_drop(shared_spill, &where);
        cask_value_unref(back);
        cask_value_unref(value);
    }
}

static void threads_share_it(void **state)
{
    (void)state;
    const char *const directories[] = {first, NULL};
    shared_spill = cki_spill_open(&(cki_spill_options){directories, true, NULL}, NULL);
    cki_thread threads[4];
    for (uintptr_t i = 0; i < 4; i++)
        assert_int_equal(
            cki_thread_start(&threads[i], spill_and_read, (void *)(i + 1), "spill", NULL), CASK_OK);
    for (int i = 0; i < 4; i++)
        cki_thread_join(&threads[i]);
    cki_spill_close(shared_spill);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(room_is_used_again),
        cmocka_unit_test(values_come_back_from_files),
        cmocka_unit_test(other_directories_take_over),
        cmocka_unit_test(no_fault_loses_anything),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(threads_share_it),
    };
    return cmocka_run_group_tests(tests, make_homes, remove_homes);
}
