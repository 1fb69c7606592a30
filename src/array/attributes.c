/* Attributes: shape, chunks, dtype and their like, the repr, astype. */
#include "array/attributes.h"
#include "array/elementwise.h"
#include "array/source.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- sizes as Python has them: NaN where unknown ---- */

static cask_value *length_value(int64_t length, cki_error *error)
{
    return length < 0 ? cki_value_float((double)NAN, error) : cki_value_int(length, error);
}

static int64_t lengths_of(cask_array x, int axis)
{
    return cki_node_length(x, axis);
}

static int64_t blocks_of(cask_array x, int axis)
{
    return x->axes[axis].blocks;
}

/* Dask's chunksize: the largest block, nan if any is unknown. */
static int64_t largest_of(cask_array x, int axis)
{
    return cki_chunks_is_known(&x->axes[axis]) ? cki_chunks_largest(&x->axes[axis]) : -1;
}

/* A tuple of one number an axis. */
static cask_value *tuple_of(cask_array x, int64_t (*number)(cask_array x, int axis),
                            cki_error *error)
{
    cask_value *tuple = cki_value_list(CKI_TUPLE, (size_t)x->ndim, error);
    for (int k = 0; tuple && k < x->ndim; k++) {
        cask_value *item = length_value(number(x, k), error);
        if (!item) { /* a list is whole before it is released */
            for (int rest = k; rest < x->ndim; rest++)
                tuple->as.list.items[rest] = cki_value_none();
            cask_value_unref(tuple);
            return NULL;
        }
        tuple->as.list.items[k] = item;
    }
    return tuple;
}

/* ---- repr ---- */

static void put_tuple(cki_text *text, cask_array x, int64_t (*number)(cask_array x, int axis))
{
    cki_text_char(text, '(');
    for (int k = 0; k < x->ndim; k++) {
        int64_t value = number(x, k);
        cki_text_put(text, k ? ", " : "");
        if (value < 0)
            cki_text_put(text, "nan");
        else
            cki_text_format(text, "%lld", (long long)value);
    }
    cki_text_put(text, x->ndim == 1 ? ",)" : ")");
}

void cki_attributes_shape(cask_array x, cki_text *text)
{
    put_tuple(text, x, lengths_of);
}

void cki_attributes_chunksize(cask_array x, cki_text *text)
{
    put_tuple(text, x, largest_of);
}

void cki_attributes_repr(cask_array x, cki_text *text)
{
    char dtype[48];
    cki_text_format(text, "cask.array<%s, shape=", x->label);
    put_tuple(text, x, lengths_of);
    cki_text_format(text, ", dtype=%s, chunksize=", cki_dtype_name(x->dtype, dtype));
    put_tuple(text, x, largest_of);
    cki_text_char(text, '>');
}

const char *cki_attributes_name(cask_array x, char *buffer, size_t size)
{
    char token[33];
    if (size && x->name)
        snprintf(buffer, size, "%s", x->name);
    else if (size)
        snprintf(buffer, size, "%s-%s", x->label, cki_token_hex(x->base.token, token));
    return buffer;
}

/* ---- attributes ---- */

static cask_array self_of(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    return cki_node_from_value(&build, call->arguments[0]);
}

static cask_value *run_shape(cki_call *call)
{
    cask_array x = self_of(call);
    return x ? tuple_of(x, lengths_of, call->error) : NULL;
}

static cask_value *run_numblocks(cki_call *call)
{
    cask_array x = self_of(call);
    return x ? tuple_of(x, blocks_of, call->error) : NULL;
}

static cask_value *run_chunksize(cki_call *call)
{
    cask_array x = self_of(call);
    return x ? tuple_of(x, largest_of, call->error) : NULL;
}

static cask_value *run_chunks(cki_call *call)
{
    cask_array x = self_of(call);
    cask_value *tuple = x ? cki_value_list(CKI_TUPLE, (size_t)x->ndim, call->error) : NULL;
    for (int k = 0; tuple && k < x->ndim; k++) {
        cask_value *sizes = cki_chunks_value(&x->axes[k], call->error);
        tuple->as.list.items[k] = sizes ? sizes : cki_value_none();
    }
    if (call->error->status == CASK_OK)
        return tuple;
    cask_value_unref(tuple);
    return NULL;
}

static cask_value *run_dtype(cki_call *call)
{
    cask_array x = self_of(call);
    return x ? cki_value_dtype(x->dtype, call->error) : NULL;
}

static cask_value *run_ndim(cki_call *call)
{
    cask_array x = self_of(call);
    return x ? cki_value_int(x->ndim, call->error) : NULL;
}

static cask_value *run_size(cki_call *call)
{
    cask_array x = self_of(call);
    return x ? length_value(cki_node_size(x), call->error) : NULL;
}

static cask_value *run_nbytes(cki_call *call)
{
    cask_array x = self_of(call);
    if (!x)
        return NULL;
    int64_t size = cki_node_size(x), bytes;
    if (size < 0)
        return length_value(size, call->error);
    if (__builtin_mul_overflow(size, (int64_t)cki_dtype_size(x->dtype), &bytes))
        return cki_value_float((double)size * (double)cki_dtype_size(x->dtype), call->error);
    return cki_value_int(bytes, call->error);
}

static cask_value *run_itemsize(cki_call *call)
{
    cask_array x = self_of(call);
    return x ? cki_value_int((int64_t)cki_dtype_size(x->dtype), call->error) : NULL;
}

static cask_value *run_npartitions(cki_call *call)
{
    cask_array x = self_of(call);
    return x ? cki_value_int(cki_node_blocks(x), call->error) : NULL;
}

static cask_value *run_name(cki_call *call)
{
    cask_array x = self_of(call);
    char name[256];
    return x ? cki_value_string(cki_attributes_name(x, name, sizeof name), call->error) : NULL;
}

static cask_value *run_len(cki_call *call)
{
    cask_array x = self_of(call);
    if (!x)
        return NULL;
    if (x->ndim == 0) {
        cki_fail(call->error, CASK_TYPE, NULL, "len() of unsized object");
        return NULL;
    }
    if (cki_node_length(x, 0) < 0) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "Cannot call len() on object with unknown chunk size. Compute the array first.");
        return NULL;
    }
    return cki_value_int(cki_node_length(x, 0), call->error);
}

/* ---- parts and types ---- */

/* Of real numbers the real part is the array itself, the imaginary part zeros of its type. */
static cask_value *run_part(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, call->arguments[0]);
    const char *part = call->operation->detail;
    return x ? cki_node_value(&build, cki_elementwise_arrays(&build, part, &x, 1)) : NULL;
}

/* The characters that NumPy gives numbers of a type as text: enough for any of them. */
static int32_t text_width(cki_dtype from)
{
    switch ((cask_dtype)from.id) {
    case CASK_BOOL:
    case CASK_U16:
        return 5;
    case CASK_U8:
        return 3;
    case CASK_I8:
        return 4;
    case CASK_I16:
        return 6;
    case CASK_I32:
        return 11;
    case CASK_U32:
        return 10;
    case CASK_I64:
        return 21;
    case CASK_U64:
        return 20;
    case CASK_C64:
    case CASK_C128:
        return 64;
    case CASK_DATETIME:
    case CASK_TIMEDELTA:
        return 28;
    case CASK_STR:
    case CASK_BYTES:
        return from.count;
    case CASK_F16:
    case CASK_F32:
    case CASK_F64:
    case CASK_DTYPE_DEFAULT:
    case CASK_DTYPE_COUNT:
        break;
    }
    return 32;
}

static cask_value *run_astype(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "x"));
    cask_value *casting = cki_operation_argument(call, "casting");
    cki_dtype dtype;
    if (!x || cki_node_dtype(cki_operation_argument(call, "dtype"), &dtype, call->error) != CASK_OK)
        return NULL;
    if (!dtype.id)
        dtype = cki_dtype_of(CASK_F64); /* numpy.dtype(None) */
    if (cki_dtype_is_text(dtype) && dtype.count == 0)
        dtype.count = text_width(x->dtype);
    static const char *const rules[] = {"no", "equiv", "safe", "same_kind", "unsafe"};
    bool known = false;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        known |= casting->kind == CKI_STR && strcmp(casting->as.text.bytes, rules[i]) == 0;
    if (!known) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "casting must be one of 'no', 'equiv', 'safe', 'same_kind', or 'unsafe'");
        return NULL;
    }
    if (!cki_dtype_can_cast(x->dtype, dtype, casting->as.text.bytes)) {
        char from[48], to[48];
        cki_fail(call->error, CASK_TYPE, NULL,
                 "Cannot cast array from dtype('%s') to dtype('%s') according to the rule '%s'",
                 cki_dtype_name(x->dtype, from), cki_dtype_name(dtype, to), casting->as.text.bytes);
        return NULL;
    }
    return cki_node_value(&build, cki_elementwise_cast(&build, x, dtype));
}

/* Of types alone: no value counts. */
static cask_value *run_promote_types(cki_call *call)
{
    cki_dtype types[2], result;
    for (size_t i = 0; i < 2; i++)
        if (cki_node_dtype(call->arguments[i], &types[i], call->error) != CASK_OK)
            return NULL;
    if (!types[0].id || !types[1].id) {
        cki_fail(call->error, CASK_TYPE, NULL, "promote_types() takes two dtypes");
        return NULL;
    }
    return cki_dtype_promote(types[0], types[1], &result, call->error) == CASK_OK
               ? cki_value_dtype(result, call->error)
               : NULL;
}

static cask_value *run_result_type(cki_call *call)
{
    cask_value *list = call->arguments[0];
    cki_operand operands[CKI_MAX_NDIM];
    size_t count = list->as.list.count;
    if (count == 0 || count > CKI_MAX_NDIM) {
        cki_fail(call->error, CASK_INVALID, NULL, "result_type() takes 1 to %d arrays or dtypes",
                 CKI_MAX_NDIM);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        cask_value *item = list->as.list.items[i];
        cask_array x = cki_node_lazy(item);
        operands[i] = (cki_operand){0};
        if (x)
            operands[i].dtype = x->dtype;
        else if (item->kind == CKI_STR || item->kind == CKI_DTYPE || item->kind == CKI_OBJECT) {
            if (cki_node_dtype(item, &operands[i].dtype, call->error) != CASK_OK)
                return NULL;
        } else if (cki_value_operand(item, &operands[i], call->error) != CASK_OK)
            return NULL;
    }
    cki_dtype result;
    if (cki_dtype_result(operands, count, &result, call->error) != CASK_OK)
        return NULL;
    return cki_value_dtype(result, call->error);
}

/* ---- the records ---- */

#define ATTRIBUTES(X)                                                                              \
    X(shape, run_shape, "Lengths of the axes; nan where only computing tells.")                    \
    X(chunks, run_chunks, "Lengths of the blocks, a tuple an axis.")                               \
    X(dtype, run_dtype, "Type of the elements.")                                                   \
    X(ndim, run_ndim, "Number of axes.")                                                           \
    X(size, run_size, "Number of elements.")                                                       \
    X(nbytes, run_nbytes, "Bytes of all elements.")                                                \
    X(itemsize, run_itemsize, "Bytes of one element.")                                             \
    X(numblocks, run_numblocks, "Blocks along each axis.")                                         \
    X(npartitions, run_npartitions, "Blocks in all.")                                              \
    X(chunksize, run_chunksize, "Lengths of the largest block.")                                   \
    X(name, run_name, "What the array is called in graphs: its operation and a token.")

#define RECORD(name, run, doc)                                                                     \
    static const cki_operation op_##name = {#name, CKI_ARRAY_ATTRIBUTE, "x", doc, run, NULL};
ATTRIBUTES(RECORD)

/* Places where x.NAME and NAME(x) are the same. */
#define FUNCTION (CKI_IN_DA | CKI_IN_NP)
static const cki_operation op_shape_of = {"shape",   FUNCTION, "array", "The array's shape.",
                                          run_shape, NULL};
static const cki_operation op_ndim_of = {"ndim",   FUNCTION, "array", "The array's number of axes.",
                                         run_ndim, NULL};
static const cki_operation op_real = {"real", CKI_ARRAY_ATTRIBUTE, "x", "The real part.", run_part,
                                      "real"};
static const cki_operation op_imag = {
    "imag", CKI_ARRAY_ATTRIBUTE, "x", "The imaginary part.", run_part, "imag"};
static const cki_operation op_len = {"__len__", CKI_ARRAY_PROTOCOL, "x", "len(x).", run_len, NULL};
static const cki_operation op_astype = {
    "astype",
    CKI_ARRAY_METHOD,
    "x, dtype, casting='unsafe', copy=True, order='K'",
    "The array in another type; TypeError where the casting rule forbids it.",
    run_astype,
    NULL};
static const cki_operation op_promote_types = {
    "promote_types",   CKI_IN_NP, "type1, type2", "The smallest type both are cast to safely.",
    run_promote_types, NULL};
static const cki_operation op_result_type = {
    "result_type",   FUNCTION, "*arrays_and_dtypes", "The type that arrays and numbers combine to.",
    run_result_type, NULL};

#define ENTRY(name, run, doc) &op_##name,
const cki_operation *const cki_attributes_operations[] = {
    ATTRIBUTES(ENTRY) & op_shape_of,
    &op_ndim_of,
    &op_real,
    &op_imag,
    &op_len,
    &op_astype,
    &op_promote_types,
    &op_result_type,
    NULL,
};
