/* Annotations: dicts, checked when they are made, with rules for joining them. */
#include "graph/annotations.h"

#include "core/memory.h"

#include <string.h>

typedef enum name { PRIORITY, RETRIES, RESOURCES, WORKERS, ALLOW_OTHERS, OTHER } name;

static name name_of(const cask_value *key)
{
    static const char *const known[] = {[PRIORITY] = "priority",
                                        [RETRIES] = "retries",
                                        [RESOURCES] = "resources",
                                        [WORKERS] = "workers",
                                        [ALLOW_OTHERS] = "allow_other_workers"};
    for (int i = 0; i < OTHER; i++)
        if (key->kind == CKI_STR && strcmp(key->as.text.bytes, known[i]) == 0)
            return (name)i;
    return OTHER;
}

static bool is_number(const cask_value *value)
{
    return value->kind == CKI_INT || value->kind == CKI_FLOAT || value->kind == CKI_BOOL;
}

static bool is_sequence(const cask_value *value)
{
    return value->kind == CKI_LIST || value->kind == CKI_TUPLE || value->kind == CKI_SET;
}

/* ---- making ---- */

static cask_status check(name which, const cask_value *value, cki_error *error)
{
    static const char *const wanted[] = {
        [PRIORITY] = "'priority' annotation must be a Number or a callable, but got ",
        [RETRIES] = "'retries' annotation must be a Number or a callable, but got ",
        [RESOURCES] = "'resources' annotation must be a dict, but got ",
        [WORKERS] = "'workers' annotation must be a sequence of str, a str or a callable, but got ",
        [ALLOW_OTHERS] =
            "'allow_other_workers' annotations must be a bool or a callable, but got "};
    bool fine = value->kind == CKI_OBJECT; /* a function of a key, or there is no rule */
    switch (which) {
    case PRIORITY:
    case RETRIES:
        fine = fine || is_number(value);
        break;
    case RESOURCES:
        fine = fine || value->kind == CKI_DICT;
        break;
    case WORKERS:
        fine = fine || value->kind == CKI_STR || is_sequence(value);
        break;
    case ALLOW_OTHERS:
        fine = fine || value->kind == CKI_BOOL;
        break;
    case OTHER:
        return CASK_OK;
    }
    if (fine)
        return CASK_OK;
    cki_text text = {0};
    cki_value_print(value, &text);
    cki_fail(error, CASK_TYPE, NULL, "%s%.200s", wanted[which], text.bytes ? text.bytes : "");
    cki_text_free(&text);
    return error->status;
}

/* The value as it is kept: workers are a list. A new reference. */
static cask_value *kept(name which, cask_value *value, cki_error *error)
{
    if (which != WORKERS || value->kind == CKI_OBJECT || value->kind == CKI_LIST)
        return cask_value_ref(value);
    size_t count = value->kind == CKI_STR ? 1 : value->as.list.count;
    cask_value *list = cki_value_list(CKI_LIST, count, error);
    for (size_t i = 0; list && i < count; i++)
        list->as.list.items[i] =
            cask_value_ref(value->kind == CKI_STR ? value : value->as.list.items[i]);
    return list;
}

static cask_status put(cask_value *dict, cask_value *key, cask_value *value, cki_error *error)
{
    cask_value *own = kept(name_of(key), value, error);
    return own ? cki_value_dict_set(dict, cask_value_ref(key), own, error) : error->status;
}

/* One with a dict, which is taken over, also on failure. */
static cki_annotations *of_dict(cask_value *dict, cki_error *error)
{
    cki_annotations *made = cki_memory_alloc(sizeof *made);
    if (!made) {
        cask_value_unref(dict);
        cki_fail_memory(error, sizeof *made);
        return NULL;
    }
    *made = (cki_annotations){.all = dict, .retries = -1};
    for (size_t i = 0; i < dict->as.dict.count; i++) {
        cask_value *value = dict->as.dict.values[i];
        name which = name_of(dict->as.dict.keys[i]);
        double number = 0;
        if (which == PRIORITY && value->kind == CKI_OBJECT)
            made->priority_of = value;
        if (which == RETRIES && value->kind == CKI_OBJECT)
            made->retries_of = value;
        if (!is_number(value) || cki_value_real(value, &number, error) != CASK_OK)
            continue;
        if (which == PRIORITY)
            made->priority = number;
        if (which == RETRIES)
            made->retries = cki_annotations_retries(number);
    }
    return made;
}

int64_t cki_annotations_retries(double number)
{
    enum { MOST = 1000000000 };
    return number > 0 ? number < MOST ? (int64_t)number : MOST : 0;
}

static cask_status copy_all(cask_value *dict, const cask_value *from, cki_error *error)
{
    for (size_t i = 0; i < from->as.dict.count && error->status == CASK_OK; i++)
        put(dict, from->as.dict.keys[i], from->as.dict.values[i], error);
    return error->status;
}

cki_annotations *cki_annotations_new(const cki_annotations *outer, const cask_value *dict,
                                     cki_error *error)
{
    for (size_t i = 0; i < dict->as.dict.count; i++)
        if (check(name_of(dict->as.dict.keys[i]), dict->as.dict.values[i], error) != CASK_OK)
            return NULL;
    cask_value *all = cki_value_dict(error);
    if (!all)
        return NULL;
    if ((outer && copy_all(all, outer->all, error) != CASK_OK) ||
        copy_all(all, dict, error) != CASK_OK) {
        cask_value_unref(all);
        return NULL;
    }
    return of_dict(all, error);
}

void cki_annotations_free(void *annotations)
{
    cki_annotations *own = annotations;
    if (own)
        cask_value_unref(own->all);
    cki_memory_free(own);
}

/* ---- joining ---- */

static bool all_known(const cki_annotations *a)
{
    for (size_t i = 0; a && i < a->all->as.dict.count; i++)
        if (name_of(a->all->as.dict.keys[i]) == OTHER)
            return false;
    return true;
}

bool cki_annotations_fusable(const cki_annotations *a, const cki_annotations *b, bool some)
{
    size_t many = (a ? a->all->as.dict.count : 0) + (b ? b->all->as.dict.count : 0);
    if (a == b || many == 0 || (a && b && cki_value_equal(a->all, b->all)))
        return true;
    return some && all_known(a) && all_known(b);
}

/* The larger number of both; a function of keys stands above numbers. */
static cask_value *larger(cask_value *a, cask_value *b)
{
    double one = 0, two = 0;
    cki_error error = {0};
    if (!is_number(a))
        return cask_value_ref(is_number(b) ? a : b);
    if (is_number(b) && cki_value_real(a, &one, &error) == CASK_OK)
        cki_value_real(b, &two, &error);
    return cask_value_ref(one > two ? a : b);
}

/* What is in both, as a list. */
static cask_value *common(const cask_value *a, const cask_value *b, cki_error *error)
{
    cask_value *list = cki_value_list(CKI_LIST, 0, error);
    size_t room = 0;
    for (size_t i = 0; list && i < a->as.list.count; i++) {
        bool both = false;
        for (size_t k = 0; k < b->as.list.count && !both; k++)
            both = cki_value_equal(a->as.list.items[i], b->as.list.items[k]);
        if (both && !cki_value_list_push(list, &room, cask_value_ref(a->as.list.items[i]), error)) {
            cask_value_unref(list);
            return NULL;
        }
    }
    return list;
}

/* The resources of both, of each the larger amount. */
static cask_value *resources(const cask_value *a, const cask_value *b, cki_error *error)
{
    cask_value *dict = cki_value_dict(error);
    if (dict && copy_all(dict, a, error) == CASK_OK)
        for (size_t i = 0; i < b->as.dict.count && error->status == CASK_OK; i++) {
            cask_value *key = b->as.dict.keys[i];
            cask_value *before = cki_value_dict_get(a, key, error);
            cask_value *value = b->as.dict.values[i];
            cki_value_dict_set(dict, cask_value_ref(key),
                               before ? larger(before, value) : cask_value_ref(value), error);
        }
    if (error->status == CASK_OK)
        return dict;
    cask_value_unref(dict);
    return NULL;
}

/* A new reference. */
static cask_value *both_of(name which, cask_value *a, cask_value *b, cki_error *error)
{
    switch (which) {
    case PRIORITY:
    case RETRIES:
        return larger(a, b);
    case RESOURCES:
        if (a->kind == CKI_DICT && b->kind == CKI_DICT)
            return resources(a, b, error);
        break;
    case WORKERS:
        if (a->kind == CKI_LIST && b->kind == CKI_LIST)
            return common(a, b, error);
        break;
    case ALLOW_OTHERS:
        if (a->kind == CKI_BOOL && b->kind == CKI_BOOL)
            return cki_value_bool(a->as.boolean && b->as.boolean);
        break;
    case OTHER:
        break;
    }
    return cask_value_ref(b);
}

cki_annotations *cki_annotations_fuse(const cki_annotations *a, const cki_annotations *b,
                                      cki_error *error)
{
    cask_value *all = cki_value_dict(error);
    bool fine = all && (!a || copy_all(all, a->all, error) == CASK_OK);
    for (size_t i = 0; fine && b && i < b->all->as.dict.count; i++) {
        cask_value *key = b->all->as.dict.keys[i], *value = b->all->as.dict.values[i];
        cask_value *before = a ? cki_value_dict_get(a->all, key, error) : NULL;
        cask_value *joined =
            before ? both_of(name_of(key), before, value, error) : cask_value_ref(value);
        fine = joined && cki_value_dict_set(all, cask_value_ref(key), joined, error) == CASK_OK;
    }
    if (fine)
        return of_dict(all, error);
    cask_value_unref(all);
    return NULL;
}
