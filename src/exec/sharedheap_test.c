/* Tests of the shared heap: blocks, who holds them, and values that travel through it. */
#include "exec/parcel.h"
#include "sys/process.h"
#include "value/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { SEGMENT = 1 << 26, SPARE = 1 << 20 };

typedef struct ground {
    cki_ledger *ledger;
    cki_blocks *blocks;
    cki_sharedheap *heap;
    cki_segment owner; /* of segment 1 */
} ground;

static void lay(ground *at)
{
    cki_error error = {0};
    at->ledger = cki_ledger_new(0);
    at->blocks = cki_blocks_new(3, SEGMENT, SEGMENT, at->ledger, &error);
    assert_non_null(at->blocks);
    at->heap = cki_blocks_heap(at->blocks);
    cki_sharedheap_own(&at->owner, at->heap, 1, cki_sharedheap_begin(at->heap, 1), SPARE);
}

static void lift(ground *at)
{
    cki_blocks_end(at->blocks);
    cki_blocks_unref(at->blocks);
    assert_int_equal(cki_ledger_now(at->ledger), 0);
    cki_ledger_unref(at->ledger);
}

/* What its owner does when it is told. */
static size_t give_back(ground *at)
{
    size_t count = 0;
    for (cki_block *block = cki_blocks_returned(at->blocks, 1), *next; block; block = next) {
        next = block->next;
        cki_sharedheap_return(&at->owner, cki_sharedheap_at(at->heap, block->offset), block->lent);
        cki_blocks_forget(block);
        count++;
    }
    return count;
}

static void blocks_are_used_again(void **state)
{
    (void)state;
    ground at;
    lay(&at);
    unsigned char *first = cki_sharedheap_take(&at.owner, 100000);
    unsigned char *second = cki_sharedheap_take(&at.owner, 100000);
    assert_non_null(first);
    assert_true((uintptr_t)first % 64 == 0 && (uintptr_t)second % 64 == 0);
    assert_true(second >= first + 100000 || first >= second + 100000);
    assert_int_equal(cki_sharedheap_bytes(first), 100000);
    assert_int_equal(cki_sharedheap_segment(at.heap, cki_sharedheap_offset(at.heap, first)), 1);
    assert_true(cki_sharedheap_owns(&at.owner, first));
    memset(first, 1, 100000);
    cki_sharedheap_give(&at.owner, first);
    assert_ptr_equal(cki_sharedheap_take(&at.owner, 99000), first);
    cki_sharedheap_lend(&at.owner, first);
    cki_sharedheap_give(&at.owner, first); /* somebody else has it still */
    unsigned char *third = cki_sharedheap_take(&at.owner, 100000);
    assert_ptr_not_equal(third, first);
    cki_sharedheap_lend(&at.owner, first);
    cki_sharedheap_return(&at.owner, first, 1);
    assert_ptr_not_equal(cki_sharedheap_take(&at.owner, 100000), first);
    cki_sharedheap_return(&at.owner, first, 1);
    assert_ptr_equal(cki_sharedheap_take(&at.owner, 100000), first);
    assert_null(cki_sharedheap_take(&at.owner, SEGMENT));
    assert_null(cki_sharedheap_take(&at.owner, SIZE_MAX));
    lift(&at);
}

static void free_pages_are_few(void **state)
{
    (void)state;
    ground at;
    lay(&at);
    unsigned char *blocks[8];
    for (int i = 0; i < 8; i++) {
        blocks[i] = cki_sharedheap_take(&at.owner, SPARE / 4);
        memset(blocks[i], i + 1, SPARE / 4);
    }
    for (int i = 0; i < 8; i++)
        cki_sharedheap_give(&at.owner, blocks[i]);
    int kept = 0;
    for (int i = 0; i < 8; i++)
        kept += blocks[i][SPARE / 8] != 0;
    assert_true(kept > 0 && kept <= 4);
    cki_sharedheap_trim(&at.owner, 0);
    for (int i = 0; i < 8; i++)
        assert_int_equal(blocks[i][SPARE / 8], 0);
    for (int i = 0; i < 8; i++) { /* they are there still, without pages */
        unsigned char *again = cki_sharedheap_take(&at.owner, SPARE / 4);
        assert_true(again >= blocks[0] && again <= blocks[7]);
    }
    lift(&at);
}

static cask_value *travel(ground *at, cask_value *value, cki_buffer **record)
{
    cki_cell cell;
    cki_error error = {0};
    assert_int_equal(cki_parcel_pack(&at->owner, value, &cell, &error), CASK_OK);
    cask_value *seen = cki_parcel_peek(at->heap, cell, &error);
    if (!seen)
        fail_msg("%s", error.message);
    assert_true(cki_value_equal(seen, value));
    cask_value_unref(seen);
    cask_value *there = cki_parcel_receive(at->blocks, cell, record, &error);
    assert_non_null(there);
    return there;
}

static cask_value *counting(int64_t rows, int64_t columns)
{
    const int64_t shape[] = {rows, columns};
    cask_value *value = cki_array_new(cki_dtype_of(CASK_F64), 2, shape, NULL);
    assert_non_null(value);
    for (int64_t i = 0; i < rows * columns; i++)
        ((double *)(void *)value->as.array->data)[i] = (double)i;
    return value;
}

static void arrays_in_the_heap_are_not_copied(void **state)
{
    (void)state;
    ground at;
    lay(&at);
    cki_ledger *ledger = cki_sharedheap_ledger(&at.owner);
    cki_ledger *previous = cki_ledger_enter(ledger);
    cask_value *value = counting(100, 30);
    cask_value *turned = cki_array_permute(value->as.array, (const int[]){1, 0}, NULL);
    cki_ledger_enter(previous);
    cki_buffer *record[2];
    cask_value *there = travel(&at, value, &record[0]), *also = travel(&at, turned, &record[1]);
    assert_ptr_equal(there->as.array->data, value->as.array->data);
    assert_ptr_equal(also->as.array->data, value->as.array->data);
    assert_true(cki_value_equal(there, value) && cki_value_equal(also, turned));
    /* one block, and two small records */
    assert_true(cki_ledger_now(at.ledger) >= 24000 && cki_ledger_now(at.ledger) < 26000);
    void *block = value->as.array->data;
    cask_value_unref(value);
    cask_value_unref(turned);
    cask_value_unref(there);
    cki_array_buffer_unref(record[0]);
    assert_int_equal(give_back(&at), 1); /* the record: its block is held by the other view */
    assert_ptr_not_equal(cki_sharedheap_take(&at.owner, 24576), block);
    cask_value_unref(also);
    cki_array_buffer_unref(record[1]);
    assert_int_equal(give_back(&at), 2);
    assert_ptr_equal(cki_sharedheap_take(&at.owner, 24576), block);
    cki_ledger_unref(ledger);
    lift(&at);
}

static void values_of_every_kind_travel(void **state)
{
    (void)state;
    static const char text[] =
        "[null, true, false, -7, 1.5, \"text\", [1, [2, {\"a\": [3.0]}]], {\"key\": \"value\"}]";
    ground at;
    lay(&at);
    cask_value *all = cki_value_from_json(text, strlen(text), NULL);
    assert_non_null(all);
    cki_buffer *record;
    for (size_t i = 0; i < all->as.list.count; i++) {
        cask_value *there = travel(&at, all->as.list.items[i], &record);
        assert_true(cki_value_equal(there, all->as.list.items[i]));
        cask_value_unref(there);
        cki_array_buffer_unref(record);
    }
    size_t room = all->as.list.count;
    assert_true(cki_value_list_push(all, &room, counting(70, 70), NULL));
    assert_true(cki_value_list_push(all, &room, counting(2, 2), NULL));
    char *long_text = cki_memory_alloc(100000);
    memset(long_text, 'x', 100000);
    assert_true(cki_value_list_push(all, &room, cki_value_str(long_text, 100000, NULL), NULL));
    for (int i = 0; i < 5; i++) /* more parts than a few */
        assert_true(cki_value_list_push(all, &room, counting(20 + i, 20), NULL));
    cask_value *there = travel(&at, all, &record);
    assert_true(cki_value_equal(there, all));
    cask_value_unref(there);
    cki_array_buffer_unref(record);
    assert_true(give_back(&at) > 5);
    assert_int_equal(cki_ledger_now(at.ledger), 0);
    cask_value_unref(all);
    cki_memory_free(long_text);
    lift(&at);
}

static const cki_class thing = {.name = "thing"};

static void objects_do_not_travel(void **state)
{
    (void)state;
    ground at;
    lay(&at);
    cki_cell cell;
    cki_error error = {0};
    cask_value *value = cki_value_object(&thing, &at, NULL);
    assert_int_equal(cki_parcel_pack(&at.owner, value, &cell, &error), CASK_TYPE);
    assert_non_null(strstr(error.message, "a value of type 'thing' has no binary form"));
    cask_value_unref(value);
    lift(&at);
}

static void a_full_segment_is_an_error(void **state)
{
    (void)state;
    ground at;
    lay(&at);
    cki_cell cell;
    cask_value *value = counting(1 << 10, 1 << 13); /* as large as the segment */
    cki_error error = {0};
    assert_int_equal(cki_parcel_pack(&at.owner, value, &cell, &error), CASK_MEMORY);
    cask_value *pair = cki_value_list(CKI_TUPLE, 2, NULL);
    pair->as.list.items[0] = counting(100, 100);
    pair->as.list.items[1] = value;
    error = (cki_error){0};
    assert_int_equal(cki_parcel_pack(&at.owner, pair, &cell, &error), CASK_MEMORY);
    cask_value_unref(pair);
    /* what was lent already came back */
    void *one = cki_sharedheap_take(&at.owner, 80000);
    assert_true(one < (void *)((unsigned char *)at.heap->base + SEGMENT + 4096));
    lift(&at);
}

static void impossible_cells_are_refused(void **state)
{
    (void)state;
    ground at;
    lay(&at);
    cki_buffer *record;
    cki_error error = {0};
    cki_cell cell;
    cask_value *value = counting(50, 50);
    assert_int_equal(cki_parcel_pack(&at.owner, value, &cell, &error), CASK_OK);
    cask_value_unref(value);
    const cki_cell bad[] = {{0, 0},
                            {77, 64},
                            {cell.kind, 0},
                            {cell.kind, 63},
                            {cell.kind, at.heap->bytes - 64},
                            {cell.kind, at.heap->bytes * 2}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        error = (cki_error){0};
        assert_null(cki_parcel_receive(at.blocks, bad[i], &record, &error));
        assert_int_equal(error.status, CASK_FORMAT);
        assert_null(record);
    }
    /* every word of the record in turn is wild */
    uint64_t *words = cki_sharedheap_at(at.heap, cell.bits);
    for (size_t i = 0; i < 20; i++) {
        uint64_t was = words[i];
        words[i] = UINT64_MAX - i;
        error = (cki_error){0};
        value = cki_parcel_receive(at.blocks, cell, &record, &error);
        assert_true(value || error.status != CASK_OK);
        cask_value_unref(value);
        cki_array_buffer_unref(record);
        words[i] = was;
    }
    give_back(&at);
    lift(&at);
}

static void values_outlive_owners_and_runs(void **state)
{
    (void)state;
    ground at;
    lay(&at);
    cki_buffer *record, *other;
    cask_value *value = counting(100, 100);
    cask_value *passing = travel(&at, value, &other);
    cki_cell old;
    assert_int_equal(cki_parcel_pack(&at.owner, value, &old, NULL), CASK_OK);
    cask_value *there = cki_parcel_receive(at.blocks, old, &record, NULL);
    cask_value *seen = cki_parcel_peek(at.heap, old, NULL);
    cki_offset gone = cki_sharedheap_offset(at.heap, passing->as.array->data);
    cki_offset begin = cki_blocks_retire(at.blocks, 1); /* the owner died */
    assert_true(begin % 64 == 0 && begin > gone);
    assert_true(cki_value_equal(there, value));
    cki_sharedheap_own(&at.owner, at.heap, 1, begin, SPARE);
    assert_false(cki_sharedheap_owns(&at.owner, there->as.array->data));
    /* the new owner gives on what the old one made: it need not be told */
    cki_cell cell;
    cki_error error = {0};
    assert_int_equal(cki_parcel_pack(&at.owner, seen, &cell, &error), CASK_OK);
    cask_value_unref(seen);
    cki_buffer *third;
    cask_value *again = cki_parcel_receive(at.blocks, cell, &third, &error);
    assert_ptr_equal(again->as.array->data, there->as.array->data);
    cask_value_unref(again);
    cki_array_buffer_unref(third);
    assert_int_equal(give_back(&at), 1);
    unsigned char *data = passing->as.array->data + 8192;
    cask_value_unref(passing);
    cki_array_buffer_unref(other);
    assert_int_equal(give_back(&at), 0);
    for (int i = 0; i < 4096; i++) /* its pages went */
        assert_int_equal(data[i], 0);
    cki_array_buffer_unref(record);
    cki_blocks_end(at.blocks);
    cki_blocks_unref(at.blocks);
    assert_true(cki_value_equal(there, value)); /* the heap is there as long as the value */
    cask_value_unref(there);
    cask_value_unref(value);
    assert_int_equal(cki_ledger_now(at.ledger), 0);
    cki_ledger_unref(at.ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_used_again),
        cmocka_unit_test(free_pages_are_few),
        cmocka_unit_test(arrays_in_the_heap_are_not_copied),
        cmocka_unit_test(values_of_every_kind_travel),
        cmocka_unit_test(objects_do_not_travel),
        cmocka_unit_test(a_full_segment_is_an_error),
        cmocka_unit_test(impossible_cells_are_refused),
        cmocka_unit_test(values_outlive_owners_and_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
