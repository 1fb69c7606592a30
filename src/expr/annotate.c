/* Annotate: a stack of annotations, each with those below it merged in, owned by the context (and
 * so by its present scope), as the nodes are that point to them. */
#include "expr/annotate.h"

#include "core/memory.h"
#include "expr/node.h"
#include "graph/annotations.h"

#include <cask/lazy.h>

#include <string.h>

typedef struct cki_annotated {
    const cki_annotations *annotations;
    const struct cki_annotated *outer;
} annotated;

cask_status cki_annotate_begin(cask *ck, const cask_value *dict, cki_error *error)
{
    cki_annotations *made = cki_annotations_new(ck->annotations, dict, error);
    if (!made || cki_context_own(ck, cki_annotations_free, made, error) != CASK_OK)
        return error->status;
    annotated *now = cki_arena_alloc(&ck->arena, sizeof *now);
    if (!now)
        return cki_fail_memory(error, sizeof *now);
    *now = (annotated){made, ck->annotated};
    ck->annotated = now;
    ck->annotations = made;
    return CASK_OK;
}

void cki_annotate_return(cask *ck, const struct cki_annotated *then)
{
    ck->annotated = then;
    ck->annotations = then ? then->annotations : NULL;
}

void cki_annotate_end(cask *ck)
{
    if (ck->annotated)
        cki_annotate_return(ck, ck->annotated->outer);
}

static _Thread_local cki_annotate_turn instead;

const cki_annotations *cki_annotate_current(const cask *ck)
{
    return instead.ck == ck ? instead.annotations : ck->annotations;
}

cki_annotate_turn cki_annotate_instead(cki_annotate_turn turn)
{
    cki_annotate_turn before = instead;
    instead = turn;
    return before;
}

cask_value *cki_annotate_now(const cask *ck, cki_error *error)
{
    return ck->annotations ? cask_value_ref(ck->annotations->all) : cki_value_dict(error);
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

/* What stands in the fields, over what the text says. */
static cask_value *dict_of(const cask_annotations *a, cki_error *error)
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
    if (ck->error.status != CASK_OK)
        return ck->error.status;
    cki_error error = {0};
    const cask_annotations none = {0};
    cask_value *dict = dict_of(annotations ? annotations : &none, &error);
    if (dict)
        cki_annotate_begin(ck, dict, &error);
    cask_value_unref(dict);
    return error.status == CASK_OK ? CASK_OK : cki_context_fail(ck, &error);
}

void cask_annotate_end(cask *ck)
{
    cki_annotate_end(ck);
}

cask_value *cask_lazy_annotations(cask_lazy x)
{
    return x && x->annotations ? cask_value_ref(x->annotations->all) : cki_value_dict(NULL);
}
