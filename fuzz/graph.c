/* Fuzz target: a graph in JSON, with what is asked of it. Laws: what was read is written so that it
 * reads the same; a graph that is computed gives the same values after every optimisation; what
 * fails says so. Tasks run here one after another, each with a bound on its steps. */
#include "call/inner.h"
#include "call/user.h"
#include "core/memory.h"
#include "eval/eval.h"
#include "expr/node.h"
#include "graph/plan.h"
#include "spec/passes.h"
#include "spec/request.h"
#include "spec/spec_read.h"
#include "spec/spec_write.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void law(bool holds)
{
    if (!holds)
        abort();
}

/* ---- the simplest executor ---- */

static cask_status run_task(const cki_plan *plan, size_t i, cask_value **results, cki_error *error)
{
    cki_plan_list arguments = cki_plan_arguments(plan, i);
    cask_value **inputs = (cask_value **)cki_memory_calloc(arguments.count + 1, sizeof *inputs);
    law(inputs != NULL);
    for (size_t k = 0; k < arguments.count; k++)
        inputs[k] = results[arguments.items[k]];
    const cki_layer *layer = cki_plan_layer(plan, i);
    const cki_task task = {
        .layer = layer, .block = plan->block[i], .inputs = inputs, .ninputs = arguments.count};
    cki_eval_budget(20000); /* range(10**15) is a legal thing to iterate over */
    cask_status status = layer->function->run(&task, &results[i], error);
    cki_eval_budget(0);
    law((status == CASK_OK) == (results[i] != NULL));
    law(status == error->status);
    cki_memory_free((void *)inputs);
    return status;
}

static cask_status compute(cask *ck, const cki_want *wants, size_t count, cki_error *error)
{
    (void)ck;
    law(count == 1);
    cki_graph *graph = cki_graph_new(error);
    cki_plan *plan = NULL;
    uint32_t layer = 0;
    law(graph && cki_lower_nodes(graph, &wants->node, 1, &layer, error) == CASK_OK);
    size_t wanted = (size_t)cki_graph_layer(graph, layer)->blocks;
    cki_key *keys = cki_memory_alloc((wanted + 1) * sizeof *keys);
    for (size_t i = 0; i < wanted; i++)
        keys[i] = (cki_key){layer, (int64_t)i};
    law(cki_plan_build(graph, keys, wanted, &plan, error) == CASK_OK);
    cask_value **results = (cask_value **)cki_memory_calloc(plan->count + 1, sizeof *results);
    for (size_t i = 0; i < plan->count && error->status == CASK_OK; i++)
        run_task(plan, i, results, error);
    for (size_t i = 0; i < wanted && error->status == CASK_OK; i++)
        wants->deliver(wants->user, (int64_t)i, results[plan->wanted[i]], error);
    for (size_t i = 0; i < plan->count; i++)
        cask_value_unref(results[i]);
    cki_memory_free((void *)results);
    cki_memory_free(keys);
    cki_plan_free(plan);
    cki_graph_free(graph);
    return error->status;
}

/* ---- laws ---- */

static char *write_spec(const cki_spec *spec, cki_error *error)
{
    cki_text text = {0};
    if (cki_spec_write(spec, CKI_SPEC_JSON, &text, error) == CASK_OK)
        return cki_text_take(&text);
    cki_text_free(&text);
    return NULL;
}

/* Reading and writing again changes nothing. */
static void check_round_trip(const cki_spec *spec)
{
    cki_error error = {0};
    char *first = write_spec(spec, &error);
    if (!first)
        return; /* a value that JSON has no form for */
    cki_spec *again = cki_spec_new(&error);
    law(cki_spec_read(again, first, strlen(first), &error) == CASK_OK);
    char *second = write_spec(again, &error);
    law(second && strcmp(first, second) == 0);
    cki_memory_free(first);
    cki_memory_free(second);
    cki_spec_free(again);
}

/* The values of keys as text; NULL if they cannot be computed, or where equal ones look different.
 */
static char *values_of(cask *ck, const cki_spec *spec, const cask_value *keys, cki_error *error)
{
    cki_text text = {0};
    cask_value *value = cki_request_get(ck, spec, keys, error);
    law((value != NULL) == (error->status == CASK_OK));
    if (value && cki_value_nbytes(value) < 20000)
        cki_value_repr(value, &text);
    cask_value_unref(value);
    if (text.bytes && (strstr(text.bytes, " at 0x") || strstr(text.bytes, "object")))
        cki_text_free(&text);
    return text.bytes ? cki_text_take(&text) : NULL;
}

static bool is_patience(const cki_error *error)
{
    return error->status == CASK_LIMIT || error->status == CASK_MEMORY ||
           strcmp(error->python, "TimeoutError") == 0 ||
           strcmp(error->python, "RecursionError") == 0;
}

/* An optimised graph gives what the graph gave. */
static void check_same(cask *ck, cki_spec *made, const cask_value *keys, const char *wanted,
                       const cki_error *problem)
{
    cki_error error = {0};
    law((made != NULL) == (problem->status == CASK_OK));
    if (made) {
        check_round_trip(made);
        char *got = values_of(ck, made, keys, &error);
        law(error.status == CASK_OK || is_patience(&error));
        law(!got || strcmp(got, wanted) == 0);
        cki_memory_free(got);
    }
    cki_spec_free(made);
}

static void check_values(cask *ck, const cki_spec *spec, const cask_value *keys)
{
    cki_error error = {0};
    uint32_t *numbers;
    size_t count;
    if (cki_request_keys(spec, keys, false, &numbers, &count, &error) != CASK_OK)
        return;
    char *wanted = values_of(ck, spec, keys, &error);
    for (int pass = 0; wanted && pass < 5; pass++) {
        cki_error problem = {0};
        cki_spec *made = pass == 0 ? cki_passes_cull(spec, numbers, count, &problem)
                         : pass == 1
                             ? cki_passes_fuse(spec, numbers, count,
                                               &(cki_passes_fusing){.rename = true}, &problem)
                         : pass == 2 ? cki_passes_inline(spec, numbers, count, true, &problem)
                         : pass == 3 ? cki_passes_common(spec, numbers, count, &problem)
                                     : cki_request_optimise(ck, spec, numbers, count, &problem);
        check_same(ck, made, keys, wanted, &problem);
    }
    cki_memory_free(wanted);
    cki_memory_free(numbers);
}

/* Broken UTF-8 is kept in memory, but JSON has no way to write it. */
static bool is_utf8(const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        uint32_t code = cki_text_decode(text, length, &at);
        if (code >= 0xD800 && code < 0xE000)
            return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!is_utf8((const char *)data, size))
        return 0;
    cki_error error = {0};
    struct cask ck = {.compute = compute};
    ck.cancel = &ck.cancelled;
    ck.user = cki_user_new(&error);
    ck.inner = cki_inner_new(NULL, &error);
    cki_spec *spec = cki_spec_new(&error);
    cki_spec_request request = {0};
    law(spec && ck.user && ck.inner);
    if (cki_spec_read_request((const char *)data, size, &request, &error) == CASK_OK &&
        cki_spec_read(spec, request.graph, request.length, &error) == CASK_OK) {
        check_round_trip(spec);
        const cask_value *keys =
            request.others ? cki_value_dict_find(request.others, "keys") : NULL;
        if (keys && spec->defined < 2000)
            check_values(&ck, spec, keys);
        cask_value *value = NULL;
        cki_spec *made = NULL;
        if (request.others) {
            cki_request_run(&ck, spec, request.others, &value, &made, &error);
            law((value || made) == (error.status == CASK_OK));
        }
        cask_value_unref(value);
        cki_spec_free(made);
    }
    cask_value_unref(request.others);
    cki_spec_free(spec);
    cki_inner_free(ck.inner);
    cki_user_free(ck.user);
    return 0;
}
