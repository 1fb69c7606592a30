/* Choosing the best elements of lines: keys go by, and those that are not worse than the best so
 * many of before are kept, to be chosen among when there are twice as many. */
#include "array/topk_choose.h"
#include "array/order.h"
#include "core/memory.h"

#include <string.h>

enum { TILE = 1024, GROUP = 8 };

/* Candidates for the best of a line: what they are (least keys are best), and which of the line. */
typedef struct race {
    cki_dtype dtype;
    bool keyed, flipped; /* the greatest are best */
    int64_t wanted, room, count;
    uint64_t limit; /* greater keys have lost */
    bool over;      /* all others have */
    uint64_t *keys, *parted, *tile;
    int64_t *which;
    unsigned char *line; /* of elements without keys: all of them */
    cki_order_room sorting;
} race;

static int64_t room_of(int64_t wanted)
{
    return 2 * wanted + 4 * TILE;
}

size_t cki_topk_choose_bytes(cki_dtype dtype, int64_t k, int64_t length)
{
    int64_t kept = k < length ? k : length;
    return cki_order_has_keys(dtype)
               ? (size_t)(room_of(kept) + TILE) * 24 + (size_t)kept * 16 + ((size_t)1 << 18)
               : (size_t)length * (cki_dtype_size(dtype) + 40);
}

static void close_race(race *r)
{
    cki_memory_free(r->keys);
    cki_memory_free(r->parted);
    cki_memory_free(r->tile);
    cki_memory_free(r->which);
    cki_memory_free(r->line);
    cki_order_room_close(&r->sorting);
}

static cask_status open_race(const cki_topk_contest *c, int64_t wanted, int64_t total, race *r,
                             cki_error *error)
{
    *r = (race){.dtype = c->elements[0]->dtype, .flipped = !c->smallest, .wanted = wanted};
    r->keyed = cki_order_has_keys(r->dtype);
    r->room = r->keyed ? room_of(wanted) : total + 1;
    size_t count = (size_t)r->room + TILE;
    r->which = cki_memory_alloc(count * sizeof *r->which);
    if (r->keyed) {
        r->keys = cki_memory_alloc(count * sizeof *r->keys);
        r->parted = cki_memory_alloc(count * sizeof *r->parted);
        r->tile = cki_memory_alloc(TILE * sizeof *r->tile);
    } else {
        r->line = cki_memory_alloc(((size_t)total + 1) * cki_dtype_size(r->dtype));
    }
    if (!r->which || (r->keyed ? !r->keys || !r->parted || !r->tile : !r->line))
        cki_fail_memory(error, count * sizeof *r->keys);
    else if (r->keyed && c->sorted)
        cki_order_room_open(&r->sorting, wanted, true, error);
    if (error->status != CASK_OK)
        close_race(r);
    return error->status;
}

/* ---- by keys ---- */

/* Only the best so many stay, in their order. */
static void cut(race *r)
{
    const int64_t last = r->wanted - 1;
    memcpy(r->parted, r->keys, (size_t)r->count * sizeof *r->keys);
    cki_order_select(r->parted, r->count, &last, 1);
    const uint64_t bound = r->parted[last];
    int64_t like = r->wanted, kept = 0;
    for (int64_t i = 0; i < r->wanted; i++)
        like -= r->parted[i] < bound;
    for (int64_t i = 0; i < r->count; i++) {
        const uint64_t key = r->keys[i];
        const bool stays = key < bound || (key == bound && like > 0);
        like -= stays && key == bound;
        r->keys[kept] = key;
        r->which[kept] = r->which[i];
        kept += stays;
    }
    r->count = kept;
    r->over = bound == 0; /* a later one that is as good comes too late */
    r->limit = bound - 1;
}

/* So many keys, at most a tile; `first` is the first one's number in the line. */
static void feed(race *r, int64_t count, int64_t first)
{
    const uint64_t limit = r->limit;
    const uint64_t *tile = r->tile;
    int64_t at = r->count, i = 0;
    while (i < count) {
        int64_t end = count - i < GROUP ? count : i + GROUP;
        uint64_t least = tile[i];
        for (int64_t j = i + 1; j < end; j++)
            least = tile[j] < least ? tile[j] : least;
        if (least > limit) {
            i = end;
            continue;
        }
        for (; i < end; i++) {
            r->keys[at] = tile[i];
            r->which[at] = first + i;
            at += tile[i] <= limit;
        }
    }
    r->count = at;
    if (at >= r->room)
        cut(r);
}

static void run_line(race *r, const unsigned char *data, int64_t stride, int64_t length,
                     int64_t first)
{
    for (int64_t at = 0; at < length && !r->over; at += TILE) {
        int64_t count = length - at < TILE ? length - at : TILE;
        cki_order_keys(r->dtype, data + at * stride, stride, count, r->tile);
        for (int64_t i = 0; r->flipped && i < count; i++)
            r->tile[i] = ~r->tile[i];
        feed(r, count, first + at);
    }
}

/* ---- by sorting ---- */

/* Of elements without keys all are sorted; where the greatest are wanted, from behind, so that
 * equal ones keep their order. */
static cask_status sort_line(race *r, int64_t total, cki_error *error)
{
    int64_t size = (int64_t)cki_dtype_size(r->dtype), last = total - 1;
    const cki_order order = {.dtype = r->dtype,
                             .data = r->flipped && total ? r->line + last * size : r->line,
                             .stride = r->flipped ? -size : size,
                             .count = total};
    int64_t *sorted = cki_order_sorted(&order, error);
    for (int64_t i = 0; sorted && i < r->wanted; i++)
        r->which[i] = r->flipped ? last - sorted[last - i] : sorted[i];
    cki_memory_free(sorted);
    return error->status;
}

static void copy_line(const race *r, const unsigned char *data, int64_t stride, int64_t length,
                      int64_t first)
{
    size_t size = cki_dtype_size(r->dtype);
    for (int64_t i = 0; i < length; i++)
        memcpy(r->line + (size_t)(first + i) * size, data + i * stride, size);
}

/* ---- lines ---- */

static const unsigned char *line_at(const cki_array *x, const int64_t *index)
{
    const unsigned char *data = x->data;
    for (int k = 0; k < x->ndim; k++)
        data += index[k] * x->strides[k];
    return data;
}

/* What was chosen, from the line's arrays to the results. */
static void put_chosen(const cki_topk_contest *c, const race *r, const int64_t *index,
                       const cki_array *elements, const cki_array *places)
{
    size_t size = cki_dtype_size(r->dtype);
    const unsigned char *lines[CKI_TOPK_ARRAYS], *numbers[CKI_TOPK_ARRAYS];
    unsigned char *out = (unsigned char *)(uintptr_t)line_at(elements, index);
    unsigned char *out_places = (unsigned char *)(uintptr_t)line_at(places, index);
    for (size_t i = 0; i < c->count; i++) {
        lines[i] = line_at(c->elements[i], index);
        numbers[i] = c->places[i] ? line_at(c->places[i], index) : NULL;
    }
    for (int64_t j = 0; j < r->wanted; j++) {
        int64_t at = r->which[j], place;
        size_t i = 0;
        while (i + 1 < c->count && at >= c->elements[i]->shape[c->axis])
            at -= c->elements[i++]->shape[c->axis];
        place = c->first + at;
        if (numbers[i])
            memcpy(&place, numbers[i] + at * c->places[i]->strides[c->axis], sizeof place);
        memcpy(out + j * elements->strides[c->axis],
               lines[i] + at * c->elements[i]->strides[c->axis], size);
        memcpy(out_places + j * places->strides[c->axis], &place, sizeof place);
    }
}

static cask_status choose_line(const cki_topk_contest *c, race *r, const int64_t *index,
                               cki_error *error)
{
    int64_t first = 0;
    r->count = 0;
    r->limit = UINT64_MAX;
    r->over = r->wanted == 0;
    for (size_t i = 0; i < c->count; i++) {
        const cki_array *x = c->elements[i];
        int64_t length = x->shape[c->axis], stride = x->strides[c->axis];
        if (r->keyed)
            run_line(r, line_at(x, index), stride, length, first);
        else
            copy_line(r, line_at(x, index), stride, length, first);
        first += length;
    }
    if (!r->keyed)
        return sort_line(r, first, error);
    if (r->count > r->wanted)
        cut(r);
    if (c->sorted)
        cki_order_sort_keys(r->keys, r->which, r->count, &r->sorting);
    return CASK_OK;
}

static cask_status choose_all(const cki_topk_contest *c, race *r, const cki_array *elements,
                              const cki_array *places, cki_error *error)
{
    int64_t index[CKI_MAX_NDIM] = {0};
    for (int k = 0; k < elements->ndim; k++)
        if (elements->shape[k] == 0)
            return CASK_OK;
    for (;;) {
        if (choose_line(c, r, index, error) != CASK_OK)
            return error->status;
        put_chosen(c, r, index, elements, places);
        int k = elements->ndim - 1;
        for (; k >= 0; k--) {
            if (k != c->axis && ++index[k] < elements->shape[k])
                break;
            index[k] = 0;
        }
        if (k < 0)
            return CASK_OK;
    }
}

cask_value *cki_topk_choose(const cki_topk_contest *c, cki_error *error)
{
    const cki_array *like = c->elements[0];
    int64_t shape[CKI_MAX_NDIM], total = 0;
    memcpy(shape, like->shape, (size_t)like->ndim * sizeof *shape);
    for (size_t i = 0; i < c->count; i++)
        total += c->elements[i]->shape[c->axis];
    shape[c->axis] = total < c->k ? total : c->k;
    cask_value *elements = cki_array_new(like->dtype, like->ndim, shape, error);
    cask_value *places =
        elements ? cki_array_new(cki_dtype_of(CASK_I64), like->ndim, shape, error) : NULL;
    cask_value *pair = places ? cki_value_list(CKI_LIST, 2, error) : NULL;
    race r;
    if (!pair || open_race(c, shape[c->axis], total, &r, error) != CASK_OK) {
        if (pair)
            pair->as.list.count = 0;
        cask_value_unref(pair);
        cask_value_unref(elements);
        cask_value_unref(places);
        return NULL;
    }
    pair->as.list.items[0] = elements;
    pair->as.list.items[1] = places;
    choose_all(c, &r, cki_array_of(elements), cki_array_of(places), error);
    close_race(&r);
    if (error->status == CASK_OK)
        return pair;
    cask_value_unref(pair);
    return NULL;
}
