/* Coordinates: following an axis from a result down to the file that it comes from, so that a
 * picture's axes can be in degrees. Nothing is remembered on the way up: the expression itself
 * tells.
 */
#include "array/coordinates.h"
#include "array/elementwise.h"
#include "array/files.h"
#include "array/index_take.h"
#include "array/reductions.h"
#include "array/view.h"
#include "core/memory.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 1 << 24 }; /* elements of an axis that are followed */

/* Where the walk stands: at[j] is the element of an axis of x that the result's j-th is. NULL: not
 * asked for. */
typedef struct place {
    cask_array x;
    int axis; /* -1: none in particular */
    int64_t *at, count;
    bool changed; /* values were made into something else */
} place;

/* A slice: the axis of its input, and which elements of that. */
static bool through_index(place *p)
{
    cask_array input;
    const cki_pick *picks;
    if (!cki_index_is(p->x, &input, &picks))
        return false;
    int axis = 0;
    for (int kept = 0; axis < input->ndim; axis++)
        if (!picks[axis].drop && kept++ == p->axis)
            break;
    if (axis == input->ndim && p->axis >= 0)
        return false;
    for (int64_t j = 0; p->at && j < p->count; j++)
        p->at[j] = picks[axis].start + p->at[j] * picks[axis].step;
    p->x = input;
    p->axis = p->axis < 0 ? -1 : axis;
    return true;
}

/* A list of positions. */
static bool through_take(place *p)
{
    int axis;
    const int64_t *positions;
    cask_array input = cki_index_take_is(p->x, &axis, &positions);
    for (int64_t j = 0; input && axis == p->axis && p->at && j < p->count; j++)
        p->at[j] = positions[p->at[j]];
    p->x = input ? input : p->x;
    return input != NULL;
}

static bool through_view(place *p)
{
    const int *from;
    cask_array input = cki_view_is(p->x, &from);
    int axis = input && p->axis >= 0 ? from[p->axis] : -1;
    if (!input || (p->axis >= 0 &&
                   (axis < 0 || cki_node_length(input, axis) != cki_node_length(p->x, p->axis))))
        return false;
    p->x = input;
    p->axis = axis;
    return true;
}

/* Whether what is made of many values has their units. */
static bool keeps_units(const char *label)
{
    static const char *const names[] = {"mean", "amin", "amax", "min", "max", "sum", "_sqrt"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(label + (strncmp(label, "nan", 3) ? 0 : 3), names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static bool through_reduction(place *p)
{
    bool reduced[CKI_MAX_NDIM], keepdims;
    if (!cki_reductions_is(p->x, reduced, &keepdims))
        return false;
    cask_array input = cki_node_as_array(p->x->base.inputs[0]);
    int axis = 0;
    for (int kept = 0; axis < input->ndim; axis++)
        if ((keepdims || !reduced[axis]) && kept++ == p->axis)
            break;
    if (p->axis >= 0 && (axis == input->ndim || reduced[axis]))
        return false;
    p->changed |= !keeps_units(p->x->label);
    p->x = input;
    p->axis = p->axis < 0 ? -1 : axis;
    return true;
}

/* Element-wise: the first input that has the axis in full; all have the same elements along it. */
static bool through_elementwise(place *p)
{
    if (!cki_elementwise_is(&p->x->base))
        return false;
    for (size_t i = 0; i < p->x->base.ninputs; i++) {
        cask_array input = cki_node_as_array(p->x->base.inputs[i]);
        int axis = input->ndim - p->x->ndim + p->axis;
        if (p->axis < 0 ||
            (axis >= 0 && cki_node_length(input, axis) == cki_node_length(p->x, p->axis))) {
            p->x = input;
            p->axis = p->axis < 0 ? -1 : axis;
            p->changed = true;
            return true;
        }
    }
    return false;
}

/* What leaves the axis as it is: other chunks, and files of which each is unpacked in its own way.
 */
static bool through_rechunk(place *p)
{
    bool rechunk = strcmp(p->x->base.primitive->name, "array.rechunk") == 0;
    bool join = strcmp(p->x->base.primitive->name, "array.join") == 0;
    cask_array input = rechunk || join ? cki_node_as_array(p->x->base.inputs[0]) : NULL;
    if (!input ||
        (join && p->axis >= 0 && cki_node_length(input, p->axis) != cki_node_length(p->x, p->axis)))
        return false;
    p->x = input;
    return true;
}

/* Down to a file. */
static bool walk(place *p, cki_files_origin *origin)
{
    while (!cki_files_origin_of(p->x, origin))
        if (!through_index(p) && !through_take(p) && !through_view(p) && !through_reduction(p) &&
            !through_elementwise(p) && !through_rechunk(p))
            return false;
    return true;
}

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* An attribute that is text; NULL if there is none. */
static const char *attribute(const cki_variable *v, const char *name)
{
    cask_value *value = v->attributes ? cki_value_dict_find(v->attributes, name) : NULL;
    return value && value->kind == CKI_STR ? value->as.text.bytes : NULL;
}

/* Latitude, longitude or time, by the units that the CF conventions ask for. */
static void recognise(const cki_variable *v, cki_coordinate *found)
{
    const char *units = attribute(v, "units");
    if (!units)
        return;
    found->latitude = has_prefix(units, "degrees_north") || has_prefix(units, "degree_north") ||
                      has_prefix(units, "degrees_N") || has_prefix(units, "degreesN");
    found->longitude = has_prefix(units, "degrees_east") || has_prefix(units, "degree_east") ||
                       has_prefix(units, "degrees_E") || has_prefix(units, "degreesE");
    found->time = cki_calendar_parse(units, attribute(v, "calendar"), &found->calendar);
    if (strlen(units) < sizeof found->units && cki_text_codes(units, strlen(units)) > 0)
        snprintf(found->units, sizeof found->units, "%s", units);
}

/* Of 1-d elements those listed. */
static cask_value *pick(const cask_value *all, const int64_t *at, int64_t count, cki_error *error)
{
    const cki_array *from = cki_array_of(all);
    cask_value *made = cki_array_new(from->dtype, 1, &count, error);
    size_t size = cki_dtype_size(from->dtype);
    for (int64_t j = 0; made && j < count; j++) {
        if (at[j] < 0 || at[j] >= from->shape[0]) {
            cask_value_unref(made);
            return NULL;
        }
        memcpy(cki_array_of(made)->data + (size_t)j * size, from->data + at[j] * from->strides[0],
               size);
    }
    return made;
}

cask_value *cki_coordinates_stored(cask_array x, int axis, char *name,
                                   const cki_variable **variable, cki_error *error)
{
    cki_files_origin origin;
    place p = {.x = x, .axis = axis, .count = cki_node_length(x, axis)};
    name[0] = '\0';
    if (!walk(&(place){.x = x, .axis = -1}, &origin))
        return NULL; /* most arrays are not read from such files */
    if (p.count < 1 || p.count > MOST || !(p.at = cki_memory_alloc((size_t)p.count * sizeof *p.at)))
        return NULL;
    for (int64_t j = 0; j < p.count; j++)
        p.at[j] = j;
    cask_value *all = NULL, *picked = NULL;
    if (walk(&p, &origin) && origin.variable->dims && origin.variable->dims[p.axis]) {
        snprintf(name, 64, "%s", origin.variable->dims[p.axis]);
        all = cki_files_coordinate(&origin, p.axis, origin.variable->dims[p.axis], variable, error);
    }
    if (all)
        picked = pick(all, p.at, p.count, error);
    cask_value_unref(all);
    cki_memory_free(p.at);
    return picked;
}

const cki_variable *cki_coordinates_source(cask_array x, bool *same)
{
    cki_files_origin origin;
    place p = {.x = x, .axis = -1};
    if (!walk(&p, &origin))
        return NULL;
    *same = !p.changed;
    return origin.variable;
}

bool cki_coordinates_find(cask_array x, int axis, cki_coordinate *found)
{
    const cki_variable *v;
    cki_error none = {0}; /* a picture without coordinates is a picture still */
    *found = (cki_coordinate){0};
    cask_value *stored = cki_coordinates_stored(x, axis, found->name, &v, &none);
    if (!stored)
        return false;
    recognise(v, found);
    cask_value *values =
        cki_array_new(cki_dtype_of(CASK_F64), 1, cki_array_of(stored)->shape, &none);
    if (values && cki_array_cast(cki_array_of(values), cki_array_of(stored), &none) == CASK_OK)
        found->values = values;
    else
        cask_value_unref(values);
    cask_value_unref(stored);
    return found->values != NULL;
}
