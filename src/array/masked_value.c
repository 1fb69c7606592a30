/* Computed masked arrays, and how NumPy prints them. */
#include "array/creation.h"
#include "array/elementwise.h"
#include "array/masked.h"
#include "array/save.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>

typedef struct computed {
    cask_value *data, *mask;
    double fill;
    bool has_fill;
} computed;

static void release(void *self)
{
    computed *c = self;
    cask_value_unref(c->data);
    cask_value_unref(c->mask);
    cki_memory_free(c);
}

/* Nested lists, those of the last axis on one line; elements that do not count are --. */
static void put_elements(const computed *c, int indent, cki_text *text)
{
    const cki_array *data = cki_array_of(c->data), *mask = cki_array_of(c->mask);
    int64_t index[CKI_MAX_NDIM] = {0};
    const int ndim = data->ndim;
    int open = ndim;
    if (cki_array_size(data) == 0) {
        cki_text_put(text, "[]");
        return;
    }
    for (;;) {
        for (int k = 0; k < open; k++)
            cki_text_put(text, "[");
        bool hidden = *cki_array_at(mask, index);
        cask_value *item =
            hidden ? NULL : cki_array_item(data->dtype, cki_array_at(data, index), NULL);
        if (item)
            cki_value_repr(item, text);
        else
            cki_text_put(text, "--");
        cask_value_unref(item);
        int k = ndim - 1;
        for (open = 0; k >= 0 && ++index[k] >= data->shape[k]; k--, open++) {
            index[k] = 0;
            cki_text_put(text, "]");
        }
        if (k < 0)
            return;
        cki_text_put(text, ",");
        for (int i = 1; i < open; i++)
            cki_text_put(text, "\n");
        if (open == 0)
            cki_text_put(text, " ");
        else
            cki_text_format(text, "\n%*s", indent + ndim - open, "");
    }
}

/* The mask as NumPy prints bools, its further lines moved in. */
static void put_mask(const computed *c, int indent, cki_text *text)
{
    cki_text whole = {0};
    cki_array_print_whole(cki_array_of(c->mask), &whole);
    for (const char *at = whole.bytes; at && *at; at++) {
        bool space =
            *at == ' ' && at > whole.bytes && at[-1] != '[' && at[-1] != ' ' && at[-1] != '\n';
        if (space || (*at == '\n' && at[-1] == ']'))
            cki_text_put(text, ",");
        cki_text_char(text, *at);
        if (*at == '\n')
            cki_text_format(text, "%*s", indent, "");
    }
    text->failed = text->failed || whole.failed;
    cki_text_free(&whole);
}

static void print(void *self, cki_text *text)
{
    const computed *c = self;
    const cki_array *data = cki_array_of(c->data);
    const bool flat = data->ndim < 2;
    bool number = cki_dtype_is_float(data->dtype) || cki_dtype_is_complex(data->dtype);
    cki_text_put(text, flat ? "masked_array(data=" : "masked_array(\n  data=");
    put_elements(c, flat ? 18 : 7, text);
    cki_text_put(text, flat ? ",\n             mask=" : ",\n  mask=");
    put_mask(c, flat ? 18 : 7, text);
    cki_text_put(text, flat ? ",\n       fill_value=" : ",\n  fill_value=");
    if (data->dtype.id == CASK_BOOL)
        cki_text_put(text, !c->has_fill || c->fill != 0 ? "True" : "False");
    else if (number)
        cki_value_float_repr(c->has_fill ? c->fill : 1e20, text);
    else
        cki_text_format(text, "%.0f", c->has_fill ? c->fill : 999999);
    cki_text_put(text, ")");
}

static const cki_class class = {"MaskedArray", release, print, NULL};

static void nothing(void *self)
{
    (void)self;
}

static void print_masked(void *self, cki_text *text)
{
    (void)self;
    cki_text_put(text, "masked");
}

static const cki_class masked_class = {"MaskedConstant", nothing, print_masked, NULL};
static int the_masked; /* the one value that does not count */

cask_value *cki_masked_value_constant(cki_error *error)
{
    return cki_value_object(&masked_class, &the_masked, error);
}

cask_value *cki_masked_value_new(cask_value *data, cask_value *mask, double fill, bool has_fill,
                                 cki_error *error)
{
    const cki_array *flags = cki_array_of(mask);
    cask_value *made = NULL;
    if (flags && flags->ndim == 0) {
        made = *flags->data ? cki_masked_value_constant(error) : cask_value_ref(data);
    } else {
        computed *c = cki_memory_alloc(sizeof *c);
        if (c) {
            *c = (computed){data, mask, fill, has_fill};
            return cki_value_object(&class, c, error);
        }
        cki_fail_memory(error, sizeof *c);
    }
    cask_value_unref(data);
    cask_value_unref(mask);
    return made;
}

cask_value *cki_masked_value_data(const cask_value *value)
{
    const computed *c = cki_value_self(value, &class);
    return c ? c->data : NULL;
}

cask_value *cki_masked_value_mask(const cask_value *value)
{
    const computed *c = cki_value_self(value, &class);
    return c ? c->mask : NULL;
}

bool cki_masked_value_element(const cask_value *value)
{
    return cki_value_self(value, &masked_class) != NULL;
}

bool cki_masked_value_of(cki_build *build, const cask_value *value, cki_masked *parts)
{
    const computed *c = cki_value_self(value, &class);
    if (!c)
        return cki_masked_of(value, parts);
    *parts = (cki_masked){.fill = c->fill, .has_fill = c->has_fill};
    parts->data = cki_node_from_value(build, c->data);
    parts->mask = parts->data ? cki_node_from_value(build, c->mask) : NULL;
    return parts->mask != NULL;
}

/* NetCDF's own fill values (netcdf.h), which people know by sight. */
static cask_value *usual_mark(cki_dtype dtype, cki_error *error)
{
    static const int64_t marks[] = {[CASK_I8] = -127,
                                    [CASK_U8] = 255,
                                    [CASK_I16] = -32767,
                                    [CASK_U16] = 65535,
                                    [CASK_I32] = -2147483647,
                                    [CASK_U32] = 4294967295,
                                    [CASK_I64] = -9223372036854775806,
                                    [CASK_U64] = INT64_MAX};
    if (cki_dtype_is_time(dtype))
        return cki_value_int(CKI_NAT, error);
    if (cki_dtype_is_integer(dtype) && dtype.id < sizeof marks / sizeof *marks)
        return cki_value_int(marks[dtype.id], error);
    return cki_value_float((double)NAN, error);
}

cask_array cki_masked_value_marked(cki_build *build, const cask_value *value, const char *path,
                                   cask_value **fill)
{
    static const char *const suffixes[] = {".nc", ".nc4",  ".nc3",  ".cdf", ".nc5",
                                           ".h5", ".hdf5", ".zarr", ".zip"};
    const char *dot = strrchr(path, '.');
    bool marked = false;
    for (size_t i = 0; dot && i < sizeof suffixes / sizeof *suffixes; i++)
        marked |= strcmp(dot, suffixes[i]) == 0;
    cki_masked parts;
    if (!marked || !cki_masked_value_of(build, value, &parts))
        return NULL;
    cki_dtype dtype = parts.data->dtype;
    if (dtype.id == CASK_BOOL) {
        dtype = cki_dtype_of(CASK_I8);
        if (!(parts.data = cki_elementwise_cast(build, parts.data, dtype)))
            return NULL;
    }
    bool exact = cki_dtype_is_integer(dtype);
    *fill = !parts.has_fill ? usual_mark(dtype, build->error)
            : exact         ? cki_value_int((int64_t)parts.fill, build->error)
                            : cki_value_float(parts.fill, build->error);
    return *fill ? cki_masked_filled(build, &parts, *fill) : NULL;
}

cask_array cki_masked_value_filled(cki_build *build, cask_array masked, cki_dtype dtype,
                                   cask_value *marker)
{
    cki_masked parts = cki_masked_parts(masked);
    parts.data = cki_elementwise_cast(build, parts.data, dtype);
    return parts.data ? cki_masked_filled(build, &parts, marker) : NULL;
}

bool cki_masked_value_archived(cki_build *build, const cask_value *value, const char *path)
{
    static const char *const names[] = {"data", "mask", "fill_value"};
    const char *dot = strrchr(path, '.');
    cki_masked parts;
    if (!dot || strcmp(dot, ".npz") != 0 || !cki_masked_value_of(build, value, &parts))
        return false;
    /* an element that is masked, and filled, is the fill value */
    cki_masked one = parts;
    one.data = cki_creation_full(build, "masked", 0, parts.data->dtype, 0, NULL);
    one.mask = cki_creation_full(build, "masked", 1, cki_dtype_of(CASK_BOOL), 0, NULL);
    cask_array fill = one.data && one.mask ? cki_masked_filled(build, &one, NULL) : NULL;
    const cask_array arrays[] = {parts.data, parts.mask, fill};
    if (fill)
        cki_save_several(build->ck, path, names, arrays, 3, build->error);
    return true;
}

cask_value *cki_masked_value_saved(const cask_value *value, const char *path, cki_error *error)
{
    const char *dot = strrchr(path, '.');
    if (dot && !strcmp(dot, ".npy"))
        return cki_masked_value_data(value);
    cki_fail(
        error, CASK_TYPE, NULL,
        "%s would not say what is masked: fill it first, as in da.ma.filled(x, 0), or write .npz, "
        ".nc, .h5 or .zarr",
        path);
    return NULL;
}
