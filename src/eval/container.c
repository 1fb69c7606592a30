/* Containers: methods of lists and tuples, and the parts of ranges and slices. Values do not
 * change, so the methods that would change them are refused with a word on what to write instead.
 */
#include "eval/builtin.h"
#include "eval/operate.h"
#include "eval/walk.h"

static cask_value *run_count(cki_call *call)
{
    cki_walk walk;
    cask_value *item;
    int64_t count = 0;
    bool ok = cki_walk_start(&walk, call->scope, call->self, call->error);
    while (ok && (item = cki_walk_next(&walk))) {
        bool equal = cki_compare_is(item, call->slot[0]);
        ok = equal || cki_compare_equal(call->scope, item, call->slot[0], &equal, call->error);
        count += equal;
        cask_value_unref(item);
    }
    cki_walk_end(&walk);
    return ok && call->error->status == CASK_OK ? cki_value_int(count, call->error) : NULL;
}

static int64_t clip(int64_t at, int64_t length)
{
    if (at < 0)
        at += length;
    return at < 0 ? 0 : at > length ? length : at;
}

static cask_value *refuse_index(cki_call *call)
{
    cki_text text = {0};
    cki_value_repr(call->slot[0], &text);
    if (call->self->kind == CKI_TUPLE)
        cki_function_value_error(call, "tuple.index(x): x not in tuple");
    else
        cki_function_value_error(call, "%s is not in %s", text.bytes ? text.bytes : "",
                                 cki_value_type(call->self));
    cki_text_free(&text);
    return NULL;
}

static cask_value *run_index(cki_call *call)
{
    int64_t start, stop, length;
    if (!cki_function_int(call, 1, 0, &start) || !cki_function_int(call, 2, INT64_MAX, &stop) ||
        cki_value_length(call->self, &length, call->error) != CASK_OK)
        return NULL;
    start = clip(start, length);
    stop = clip(stop, length);
    for (int64_t i = start; i < stop; i++) {
        cask_value *item = cki_value_item(call->self, i, call->error);
        bool equal = item && cki_compare_is(item, call->slot[0]);
        bool ok = item && (equal || cki_compare_equal(call->scope, item, call->slot[0], &equal,
                                                      call->error));
        cask_value_unref(item);
        if (!ok)
            return NULL;
        if (equal)
            return cki_value_int(i, call->error);
    }
    return refuse_index(call);
}

static cask_value *run_copy(cki_call *call)
{
    return cki_walk_all(call->scope, call->self, CKI_LIST, call->error);
}

static cask_value *refuse_change(cki_call *call)
{
    cki_fail(call->error, CASK_UNSUPPORTED, "AttributeError",
             "'%s' object has no attribute '%s': values do not change in an expression; make a new "
             "one, as with a + [b] or sorted(a)",
             cki_value_type(call->self), call->builtin->name);
    return NULL;
}

const cki_builtin cki_container_list[] = {
    {"append", refuse_change, NULL, "list"}, {"clear", refuse_change, NULL, "list"},
    {"copy", run_copy, "/", "list"},         {"count", run_count, "value /", "list"},
    {"extend", refuse_change, NULL, "list"}, {"index", run_index, "value start= stop= /", "list"},
    {"insert", refuse_change, NULL, "list"}, {"pop", refuse_change, NULL, "list"},
    {"remove", refuse_change, NULL, "list"}, {"reverse", refuse_change, NULL, "list"},
    {"sort", refuse_change, NULL, "list"},   {NULL, NULL, NULL, NULL}};

const cki_builtin cki_container_tuple[] = {{"count", run_count, "value /", "tuple"},
                                           {"index", run_index, "value start= stop= /", "tuple"},
                                           {NULL, NULL, NULL, NULL}};

const cki_builtin cki_container_range[] = {{"count", run_count, "value /", "range"},
                                           {"index", run_index, "value start= stop= /", "range"},
                                           {NULL, NULL, NULL, NULL}};

static cask_value *slice_start(cki_call *call)
{
    return cask_value_ref(call->self->as.slice.start);
}

static cask_value *slice_stop(cki_call *call)
{
    return cask_value_ref(call->self->as.slice.stop);
}

static cask_value *slice_step(cki_call *call)
{
    return cask_value_ref(call->self->as.slice.step);
}

static cask_value *range_start(cki_call *call)
{
    return cki_value_int(call->self->as.range.start, call->error);
}

static cask_value *range_stop(cki_call *call)
{
    return cki_value_int(call->self->as.range.stop, call->error);
}

static cask_value *range_step(cki_call *call)
{
    return cki_value_int(call->self->as.range.step, call->error);
}

const cki_builtin cki_container_slice_properties[] = {{"start", slice_start, NULL, NULL},
                                                      {"stop", slice_stop, NULL, NULL},
                                                      {"step", slice_step, NULL, NULL},
                                                      {NULL, NULL, NULL, NULL}};

const cki_builtin cki_container_range_properties[] = {{"start", range_start, NULL, NULL},
                                                      {"stop", range_stop, NULL, NULL},
                                                      {"step", range_step, NULL, NULL},
                                                      {NULL, NULL, NULL, NULL}};
