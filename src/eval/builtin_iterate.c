/* Builtins over items: all any enumerate filter iter len map next reversed sorted sum zip. */
#include "core/memory.h"
#include "eval/builtin.h"
#include "eval/operate.h"
#include "eval/scope.h"
#include "eval/walk.h"

#include <string.h>

/* Whether some item's truth is `wanted`. */
static cask_value *search(cki_call *call, bool wanted)
{
    cki_walk walk;
    cask_value *item;
    bool found = false, truth = false;
    bool ok = cki_walk_start(&walk, call->scope, call->slot[0], call->error);
    while (ok && !found && (item = cki_walk_next(&walk))) {
        ok = cki_compare_truth(call->scope, item, &truth, call->error);
        found = ok && truth == wanted;
        cask_value_unref(item);
    }
    cki_walk_end(&walk);
    if (!ok || call->error->status != CASK_OK)
        return NULL;
    return cki_value_bool(found == wanted);
}

static cask_value *run_all(cki_call *call)
{
    return search(call, false);
}

static cask_value *run_any(cki_call *call)
{
    return search(call, true);
}

static cask_value *pair(cask_value *a, cask_value *b, cki_error *error)
{
    cask_value *tuple = a && b ? cki_value_list(CKI_TUPLE, 2, error) : NULL;
    if (!tuple) {
        cask_value_unref(a);
        cask_value_unref(b);
        return NULL;
    }
    tuple->as.list.items[0] = a;
    tuple->as.list.items[1] = b;
    return tuple;
}

/* The heap as a list, or nothing after a failure. */
static cask_value *finish(cki_call *call, cki_walk *walk, cki_heap *heap, bool ok)
{
    cki_walk_end(walk);
    if (ok && call->error->status == CASK_OK)
        return cki_walk_made(heap, CKI_LIST, call->error);
    cki_walk_drop(heap);
    return NULL;
}

static cask_value *run_enumerate(cki_call *call)
{
    cki_walk walk;
    cki_heap heap = {0};
    cask_value *item;
    int64_t at;
    if (!cki_function_int(call, 1, 0, &at))
        return NULL;
    bool ok = cki_walk_start(&walk, call->scope, call->slot[0], call->error);
    while (ok && (item = cki_walk_next(&walk)))
        ok = cki_walk_keep(&heap, pair(cki_value_int(at++, call->error), item, call->error),
                           call->error);
    return finish(call, &walk, &heap, ok);
}

static cask_value *run_filter(cki_call *call)
{
    cki_walk walk;
    cki_heap heap = {0};
    cask_value *item;
    bool ok = cki_walk_start(&walk, call->scope, call->slot[1], call->error);
    while (ok && (item = cki_walk_next(&walk))) {
        bool keep = false, identity = call->slot[0]->kind == CKI_NONE;
        cask_value *test = identity
                               ? cask_value_ref(item)
                               : cki_function_call1(call->scope, call->slot[0], item, call->error);
        ok = test && cki_compare_truth(call->scope, test, &keep, call->error);
        cask_value_unref(test);
        if (ok && keep)
            ok = cki_walk_keep(&heap, item, call->error);
        else
            cask_value_unref(item);
    }
    return finish(call, &walk, &heap, ok);
}

/* Several walks side by side: the rows of zip and map. */
typedef struct rows {
    cki_walk *walks;
    size_t count;
    cki_error *error;
} rows;

static bool start_rows(rows *all, cki_call *call, size_t first)
{
    all->count = call->arguments->count - first;
    all->error = call->error;
    all->walks = cki_memory_calloc(all->count + 1, sizeof *all->walks);
    if (!all->walks) {
        cki_fail_memory(call->error, (all->count + 1) * sizeof *all->walks);
        return false;
    }
    for (size_t i = 0; i < all->count; i++) {
        if (!cki_walk_start(&all->walks[i], call->scope, call->arguments->positional[first + i],
                            call->error))
            return false;
    }
    return true;
}

static void end_rows(rows *all)
{
    for (size_t i = 0; all->walks && i < all->count; i++)
        cki_walk_end(&all->walks[i]);
    cki_memory_free(all->walks);
}

/* The next row as a tuple; NULL at the end of the shortest. *ended says which that was. */
static cask_value *next_row(rows *all, size_t *ended)
{
    *ended = 0;
    cask_value *tuple = all->count ? cki_value_list(CKI_TUPLE, all->count, all->error) : NULL;
    if (!tuple)
        return NULL;
    for (size_t i = 0; i < all->count; i++) {
        tuple->as.list.items[i] = cki_walk_next(&all->walks[i]);
        if (!tuple->as.list.items[i]) {
            *ended = i;
            cask_value_unref(tuple);
            return NULL;
        }
    }
    return tuple;
}

static cask_value *run_map(cki_call *call)
{
    rows all = {0};
    cki_heap heap = {0};
    cask_value *row;
    size_t ended;
    if (call->arguments->nnamed)
        return cki_function_type_error(call, "map() takes no keyword arguments");
    if (call->arguments->count < 2)
        return cki_function_type_error(call, "map() must have at least two arguments.");
    bool ok = start_rows(&all, call, 1);
    while (ok && (row = next_row(&all, &ended))) {
        cki_arguments arguments = {.positional = row->as.list.items, .count = all.count};
        ok = cki_walk_keep(
            &heap,
            cki_function_call(call->scope, call->arguments->positional[0], &arguments, call->error),
            call->error);
        cask_value_unref(row);
    }
    end_rows(&all);
    return finish(call, &(cki_walk){0}, &heap, ok);
}

/* zip(..., strict=True): nothing may be left when one ends. */
static bool check_strict(rows *all, size_t ended)
{
    for (size_t i = ended ? 0 : 1; ended == 0 && i < all->count; i++) {
        cask_value *more = cki_walk_next(&all->walks[i]);
        cask_value_unref(more);
        if (more) {
            cki_fail(all->error, CASK_INVALID, NULL,
                     i == 1 ? "zip() argument %zu is longer than argument 1"
                            : "zip() argument %zu is longer than arguments 1-%zu",
                     i + 1, i);
            return false;
        }
    }
    if (ended == 0)
        return true;
    cki_fail(all->error, CASK_INVALID, NULL,
             ended == 1 ? "zip() argument %zu is shorter than argument 1"
                        : "zip() argument %zu is shorter than arguments 1-%zu",
             ended + 1, ended);
    return false;
}

static cask_value *run_zip(cki_call *call)
{
    rows all = {0};
    cki_heap heap = {0};
    cask_value *row;
    size_t ended = 0;
    bool strict = false;
    for (size_t i = 0; i < call->arguments->nnamed; i++) {
        if (strcmp(call->arguments->names[i], "strict") != 0)
            return cki_function_type_error(call, "'%s' is an invalid keyword argument for zip()",
                                           call->arguments->names[i]);
        if (!cki_compare_truth(call->scope, call->arguments->named[i], &strict, call->error))
            return NULL;
    }
    bool ok = start_rows(&all, call, 0);
    while (ok && (row = next_row(&all, &ended)))
        ok = cki_walk_keep(&heap, row, call->error);
    if (ok && strict && call->error->status == CASK_OK)
        ok = check_strict(&all, ended);
    end_rows(&all);
    return finish(call, &(cki_walk){0}, &heap, ok);
}

static cask_value *run_len(cki_call *call)
{
    cask_value *value = call->slot[0];
    int64_t length;
    if (cki_operate_is_host(value) && call->scope->host.length) {
        length = call->scope->host.length(call->scope->host.self, value, call->error);
        if (length >= 0)
            return cki_value_int(length, call->error);
        if (call->error->status != CASK_OK)
            return NULL;
    }
    return cki_value_length(value, &length, call->error) == CASK_OK
               ? cki_value_int(length, call->error)
               : NULL;
}

static cask_value *run_iter(cki_call *call)
{
    return cki_walk_all(call->scope, call->slot[0], CKI_LIST, call->error);
}

static cask_value *run_next(cki_call *call)
{
    cki_walk walk;
    bool ok = cki_walk_start(&walk, call->scope, call->slot[0], call->error);
    cask_value *item = ok ? cki_walk_next(&walk) : NULL;
    cki_walk_end(&walk);
    if (item || call->error->status != CASK_OK)
        return item;
    if (call->slot[1])
        return cask_value_ref(call->slot[1]);
    cki_fail(call->error, CASK_NOT_FOUND, "StopIteration", "nothing is left to iterate over");
    return NULL;
}

static void reverse(cask_value *list)
{
    size_t count = list->as.list.count;
    for (size_t i = 0; i < count / 2; i++) {
        cask_value *item = list->as.list.items[i];
        list->as.list.items[i] = list->as.list.items[count - 1 - i];
        list->as.list.items[count - 1 - i] = item;
    }
}

static cask_value *run_reversed(cki_call *call)
{
    if (call->slot[0]->kind == CKI_SET)
        return cki_function_type_error(call, "'set' object is not reversible");
    cask_value *list = cki_walk_all(call->scope, call->slot[0], CKI_LIST, call->error);
    if (list)
        reverse(list);
    else if (call->error->status == CASK_TYPE && !cki_operate_is_host(call->slot[0])) {
        *call->error = (cki_error){0};
        cki_function_type_error(call, "'%s' object is not reversible",
                                cki_value_type(call->slot[0]));
    }
    return list;
}

/* Merges the sorted halves of `from` into `to`; equal items keep their order. */
static bool merge(cki_call *call, cask_value **keys, const size_t *from, size_t *to,
                  const size_t bounds[3])
{
    size_t a = bounds[0], b = bounds[1], at = a;
    while (a < bounds[1] && b < bounds[2]) {
        bool less = false;
        if (!cki_compare_less(call->scope, keys[from[b]], keys[from[a]], "<", &less, call->error))
            return false;
        to[at++] = less ? from[b++] : from[a++];
    }
    while (a < bounds[1])
        to[at++] = from[a++];
    while (b < bounds[2])
        to[at++] = from[b++];
    return true;
}

static bool merge_sort(cki_call *call, cask_value **keys, size_t count, size_t *order,
                       size_t *scratch, bool *in_scratch)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    *in_scratch = false;
    for (size_t width = 1; width < count; width *= 2, *in_scratch = !*in_scratch) {
        const size_t *from = *in_scratch ? scratch : order;
        size_t *to = *in_scratch ? order : scratch;
        for (size_t i = 0; i < count; i += 2 * width) {
            size_t middle = i + width < count ? i + width : count;
            size_t end = i + 2 * width < count ? i + 2 * width : count;
            if (!merge(call, keys, from, to, (size_t[3]){i, middle, end}))
                return false;
        }
    }
    return true;
}

static cask_value *keys_of(cki_call *call, cask_value *items, cask_value *function)
{
    cki_heap heap = {0};
    if (!function || function->kind == CKI_NONE)
        return cask_value_ref(items);
    for (size_t i = 0; i < items->as.list.count; i++) {
        cask_value *key =
            cki_function_call1(call->scope, function, items->as.list.items[i], call->error);
        if (!cki_walk_keep(&heap, key, call->error)) {
            cki_walk_drop(&heap);
            return NULL;
        }
    }
    return cki_walk_made(&heap, CKI_LIST, call->error);
}

/* A stable sort; a reversed one keeps the order of equal items too, as Python's does. */
static cask_value *run_sorted(cki_call *call)
{
    bool backwards, in_scratch = false, ok = false;
    cask_value *items = cki_walk_all(call->scope, call->slot[0], CKI_LIST, call->error);
    if (!items)
        return NULL;
    if (!cki_function_flag(call, 2, false, &backwards)) {
        cask_value_unref(items);
        return NULL;
    }
    if (backwards)
        reverse(items);
    size_t count = items->as.list.count;
    cask_value *keys = keys_of(call, items, call->slot[1]);
    size_t *order = keys ? cki_memory_alloc((2 * count + 1) * sizeof *order) : NULL;
    cask_value *sorted = order ? cki_value_list(CKI_LIST, count, call->error) : NULL;
    if (keys && !order)
        cki_fail_memory(call->error, 2 * count * sizeof *order);
    if (sorted)
        ok = merge_sort(call, keys->as.list.items, count, order, order + count, &in_scratch);
    for (size_t i = 0; sorted && i < count; i++)
        sorted->as.list.items[i] =
            cask_value_ref(items->as.list.items[ok ? order[in_scratch ? count + i : i] : i]);
    cki_memory_free(order);
    cask_value_unref(keys);
    cask_value_unref(items);
    if (ok && backwards)
        reverse(sorted);
    if (ok)
        return sorted;
    cask_value_unref(sorted);
    return NULL;
}

static cask_value *run_sum(cki_call *call)
{
    cki_walk walk;
    cask_value *item, *total = call->slot[1];
    if (total && (total->kind == CKI_STR || total->kind == CKI_BYTES))
        return cki_function_type_error(call, "sum() can't sum %s [use %s.join(seq) instead]",
                                       total->kind == CKI_STR ? "strings" : "bytes",
                                       total->kind == CKI_STR ? "''" : "b''");
    total = total ? cask_value_ref(total) : cki_value_int(0, call->error);
    bool ok = total && cki_walk_start(&walk, call->scope, call->slot[0], call->error);
    if (!ok) {
        cask_value_unref(total);
        return NULL;
    }
    while (total && (item = cki_walk_next(&walk))) {
        cask_value *next = cki_eval_operate(call->scope, CKI_OP_ADD, total, item, call->error);
        cask_value_unref(total);
        cask_value_unref(item);
        total = next;
    }
    cki_walk_end(&walk);
    if (call->error->status == CASK_OK)
        return total;
    cask_value_unref(total);
    return NULL;
}

/* The options of max and min, which take any number of positional arguments besides. */
static bool extreme_options(cki_call *call, cask_value **key, cask_value **absent)
{
    for (size_t i = 0; i < call->arguments->nnamed; i++) {
        const char *name = call->arguments->names[i];
        if (strcmp(name, "key") == 0) {
            *key = call->arguments->named[i];
        } else if (strcmp(name, "default") == 0) {
            *absent = call->arguments->named[i];
        } else {
            cki_function_type_error(call, "'%s' is an invalid keyword argument for %s()", name,
                                    call->builtin->name);
            return false;
        }
    }
    if (call->arguments->count == 0) {
        cki_function_type_error(call, "%s expected at least 1 argument, got 0",
                                call->builtin->name);
        return false;
    }
    if (*absent && call->arguments->count > 1) {
        cki_function_type_error(
            call, "Cannot specify a default for %s() with multiple positional arguments",
            call->builtin->name);
        return false;
    }
    return true;
}

/* The best item so far and its key; `item` is taken over. */
static bool contend(cki_call *call, cask_value *key, const char *sign, cask_value *item,
                    cask_value *best[2])
{
    bool better = true;
    cask_value *measure = key && key->kind != CKI_NONE
                              ? cki_function_call1(call->scope, key, item, call->error)
                              : cask_value_ref(item);
    bool ok = measure != NULL;
    if (ok && best[0])
        ok = cki_compare_less(call->scope, measure, best[1], sign, &better, call->error);
    if (ok && better) {
        cask_value_unref(best[0]);
        cask_value_unref(best[1]);
        best[0] = item;
        best[1] = measure;
    } else {
        cask_value_unref(item);
        cask_value_unref(measure);
    }
    return ok;
}

static cask_value *extreme(cki_call *call, const char *sign)
{
    cask_value *key = NULL, *absent = NULL, *best[2] = {NULL, NULL}, *item;
    cki_walk walk;
    if (!extreme_options(call, &key, &absent))
        return NULL;
    bool ok = true;
    if (call->arguments->count > 1) {
        for (size_t i = 0; ok && i < call->arguments->count; i++)
            ok = contend(call, key, sign, cask_value_ref(call->arguments->positional[i]), best);
    } else {
        ok = cki_walk_start(&walk, call->scope, call->arguments->positional[0], call->error);
        while (ok && (item = cki_walk_next(&walk)))
            ok = contend(call, key, sign, item, best);
        cki_walk_end(&walk);
    }
    cask_value_unref(best[1]);
    if (ok && call->error->status == CASK_OK) {
        if (best[0])
            return best[0];
        return absent ? cask_value_ref(absent)
                      : cki_function_value_error(call, "%s() arg is an empty sequence",
                                                 call->builtin->name);
    }
    cask_value_unref(best[0]);
    return NULL;
}

static cask_value *run_max(cki_call *call)
{
    return extreme(call, ">");
}

static cask_value *run_min(cki_call *call)
{
    return extreme(call, "<");
}

const cki_builtin cki_builtin_iterate[] = {
    {"all", run_all, "iterable /", NULL},
    {"any", run_any, "iterable /", NULL},
    {"enumerate", run_enumerate, "iterable start=", NULL},
    {"filter", run_filter, "function iterable /", NULL},
    {"iter", run_iter, "iterable /", NULL},
    {"len", run_len, "obj /", NULL},
    {"map", run_map, NULL, NULL},
    {"max", run_max, NULL, NULL},
    {"min", run_min, NULL, NULL},
    {"next", run_next, "iterator default= /", NULL},
    {"reversed", run_reversed, "sequence /", NULL},
    {"sorted", run_sorted, "iterable / * key= reverse=", NULL},
    {"sum", run_sum, "iterable / start=", NULL},
    {"zip", run_zip, NULL, NULL},
    {NULL, NULL, NULL, NULL}};
