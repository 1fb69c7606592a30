/* split and its kin: parts of an array along an axis, each of them a slice. */
#include "array/split.h"
#include "array/index.h"

enum { MOST_PARTS = 1000000 }; /* each is a node of the plan */

/* How a record splits. */
typedef struct manner {
    int least;  /* axes that an array must have */
    int axis;   /* which one; -1: the argument says */
    bool equal; /* a number of sections has to divide the length */
} manner;

/* Where the parts begin and end: those of x[a:b] in Python. */
typedef struct cuts {
    cask_array x;
    int axis;
    int64_t length;
    cask_value *list; /* of the parts */
} cuts;

static bool add(cki_build *build, cuts *c, size_t i, int64_t start, int64_t stop)
{
    cask_array part = cki_index_range(build, c->x, c->axis, start, stop > start ? stop : start);
    c->list->as.list.items[i] = cki_node_value(build, part);
    return c->list->as.list.items[i] != NULL;
}

/* A list of `count` parts with nothing in it yet. */
static bool begin(cuts *c, size_t count, cki_error *error)
{
    if (count > MOST_PARTS) {
        cki_fail(error, CASK_LIMIT, NULL, "an array is split into %d parts at most, not %zu",
                 MOST_PARTS, count);
        return false;
    }
    c->list = cki_value_list(CKI_LIST, count, error);
    return c->list != NULL;
}

/* Equal parts, the first of them longer by one where the length is no multiple. */
static bool by_sections(cki_build *build, cuts *c, int64_t sections, bool equal)
{
    if (sections <= 0) {
        cki_fail(build->error, CASK_INVALID, NULL, "number sections must be larger than 0.");
        return false;
    }
    if (equal && c->length % sections) {
        cki_fail(build->error, CASK_INVALID, NULL,
                 "array split does not result in an equal division: %lld elements in %lld sections",
                 (long long)c->length, (long long)sections);
        return false;
    }
    if (!begin(c, (size_t)sections, build->error))
        return false;
    int64_t each = c->length / sections, longer = c->length % sections, start = 0;
    for (int64_t i = 0; i < sections; i++) {
        int64_t stop = start + each + (i < longer);
        if (!add(build, c, (size_t)i, start, stop))
            return false;
        start = stop;
    }
    return true;
}

static int64_t clipped(int64_t at, int64_t length)
{
    at = at < 0 ? at + length : at;
    return at < 0 ? 0 : at > length ? length : at;
}

static bool by_indices(cki_build *build, cuts *c, const cask_value *indices)
{
    size_t count = indices->as.list.count;
    if (!begin(c, count + 1, build->error))
        return false;
    int64_t start = 0;
    for (size_t i = 0; i <= count; i++) {
        int64_t stop = c->length;
        if (i < count && cki_value_index(indices->as.list.items[i], &stop, build->error) != CASK_OK)
            return false;
        stop = clipped(stop, c->length);
        if (!add(build, c, i, start, stop))
            return false;
        start = stop;
    }
    return true;
}

/* An empty list's items that were not made are no values. */
static cask_value *finish(cuts *c, bool made)
{
    if (made || !c->list)
        return c->list;
    size_t done = 0;
    while (done < c->list->as.list.count && c->list->as.list.items[done])
        done++;
    c->list->as.list.count = done;
    cask_value_unref(c->list);
    return NULL;
}

static cask_value *split(cki_call *call, cki_build *build, cuts *c, bool equal)
{
    cask_value *given = cki_operation_argument(call, "indices_or_sections");
    int64_t sections;
    if (cki_value_index(given, &sections, &(cki_error){0}) == CASK_OK)
        return finish(c, by_sections(build, c, sections, equal));
    cask_value *indices = cki_value_items(given, call->error);
    if (!indices)
        return NULL;
    cask_value *parts = finish(c, by_indices(build, c, indices));
    cask_value_unref(indices);
    return parts;
}

static cask_value *run_split(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const manner *how = call->operation->detail;
    cuts c = {.x = cki_node_from_value(&build, cki_operation_argument(call, "ary")),
              .axis = how->axis};
    if (!c.x)
        return NULL;
    if (c.x->ndim < how->least) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "%s only works on arrays of %d or more dimensions", call->operation->name,
                 how->least);
        return NULL;
    }
    if (how->axis < 0 && cki_node_axis(cki_operation_argument(call, "axis"), c.x->ndim, &c.axis,
                                       call->error) != CASK_OK)
        return NULL;
    if (c.axis >= c.x->ndim) /* hsplit of one axis */
        c.axis = 0;
    c.length = cki_node_length(c.x, c.axis);
    if (c.length < 0) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "%s: the length of axis %d is unknown: use compute_chunk_sizes() first",
                 call->operation->name, c.axis);
        return NULL;
    }
    return split(call, &build, &c, how->equal);
}

/* ---- the records ---- */

static const manner of_axis = {0, -1, true}, uneven = {0, -1, false};
static const manner columns = {1, 1, true}, rows = {2, 0, true}, depths = {3, 2, true};

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const cki_operation op_split = {
    "split",
    FUNCTION,
    "ary, indices_or_sections, axis=0",
    "The list of an array's parts along an axis: so many equal ones, or those between the indices.",
    run_split,
    &of_axis};
static const cki_operation op_array_split = {
    "array_split",
    FUNCTION,
    "ary, indices_or_sections, axis=0",
    "As split, where a number of parts need not divide the length: the first ones are longer by "
    "one.",
    run_split,
    &uneven};
static const cki_operation op_hsplit = {"hsplit",
                                        FUNCTION,
                                        "ary, indices_or_sections",
                                        "As split along the second axis, or the only one.",
                                        run_split,
                                        &columns};
static const cki_operation op_vsplit = {"vsplit",
                                        FUNCTION,
                                        "ary, indices_or_sections",
                                        "As split along the first of two axes or more.",
                                        run_split,
                                        &rows};
static const cki_operation op_dsplit = {
    "dsplit",  FUNCTION, "ary, indices_or_sections", "As split along the third axis.",
    run_split, &depths};

const cki_operation *const cki_split_operations[] = {&op_split,  &op_array_split, &op_hsplit,
                                                     &op_vsplit, &op_dsplit,      NULL};
