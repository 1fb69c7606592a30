/* Annotating: the C interface of annotations, and functions of keys, which are called for each task
 * when a plan is made. */
#include "annotating.h"

#include "call/call.h"
#include "expr/annotate.h"
#include "expr/node.h"
#include "graph/annotations.h"
#include "spec/spec_value.h"

#include <cask/lazy.h>
#include <string.h>

/* ---- functions of keys ---- */

static cask_value *call_with(cask *ck, cask_value *function, const cki_text *key, cki_error *error)
{
    cask_value *value = cki_spec_value_key(key->bytes ? key->bytes : "", key->length, error);
    const cki_arguments given = {.positional = &value, .count = 1};
    cask_value *said = value ? cki_call_run(ck, function, &given, NULL, error) : NULL;
    cask_value_unref(value);
    return said;
}

static cask_status ask(void *user, cask_value *function, const cki_layer *layer, int64_t block,
                       double *number, cki_error *error)
{
    cki_text key = {0};
    cki_graph_describe(layer, block, &key, NULL);
    if (key.failed)
        cki_fail_memory(error, key.length);
    cask_value *said = key.failed ? NULL : call_with(user, function, &key, error);
    if (said && (said->kind > CKI_FLOAT || cki_value_real(said, number, error) != CASK_OK))
        cki_fail(error, CASK_TYPE, NULL,
                 "an annotation that is a function of keys gives a number, not '%s'",
                 cki_value_type(said));
    if (said && error->status == CASK_OK && !(*number <= *number))
        cki_fail(error, CASK_INVALID, NULL, "an annotation that is a function of keys gave nan");
    if (error->status != CASK_OK)
        cki_graph_blame(key.bytes ? key.bytes : "", cki_call_name(function), error);
    cask_value_unref(said);
    cki_text_free(&key);
    return error->status;
}

cki_graph_asker cki_annotating_asker(cask *ck)
{
    return (cki_graph_asker){.user = ck, .ask = ask};
}

/* ---- the public calls ---- */

/* A text's value under a name; takes the value over. */
static cask_status put(cask_value *dict, const char *name, cask_value *value, cki_error *error)
{
    cask_value *key = value ? cki_value_string(name, error) : NULL;
    if (key)
        return cki_value_dict_set(dict, key, value, error);
    cask_value_unref(value);
    return error->status;
}

static cask_value *list_of(const char *const *texts, cki_error *error)
{
    cask_value *list = cki_value_list(CKI_LIST, 0, error);
    size_t room = 0;
    for (; list && *texts; texts++)
        if (!cki_value_list_push(list, &room, cki_value_string(*texts, error), error)) {
            cask_value_unref(list);
            return NULL;
        }
    return list;
}

/* A function by its name, or a lambda by its text. */
static void put_function(cask *ck, cask_value *dict, const char *name, const char *function,
                         cki_error *error)
{
    cask_value *found = cki_call_find(ck, function, error);
    if (found)
        put(dict, name, found, error);
}

/* What stands in the fields, over what the text says. */
static cask_value *dict_of(cask *ck, const cask_annotations *a, cki_error *error)
{
    cask_value *dict =
        a->json ? cki_value_from_json(a->json, strlen(a->json), error) : cki_value_dict(error);
    if (dict && dict->kind != CKI_DICT)
        cki_fail(error, CASK_INVALID, NULL,
                 "annotations are an object of JSON, {\"name\": value}, not '%.200s'", a->json);
    if (dict && error->status == CASK_OK && (a->priority < 0 || a->priority > 0))
        put(dict, "priority", cki_value_float(a->priority, error), error);
    if (dict && error->status == CASK_OK && a->retries)
        put(dict, "retries", cki_value_int(a->retries, error), error);
    if (dict && error->status == CASK_OK && a->priority_of)
        put_function(ck, dict, "priority", a->priority_of, error);
    if (dict && error->status == CASK_OK && a->retries_of)
        put_function(ck, dict, "retries", a->retries_of, error);
    if (dict && error->status == CASK_OK && a->workers)
        put(dict, "workers", list_of(a->workers, error), error);
    if (dict && error->status == CASK_OK && a->allow_other_workers)
        put(dict, "allow_other_workers", cki_value_bool(true), error);
    if (error->status == CASK_OK)
        return dict;
    cask_value_unref(dict);
    return NULL;
}

cask_status cask_annotate_begin(cask *ck, const cask_annotations *annotations)
{
    if (cask_error(ck) != CASK_OK)
        return cask_error(ck);
    cki_error error = {0};
    const cask_annotations none = {0};
    cask_value *dict = dict_of(ck, annotations ? annotations : &none, &error);
    if (dict)
        cki_annotate_begin(ck, dict, &error);
    cask_value_unref(dict);
    return error.status == CASK_OK ? CASK_OK : cki_context_fail(ck, &error);
}

void cask_annotate_end(cask *ck)
{
    if (ck)
        cki_annotate_end(ck);
}

cask_value *cask_lazy_annotations(cask_lazy x)
{
    return x && x->annotations ? cask_value_ref(x->annotations->all) : cki_value_dict(NULL);
}
