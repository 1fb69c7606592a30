/* Annotate: expressions have no `with`, but Dask's annotate() decorates functions too: what a
 * function builds while it is called so has the annotations. */
#include "lang/annotate.h"

#include "call/call.h"
#include "core/memory.h"
#include "expr/annotate.h"

/* annotate(...), and what it makes of a function. */
typedef struct annotator {
    cask_value *annotations; /* a dict */
    cask_value *function;    /* NULL: none yet */
} annotator;

static void release(void *self)
{
    annotator *a = self;
    cask_value_unref(a->annotations);
    cask_value_unref(a->function);
    cki_memory_free(a);
}

static void print(void *self, cki_text *text)
{
    const annotator *a = self;
    cki_text_put(text, a->function ? "<annotated " : "<annotate ");
    cki_value_repr(a->function ? a->function : a->annotations, text);
    cki_text_char(text, '>');
}

static const cki_class annotator_class = {"annotate", release, print, NULL};
static const cki_class function_class = {"function", release, print, NULL};

static cask_value *make(const cki_class *class, cask_value *annotations, cask_value *function,
                        cki_error *error)
{
    annotator *a = cki_memory_alloc(sizeof *a);
    if (!a) {
        cki_fail_memory(error, sizeof *a);
        return NULL;
    }
    *a = (annotator){cask_value_ref(annotations), cask_value_ref(function)};
    return cki_value_object(class, a, error);
}

static cask_value *run_annotate(cki_call *call)
{
    /* what is wrong with them is told at once */
    if (cki_annotate_begin(call->ck, call->arguments[0], call->error) != CASK_OK)
        return NULL;
    cki_annotate_end(call->ck);
    return make(&annotator_class, call->arguments[0], NULL, call->error);
}

static cask_value *run_now(cki_call *call)
{
    return cki_annotate_now(call->ck, call->error);
}

static cask_value *run_decorate(cki_call *call)
{
    const annotator *a = cki_value_self(call->arguments[0], &annotator_class);
    cask_value *function = call->arguments[1];
    if (!cki_call_callable(function)) {
        cki_fail(call->error, CASK_TYPE, NULL,
                 "annotate(...) takes a function that builds: "
                 "dask.annotate(priority=10)(lambda: da.ones(3) + 1)(), not '%s'",
                 cki_value_type(function));
        return NULL;
    }
    return make(&function_class, a->annotations, function, call->error);
}

static cask_value *run_function(cki_call *call)
{
    const annotator *a = cki_value_self(call->arguments[0], &function_class);
    const cask_value *args = call->arguments[1], *named = call->arguments[2];
    cask *ck = call->ck;
    if (!a || !a->function || !ck->invoke) {
        cki_fail(call->error, CASK_TYPE, NULL, "'%s' object is not callable here",
                 cki_value_type(call->arguments[0]));
        return NULL;
    }
    size_t count = named->as.dict.count;
    const char **names = (const char **)cki_memory_alloc((count + 1) * sizeof *names);
    if (!names) {
        cki_fail_memory(call->error, count * sizeof *names);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        names[i] = named->as.dict.keys[i]->as.text.bytes;
    const cki_arguments given = {.positional = args->as.list.items,
                                 .count = args->as.list.count,
                                 .names = names,
                                 .named = named->as.dict.values,
                                 .nnamed = count};
    cask_value *result = NULL;
    if (cki_annotate_begin(ck, a->annotations, call->error) == CASK_OK) {
        result = ck->invoke(ck->language, a->function, &given, call->error);
        cki_annotate_end(ck);
    }
    cki_memory_free((void *)names);
    return result;
}

static const cki_operation annotate = {
    "annotate",
    CKI_IN_DASK,
    "**annotations",
    "Annotates what a function builds: dask.annotate(priority=10, retries=3)(lambda: x + 1)(). "
    "priority: higher runs first, with what it needs; retries: of a task that fails; "
    "both may be functions of a task's key; workers, "
    "resources, allow_other_workers and other names are carried along. Within one another they "
    "merge. x.dask.layers[name].annotations tells them.",
    run_annotate,
    NULL};
static const cki_operation now = {
    "get_annotations", CKI_IN_DASK, "", "The annotations in force, a dict.", run_now, NULL};
static const cki_operation decorate = {"annotate.__call__", CKI_ARRAY_PROTOCOL,
                                       "self, function",    "The function, annotating.",
                                       run_decorate,        NULL};
static const cki_operation function = {"function.__call__",
                                       CKI_ARRAY_PROTOCOL | CKI_BUILDS,
                                       "self, *args, **kwargs",
                                       "Calls it; what it builds is annotated.",
                                       run_function,
                                       NULL};

const cki_operation *const cki_annotate_operations[] = {&annotate, &now, &decorate, &function,
                                                        NULL};
