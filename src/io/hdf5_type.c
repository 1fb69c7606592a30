/* HDF5's element types as ours. */
#include "io/hdf5.h"

#include <string.h>

static uint8_t integer_id(size_t size, bool is_signed)
{
    switch (size) {
    case 1:
        return is_signed ? CASK_I8 : CASK_U8;
    case 2:
        return is_signed ? CASK_I16 : CASK_U16;
    case 3:
    case 4:
        return is_signed ? CASK_I32 : CASK_U32;
    case 5:
    case 6:
    case 7:
    case 8:
        return is_signed ? CASK_I64 : CASK_U64;
    default:
        return 0;
    }
}

static size_t word_of(hid_t type, size_t size)
{
    return H5Tget_order(type) == H5T_ORDER_BE && size > 1 ? size : 1;
}

static void find_integer(hid_t type, cki_hdf5_type *found)
{
    size_t size = H5Tget_size(type);
    bool is_signed = H5Tget_class(type) == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2;
    found->dtype = cki_dtype_of((cask_dtype)integer_id(size, is_signed));
    found->word = word_of(type, size);
    found->convert = H5Tget_precision(type) != 8 * size || (size & (size - 1)) != 0;
    if (found->dtype.id == 0)
        found->refused = "its integers have more than 64 bits";
    else if (found->convert && H5Tget_class(type) == H5T_BITFIELD)
        found->refused = "its bit fields are not whole bytes";
}

/* IEEE 754 of 16, 32 or 64 bits, in either order of bytes? */
static bool is_ieee(hid_t type, size_t size)
{
    size_t sign, exponent, exponent_bits, mantissa, mantissa_bits;
    if (H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) < 0 ||
        H5Tget_precision(type) != 8 * size || H5Tget_norm(type) != H5T_NORM_IMPLIED)
        return false;
    size_t bits = size == 2 ? 5 : size == 4 ? 8 : 11;
    H5T_order_t order = H5Tget_order(type);
    return (order == H5T_ORDER_LE || order == H5T_ORDER_BE) && sign == 8 * size - 1 &&
           exponent_bits == bits && mantissa == 0 && mantissa_bits == 8 * size - 1 - bits &&
           exponent == mantissa_bits && H5Tget_ebias(type) == (1U << (bits - 1)) - 1;
}

static void find_float(hid_t type, cki_hdf5_type *found)
{
    size_t size = H5Tget_size(type);
    bool plain = (size == 2 || size == 4 || size == 8) && is_ieee(type, size);
    found->dtype = cki_dtype_of(!plain || size == 8 ? CASK_F64 : size == 4 ? CASK_F32 : CASK_F16);
    found->word = word_of(type, size);
    found->convert = !plain;
    if (size > 16)
        found->refused = "its floats have more than 128 bits";
}

/* h5py's bool is an enumeration of bytes named FALSE and TRUE. */
static bool is_bool(hid_t type)
{
    signed char no = 1, yes = 0;
    return H5Tget_size(type) == 1 && H5Tget_nmembers(type) == 2 &&
           H5Tenum_valueof(type, "FALSE", &no) >= 0 && H5Tenum_valueof(type, "TRUE", &yes) >= 0 &&
           no == 0 && yes == 1;
}

static bool member_is(hid_t type, unsigned i, const char *name)
{
    char *given = H5Tget_member_name(type, i);
    bool same = given && strcmp(given, name) == 0;
    H5free_memory(given);
    return same;
}

/* h5py's complex is a compound of two floats r and i. */
static void find_compound(hid_t type, cki_hdf5_type *found)
{
    size_t size = H5Tget_size(type);
    found->refused = "its elements are compounds within compounds";
    if (H5Tget_nmembers(type) != 2 || (size != 8 && size != 16) || !member_is(type, 0, "r") ||
        !member_is(type, 1, "i") || H5Tget_member_offset(type, 1) != size / 2)
        return;
    hid_t real = H5Tget_member_type(type, 0), imaginary = H5Tget_member_type(type, 1);
    if (H5Tequal(real, imaginary) > 0 && H5Tget_class(real) == H5T_FLOAT &&
        H5Tget_size(real) == size / 2 && is_ieee(real, size / 2)) {
        found->dtype = cki_dtype_of(size == 8 ? CASK_C64 : CASK_C128);
        found->word = word_of(real, size / 2);
        found->refused = NULL;
    }
    H5Tclose(real);
    H5Tclose(imaginary);
}

static void find_string(hid_t type, cki_hdf5_type *found)
{
    found->word = 1;
    if (H5Tis_variable_str(type) > 0) {
        bool unicode = H5Tget_cset(type) == H5T_CSET_UTF8;
        found->text = true;
        found->dtype = (cki_dtype){.id = unicode ? CASK_STR : CASK_BYTES, .count = 1};
        return;
    }
    size_t size = H5Tget_size(type);
    found->dtype = (cki_dtype){.id = CASK_BYTES, .count = (int32_t)size};
    if (size == 0 || size > INT32_MAX)
        found->refused = "its strings are too long";
}

/* One level; true if `type` is an array type, whose elements come next. */
static void find_one(hid_t type, cki_hdf5_type *found)
{
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
    case H5T_BITFIELD:
        find_integer(type, found);
        break;
    case H5T_FLOAT:
        find_float(type, found);
        break;
    case H5T_STRING:
        find_string(type, found);
        break;
    case H5T_ENUM: {
        hid_t base = H5Tget_super(type);
        find_integer(base, found);
        if (found->convert)
            found->refused = "its enumeration has integers of odd size";
        if (is_bool(type))
            found->dtype = cki_dtype_of(CASK_BOOL);
        H5Tclose(base);
        break;
    }
    case H5T_COMPOUND:
        find_compound(type, found);
        break;
    case H5T_VLEN:
        found->refused = "its elements are sequences of variable length";
        break;
    case H5T_OPAQUE:
        found->refused = "its elements are opaque bytes";
        break;
    case H5T_REFERENCE:
        found->refused = "its elements are references";
        break;
    case H5T_TIME:
    case H5T_ARRAY:
    case H5T_NO_CLASS:
    case H5T_NCLASSES:
        found->refused = "its elements are of a type that we do not know";
        break;
    }
}

void cki_hdf5_type_find(hid_t type, cki_hdf5_type *found)
{
    *found = (cki_hdf5_type){.word = 1};
    hid_t at = H5Tcopy(type);
    while (at >= 0 && H5Tget_class(at) == H5T_ARRAY && !found->refused) {
        hsize_t shape[H5S_MAX_RANK];
        int ndim = H5Tget_array_ndims(at);
        if (ndim < 0 || found->ndim + ndim > CKI_MAX_NDIM || H5Tget_array_dims2(at, shape) < 0) {
            found->refused = "its array type has too many dimensions";
            break;
        }
        for (int k = 0; k < ndim; k++)
            found->shape[found->ndim++] = (int64_t)shape[k];
        hid_t super = H5Tget_super(at);
        H5Tclose(at);
        at = super;
    }
    if (at >= 0 && !found->refused)
        find_one(at, found);
    else if (!found->refused)
        found->refused = "its type cannot be read";
    if (found->ndim && found->convert)
        found->refused = "its array type holds numbers of odd size";
    if (found->ndim && found->text)
        found->refused = "its array type holds strings of variable length";
    H5Tclose(at);
}

bool cki_hdf5_type_members(hid_t type)
{
    cki_hdf5_type found;
    cki_hdf5_type_find(type, &found);
    return found.refused && H5Tget_class(type) == H5T_COMPOUND && H5Tget_nmembers(type) > 0;
}

hid_t cki_hdf5_type_native(cki_dtype dtype)
{
    switch ((cask_dtype)dtype.id) {
    case CASK_I8:
        return H5T_NATIVE_INT8;
    case CASK_U8:
        return H5T_NATIVE_UINT8;
    case CASK_I16:
        return H5T_NATIVE_INT16;
    case CASK_U16:
        return H5T_NATIVE_UINT16;
    case CASK_I32:
        return H5T_NATIVE_INT32;
    case CASK_U32:
        return H5T_NATIVE_UINT32;
    case CASK_I64:
    case CASK_DATETIME:
    case CASK_TIMEDELTA:
        return H5T_NATIVE_INT64;
    case CASK_U64:
        return H5T_NATIVE_UINT64;
    case CASK_F32:
        return H5T_NATIVE_FLOAT;
    case CASK_F64:
        return H5T_NATIVE_DOUBLE;
    case CASK_DTYPE_DEFAULT:
    case CASK_BOOL:
    case CASK_F16:
    case CASK_C64:
    case CASK_C128:
    case CASK_BYTES:
    case CASK_STR:
    case CASK_DTYPE_COUNT:
        break;
    }
    return H5I_INVALID_HID;
}
