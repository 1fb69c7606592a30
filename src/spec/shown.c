/* Shown: x.dask, which prints as tasks. */
#include "spec/shown.h"

#include "spec/spec_write.h"
#include "spec/tasks.h"

static void release(void *self)
{
    cki_spec_free(self);
}

static void print(void *self, cki_text *text)
{
    cki_error error = {0};
    cki_spec_write(self, CKI_SPEC_PYTHON, text, &error);
    text->failed |= error.status != CASK_OK;
}

static const cki_class graph_class = {"Graph", release, print};

static cask_value *run_graph(cki_call *call)
{
    const cki_node *node = cki_operation_node(call->arguments[0]);
    if (!node) {
        cki_fail(call->error, CASK_NOT_FOUND, "AttributeError", "'%s' object has no attribute '%s'",
                 cki_value_type(call->arguments[0]), call->operation->name);
        return NULL;
    }
    cki_spec *spec = cki_tasks_spec(call->ck, &node, 1, false, NULL, call->error);
    return spec ? cki_value_object(&graph_class, spec, call->error) : NULL;
}

static const cki_operation dask = {
    "dask",    CKI_ARRAY_ATTRIBUTE,
    "x",       "The graph: a key for each block, and the task that makes it.",
    run_graph, NULL};
static const cki_operation dask_graph = {
    "__dask_graph__",
    CKI_LAZY_METHOD,
    "x",
    "The graph: a key for each block, and the task that makes it.",
    run_graph,
    NULL};
const cki_operation *const cki_shown_operations[] = {&dask, &dask_graph, NULL};
