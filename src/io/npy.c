/* npy files, versions 1 to 3: the header is a Python dict literal of three known keys. */
#include "io/npy.h"
#include "core/memory.h"

#include <ctype.h>
#include <string.h>

enum { MOST_FIELDS = 1024, FIELD_AXES = 4 };
enum { LARGEST_HEADER = 1 << 20 }; /* a plain type and 32 dimensions need a few hundred bytes */

static bool starts(cki_file *file, const unsigned char *head, size_t length)
{
    (void)file;
    return length >= 8 && memcmp(head, "\x93NUMPY", 6) == 0;
}

/* The dict's text, walked from left to right. */
typedef struct scanner {
    const char *at, *end;
} scanner;

static void skip_space(scanner *s)
{
    while (s->at < s->end && isspace((unsigned char)*s->at))
        s->at++;
}

static bool take_char(scanner *s, char c)
{
    skip_space(s);
    if (s->at >= s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

static bool take_word(scanner *s, const char *word)
{
    skip_space(s);
    size_t length = strlen(word);
    if ((size_t)(s->end - s->at) < length || memcmp(s->at, word, length) != 0)
        return false;
    s->at += length;
    return true;
}

/* A quoted string without escapes, which no key or plain type needs. */
static bool take_string(scanner *s, char *text, size_t room)
{
    skip_space(s);
    if (s->at >= s->end || (*s->at != '\'' && *s->at != '"'))
        return false;
    char quote = *s->at++;
    const char *close = memchr(s->at, quote, (size_t)(s->end - s->at));
    if (!close || (size_t)(close - s->at) >= room)
        return false;
    memcpy(text, s->at, (size_t)(close - s->at));
    text[close - s->at] = '\0';
    s->at = close + 1;
    return true;
}

static bool take_length(scanner *s, int64_t *length)
{
    skip_space(s);
    *length = 0;
    if (s->at >= s->end || !isdigit((unsigned char)*s->at))
        return false;
    for (; s->at < s->end && isdigit((unsigned char)*s->at); s->at++)
        if (__builtin_mul_overflow(*length, 10, length) ||
            __builtin_add_overflow(*length, *s->at - '0', length))
            return false;
    take_char(s, 'L'); /* as Python 2 wrote large ones */
    return true;
}

/* A member of every element of a structured array. */
typedef struct field {
    char name[128], descr[64];
    cki_dtype dtype;
    size_t word, offset;
    int ndim; /* axes that it adds */
    int64_t shape[CKI_MAX_NDIM];
} field;

/* What a header says. */
typedef struct header {
    char descr[64];
    bool structured; /* descr is a list: fields, of so many bytes together */
    field *fields;   /* to be freed */
    bool failed;     /* there was no memory for them */
    size_t nfields, record;
    bool fortran;
    int ndim; /* -1 until the shape is seen */
    int64_t shape[CKI_MAX_NDIM];
} header;

static bool take_shape(scanner *s, int *ndim, int64_t *shape)
{
    if (!take_char(s, '('))
        return false;
    for (*ndim = 0; !take_char(s, ')'); ++*ndim) {
        if (*ndim == CKI_MAX_NDIM || !take_length(s, &shape[*ndim]))
            return false;
        if (!take_char(s, ',')) {
            ++*ndim;
            return take_char(s, ')');
        }
    }
    return true;
}

/* Bytes that a field takes in each element; false if that is no field of ours. */
static bool measure_field(field *f, size_t *bytes)
{
    cki_error ignored = {0};
    bool swapped = false;
    const char *code = f->descr + strspn(f->descr, "|<>=");
    int64_t size;
    if (code[0] == 'V') { /* padding, as NumPy names it */
        scanner s = {code + 1, code + strlen(code)};
        f->name[0] = '\0';
        if (!take_length(&s, &size))
            return false;
    } else if (code[0] == 'O' ||
               cki_dtype_parse(f->descr, &f->dtype, &swapped, &ignored) != CASK_OK) {
        return false;
    } else {
        size = (int64_t)cki_dtype_size(f->dtype);
        if (size == 0)
            return false;
        f->word = cki_region_word(f->dtype, swapped);
    }
    for (int k = 0; k < f->ndim; k++)
        if (__builtin_mul_overflow(size, f->shape[k], &size))
            return false;
    *bytes = (size_t)size;
    return size <= INT32_MAX;
}

/* ('a', '<i4'), (('title', 'b'), '<f8', (2, 3)), ('', '|V4') */
static bool take_field(scanner *s, header *h)
{
    field *f = &h->fields[h->nfields];
    size_t bytes;
    *f = (field){.offset = h->record};
    if (!take_char(s, '('))
        return false;
    bool titled = take_char(s, '(');
    if (titled && (!take_string(s, f->name, sizeof f->name) || !take_char(s, ',')))
        return false;
    if (!take_string(s, f->name, sizeof f->name) || (titled && !take_char(s, ')')) ||
        !take_char(s, ',') || !take_string(s, f->descr, sizeof f->descr))
        return false;
    if (take_char(s, ',') && !take_char(s, ')')) {
        if (!take_shape(s, &f->ndim, f->shape) || f->ndim > FIELD_AXES)
            return false;
        take_char(s, ',');
    } else if (s->at[-1] == ')') {
        s->at--;
    }
    if (!take_char(s, ')') || !measure_field(f, &bytes))
        return false;
    h->record += bytes;
    h->nfields += f->name[0] != '\0';
    return true;
}

/* The list of fields; false: we do not know how large its elements are. */
static bool take_fields(scanner *s, header *h)
{
    h->fields = cki_memory_alloc(MOST_FIELDS * sizeof *h->fields);
    h->failed = !h->fields;
    if (h->failed || !take_char(s, '['))
        return false;
    while (!take_char(s, ']')) {
        if (h->nfields == MOST_FIELDS - 1 || !take_field(s, h))
            return false;
        take_char(s, ',');
    }
    return h->nfields > 0;
}

static bool take_order(scanner *s, header *h)
{
    h->fortran = take_word(s, "True");
    return h->fortran || take_word(s, "False");
}

static bool take_descr(scanner *s, header *h)
{
    skip_space(s);
    h->structured = s->at < s->end && (*s->at == '[' || *s->at == '(');
    if (!h->structured)
        return take_string(s, h->descr, sizeof h->descr);
    if (!take_fields(s, h))
        h->nfields = 0;
    return true;
}

/* The whole dict; stops early, well, at fields that we do not know. */
static bool take_header(scanner *s, header *h)
{
    char key[32];
    bool descr = false, order = false;
    h->ndim = -1;
    if (!take_char(s, '{'))
        return false;
    while (!take_char(s, '}')) {
        if (!take_string(s, key, sizeof key) || !take_char(s, ':'))
            return false;
        if (strcmp(key, "descr") == 0 && !descr)
            descr = take_descr(s, h);
        else if (strcmp(key, "fortran_order") == 0 && !order)
            order = take_order(s, h);
        else if (strcmp(key, "shape") != 0 || h->ndim >= 0 || !take_shape(s, &h->ndim, h->shape))
            return false;
        if (h->structured && h->nfields == 0)
            return true;
        if (!take_char(s, ',') && !take_char(s, '}'))
            return false;
        if (s->at[-1] == '}')
            break;
    }
    return descr && order && h->ndim >= 0;
}

static cask_status broken(const cki_blob *blob, const char *what, cki_error *error)
{
    return cki_fail(error, CASK_FORMAT, "ValueError", "%s: not a valid npy file: %s",
                    cki_file_path(blob->file), what);
}

static cask_status read_header(const cki_blob *blob, header *h, uint64_t *data, cki_error *error)
{
    unsigned char head[12] = {0};
    uint64_t size = blob->size;
    cask_status status = cki_blobs_read(blob, 0, head, size < 12 ? (size_t)size : 12, error);
    if (status != CASK_OK)
        return status;
    int version = head[6];
    if (memcmp(head, "\x93NUMPY", 6) != 0)
        return broken(blob, "it does not begin as one", error);
    if (version < 1 || version > 3 || head[7] != 0)
        return broken(blob, "we only support format versions (1,0), (2,0) and (3,0)", error);
    size_t begin = version == 1 ? 10 : 12;
    size_t length = head[8] | (size_t)head[9] << 8;
    if (version > 1)
        length |= (size_t)head[10] << 16 | (size_t)head[11] << 24;
    if (length > LARGEST_HEADER)
        return broken(blob, "the header is longer than a plain array's can be", error);
    *data = begin + length;
    if (*data > size)
        return broken(blob, "truncated: the file ends within the header", error);
    char *text = cki_memory_alloc(length + 1);
    if (!text)
        return cki_fail_memory(error, length);
    status = cki_blobs_read(blob, begin, text, length, error);
    scanner s = {text, text + length};
    if (status == CASK_OK && !take_header(&s, h))
        status = broken(blob, "cannot parse the header", error);
    cki_memory_free(text);
    return h->failed ? cki_fail_memory(error, MOST_FIELDS * sizeof(field)) : status;
}

static cask_status find_dtype(const cki_blob *blob, const header *h, cki_variable *variable,
                              size_t *word, cki_error *error)
{
    const char *path = cki_file_path(blob->file);
    bool swapped = false;
    if (h->structured)
        return cki_fail(
            error, CASK_UNSUPPORTED, "ValueError",
            "%s: structured arrays like this cannot be loaded; save each field by itself", path);
    const char *code = h->descr + strspn(h->descr, "|<>=");
    if (code[0] == 'O')
        return cki_fail(error, CASK_UNSUPPORTED, "ValueError",
                        "%s: Object arrays cannot be loaded, as they hold pickled Python objects; "
                        "save plain numbers or text",
                        path);
    cki_error inner = {0};
    if (code[0] == 'V' || code[0] == '\0' ||
        cki_dtype_parse(h->descr, &variable->dtype, &swapped, &inner) != CASK_OK)
        return cki_fail(error, CASK_FORMAT, "ValueError", "%s: descr '%s' is not a dtype we know",
                        path, h->descr);
    *word = cki_region_word(variable->dtype, swapped);
    return CASK_OK;
}

/* One field of a structured array as an array of its own. */
static cask_status describe_field(cki_store *store, const cki_blob *blob, const header *h,
                                  const field *f, uint64_t data, cki_variable *variable,
                                  cki_region_layout *layout, cki_error *error)
{
    int64_t *shape = cki_formats_alloc(store, CKI_MAX_NDIM, sizeof *shape, error);
    uint64_t bytes, own;
    if (!shape)
        return CASK_MEMORY;
    if (h->ndim + f->ndim > CKI_MAX_NDIM)
        return broken(blob, "its elements have too many axes", error);
    cask_value *name = cki_formats_string(f->name, strlen(f->name), error);
    if (name)
        variable->name = cki_formats_text(store, name->as.text.bytes, name->as.text.length, error);
    cask_value_unref(name);
    variable->attributes = cki_value_dict(error);
    variable->dtype = f->dtype;
    variable->ndim = h->ndim + f->ndim;
    variable->shape = shape;
    memcpy(shape, h->shape, (size_t)h->ndim * sizeof *shape);
    memcpy(shape + h->ndim, f->shape, (size_t)f->ndim * sizeof *shape);
    if (!variable->name || !variable->attributes)
        return CASK_MEMORY;
    cki_region_layout inner = {.itemsize = cki_dtype_size(f->dtype), .ndim = f->ndim};
    *layout =
        (cki_region_layout){.offset = blob->offset + data, .itemsize = h->record, .ndim = h->ndim};
    if (!cki_region_order(layout, shape, h->fortran, &bytes) ||
        !cki_region_order(&inner, f->shape, false, &own))
        return broken(blob, "the shape is larger than any file", error);
    if (bytes > blob->size - data)
        return broken(blob, "truncated: the file is shorter than its shape needs", error);
    memcpy(layout->strides + h->ndim, inner.strides, (size_t)f->ndim * sizeof *inner.strides);
    layout->ndim = variable->ndim;
    layout->itemsize = inner.itemsize;
    layout->word = f->word;
    layout->offset += f->offset;
    return CASK_OK;
}

/* An array; a header that was read. */
static cask_status describe(cki_store *store, const cki_blob *blob, const header *read,
                            uint64_t data, cki_variable *variable, cki_region_layout *layout,
                            cki_error *error)
{
    const header h = *read;
    uint64_t bytes;
    cask_status status;
    int64_t *shape = cki_formats_alloc(store, CKI_MAX_NDIM, sizeof *shape, error);
    if (!shape)
        return CASK_MEMORY;
    variable->ndim = h.structured ? 0 : h.ndim;
    variable->shape = shape;
    memcpy(shape, h.shape, sizeof h.shape);
    status = find_dtype(blob, &h, variable, &layout->word, error);
    if (status != CASK_OK)
        return status;
    layout->offset = blob->offset + data;
    layout->ndim = h.ndim;
    layout->itemsize = cki_dtype_size(variable->dtype);
    if (!cki_region_order(layout, shape, h.fortran, &bytes))
        return broken(blob, "the shape is larger than any file", error);
    if (bytes > blob->size - data)
        return broken(blob, "truncated: the file is shorter than its shape needs", error);
    return CASK_OK;
}

cask_status cki_npy_describe(cki_store *store, const cki_blob *blob, cki_variable *variable,
                             cki_region_layout *layout, cki_error *error)
{
    header h = {0};
    uint64_t data = 0;
    cask_status status = read_header(blob, &h, &data, error);
    if (status == CASK_OK)
        status = describe(store, blob, &h, data, variable, layout, error);
    cki_memory_free(h.fields);
    return status;
}

/* What a header tells: an array, or one for each field. */
static cask_status take_arrays(cki_store *store, const cki_blob *blob, const header *h,
                               uint64_t data, cki_error *error)
{
    size_t count = h->nfields ? h->nfields : 1;
    cki_region_layout *layouts = cki_formats_alloc(store, count, sizeof *layouts, error);
    store->variables = cki_formats_alloc(store, count, sizeof *store->variables, error);
    store->state = layouts;
    if (!store->variables || !layouts)
        return CASK_MEMORY;
    cask_status status = CASK_OK;
    for (; store->count < h->nfields && status == CASK_OK; store->count++)
        status = describe_field(store, blob, h, &h->fields[store->count], data,
                                &store->variables[store->count], &layouts[store->count], error);
    if (h->nfields)
        return status;
    store->count = 1;
    store->variables->name = "data";
    store->variables->attributes = cki_value_dict(error);
    return store->variables->attributes
               ? describe(store, blob, h, data, store->variables, layouts, error)
               : CASK_MEMORY;
}

static cask_status open_store(cki_store *store, cki_error *error)
{
    cki_blob blob = {.file = store->file, .size = cki_file_size(store->file), .name = "the header"};
    header h = {0};
    uint64_t data = 0;
    store->name = "npy";
    cask_status status = read_header(&blob, &h, &data, error);
    if (status == CASK_OK)
        status = take_arrays(store, &blob, &h, data, error);
    cki_memory_free(h.fields);
    return status;
}

static cask_status read_region(const cki_store *store, size_t i, const int64_t *start,
                               const int64_t *count, const int64_t *step, const cki_array *out,
                               cki_error *error)
{
    return cki_region_read(store->file, (const cki_region_layout *)store->state + i, start, count,
                           step, out, store->variables[i].name, error);
}

static size_t region_bytes(const cki_store *store, size_t i, const int64_t *start,
                           const int64_t *count, const int64_t *step)
{
    (void)start;
    return cki_region_bytes((const cki_region_layout *)store->state + i, count, step);
}

/* The header in the form NumPy writes: version 1, padded so that the data are aligned. */
void cki_npy_header(const cki_target *target, size_t alignment, cki_text *text)
{
    char code[48];
    cki_text_add(text, "\x93NUMPY\x01\x00\x00\x00", 10);
    cki_text_format(text, "{'descr': '%s', 'fortran_order': False, 'shape': (",
                    cki_dtype_code(target->dtype, code));
    for (int k = 0; k < target->ndim; k++)
        cki_text_format(text, k ? ", %lld" : "%lld", (long long)target->shape[k]);
    cki_text_put(text, target->ndim == 1 ? ",), }" : "), }");
    cki_text_repeat(text, ' ', alignment - 1 - text->length % alignment);
    cki_text_char(text, '\n');
    if (text->failed)
        return;
    size_t length = text->length - 10;
    text->bytes[8] = (char)(length & 0xff);
    text->bytes[9] = (char)(length >> 8);
}

cask_status cki_npy_layout(cki_writer *writer, const cki_target *target, uint64_t offset,
                           uint64_t *bytes, cki_error *error)
{
    writer->layout.offset = offset;
    writer->layout.itemsize = cki_dtype_size(target->dtype);
    writer->layout.word = 1;
    if (!cki_region_order(&writer->layout, target->shape, false, bytes))
        return cki_fail(error, CASK_INVALID, "ValueError", "the array is larger than any file");
    return CASK_OK;
}

static cask_status create(cki_writer *writer, const cki_target *target, cki_error *error)
{
    cki_text text = {0};
    cki_npy_header(target, cki_file_bypasses(writer->output) ? 4096 : 64, &text);
    uint64_t length = text.length, bytes = 0;
    cask_status status = text.failed
                             ? cki_fail_memory(error, text.length)
                             : cki_file_write(writer->output, 0, text.bytes, text.length, error);
    cki_text_free(&text);
    if (status == CASK_OK)
        status = cki_npy_layout(writer, target, length, &bytes, error);
    return status == CASK_OK ? cki_file_resize(writer->output, length + bytes, error) : status;
}

static cask_status write_into(cki_writer *writer, const cki_store *store, size_t i,
                              cki_error *error)
{
    (void)error;
    writer->format = &cki_npy_format;
    writer->layout = ((const cki_region_layout *)store->state)[i];
    return CASK_OK;
}

static const char *const suffixes[] = {".npy", NULL};

const cki_format cki_npy_format = {
    .starts = starts,
    .open = open_store,
    .read = read_region,
    .read_bytes = region_bytes,
    .suffixes = suffixes,
    .create = create,
    .into = write_into,
};
