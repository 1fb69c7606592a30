/* Element types: their sizes and names, NumPy's promotion, and conversion of single elements. */
#ifndef CKI_VALUE_DTYPE_H
#define CKI_VALUE_DTYPE_H

#include "core/fail.h"
#include "core/text.h"
#include <cask/value.h>

/* Units of datetime64 and timedelta64, NumPy's codes in order of size; GENERIC is no unit. */
typedef enum cki_unit {
    CKI_UNIT_YEAR,
    CKI_UNIT_MONTH,
    CKI_UNIT_WEEK,
    CKI_UNIT_DAY,
    CKI_UNIT_HOUR,
    CKI_UNIT_MINUTE,
    CKI_UNIT_SECOND,
    CKI_UNIT_MILLI,
    CKI_UNIT_MICRO,
    CKI_UNIT_NANO,
    CKI_UNIT_PICO,
    CKI_UNIT_FEMTO,
    CKI_UNIT_ATTO,
    CKI_UNIT_GENERIC
} cki_unit;

/* An element type in full. `count`: characters of a STR, bytes of a BYTES, multiple of the unit of
 * a date or duration (25 for "m8[25s]"); 0 otherwise. Compare with cki_dtype_same. */
typedef struct cki_dtype {
    uint8_t id;   /* a cask_dtype */
    uint8_t unit; /* a cki_unit, for DATETIME and TIMEDELTA */
    int32_t count;
} cki_dtype;

/* The smallest int64 stands for "not a time", as in NumPy. */
#define CKI_NAT INT64_MIN

/* A plain numeric type (no unit, no length). */
cki_dtype cki_dtype_of(cask_dtype id);
bool cki_dtype_same(cki_dtype a, cki_dtype b);
size_t cki_dtype_size(cki_dtype dtype);     /* bytes of an element; may be 0 for STR and BYTES */
bool cki_dtype_is_integer(cki_dtype dtype); /* signed or unsigned, not bool */
bool cki_dtype_is_unsigned(cki_dtype dtype);
bool cki_dtype_is_float(cki_dtype dtype);
bool cki_dtype_is_complex(cki_dtype dtype);
bool cki_dtype_is_number(cki_dtype dtype); /* bool, integer, float or complex */
bool cki_dtype_is_time(cki_dtype dtype);   /* datetime64 or timedelta64 */
bool cki_dtype_is_text(cki_dtype dtype);   /* STR or BYTES */
char cki_dtype_kind(cki_dtype dtype);      /* NumPy's kind letter: b i u f c M m S U */
/* The real type of a complex one (complex64 -> float32); others unchanged. */
cki_dtype cki_dtype_real(cki_dtype dtype);

/* "float64", "datetime64[ns]", "<U3" as str(numpy.dtype); buffer of at least 48. */
const char *cki_dtype_name(cki_dtype dtype, char buffer[48]);
/* "Y" ... "as", or "generic". */
const char *cki_dtype_unit_name(cki_unit unit);
/* "<f8", "|b1", "<M8[ns]", "<U3" as dtype.str. */
const char *cki_dtype_code(cki_dtype dtype, char buffer[48]);
/* Reads what numpy.dtype() reads of one plain type: "f8", "<i4", ">u2" (big-endian accepted: the
 * order is told in *swapped, which may be NULL to refuse it), "float", "int", "bool", "complex",
 * "datetime64[D]", "M8[ns]", "U3", "S", "?", "b", "h", "float64"...
 * TypeError "data type 'x' not understood". */
cask_status cki_dtype_parse(const char *text, cki_dtype *dtype, bool *swapped, cki_error *error);

/* NumPy's promote_types: the smallest type both can be cast to safely. TypeError if there is none
 * (datetime64 with float64, ...). Units combine to the finer; strings to the longer. */
cask_status cki_dtype_promote(cki_dtype a, cki_dtype b, cki_dtype *result, cki_error *error);

/* One operand of result_type: an array's type, or a scalar whose value decides (NumPy 1's
 * value-based casting). For a scalar integer `negative` and `magnitude` give its value; for a
 * scalar float `real` (and `imaginary` for a complex). */
typedef struct cki_operand {
    cki_dtype dtype; /* a scalar's natural type: BOOL, I64 (U64 if beyond), F64, C128, or a NumPy
                        scalar's own */
    bool scalar;
    bool negative;
    uint64_t magnitude;
    double real, imaginary;
} cki_operand;

/* NumPy 1.24's result_type: scalars count by value where an array of the same or a higher kind is
 * present. */
cask_status cki_dtype_result(const cki_operand *operands, size_t count, cki_dtype *result,
                             cki_error *error);

/* NumPy's can_cast for 'no' 'equiv' 'safe' 'same_kind' 'unsafe'. */
bool cki_dtype_can_cast(cki_dtype from, cki_dtype to, const char *casting);

/* The multiple by which a count of `from` becomes one of `to`: value * *multiply / *divide
 * (floored). False where there is no fixed one (months to days) or it overflows. */
bool cki_dtype_unit_ratio(cki_dtype from, cki_dtype to, int64_t *multiply, int64_t *divide);

/* half <-> single, round to nearest even. */
float cki_dtype_from_half(uint16_t half);
uint16_t cki_dtype_to_half(float value);

/* datetime64 values <-> civil time. `unit` as in the dtype. cki_dtype_time_text writes what
 * numpy.datetime_as_string does ("1970-01-02", "NaT"); cki_dtype_time_parse reads ISO 8601 and
 * gives the value in *dtype's unit, or finds the unit if *dtype's unit is GENERIC. */
const char *cki_dtype_time_text(int64_t value, cki_dtype dtype, char buffer[64]);
cask_status cki_dtype_time_parse(const char *text, cki_dtype *dtype, int64_t *value,
                                 cki_error *error);
/* A datetime64 value moved to another unit, months and years included; floors. NaT stays. */
cask_status cki_dtype_time_cast(int64_t value, cki_dtype from, cki_dtype to, int64_t *result);

#endif
