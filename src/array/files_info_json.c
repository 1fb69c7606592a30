/* What is in a file, for programs: `cask info --json`, one object on one line. */
#include "array/files.h"

#include <string.h>

/* Takes the value over, NULL too; nothing is done once something failed. */
static void put(cask_value *dict, const char *key, cask_value *value, cki_error *error)
{
    cask_value *name = value && error->status == CASK_OK ? cki_value_string(key, error) : NULL;
    if (name)
        cki_value_dict_set(dict, name, value, error);
    else
        cask_value_unref(value);
}

static void put_text(cask_value *dict, const char *key, const char *text, cki_error *error)
{
    put(dict, key, text ? cki_value_string(text, error) : cki_value_none(), error);
}

static cask_value *lengths(const int64_t *numbers, int count, cki_error *error)
{
    cask_value *list = cki_value_list(CKI_LIST, (size_t)count, error);
    for (int k = 0; list && k < count; k++)
        if (!(list->as.list.items[k] = cki_value_int(numbers[k], error))) {
            list->as.list.count = (size_t)k;
            cask_value_unref(list);
            return NULL;
        }
    return list;
}

static cask_value *dimensions(const cki_variable *v, cki_error *error)
{
    if (!v->dims)
        return cki_value_none();
    cask_value *list = cki_value_list(CKI_LIST, (size_t)v->ndim, error);
    for (int k = 0; list && k < v->ndim; k++) {
        list->as.list.items[k] =
            v->dims[k] ? cki_value_string(v->dims[k], error) : cki_value_none();
        if (!list->as.list.items[k]) {
            list->as.list.count = (size_t)k;
            cask_value_unref(list);
            return NULL;
        }
    }
    return list;
}

static cask_value *attributes(cask_value *dict, cki_error *error)
{
    return dict && dict->kind == CKI_DICT ? cask_value_ref(dict) : cki_value_dict(error);
}

static cask_value *numbers_of(const cki_files_numbers *n, cki_error *error)
{
    static const char *const names[] = {"min", "max", "mean", "std"};
    cask_value *dict = cki_value_dict(error);
    for (int i = 0; dict && i < 4; i++)
        put(dict, names[i], cki_value_float(n->moments[i], error), error);
    if (dict)
        put(dict, "count", cki_value_int(n->count, error), error);
    if (dict)
        put(dict, "nan", cki_value_int(n->nans, error), error);
    return dict;
}

static cask_value *variable(cask *ck, const char *path, const cki_variable *v, cki_error *error)
{
    char dtype[48];
    cask_value *dict = cki_value_dict(error);
    cki_files_numbers numbers;
    if (!dict)
        return NULL;
    put_text(dict, "name", v->name, error);
    put_text(dict, "dtype", v->dtype.id ? cki_dtype_name(v->dtype, dtype) : NULL, error);
    put(dict, "shape", lengths(v->shape, v->ndim, error), error);
    put(dict, "dimensions", dimensions(v, error), error);
    put(dict, "chunks", v->chunks ? lengths(v->chunks, v->ndim, error) : cki_value_none(), error);
    put_text(dict, "codec", v->codec, error);
    put(dict, "attributes", attributes(v->attributes, error), error);
    if (v->unreadable)
        put_text(dict, "unreadable", v->unreadable, error);
    bool found = false;
    if (ck && cki_files_count(ck, path, v, &found, &numbers, error) == CASK_OK && found)
        put(dict, "stats", numbers_of(&numbers, error), error);
    return dict;
}

static cask_value *describe(cask *ck, const cki_store *store, cki_error *error)
{
    cask_value *dict = cki_value_dict(error), *list;
    size_t count = cki_store_count(store), shown = 0;
    if (!dict)
        return NULL;
    put_text(dict, "path", cki_store_path(store), error);
    put_text(dict, "format", cki_store_format(store), error);
    put(dict, "attributes", attributes(cki_store_attributes(store), error), error);
    list = cki_value_list(CKI_LIST, count, error);
    for (size_t i = 0; list && i < count && error->status == CASK_OK; i++) {
        const cki_variable *v = cki_store_variable(store, i);
        if (!v->hidden &&
            (list->as.list.items[shown] = variable(ck, cki_store_path(store), v, error)))
            shown++;
    }
    if (list)
        list->as.list.count = shown;
    put(dict, "variables", list, error);
    return dict;
}

cask_status cki_files_info_json(cask *ck, const char *path, cki_text *text, cki_error *error)
{
    cki_store *store = cki_store_open(path, error);
    cask_value *all = store ? describe(ck, store, error) : NULL;
    if (all && error->status == CASK_OK)
        cki_value_json(all, text, error);
    cask_value_unref(all);
    cki_store_unref(store);
    return error->status;
}
