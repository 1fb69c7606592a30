/* Sorting keys: by digits where there are many, by merging where there are few or where they rise
 * already in some runs; stable. */
#include "array/order.h"
#include "core/memory.h"

#include <string.h>

enum { DIGIT = 11, DIGITS = 6, BUCKETS = 1 << DIGIT, FEW = 2048, RUN = 12, RUNS = 8 };

/* ---- few: runs by insertion, then merged ---- */

static void insert(uint64_t *keys, int64_t *places, int64_t count)
{
    for (int64_t i = 1; i < count; i++) {
        uint64_t key = keys[i];
        int64_t place = places ? places[i] : 0, k = i;
        for (; k > 0 && keys[k - 1] > key; k--) {
            keys[k] = keys[k - 1];
            if (places)
                places[k] = places[k - 1];
        }
        keys[k] = key;
        if (places)
            places[k] = place;
    }
}

/* What was sorted back to where it belongs, if it ended in the memory beside that. */
static void bring_home(uint64_t *keys, int64_t *places, const uint64_t *from,
                       const int64_t *from_places, int64_t count)
{
    if (from == keys)
        return;
    memcpy(keys, from, (size_t)count * sizeof *keys);
    if (places)
        memcpy(places, from_places, (size_t)count * sizeof *places);
}

/* The steps have no branch that depends on the keys. */
static void merge(const uint64_t *keys, const int64_t *places, int64_t middle, int64_t end,
                  uint64_t *to, int64_t *to_places)
{
    int64_t i = 0, j = middle, k = 0;
    for (; i < middle && j < end; k++) {
        const int64_t behind = keys[j] < keys[i], from = behind ? j : i;
        to[k] = keys[from];
        if (places)
            to_places[k] = places[from];
        i += 1 - behind;
        j += behind;
    }
    const int64_t from = i < middle ? i : j, left = end - k;
    memcpy(to + k, keys + from, (size_t)left * sizeof *to);
    if (places)
        memcpy(to_places + k, places + from, (size_t)left * sizeof *to_places);
}

/* The result is where the arguments say, not in the spare room. */
static void sort_few(uint64_t *keys, int64_t *places, int64_t count, uint64_t *spare,
                     int64_t *spare_places)
{
    for (int64_t at = 0; at < count; at += RUN)
        insert(keys + at, places ? places + at : NULL, count - at < RUN ? count - at : RUN);
    uint64_t *from = keys, *to = spare;
    int64_t *from_places = places, *to_places = spare_places;
    for (int64_t width = RUN; width < count; width *= 2) {
        for (int64_t at = 0; at < count; at += 2 * width) {
            int64_t left = count - at;
            merge(from + at, places ? from_places + at : NULL, width < left ? width : left,
                  2 * width < left ? 2 * width : left, to + at, places ? to_places + at : NULL);
        }
        uint64_t *done = to;
        int64_t *done_places = to_places;
        to = from;
        from = done;
        to_places = from_places;
        from_places = done_places;
    }
    bring_home(keys, places, from, from_places, count);
}

/* ---- some runs that rise already, as sorted parts end to end ---- */

/* Where each run ends; 0: there are more than RUNS. */
static int find_runs(const uint64_t *keys, int64_t count, int64_t *ends)
{
    int runs = 0;
    for (int64_t i = 1; i < count; i++)
        if (keys[i] < keys[i - 1]) {
            if (runs == RUNS - 1)
                return 0;
            ends[runs++] = i;
        }
    ends[runs++] = count;
    return runs;
}

static void merge_runs(uint64_t *keys, int64_t *places, int64_t *ends, int runs, uint64_t *spare,
                       int64_t *spare_places)
{
    uint64_t *from = keys, *to = spare;
    int64_t *from_places = places, *to_places = spare_places;
    while (runs > 1) {
        int64_t at = 0;
        int left = 0;
        for (int r = 0; r < runs; r += 2) {
            const int64_t end = ends[r + 1 < runs ? r + 1 : r];
            merge(from + at, places ? from_places + at : NULL, ends[r] - at, end - at, to + at,
                  places ? to_places + at : NULL);
            ends[left++] = at = end;
        }
        runs = left;
        uint64_t *done = to;
        int64_t *done_places = to_places;
        to = from;
        from = done;
        to_places = from_places;
        from_places = done_places;
    }
    bring_home(keys, places, from, from_places, ends[0]);
}

/* ---- many: digit by digit from the least ---- */

static void count_digits(const uint64_t *keys, int64_t count, int64_t (*counts)[BUCKETS])
{
    memset(counts, 0, DIGITS * sizeof *counts);
    for (int64_t i = 0; i < count; i++)
        for (int d = 0; d < DIGITS; d++)
            counts[d][keys[i] >> (d * DIGIT) & (BUCKETS - 1)]++;
}

/* Where each digit's elements begin; false if all have the same digit. */
static bool begin_at(int64_t *counts, int64_t all)
{
    int64_t at = 0;
    for (int b = 0; b < BUCKETS; b++) {
        int64_t own = counts[b];
        if (own == all)
            return false;
        counts[b] = at;
        at += own;
    }
    return true;
}

static void sort_many(uint64_t *keys, int64_t *places, int64_t count, uint64_t *spare,
                      int64_t *spare_places, int64_t (*counts)[BUCKETS])
{
    uint64_t *from = keys, *to = spare;
    int64_t *from_places = places, *to_places = spare_places;
    count_digits(keys, count, counts);
    for (int d = 0; d < DIGITS; d++) {
        int64_t *at = counts[d];
        if (!begin_at(at, count))
            continue;
        for (int64_t i = 0; i < count; i++) {
            int64_t place = at[from[i] >> (d * DIGIT) & (BUCKETS - 1)]++;
            to[place] = from[i];
            if (places)
                to_places[place] = from_places[i];
        }
        uint64_t *done = to;
        int64_t *done_places = to_places;
        to = from;
        from = done;
        to_places = from_places;
        from_places = done_places;
    }
    bring_home(keys, places, from, from_places, count);
}

/* ---- both ---- */

cask_status cki_order_room_open(cki_order_room *room, int64_t count, bool places, cki_error *error)
{
    size_t bytes = ((size_t)count + 1) * sizeof *room->keys;
    *room = (cki_order_room){.keys = cki_memory_alloc(bytes)};
    if (places)
        room->places = cki_memory_alloc(bytes);
    if (count > FEW)
        room->counts = cki_memory_alloc(DIGITS * BUCKETS * sizeof(int64_t));
    if (room->keys && (room->places || !places) && (room->counts || count <= FEW))
        return CASK_OK;
    cki_order_room_close(room);
    return cki_fail_memory(error, bytes);
}

void cki_order_room_close(cki_order_room *room)
{
    cki_memory_free(room->keys);
    cki_memory_free(room->places);
    cki_memory_free(room->counts);
    *room = (cki_order_room){0};
}

void cki_order_sort_keys(uint64_t *keys, int64_t *places, int64_t count, cki_order_room *room)
{
    int64_t ends[RUNS];
    int runs = find_runs(keys, count, ends);
    if (runs)
        merge_runs(keys, places, ends, runs, room->keys, room->places);
    else if (count > FEW)
        sort_many(keys, places, count, room->keys, room->places,
                  (int64_t(*)[BUCKETS])(void *)room->counts);
    else
        sort_few(keys, places, count, room->keys, room->places);
}
