/* Values: what computations give and take: Python's scalars, strings and containers, and n-d
 * arrays. Reference counted, and immutable once shared; safe to read from any thread. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_VALUE_H
#define CASK_VALUE_H

#ifdef __cplusplus
extern "C" {
#endif

/* Element types, with NumPy's names. X(NAME, suffix, C type of an element, NumPy's name). */
#define CASK_DTYPES(X)                                                                             \
    X(BOOL, bool, uint8_t, "bool")                                                                 \
    X(I8, i8, int8_t, "int8")                                                                      \
    X(U8, u8, uint8_t, "uint8")                                                                    \
    X(I16, i16, int16_t, "int16")                                                                  \
    X(U16, u16, uint16_t, "uint16")                                                                \
    X(I32, i32, int32_t, "int32")                                                                  \
    X(U32, u32, uint32_t, "uint32")                                                                \
    X(I64, i64, int64_t, "int64")                                                                  \
    X(U64, u64, uint64_t, "uint64")                                                                \
    X(F16, f16, uint16_t, "float16")                                                               \
    X(F32, f32, float, "float32")                                                                  \
    X(F64, f64, double, "float64")                                                                 \
    X(C64, c64, float _Complex, "complex64")                                                       \
    X(C128, c128, double _Complex, "complex128")                                                   \
    X(DATETIME, datetime, int64_t, "datetime64")                                                   \
    X(TIMEDELTA, timedelta, int64_t, "timedelta64")                                                \
    X(BYTES, bytes, char, "bytes")                                                                 \
    X(STR, str, uint32_t, "str")

/* CASK_DTYPE_DEFAULT is 0: "as the operation finds best". */
typedef enum cask_dtype {
    CASK_DTYPE_DEFAULT,
#define CASK_DTYPE_NAME(NAME, suffix, type, text) CASK_##NAME,
    CASK_DTYPES(CASK_DTYPE_NAME)
#undef CASK_DTYPE_NAME
        CASK_DTYPE_COUNT
} cask_dtype;

typedef struct cask_value cask_value;

/* Counted references; both accept NULL, ref returns its argument. */
CASK_API
cask_value *cask_value_ref(cask_value *value);
CASK_API
void cask_value_unref(cask_value *value);

/* New values, NULL when there is no memory. Text is copied. */
CASK_API
cask_value *cask_value_from_bool(bool value);
CASK_API
cask_value *cask_value_from_int(int64_t value);
CASK_API
cask_value *cask_value_from_float(double value);
CASK_API
cask_value *cask_value_from_text(const char *utf8);
CASK_API
cask_value *cask_value_from_complex(double real, double imaginary);
/* None. */
CASK_API
cask_value *cask_value_none(void);

/* A number as a double or a 64-bit integer: from a Python number, or an array of one element.
 * NaN, or 0, if it is neither. */
CASK_API
double cask_value_f64(const cask_value *value);
CASK_API
int64_t cask_value_i64(const cask_value *value);

/* What kind of thing it is, in Python's words: "int", "str", "list", "dict", "numpy.ndarray",
 * "NoneType"; "" of NULL. Static text. */
CASK_API
const char *cask_value_type(const cask_value *value);

/* Of an array: its element type, dimensions, shape (ndim numbers, the value's own), strides in
 * bytes and elements. Others answer CASK_DTYPE_DEFAULT, 0, NULL. */
CASK_API
cask_dtype cask_value_dtype(const cask_value *value);
CASK_API
int cask_value_ndim(const cask_value *value);
CASK_API
const int64_t *cask_value_shape(const cask_value *value);
CASK_API
const int64_t *cask_value_strides(const cask_value *value);
CASK_API
const void *cask_value_data(const cask_value *value);

/* Bytes of an element, and its type in full, "float64", "datetime64[ns]", "<U3": written to the
 * caller's buffer, which is returned (64 bytes hold any, shorter ones cut it). Of others 0, "". */
CASK_API
size_t cask_value_itemsize(const cask_value *value);
CASK_API
const char *cask_value_dtype_name(const cask_value *value, char *buffer, size_t size);
/* Bytes of an element of a type; 0 of BYTES and STR, whose arrays have lengths of their own. */
CASK_API
size_t cask_dtype_size(cask_dtype dtype);

/* Copy an array, or a number, to memory of the caller's: in C order, converted to `dtype` (default:
 * its own). False where it is neither, cannot be converted, or takes more than `bytes`. */
CASK_API
bool cask_value_copy(const cask_value *value, cask_dtype dtype, void *data, size_t bytes);

/* A new array in C order, whose elements are set through *data before anybody else is given the
 * value. ValueError's case, a negative length or more than 32 axes, is NULL too. Not for BYTES and
 * STR. */
CASK_API
cask_value *cask_value_array(cask_dtype dtype, int ndim, const int64_t *shape, void **data);
/* The items of a list, tuple or array's first axis: how many (-1 if it has none), and the i-th as a
 * new reference, NULL past the last. */
CASK_API
int64_t cask_value_length(const cask_value *value);
CASK_API
cask_value *cask_value_item(const cask_value *value, int64_t i);
/* What a dict has under a text: a new reference, NULL if it has nothing. */
CASK_API
cask_value *cask_value_get(const cask_value *value, const char *key);

/* The text as NumPy's or Python's print() would show it; the caller frees it with cask_text_free.
 */
CASK_API
char *cask_value_text(const cask_value *value);
CASK_API
void cask_text_free(char *text);

#ifdef __cplusplus
}
#endif

#endif
