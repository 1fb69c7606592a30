/* Coordinates: following an axis from a result down to the file that it comes from, so that a
 * picture's axes can be in degrees. Nothing is remembered on the way up: the expression itself
 * tells.
 */
#include "array/coordinates.h"
#include "array/elementwise.h"
#include "array/files.h"
#include "array/index.h"
#include "array/reductions.h"

#include <stdio.h>
#include <string.h>

/* Where the walk stands: elements start + j * step of an axis of a node. */
typedef struct place {
    cask_array x;
    int axis;
    int64_t start, step;
} place;

/* A slice: the axis of its input, and which elements of that. */
static bool through_index(place *at)
{
    cask_array input;
    const cki_pick *picks;
    if (!cki_index_is(at->x, &input, &picks))
        return false;
    int axis = 0;
    for (int kept = 0; axis < input->ndim; axis++)
        if (!picks[axis].drop && kept++ == at->axis)
            break;
    if (axis == input->ndim)
        return false;
    *at = (place){input, axis, picks[axis].start + at->start * picks[axis].step,
                  at->step * picks[axis].step};
    return true;
}

static bool through_reduction(place *at)
{
    bool reduced[CKI_MAX_NDIM], keepdims;
    if (!cki_reductions_is(at->x, reduced, &keepdims))
        return false;
    cask_array input = cki_node_as_array(at->x->base.inputs[0]);
    int axis = 0;
    for (int kept = 0; axis < input->ndim; axis++)
        if ((keepdims || !reduced[axis]) && kept++ == at->axis)
            break;
    if (axis == input->ndim || reduced[axis])
        return false;
    at->x = input;
    at->axis = axis;
    return true;
}

/* Element-wise: the first input that has the axis in full; all have the same elements along it. */
static bool through_elementwise(place *at)
{
    if (!cki_elementwise_is(&at->x->base))
        return false;
    for (size_t i = 0; i < at->x->base.ninputs; i++) {
        cask_array input = cki_node_as_array(at->x->base.inputs[i]);
        int axis = input->ndim - at->x->ndim + at->axis;
        if (axis >= 0 && cki_node_length(input, axis) == cki_node_length(at->x, at->axis)) {
            at->x = input;
            at->axis = axis;
            return true;
        }
    }
    return false;
}

static bool through_rechunk(place *at)
{
    if (strcmp(at->x->base.primitive->name, "array.rechunk") != 0)
        return false;
    at->x = cki_node_as_array(at->x->base.inputs[0]);
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

/* Elements start + j * step of the coordinate variable `i`, as float64. */
static cask_value *read_values(const cki_store *store, size_t i, int64_t start, int64_t step,
                               int64_t count)
{
    const cki_variable *v = cki_store_variable(store, i);
    cki_error none = {0}; /* a picture without coordinates is a picture still */
    int64_t one = 1, zero = 0;
    cask_value *all = cki_array_new(v->dtype, 1, v->shape, &none);
    cask_value *values = cki_array_new(cki_dtype_of(CASK_F64), 1, &count, &none);
    bool good =
        all && values &&
        cki_store_read(store, i, &zero, v->shape, &one, cki_array_of(all), &none) == CASK_OK;
    if (good) {
        cki_array picked = *cki_array_of(all);
        picked.data += start * picked.strides[0];
        picked.strides[0] *= step;
        picked.shape[0] = count;
        good = cki_array_cast(cki_array_of(values), &picked, &none) == CASK_OK;
    }
    cask_value_unref(all);
    if (good)
        return values;
    cask_value_unref(values);
    return NULL;
}

bool cki_coordinates_find(cask_array x, int axis, cki_coordinate *found)
{
    *found = (cki_coordinate){0};
    int64_t count = cki_node_length(x, axis);
    place at = {x, axis, 0, 1};
    while (through_index(&at) || through_reduction(&at) || through_elementwise(&at) ||
           through_rechunk(&at))
        ;
    cki_files_origin origin;
    if (count < 1 || !cki_files_origin_of(at.x, &origin) || !origin.variable->dims ||
        !origin.variable->dims[at.axis] || (origin.files > 1 && at.axis == origin.axis))
        return false;
    const char *name = origin.variable->dims[at.axis];
    snprintf(found->name, sizeof found->name, "%s", name);
    for (size_t i = 0; i < cki_store_count(origin.store); i++) {
        const cki_variable *v = cki_store_variable(origin.store, i);
        if (strcmp(v->name, name) != 0 || v->ndim != 1 || v->unreadable ||
            v->shape[0] != origin.variable->shape[at.axis] || !cki_dtype_is_number(v->dtype))
            continue;
        recognise(v, found);
        found->values = read_values(origin.store, i, at.start, at.step, count);
        return found->values != NULL;
    }
    return false;
}
