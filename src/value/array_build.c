/* Arrays from Python values: numpy.array() of scalars and nested lists. First the shape and the
 * type are found, then the elements are set. */
#include "value/array_cast.h"

#include <math.h>
#include <string.h>

/* What has been found so far. `leaves`: dimensions at which single values lie, -1 while unknown. */
typedef struct finding {
    int64_t shape[CKI_MAX_NDIM];
    int known; /* leading lengths that are known */
    int leaves;
    cki_dtype dtype;  /* id 0 until the first element */
    cki_dtype wanted; /* id 0: found from the elements */
} finding;

static bool is_sequence(const cask_value *value)
{
    return value->kind == CKI_LIST || value->kind == CKI_TUPLE || value->kind == CKI_RANGE;
}

static cask_status ragged(const finding *f, int depth, cki_error *error)
{
    cki_text text = {0};
    for (int i = 0; i < depth && i < f->known; i++)
        cki_text_format(&text, "%s%lld", i ? ", " : "", (long long)f->shape[i]);
    if (depth == 1)
        cki_text_char(&text, ',');
    cask_status status = cki_fail(
        error, CASK_INVALID, "ValueError",
        "setting an array element with a sequence. The requested array has an inhomogeneous shape "
        "after %d dimensions. The detected shape was (%s) + inhomogeneous part.",
        depth, text.bytes ? text.bytes : "");
    cki_text_free(&text);
    return status;
}

/* One axis of `length` at `depth`. */
static cask_status note_axis(finding *f, int depth, int64_t length, cki_error *error)
{
    if (depth >= CKI_MAX_NDIM)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "a nesting of more than %d lists is no array", CKI_MAX_NDIM);
    if (f->leaves >= 0 && depth >= f->leaves)
        return ragged(f, depth, error);
    if (depth < f->known)
        return f->shape[depth] == length ? CASK_OK : ragged(f, depth, error);
    f->shape[depth] = length;
    f->known = depth + 1;
    return CASK_OK;
}

static cask_status note_leaf(finding *f, int depth, cki_error *error)
{
    if ((f->leaves >= 0 && f->leaves != depth) || f->known > depth)
        return ragged(f, depth < f->leaves || f->leaves < 0 ? depth : f->leaves, error);
    f->leaves = depth;
    return CASK_OK;
}

static cask_status join_type(finding *f, cki_dtype dtype, cki_error *error)
{
    if (!f->dtype.id) {
        f->dtype = dtype;
        return CASK_OK;
    }
    return cki_dtype_promote(f->dtype, dtype, &f->dtype, error);
}

static int32_t printed_length(const cask_value *value)
{
    if (value->kind == CKI_BYTES)
        return (int32_t)value->as.text.length;
    cki_text text = {0};
    cki_value_print(value, &text);
    size_t length = cki_text_codes(text.bytes ? text.bytes : "", text.length);
    cki_text_free(&text);
    return length > INT32_MAX / 4 ? INT32_MAX / 4 : (int32_t)length;
}

/* The type of a value that is asked to become text or a date, where that leaves the length or the
 * unit open. */
static cask_status note_open_type(finding *f, const cask_value *value, cki_dtype natural,
                                  cki_error *error)
{
    cki_dtype dtype = f->wanted;
    if (cki_dtype_is_text(dtype)) {
        dtype.count = printed_length(value);
    } else if (value->kind == CKI_STR && dtype.id == CASK_DATETIME) {
        int64_t number;
        cask_status status = cki_dtype_time_parse(value->as.text.bytes, &dtype, &number, error);
        if (status != CASK_OK)
            return status;
    } else if (natural.id == dtype.id) {
        dtype = natural;
    }
    return join_type(f, dtype, error);
}

static bool is_open(cki_dtype wanted)
{
    return (cki_dtype_is_text(wanted) && !wanted.count) ||
           (cki_dtype_is_time(wanted) && wanted.unit == CKI_UNIT_GENERIC);
}

static cask_status note_type(finding *f, const cask_value *value, cki_error *error)
{
    if (f->wanted.id && !is_open(f->wanted))
        return CASK_OK;
    cki_operand operand;
    if (value->kind == CKI_NONE && f->wanted.id)
        return CASK_OK;
    if (value->kind == CKI_DTYPE || cki_value_operand(value, &operand, NULL) != CASK_OK)
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "an array of '%s' objects: elements are numbers, text or dates",
                        cki_value_type(value));
    return f->wanted.id ? note_open_type(f, value, operand.dtype, error)
                        : join_type(f, operand.dtype, error);
}

/* Depth is bounded by note_axis. */
static cask_status find(finding *f, const cask_value *value, int depth, cki_error *error)
{
    const cki_array *array = cki_array_of(value);
    cask_status status = CASK_OK;
    if (array) {
        for (int axis = 0; axis < array->ndim && status == CASK_OK; axis++)
            status = note_axis(f, depth + axis, array->shape[axis], error);
        if (status == CASK_OK)
            status = note_leaf(f, depth + array->ndim, error);
        return status == CASK_OK ? note_type(f, value, error) : status;
    }
    if (!is_sequence(value)) {
        status = note_leaf(f, depth, error);
        return status == CASK_OK ? note_type(f, value, error) : status;
    }
    int64_t length = 0;
    cki_value_length(value, &length, NULL);
    status = note_axis(f, depth, length, error);
    if (status == CASK_OK && value->kind == CKI_RANGE) {
        status = note_leaf(f, depth + 1, error);
        cki_operand integer = {.dtype = cki_dtype_of(CASK_I64)};
        if (status == CASK_OK && !f->wanted.id)
            status = join_type(f, integer.dtype, error);
        return status;
    }
    if (status == CASK_OK && !length)
        return note_leaf(f, depth + 1, error);
    for (int64_t i = 0; i < length && status == CASK_OK; i++)
        status = find(f, value->as.list.items[i], depth + 1, error);
    return status;
}

static cask_status set_none(cki_dtype to, unsigned char *out, cki_error *error)
{
    if (cki_dtype_is_time(to)) {
        int64_t nat = CKI_NAT;
        memcpy(out, &nat, sizeof nat);
        return CASK_OK;
    }
    if (cki_dtype_is_float(to)) {
        double nan = (double)NAN;
        return cki_array_cast_element(to, out, cki_dtype_of(CASK_F64), &nan, error);
    }
    if (to.id == CASK_BOOL) {
        *out = 0;
        return CASK_OK;
    }
    if (cki_dtype_is_text(to))
        return cki_array_cast_put(to, out, "None", 4, error);
    return cki_fail(error, CASK_TYPE, "TypeError",
                    "int() argument must be a string, a bytes-like object or a real number, not "
                    "'NoneType'");
}

static cask_status set_float(cki_dtype to, unsigned char *out, double number, cki_error *error)
{
    if (cki_dtype_is_integer(to) && isnan(number))
        return cki_fail(error, CASK_INVALID, "ValueError", "cannot convert float NaN to integer");
    if (cki_dtype_is_integer(to) && isinf(number))
        return cki_fail(error, CASK_ARITHMETIC, "OverflowError",
                        "cannot convert float infinity to integer");
    return cki_array_cast_element(to, out, cki_dtype_of(CASK_F64), &number, error);
}

static cask_status set_complex(cki_dtype to, unsigned char *out, const cask_value *value,
                               cki_error *error)
{
    double parts[2] = {value->as.complex.re, value->as.complex.im};
    if (cki_dtype_is_integer(to) || cki_dtype_is_float(to))
        return cki_fail(error, CASK_TYPE, "TypeError", "%s() argument must be %s, not 'complex'",
                        cki_dtype_is_integer(to) ? "int" : "float", "a string or a real number");
    return cki_array_cast_element(to, out, cki_dtype_of(CASK_C128), parts, error);
}

static cask_status set_bytes(cki_dtype to, unsigned char *out, const cask_value *value,
                             cki_error *error)
{
    if (value->as.text.length > INT32_MAX / 4)
        return cki_fail_memory(error, value->as.text.length);
    cki_dtype own = {.id = CASK_BYTES, .count = (int32_t)value->as.text.length};
    return cki_array_cast_element(to, out, own, value->as.text.bytes, error);
}

/* One element from a Python scalar. */
static cask_status set_element(cki_dtype to, unsigned char *out, const cask_value *value,
                               cki_error *error)
{
    switch ((cki_kind)value->kind) {
    case CKI_NONE:
        return set_none(to, out, error);
    case CKI_BOOL:
        return cki_array_cast_element(to, out, cki_dtype_of(CASK_BOOL), &value->as.boolean, error);
    case CKI_INT:
        return cki_array_cast_element(to, out, cki_dtype_of(CASK_I64), &value->as.integer, error);
    case CKI_FLOAT:
        return set_float(to, out, value->as.real, error);
    case CKI_COMPLEX:
        return set_complex(to, out, value, error);
    case CKI_STR:
        return cki_dtype_is_text(to)
                   ? cki_array_cast_put(to, out, value->as.text.bytes, value->as.text.length, error)
                   : cki_array_cast_parse(to, out, value->as.text.bytes, value->as.text.length,
                                          error);
    case CKI_BYTES:
        return set_bytes(to, out, value, error);
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_SET:
    case CKI_DICT:
    case CKI_SLICE:
    case CKI_ELLIPSIS:
    case CKI_RANGE:
    case CKI_DTYPE:
    case CKI_ARRAY:
    case CKI_OBJECT:
        break;
    }
    return cki_fail(error, CASK_TYPE, "TypeError",
                    "an array of '%s' objects: elements are numbers, text or dates",
                    cki_value_type(value));
}

/* The part of `out` from `axis` on, at `data`, from value. */
static cask_status fill(const cki_array *out, int axis, unsigned char *data,
                        const cask_value *value, cki_error *error)
{
    const cki_array *array = cki_array_of(value);
    if (array) {
        cki_array part = {.dtype = out->dtype, .ndim = out->ndim - axis, .data = data};
        if (part.ndim > 0) {
            memcpy(part.shape, out->shape + axis, (size_t)part.ndim * sizeof *part.shape);
            memcpy(part.strides, out->strides + axis, (size_t)part.ndim * sizeof *part.strides);
        }
        return cki_array_cast(&part, array, error);
    }
    if (!is_sequence(value))
        return set_element(out->dtype, data, value, error);
    cask_status status = CASK_OK;
    for (int64_t i = 0; i < out->shape[axis] && status == CASK_OK; i++) {
        unsigned char *at = data + i * out->strides[axis];
        if (value->kind == CKI_RANGE) {
            int64_t number = value->as.range.start + i * value->as.range.step;
            status = cki_array_cast_element(out->dtype, at, cki_dtype_of(CASK_I64), &number, error);
        } else {
            status = fill(out, axis + 1, at, value->as.list.items[i], error);
        }
    }
    return status;
}

cask_value *cki_array_from_value(const cask_value *value, cki_dtype dtype, cki_error *error)
{
    finding f = {.leaves = -1, .wanted = dtype};
    if (find(&f, value, 0, error) != CASK_OK)
        return NULL;
    if (f.wanted.id && !is_open(f.wanted))
        f.dtype = f.wanted;
    if (!f.dtype.id)
        f.dtype = f.wanted.id ? f.wanted : cki_dtype_of(CASK_F64);
    if (cki_dtype_is_text(f.dtype) && !f.dtype.count)
        f.dtype.count = 1; /* as NumPy: an empty text still takes a character */
    cask_value *out = cki_array_new(f.dtype, f.known, f.shape, error);
    if (out && fill(out->as.array, 0, out->as.array->data, value, error) != CASK_OK) {
        cask_value_unref(out);
        return NULL;
    }
    return out;
}

cask_value *cki_array_from_scalar(const cask_value *value, cki_dtype dtype, cki_error *error)
{
    const cki_array *array = cki_array_of(value);
    if (is_sequence(value) || (array && array->ndim)) {
        cki_fail(error, CASK_TYPE, "TypeError", "a scalar is wanted here, not '%s'",
                 cki_value_type(value));
        return NULL;
    }
    return cki_array_from_value(value, dtype, error);
}
