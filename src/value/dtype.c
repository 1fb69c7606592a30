/* Element types: sizes, kinds and names. Promotion, parsing and dates are in the dtype_*.c files
 * beside this one. */
#include "value/dtype.h"

#include <stdio.h>

typedef struct facts {
    const char *name;
    size_t size;
} facts;

#define FACTS(NAME, suffix, type, text) [CASK_##NAME] = {text, sizeof(type)},
static const facts sizes[CASK_DTYPE_COUNT] = {CASK_DTYPES(FACTS)};
#undef FACTS

static const char kinds[CASK_DTYPE_COUNT + 1] = "?biuiuiuiufffccMmSU";

cki_dtype cki_dtype_of(cask_dtype id)
{
    bool time = id == CASK_DATETIME || id == CASK_TIMEDELTA;
    return (cki_dtype){(uint8_t)id, time ? CKI_UNIT_GENERIC : 0, time};
}

/* 0 and 1 are the same multiple of a unit. */
static int32_t multiple(cki_dtype dtype)
{
    return dtype.count > 0 ? dtype.count : 1;
}

bool cki_dtype_same(cki_dtype a, cki_dtype b)
{
    if (a.id != b.id)
        return false;
    if (cki_dtype_is_time(a))
        return a.unit == b.unit && multiple(a) == multiple(b);
    return !cki_dtype_is_text(a) || a.count == b.count;
}

size_t cki_dtype_size(cki_dtype dtype)
{
    if (dtype.id == CASK_DTYPE_DEFAULT || dtype.id >= CASK_DTYPE_COUNT)
        return 0;
    size_t size = sizes[dtype.id].size;
    return cki_dtype_is_text(dtype) ? size * (size_t)(dtype.count > 0 ? dtype.count : 0) : size;
}

char cki_dtype_kind(cki_dtype dtype)
{
    return dtype.id > 0 && dtype.id < CASK_DTYPE_COUNT ? kinds[dtype.id] : '?';
}

bool cki_dtype_is_integer(cki_dtype dtype)
{
    return dtype.id >= CASK_I8 && dtype.id <= CASK_U64;
}

bool cki_dtype_is_unsigned(cki_dtype dtype)
{
    return dtype.id == CASK_U8 || dtype.id == CASK_U16 || dtype.id == CASK_U32 ||
           dtype.id == CASK_U64;
}

bool cki_dtype_is_float(cki_dtype dtype)
{
    return dtype.id >= CASK_F16 && dtype.id <= CASK_F64;
}

bool cki_dtype_is_complex(cki_dtype dtype)
{
    return dtype.id == CASK_C64 || dtype.id == CASK_C128;
}

bool cki_dtype_is_number(cki_dtype dtype)
{
    return dtype.id >= CASK_BOOL && dtype.id <= CASK_C128;
}

bool cki_dtype_is_time(cki_dtype dtype)
{
    return dtype.id == CASK_DATETIME || dtype.id == CASK_TIMEDELTA;
}

bool cki_dtype_is_text(cki_dtype dtype)
{
    return dtype.id == CASK_STR || dtype.id == CASK_BYTES;
}

cki_dtype cki_dtype_real(cki_dtype dtype)
{
    if (!cki_dtype_is_complex(dtype))
        return dtype;
    return cki_dtype_of(dtype.id == CASK_C64 ? CASK_F32 : CASK_F64);
}

static const char *const units[CKI_UNIT_GENERIC] = {"Y",  "M",  "W",  "D",  "h",  "m", "s",
                                                    "ms", "us", "ns", "ps", "fs", "as"};

/* "[25s]", "[ns]", or nothing for the generic unit. */
static void unit_text(cki_dtype dtype, char out[24])
{
    out[0] = '\0';
    if (dtype.unit >= CKI_UNIT_GENERIC)
        return;
    if (multiple(dtype) == 1)
        snprintf(out, 24, "[%s]", units[dtype.unit]);
    else
        snprintf(out, 24, "[%d%s]", multiple(dtype), units[dtype.unit]);
}

const char *cki_dtype_unit_name(cki_unit unit)
{
    return unit < CKI_UNIT_GENERIC ? units[unit] : "generic";
}

const char *cki_dtype_name(cki_dtype dtype, char buffer[48])
{
    if (dtype.id == CASK_DTYPE_DEFAULT || dtype.id >= CASK_DTYPE_COUNT) {
        snprintf(buffer, 48, "none");
    } else if (cki_dtype_is_time(dtype)) {
        char unit[24];
        unit_text(dtype, unit);
        snprintf(buffer, 48, "%s%s", sizes[dtype.id].name, unit);
    } else if (cki_dtype_is_text(dtype)) {
        cki_dtype_code(dtype, buffer);
    } else {
        snprintf(buffer, 48, "%s", sizes[dtype.id].name);
    }
    return buffer;
}

const char *cki_dtype_code(cki_dtype dtype, char buffer[48])
{
    char kind = dtype.id == CASK_BOOL ? 'b' : cki_dtype_kind(dtype);
    size_t size = cki_dtype_size(dtype);
    if (dtype.id == CASK_BYTES) {
        snprintf(buffer, 48, "|S%d", dtype.count);
    } else if (dtype.id == CASK_STR) {
        snprintf(buffer, 48, "<U%d", dtype.count);
    } else {
        char unit[24] = "";
        if (cki_dtype_is_time(dtype))
            unit_text(dtype, unit);
        snprintf(buffer, 48, "%c%c%zu%s", size == 1 ? '|' : '<', kind, size, unit);
    }
    return buffer;
}
