/* Times in files, by the CF conventions (chapter 4.4): whole numbers exactly, others to the nearest
 * nanosecond, in whatever calendar, as dates of the Gregorian one. */
#include "array/files_times.h"
#include "array/functions.h"
#include "array/mapped.h"

#include <math.h>
#include <string.h>

static const cki_wide SECOND = 1000000000; /* nanoseconds */

/* ---- one value ---- */

/* The number of type `dtype` at `from` in nanoseconds behind the origin; false if it is missing. */
static bool read_since(const cki_packing *p, cki_dtype dtype, const unsigned char *from,
                       cki_wide *since)
{
    double number, unit = nearbyint(p->calendar.unit * 1e9);
    if (cki_dtype_is_integer(dtype)) {
        cki_dtype exact = cki_dtype_of(cki_dtype_is_unsigned(dtype) ? CASK_U64 : CASK_I64);
        uint64_t bits;
        if (cki_array_cast_element(exact, &bits, dtype, from, NULL) != CASK_OK)
            return false;
        bool is_signed = exact.id == CASK_I64;
        number = is_signed ? (double)(int64_t)bits : (double)bits;
        *since = (is_signed ? (cki_wide)(int64_t)bits : (cki_wide)bits) * (cki_wide)unit;
    } else {
        if (cki_array_cast_element(cki_dtype_of(CASK_F64), &number, dtype, from, NULL) != CASK_OK ||
            !(fabs(number) < 1e18))
            return false;
        *since = (cki_wide)nearbyint(number * unit);
    }
    for (size_t i = 0; i < p->nmissing; i++)
        if (p->missing[i] == number)
            return false;
    return true;
}

/* What one step of a datetime64 type is, in nanoseconds. */
static cki_wide step_of(cki_dtype dates)
{
    static const int64_t in_seconds[] = {[CKI_UNIT_DAY] = 86400,
                                         [CKI_UNIT_HOUR] = 3600,
                                         [CKI_UNIT_MINUTE] = 60,
                                         [CKI_UNIT_SECOND] = 1};
    if (dates.unit >= CKI_UNIT_DAY && dates.unit <= CKI_UNIT_SECOND)
        return in_seconds[dates.unit] * SECOND;
    return dates.unit == CKI_UNIT_MILLI ? 1000000 : dates.unit == CKI_UNIT_MICRO ? 1000 : 1;
}

/* False if the type has no room for the date. */
static bool make_date(const cki_packing *p, cki_wide since, int64_t *date)
{
    cki_wide at = cki_calendar_date(&p->calendar, since), step = step_of(p->out);
    at = at / step - (at % step < 0);
    *date = (int64_t)at;
    return at > INT64_MIN && at <= INT64_MAX;
}

/* ---- tasks ---- */

static cask_status run_decode(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *mapped = cki_mapped_of(task);
    const cki_packing *p = mapped->parameters;
    cask_value *compact = cki_array_compact(task->inputs[0], error);
    const cki_array *numbers = cki_array_of(compact);
    cask_value *out = numbers ? cki_array_new(p->out, numbers->ndim, numbers->shape, error) : NULL;
    if (!out) {
        cask_value_unref(compact);
        return error->status;
    }
    int64_t *dates = (int64_t *)(void *)cki_array_of(out)->data, count = cki_array_size(numbers);
    size_t size = cki_dtype_size(numbers->dtype);
    for (int64_t i = 0; i < count; i++) {
        cki_wide since;
        char name[48];
        if (!read_since(p, numbers->dtype, numbers->data + (size_t)i * size, &since)) {
            dates[i] = CKI_NAT;
        } else if (!make_date(p, since, &dates[i])) {
            cki_fail(error, CASK_INVALID, "OutOfBoundsDatetime",
                     "%s: a date is too far away for %s; open it with decode_times='s', or with "
                     "decode_times=False for the numbers",
                     mapped->out->label, cki_dtype_name(p->out, name));
            break;
        }
    }
    cask_value_unref(compact);
    if (error->status == CASK_OK)
        *result = out;
    else
        cask_value_unref(out);
    return error->status;
}

const cki_function cki_files_times_function = {"array.decode_times", 1, run_decode};

cask_array cki_files_times_decode(cki_build *build, cask_array numbers, const cki_packing *packing)
{
    const cki_packing *own = numbers ? cki_arena_copy(build->arena, packing, sizeof *own) : NULL;
    cki_hasher *hasher = own ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *own);
        return NULL;
    }
    const cki_calendar *calendar = &own->calendar;
    cki_token_int(hasher, (int64_t)calendar->kind);
    cki_token_int(hasher, own->out.unit);
    cki_token_bytes(hasher, &calendar->unit, sizeof calendar->unit);
    cki_token_bytes(hasher, &calendar->origin, sizeof calendar->origin);
    cki_token_bytes(hasher, own->missing, own->nmissing * sizeof *own->missing);
    return cki_mapped_array(build, &(cki_mapped){.function = &cki_files_times_function,
                                                 .label = numbers->label,
                                                 .dtype = own->out,
                                                 .ndim = numbers->ndim,
                                                 .axes = numbers->axes,
                                                 .inputs = {cki_mapped_same(numbers)},
                                                 .ninputs = 1,
                                                 .parameters = own,
                                                 .token = cki_token_end(hasher),
                                                 .working = cki_node_largest_block(numbers)});
}

/* ---- finding them ---- */

static const char *attribute(const cki_variable *v, const char *name)
{
    cask_value *value = v->attributes ? cki_value_dict_find(v->attributes, name) : NULL;
    return value && value->kind == CKI_STR ? value->as.text.bytes : NULL;
}

/* The calendar of a variable that holds times, its units' or those of the one that it bounds. */
static bool find_calendar(const cki_store *store, const cki_variable *v, cki_calendar *calendar)
{
    const char *units = attribute(v, "units");
    for (size_t i = 0; !units && i < cki_store_count(store); i++) {
        const cki_variable *other = cki_store_variable(store, i);
        const char *bounds = attribute(other, "bounds"), *climate = attribute(other, "climatology");
        if ((bounds && strcmp(bounds, v->name) == 0) ||
            (climate && strcmp(climate, v->name) == 0)) {
            v = other;
            units = attribute(other, "units");
        }
    }
    return units && cki_calendar_parse(units, attribute(v, "calendar"), calendar) &&
           calendar->lasting;
}

/* The first or last element of a variable; false if it has none, or it is missing. */
static bool read_end(const cki_store *store, size_t i, const cki_packing *p, bool last,
                     cki_wide *since)
{
    const cki_variable *v = cki_store_variable(store, i);
    int64_t at[CKI_MAX_NDIM], one[CKI_MAX_NDIM];
    for (int k = 0; k < v->ndim; k++) {
        if (v->shape[k] == 0)
            return false;
        at[k] = last ? v->shape[k] - 1 : 0;
        one[k] = 1;
    }
    cki_error none = {0}; /* a file that cannot be read says so when it is */
    cask_value *made = cki_array_new(v->dtype, v->ndim, one, &none);
    const cki_array *element = cki_array_of(made);
    bool read = element && cki_store_read(store, i, at, one, one, element, &none) == CASK_OK &&
                read_since(p, v->dtype, element->data, since);
    cask_value_unref(made);
    return read;
}

/* Whether nanoseconds reach the dates of a variable. */
static bool is_near(const cki_store *store, size_t i, const cki_packing *p)
{
    int64_t date;
    cki_wide since = 0;
    if (make_date(p, since, &date))
        return true;
    for (int last = 0; last < 2; last++)
        if (!read_end(store, i, p, last, &since) || !make_date(p, since, &date))
            return false;
    return true;
}

void cki_files_times(const cki_store *store, size_t i, cki_dtype wanted, cki_packing *packing)
{
    const cki_variable *v = cki_store_variable(store, i);
    bool number = cki_dtype_is_integer(v->dtype) || cki_dtype_is_float(v->dtype);
    if (!number || !find_calendar(store, v, &packing->calendar))
        return;
    packing->times = true;
    packing->out = wanted;
    if (wanted.unit == CKI_UNIT_GENERIC) {
        packing->out.unit = CKI_UNIT_NANO;
        packing->out.count = 1;
        if (!is_near(store, i, packing))
            packing->out.unit = CKI_UNIT_SECOND;
    }
}
