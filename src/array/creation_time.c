/* arange of dates and durations: their counts of the unit are an arange of integers. */
#include "array/compose.h"
#include "array/creation.h"
#include "array/elementwise.h"

static bool is_time(const cask_value *value)
{
    const cki_array *array = cki_array_of(value);
    return array && array->ndim == 0 && cki_dtype_is_time(array->dtype);
}

bool cki_creation_time_is(const cask_value *start, const cask_value *stop, const cask_value *step,
                          cki_dtype dtype)
{
    return cki_dtype_is_time(dtype) || is_time(start) || is_time(stop) || is_time(step);
}

/* A bound as a count of the unit of `dtype`; an integer is one already. */
static cask_status count_of(const cask_value *value, cki_dtype dtype, int64_t *count,
                            cki_error *error)
{
    if (value->kind == CKI_STR && dtype.id == CASK_DATETIME)
        return cki_dtype_time_parse(value->as.text.bytes, &dtype, count, error);
    if (!is_time(value))
        return cki_value_index(value, count, error);
    const cki_array *array = cki_array_of(value);
    cask_status status = cki_array_cast_element(dtype, count, array->dtype, array->data, error);
    if (status == CASK_OK && *count == CKI_NAT)
        status = cki_fail(error, CASK_INVALID, NULL, "arange: cannot use a NaT");
    return status;
}

/* The finest unit of the bounds and the step, unless the type says one. */
static cask_status find_dtype(cask_value *const *values, cki_dtype *dtype, cki_error *error)
{
    bool dates = dtype->id == CASK_DATETIME;
    for (int i = 0; i < 2; i++)
        dates = dates || (is_time(values[i]) && cki_array_of(values[i])->dtype.id == CASK_DATETIME);
    bool given = cki_dtype_is_time(*dtype) && dtype->unit != CKI_UNIT_GENERIC;
    for (int i = 0; i < 3 && !given; i++) {
        cki_dtype own = {0};
        int64_t count;
        if (is_time(values[i]))
            own = cki_array_of(values[i])->dtype;
        else if (values[i]->kind == CKI_STR) {
            own = (cki_dtype){.id = CASK_DATETIME, .unit = CKI_UNIT_GENERIC, .count = 1};
            if (cki_dtype_time_parse(values[i]->as.text.bytes, &own, &count, error) != CASK_OK)
                return error->status;
        }
        own.id = own.id ? CASK_TIMEDELTA : 0; /* the units of dates and durations alike */
        if (own.id && cki_dtype_is_time(*dtype) && dtype->unit != CKI_UNIT_GENERIC) {
            cki_dtype both = *dtype;
            both.id = CASK_TIMEDELTA;
            if (cki_dtype_promote(both, own, dtype, error) != CASK_OK)
                return error->status;
        } else if (own.id) {
            *dtype = own;
        }
    }
    dtype->id = dates ? CASK_DATETIME : CASK_TIMEDELTA;
    return CASK_OK;
}

cask_array cki_creation_time_arange(cki_build *build, cask_value *const *values, cki_dtype dtype,
                                    cask_value *chunks)
{
    cki_compose s = {.build = build};
    int64_t ends[2] = {0, 0}, step = 1;
    if (find_dtype(values, &dtype, build->error) != CASK_OK)
        return NULL;
    cki_dtype gap = dtype;
    gap.id = CASK_TIMEDELTA;
    bool one = values[1]->kind == CKI_NONE, dates = dtype.id == CASK_DATETIME;
    if (one && dates) {
        cki_fail(build->error, CASK_INVALID, NULL,
                 "arange requires both a start and a stop for NumPy datetime64 ranges");
        return NULL;
    }
    for (int i = one; i < 2; i++)
        if (count_of(values[one ? 0 : i], dtype, &ends[i], build->error) != CASK_OK)
            return NULL;
    if (dates && values[1]->kind == CKI_INT) /* so many after the start */
        ends[1] += ends[0];
    if (values[2]->kind != CKI_NONE && count_of(values[2], gap, &step, build->error) != CASK_OK)
        return NULL;
    cask_value *numbers = cki_compose_int(&s, ends[0]);
    const char *name = "chunks";
    cask_value *const all[] = {numbers, cki_compose_int(&s, ends[1]), cki_compose_int(&s, step)};
    const cki_arguments arguments = {all, 3, &name, &chunks, 1};
    const cki_operation *arange = cki_operation_find(build->ck, "arange", CKI_IN_DA);
    cask_value *counts = NULL;
    if (arange && build->error->status == CASK_OK)
        counts =
            cki_compose_keep(&s, cki_operation_call(build->ck, arange, &arguments, build->error));
    cask_array made = counts ? cki_compose_lazy(&s, counts) : NULL;
    made = made ? cki_elementwise_cast(build, made, dtype) : NULL;
    cask_value_unref(cki_compose_drop(&s, NULL));
    return made;
}
