/* Computed masked arrays, and how NumPy prints them. */
#include "array/masked.h"
#include "core/memory.h"

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

static const cki_class class = {"MaskedArray", release, print};

static void nothing(void *self)
{
    (void)self;
}

static void print_masked(void *self, cki_text *text)
{
    (void)self;
    cki_text_put(text, "masked");
}

static const cki_class masked_class = {"MaskedConstant", nothing, print_masked};
static int the_masked; /* the one value that does not count */

cask_value *cki_masked_value_new(cask_value *data, cask_value *mask, double fill, bool has_fill,
                                 cki_error *error)
{
    const cki_array *flags = cki_array_of(mask);
    cask_value *made = NULL;
    if (flags && flags->ndim == 0) {
        made = *flags->data ? cki_value_object(&masked_class, &the_masked, error)
                            : cask_value_ref(data);
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

cask_value *cki_masked_value_saved(const cask_value *value, const char *path, cki_error *error)
{
    const char *dot = strrchr(path, '.');
    if (dot && !strcmp(dot, ".npy"))
        return cki_masked_value_data(value);
    cki_fail(error, CASK_TYPE, NULL,
             "%s would not say what is masked: fill it first, as in da.ma.filled(x, 0)", path);
    return NULL;
}
