/* Sorting keys: by digits where there are many, by merging where there are few or where they rise
 * already in some runs; stable. */
#include "array/order.h"
#include "core/memory.h"

#include <string.h>

enum { DIGIT = 11, DIGITS = 6, BUCKETS = 1 << DIGIT, FEW = 2048, RUN = 12, RUNS = 8 };

/* Keys, and where they came from if that is wanted. */
typedef struct lines {
    uint64_t *keys;
    int64_t *places; /* NULL: not wanted */
} lines;

static lines behind(lines all, int64_t at)
{
    return (lines){all.keys + at, all.places ? all.places + at : NULL};
}

static void swap(lines *a, lines *b)
{
    const lines other = *a;
    *a = *b;
    *b = other;
}

/* What was sorted back to where it belongs, if it ended in the memory beside that. */
static void bring_home(lines home, lines from, int64_t count)
{
    if (from.keys == home.keys)
        return;
    memcpy(home.keys, from.keys, (size_t)count * sizeof *home.keys);
    if (home.places && from.places)
        memcpy(home.places, from.places, (size_t)count * sizeof *home.places);
}

/* ---- few: runs by insertion, then merged ---- */

static void insert(lines all, int64_t count)
{
    for (int64_t i = 1; i < count; i++) {
        uint64_t key = all.keys[i];
        int64_t place = all.places ? all.places[i] : 0, k = i;
        for (; k > 0 && all.keys[k - 1] > key; k--) {
            all.keys[k] = all.keys[k - 1];
            if (all.places)
                all.places[k] = all.places[k - 1];
        }
        all.keys[k] = key;
        if (all.places)
            all.places[k] = place;
    }
}

/* The steps have no branch that depends on the keys. */
static void merge(lines from, int64_t middle, int64_t end, lines to)
{
    int64_t i = 0, j = middle, k = 0;
    for (; i < middle && j < end; k++) {
        const int64_t later = from.keys[j] < from.keys[i], at = later ? j : i;
        to.keys[k] = from.keys[at];
        if (from.places && to.places)
            to.places[k] = from.places[at];
        i += 1 - later;
        j += later;
    }
    bring_home(behind(to, k), behind(from, i < middle ? i : j), end - k);
}

/* The result is where the arguments say, not in the spare room. */
static void sort_few(lines all, int64_t count, lines spare)
{
    for (int64_t at = 0; at < count; at += RUN)
        insert(behind(all, at), count - at < RUN ? count - at : RUN);
    lines from = all, to = spare;
    for (int64_t width = RUN; width < count; width *= 2) {
        for (int64_t at = 0; at < count; at += 2 * width) {
            int64_t left = count - at;
            merge(behind(from, at), width < left ? width : left,
                  2 * width < left ? 2 * width : left, behind(to, at));
        }
        swap(&from, &to);
    }
    bring_home(all, from, count);
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

static void merge_runs(lines all, int64_t *ends, int runs, lines spare)
{
    lines from = all, to = spare;
    while (runs > 1) {
        int64_t at = 0;
        int left = 0;
        for (int r = 0; r < runs; r += 2) {
            const int64_t end = ends[r + 1 < runs ? r + 1 : r];
            merge(behind(from, at), ends[r] - at, end - at, behind(to, at));
            ends[left++] = at = end;
        }
        runs = left;
        swap(&from, &to);
    }
    bring_home(all, from, ends[0]);
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

static void sort_many(lines all, int64_t count, lines spare, int64_t (*counts)[BUCKETS])
{
    lines from = all, to = spare;
    count_digits(all.keys, count, counts);
    for (int d = 0; d < DIGITS; d++) {
        int64_t *at = counts[d];
        if (!begin_at(at, count))
            continue;
        for (int64_t i = 0; i < count; i++) {
            int64_t place = at[from.keys[i] >> (d * DIGIT) & (BUCKETS - 1)]++;
            to.keys[place] = from.keys[i];
            if (from.places && to.places)
                to.places[place] = from.places[i];
        }
        swap(&from, &to);
    }
    bring_home(all, from, count);
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
    lines all = {.keys = keys}, spare = {.keys = room->keys};
    all.places = places;
    spare.places = places ? room->places : NULL;
    int64_t ends[RUNS];
    int runs = find_runs(keys, count, ends);
    if (runs)
        merge_runs(all, ends, runs, spare);
    else if (count > FEW)
        sort_many(all, count, spare, (int64_t(*)[BUCKETS])(void *)room->counts);
    else
        sort_few(all, count, spare);
}
