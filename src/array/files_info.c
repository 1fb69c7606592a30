/* What is in a file, for people: `cask info`. */
#include "array/files.h"
#include "core/memory.h"

#include <string.h>

enum { MOST_ATTRIBUTES = 12, MOST_VARIABLES = 200, MOST_TEXT = 72 };

/* A value's text on one line, cut where it is long. */
static void put_brief(cki_text *text, const cask_value *value)
{
    cki_text full = {0};
    cki_value_print(value, &full);
    size_t length = full.bytes ? full.length : 0, shown = cki_text_cut(full.bytes, MOST_TEXT);
    shown = length <= MOST_TEXT ? length : shown;
    for (size_t i = 0; i < shown; i++) {
        unsigned char c = (unsigned char)full.bytes[i];
        cki_text_char(text, c < 32 || c == 127 ? ' ' : full.bytes[i]);
    }
    if (shown < length)
        cki_text_put(text, "...");
    text->failed |= full.failed;
    cki_text_free(&full);
}

static void put_size(cki_text *text, const cki_variable *v)
{
    int64_t bytes = (int64_t)cki_dtype_size(v->dtype);
    if (bytes == 0) /* of a type that nobody here knows */
        return;
    for (int k = 0; k < v->ndim; k++)
        if (__builtin_mul_overflow(bytes, v->shape[k], &bytes))
            return;
    char size[32];
    cki_text_format(text, "  %s", cki_text_size((uint64_t)bytes, size));
}

/* "(time: 744, lat: 33)" or "(744, 33)". */
static void put_shape(cki_text *text, const cki_variable *v)
{
    cki_text_char(text, '(');
    for (int k = 0; k < v->ndim; k++) {
        cki_text_put(text, k ? ", " : "");
        if (v->dims && v->dims[k])
            cki_text_format(text, "%s: ", v->dims[k]);
        cki_text_format(text, "%lld", (long long)v->shape[k]);
    }
    cki_text_char(text, ')');
}

static void put_storage(cki_text *text, const cki_variable *v)
{
    if (v->chunks) {
        cki_text_put(text, "  chunks (");
        for (int k = 0; k < v->ndim; k++)
            cki_text_format(text, "%s%lld", k ? ", " : "", (long long)v->chunks[k]);
        cki_text_char(text, ')');
    }
    if (v->codec)
        cki_text_format(text, "  %s", v->codec);
    if (v->unreadable)
        cki_text_format(text, "  cannot be read: %s", v->unreadable);
}

/* The attributes that say what the numbers are, on a line of their own. */
static void put_meaning(cki_text *text, const cki_variable *v, size_t indent)
{
    static const char *const names[] = {"long_name",  "units",         "scale_factor",
                                        "add_offset", "_FillValue",    "missing_value",
                                        "_Unsigned",  "standard_name", "calendar"};
    size_t shown = 0;
    for (size_t i = 0; v->attributes && i < sizeof names / sizeof *names; i++) {
        cask_value *value = cki_value_dict_find(v->attributes, names[i]);
        if (!value)
            continue;
        if (shown++ == 0)
            cki_text_repeat(text, ' ', indent);
        else
            cki_text_put(text, "; ");
        cki_text_format(text, "%s ", names[i]);
        put_brief(text, value);
    }
    if (shown)
        cki_text_char(text, '\n');
}

static void put_globals(cki_text *text, const cki_store *store)
{
    const cask_value *attributes = cki_store_attributes(store);
    if (!attributes || attributes->kind != CKI_DICT)
        return;
    size_t count = attributes->as.dict.count;
    for (size_t i = 0; i < count && i < MOST_ATTRIBUTES; i++) {
        cki_text_put(text, "  ");
        put_brief(text, attributes->as.dict.keys[i]);
        cki_text_put(text, ": ");
        put_brief(text, attributes->as.dict.values[i]);
        cki_text_char(text, '\n');
    }
    if (count > MOST_ATTRIBUTES)
        cki_text_format(text, "  ... and %zu more attributes\n", count - MOST_ATTRIBUTES);
}

/* A Python string literal. */
static void put_quoted(cki_text *text, const char *string, cki_error *error)
{
    cask_value *value = cki_value_string(string, error);
    if (value)
        cki_value_repr(value, text);
    cask_value_unref(value);
}

/* The largest variable that can be read: the one that a reader most likely wants. */
static const cki_variable *main_variable(const cki_store *store)
{
    const cki_variable *best = NULL;
    double most = -1;
    for (size_t i = 0; i < cki_store_count(store); i++) {
        const cki_variable *v = cki_store_variable(store, i);
        double size = 1;
        for (int k = 0; k < v->ndim; k++)
            size *= (double)v->shape[k];
        if (!v->unreadable && !v->hidden && size > most) {
            best = v;
            most = size;
        }
    }
    return best;
}

static void put_expression(cki_text *text, const cki_store *store, cki_error *error)
{
    const cki_variable *v = main_variable(store);
    const char *format = cki_store_format(store);
    if (!v)
        return;
    static const struct {
        const char *format, *call;
    } calls[] = {{"npy", "from_npy"},   {"npz", "from_npz"},     {"HDF5", "from_hdf5"},
                 {"Zarr", "from_zarr"}, {"PNG", "image.imread"}, {"TIFF", "image.imread"},
                 {"", "from_netcdf"}};
    size_t i = 0;
    while (strncmp(format, calls[i].format, strlen(calls[i].format)) != 0)
        i++;
    cki_text_format(text, "open with: da.%s(", calls[i].call);
    put_quoted(text, cki_store_path(store), error);
    bool picture = strcmp(calls[i].call, "image.imread") == 0;
    if (!picture && (cki_store_count(store) > 1 || (i != 0 && strcmp(v->name, "data") != 0))) {
        cki_text_put(text, i == 0 ? ", field=" : ", ");
        put_quoted(text, v->name, error);
    }
    cki_text_put(text, ")\n");
}

static size_t widest_name(const cki_store *store)
{
    size_t width = 0;
    for (size_t i = 0; i < cki_store_count(store) && i < MOST_VARIABLES; i++) {
        size_t length = strlen(cki_store_variable(store, i)->name);
        width = length > width ? length : width;
    }
    return width < 32 ? width : 32;
}

/* A folder of npy files that follow one another; false if it is none. */
static bool put_stack(const char *folder, cki_text *text, cki_error *error)
{
    cki_error none = {0};
    int axis = 0;
    cask_value *paths = cki_npy_stack_paths(folder, &axis, &none);
    int64_t length = 0, size = 1;
    for (size_t i = 0; paths && i < paths->as.list.count; i++) {
        cki_store *store = cki_store_open(paths->as.list.items[i]->as.text.bytes, &none);
        const cki_variable *v = store ? cki_store_variable(store, 0) : NULL;
        bool last = i + 1 == paths->as.list.count;
        char dtype[48], bytes[32];
        if (v && axis < v->ndim)
            length += v->shape[axis];
        if (v && last) {
            cki_text_format(text, "%s: npy stack, %zu files along axis %d\n  data  %-8s (", folder,
                            paths->as.list.count, axis, cki_dtype_name(v->dtype, dtype));
            for (int k = 0; k < v->ndim; k++) {
                int64_t most = k == axis ? length : v->shape[k];
                cki_text_format(text, "%s%lld", k ? ", " : "", (long long)most);
                size *= most;
            }
            cki_text_format(text, ")  %s\nopen with: da.from_npy_stack(",
                            cki_text_size((uint64_t)size * cki_dtype_size(v->dtype), bytes));
            put_quoted(text, folder, error);
            cki_text_put(text, ")\n");
        }
        cki_store_unref(store);
    }
    cask_value_unref(paths);
    return length > 0 && none.status == CASK_OK;
}

cask_status cki_files_info(cask *ck, const char *path, cki_text *text, cki_error *error)
{
    cki_store *store = cki_store_open(path, error);
    if (!store) {
        cki_error was = *error;
        *error = (cki_error){0};
        if (!put_stack(path, text, error))
            *error = was;
        return error->status;
    }
    size_t count = cki_store_count(store), width = widest_name(store), shown = 0;
    for (size_t i = 0; i < count; i++)
        shown += !cki_store_variable(store, i)->hidden;
    cki_text_format(text, "%s: %s, %zu variable%s\n", cki_store_path(store),
                    cki_store_format(store), shown, shown == 1 ? "" : "s");
    put_globals(text, store);
    for (size_t i = 0; i < count && i < MOST_VARIABLES; i++) {
        const cki_variable *v = cki_store_variable(store, i);
        char dtype[48];
        if (v->hidden)
            continue;
        cki_text_format(text, "  %-*s  %-8s ", (int)width, v->name,
                        v->dtype.id ? cki_dtype_name(v->dtype, dtype) : "-");
        put_shape(text, v);
        put_storage(text, v);
        put_size(text, v);
        cki_text_char(text, '\n');
        put_meaning(text, v, width + 4);
        if (ck && cki_files_stats(ck, path, v, width + 4, text, error) != CASK_OK)
            break;
    }
    if (count > MOST_VARIABLES)
        cki_text_format(text, "  ... and %zu more variables\n", count - MOST_VARIABLES);
    put_expression(text, store, error);
    cki_store_unref(store);
    return text->failed ? cki_fail_memory(error, text->capacity) : error->status;
}
