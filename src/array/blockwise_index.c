/* Index notation: aligning arguments by their labels, and the chunks of the result. */
#include "array/blockwise_index.h"
#include "array/elementwise.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "call/call.h"

#include <math.h>
#include <string.h>

typedef struct resolving {
    cki_build *build;
    cki_blockwise_index *index;
    cki_axis axes[CKI_BLOCKWISE_LABELS];
    bool known[CKI_BLOCKWISE_LABELS];
} resolving;

/* The common refinement of the chunks that arguments have by a label. */
static cask_status meet(resolving *r, const cki_axis *axis, int label)
{
    if (!r->known[label]) {
        r->known[label] = true;
        r->axes[label] = *axis;
        return CASK_OK;
    }
    if (!r->index->align) { /* that of the most blocks */
        if (axis->blocks > r->axes[label].blocks)
            r->axes[label] = *axis;
        return CASK_OK;
    }
    const cki_axis *common = &r->axes[label];
    if (axis->length >= 0 && common->length >= 0 && axis->length != common->length &&
        axis->length != 1 && common->length != 1)
        return cki_fail(r->build->error, CASK_SHAPE, NULL,
                        "%s: Chunks do not add up to same value: lengths %lld and %lld have one "
                        "index",
                        r->index->spec.what, (long long)axis->length, (long long)common->length);
    return cki_unify_meet(r->build, axis, &r->axes[label], NULL, 0);
}

static cask_status align(resolving *r, cki_blockwise_argument *a, const int16_t *labels)
{
    cki_axis own[CKI_MAX_NDIM];
    for (int k = 0; k < a->x->ndim; k++) {
        const cki_axis *axis = &a->x->axes[k], *common = &r->axes[labels[k]];
        bool keep = axis->length < 0 || (axis->length == 1 && common->length != 1);
        own[k] = keep ? *axis : *common;
    }
    a->x = cki_rechunk_to(r->build, a->x, own);
    return a->x ? CASK_OK : r->build->error->status;
}

/* Sizes as they are listed; NaN: unknown. */
static cask_status list_axis(cki_build *build, const cask_value *list, cki_axis *axis)
{
    cki_runs runs = {0};
    for (size_t i = 0; i < list->as.list.count; i++) {
        double size = 0;
        if (cki_value_real(list->as.list.items[i], &size, build->error) != CASK_OK)
            break;
        if (size < 0 || size >= 0x1p62 || (!isnan(size) && size != floor(size))) {
            cki_fail(build->error, CASK_INVALID, NULL, "chunks can only contain integers.");
            break;
        }
        cki_runs_add(&runs, isnan(size) ? -1 : (int64_t)size, 1);
    }
    cask_status status = cki_runs_finish(&runs, build->arena, axis, build->error);
    return build->error->status ? build->error->status : status;
}

/* `count` blocks of the size that a number says. */
static cask_status even_axis(cki_build *build, const cask_value *number, int64_t count,
                             cki_axis *axis)
{
    double size;
    if (cki_value_real(number, &size, build->error) != CASK_OK)
        return build->error->status;
    if (size < 0 || size >= 0x1p62 || (!isnan(size) && size != floor(size)))
        return cki_fail(build->error, CASK_INVALID, NULL, "chunks can only contain integers.");
    cki_runs runs = {0};
    cki_runs_add(&runs, isnan(size) ? -1 : (int64_t)size, count);
    return cki_runs_finish(&runs, build->arena, axis, build->error);
}

/* Each size through a function. */
static cask_status mapped_axis(cki_build *build, cask_value *function, cki_axis *axis)
{
    cki_runs runs = {0};
    for (size_t i = 0; i < axis->nruns; i++) {
        int64_t size = -1;
        cask_value *given = axis->runs[i].size < 0
                                ? cki_value_float((double)NAN, build->error)
                                : cki_value_int(axis->runs[i].size, build->error);
        const cki_arguments arguments = {.positional = &given, .count = 1};
        cask_value *made =
            given ? cki_call_run(build->ck, function, &arguments, NULL, build->error) : NULL;
        bool unknown = made && made->kind == CKI_FLOAT && isnan(made->as.real);
        bool good = made && (unknown || cki_value_index(made, &size, build->error) == CASK_OK);
        cask_value_unref(given);
        cask_value_unref(made);
        if (good && size < 0 && !unknown)
            cki_fail(build->error, CASK_INVALID, NULL, "chunks can only contain integers.");
        if (build->error->status != CASK_OK)
            break;
        cki_runs_add(&runs, size, axis->runs[i].count);
    }
    cask_status status = cki_runs_finish(&runs, build->arena, axis, build->error);
    return build->error->status ? build->error->status : status;
}

static cask_status adjust(cki_build *build, cask_value *how, int dimension, cki_axis *axis)
{
    if (how->kind == CKI_TUPLE || how->kind == CKI_LIST) {
        if ((int64_t)how->as.list.count != axis->blocks)
            return cki_fail(build->error, CASK_INVALID, NULL,
                            "Dimension %d has %lld blocks, adjust_chunks specified with %zu blocks",
                            dimension, (long long)axis->blocks, how->as.list.count);
        return list_axis(build, how, axis);
    }
    if (cki_call_callable(how))
        return mapped_axis(build, how, axis);
    if (how->kind == CKI_INT || how->kind == CKI_FLOAT || cki_array_of(how))
        return even_axis(build, how, axis->blocks, axis);
    return cki_fail(build->error, CASK_UNSUPPORTED, "NotImplementedError",
                    "adjust_chunks values must be callable, int, or tuple");
}

static cask_status check_out(resolving *r)
{
    const cki_blockwise_index *index = r->index;
    for (int k = 0; k < index->spec.ndim; k++) {
        for (int j = 0; j < k; j++)
            if (index->out[j] == index->out[k])
                return cki_fail(r->build->error, CASK_INVALID, NULL,
                                "Repeated elements not allowed in output index");
        if (!r->known[index->out[k]])
            return cki_fail(r->build->error, CASK_INVALID, NULL,
                            "Unknown dimension: axis %d of the result has an index that no "
                            "argument has, and no size for it is in new_axes",
                            k);
    }
    return CASK_OK;
}

/* Which axis of the result has a label. */
static int place_of(const cki_blockwise_index *index, int label)
{
    for (int k = 0; k < index->spec.ndim; k++)
        if (index->out[k] == label)
            return k;
    return CKI_BLOCKWISE_ALL;
}

static cask_status add_axes(resolving *r)
{
    cki_build *build = r->build;
    for (int label = 0; label < CKI_BLOCKWISE_LABELS; label++) {
        cask_value *size = r->index->added[label];
        if (!size)
            continue;
        bool list = size->kind == CKI_TUPLE || size->kind == CKI_LIST;
        if ((list ? list_axis(build, size, &r->axes[label])
                  : even_axis(build, size, 1, &r->axes[label])) != CASK_OK)
            return build->error->status;
        r->known[label] = true;
    }
    return CASK_OK;
}

cask_status cki_blockwise_index_resolve(cki_build *build, cki_blockwise_index *index)
{
    resolving r = {.build = build, .index = index};
    for (size_t i = 0; i < index->spec.count; i++) {
        cask_array x = index->arguments[i].x;
        for (int k = 0; x && k < x->ndim; k++)
            if (meet(&r, &x->axes[k], index->labels[i][k]) != CASK_OK)
                return build->error->status;
    }
    for (size_t i = 0; i < index->spec.count && index->align; i++)
        if (index->arguments[i].x && align(&r, &index->arguments[i], index->labels[i]) != CASK_OK)
            return build->error->status;
    if (add_axes(&r) != CASK_OK || check_out(&r) != CASK_OK)
        return build->error->status;
    for (size_t i = 0; i < index->spec.count; i++) {
        cki_blockwise_argument *a = &index->arguments[i];
        for (int k = 0; a->x && k < a->x->ndim; k++)
            a->along[k] = (int16_t)place_of(index, index->labels[i][k]);
    }
    cki_axis *axes = cki_runs_axes(build, index->spec.ndim);
    for (int k = 0; axes && k < index->spec.ndim; k++) {
        cask_value *how = index->adjusted[index->out[k]];
        axes[k] = r.axes[index->out[k]];
        if (how && adjust(build, how, k, &axes[k]) != CASK_OK)
            return build->error->status;
    }
    index->spec.axes = axes;
    return build->error->status;
}
