/* Operations: the registry of records, and calling one. */
#include "expr/operation.h"
#include "expr/collection.h"
#include "expr/signature.h"

#include <string.h>

void cki_operation_release(void *self) /* nodes belong to the context */
{
    (void)self;
}

cask_value *cki_operation_wrap(const cki_node *node, cki_error *error)
{
    union {
        const cki_node *node;
        void *self;
    } plain = {.node =
                   node}; /* values do not change what they hold, but their field is not const */
    return cki_value_object(&node->collection->class, plain.self, error);
}

const cki_node *cki_operation_node(const cask_value *value)
{
    bool is = value && value->kind == CKI_OBJECT &&
              value->as.object.class->release == cki_operation_release;
    return is ? value->as.object.self : NULL;
}

cask_status cki_operation_register(cask *ck, const cki_operation *const *table, cki_error *error)
{
    if (ck->ntables == CKI_TABLES)
        return cki_fail(error, CASK_LIMIT, NULL, "more than %d tables of operations", CKI_TABLES);
    ck->tables[ck->ntables++] = table;
    return CASK_OK;
}

const cki_operation *cki_operation_find(const cask *ck, const char *name, unsigned places)
{
    for (size_t t = 0; t < ck->ntables; t++)
        for (size_t i = 0; ck->tables[t][i]; i++)
            if ((ck->tables[t][i]->places & places) && !strcmp(ck->tables[t][i]->name, name))
                return ck->tables[t][i];
    return NULL;
}

const cki_operation *cki_operation_at(const cask *ck, size_t i)
{
    for (size_t t = 0; t < ck->ntables; t++)
        for (size_t k = 0; ck->tables[t][k]; k++)
            if (i-- == 0)
                return ck->tables[t][k];
    return NULL;
}

const char *cki_operation_nearest(const cask *ck, const char *name, unsigned places)
{
    const char *best = NULL;
    int least = (int)strlen(name) / 3 + 1;
    const cki_operation *operation;
    for (size_t i = 0; (operation = cki_operation_at(ck, i)); i++) {
        int distance = cki_text_distance(name, operation->name);
        if ((operation->places & places) && distance < least &&
            distance < (int)strlen(operation->name)) {
            least = distance;
            best = operation->name;
        }
    }
    return best;
}

/* With the context knowing which call it is. */
static cask_value *run_in(cask *ck, cki_call *call)
{
    const cki_call *outer = ck->call;
    ck->call = call;
    cask_value *result = call->operation->run(call);
    ck->call = outer;
    return result;
}

cask_value *cki_operation_call(cask *ck, const cki_operation *operation,
                               const cki_arguments *arguments, cki_error *error)
{
    cki_parameter parameters[CKI_PARAMETERS];
    cask_value *bound[CKI_PARAMETERS];
    size_t count;
    if (!cki_signature_parse(operation->signature, parameters, &count)) {
        cki_fail_internal(error, operation->name);
        return NULL;
    }
    if (cki_signature_bind(operation->name, parameters, count, arguments, bound, error) != CASK_OK)
        return NULL;
    cki_call call = {ck, operation, bound, count, error};
    cask_value *result = run_in(ck, &call);
    for (size_t i = 0; i < count; i++)
        cask_value_unref(bound[i]);
    if (!result && error->status == CASK_OK)
        cki_fail_internal(error, operation->name);
    return result;
}

cask_value *cki_operation_argument(const cki_call *call, const char *parameter)
{
    cki_parameter parameters[CKI_PARAMETERS];
    size_t count;
    if (cki_signature_parse(call->operation->signature, parameters, &count))
        for (size_t i = 0; i < count; i++)
            if (!strcmp(parameters[i].name, parameter))
                return call->arguments[i];
    return NULL;
}

/* ---- what was said ---- */

/* An argument as it is shown: what is no data by its text. A new reference. */
static cask_value *shown(cask_value *value, cki_error *error)
{
    cki_text text = {0};
    if (value->kind != CKI_OBJECT && value->kind != CKI_DTYPE)
        return cask_value_ref(value);
    cki_value_print(value, &text);
    return cki_value_from_text(CKI_STR, &text, error);
}

/* Whether an argument says more than the blocks and the signature do. Arrays are inputs. */
static bool says(const cki_parameter *parameter, const cask_value *value, cki_error *error)
{
    bool none = parameter->kind == CKI_PARAMETER_REST     ? value->as.list.count == 0
                : parameter->kind == CKI_PARAMETER_IGNORE ? value->as.dict.count == 0
                                                          : false;
    if (none || value->kind == CKI_ARRAY || cki_collection_in(value))
        return false;
    cask_value *usual = parameter->fallback
                            ? cki_signature_literal(parameter->fallback, parameter->length, error)
                            : NULL;
    bool same = usual && usual->kind == value->kind && cki_value_equal(usual, value);
    cask_value_unref(usual);
    return !same;
}

static cask_value *collect_said(const cki_call *call, cki_error *error)
{
    cki_parameter parameters[CKI_PARAMETERS];
    size_t count;
    cask_value *said = cki_value_dict(error);
    if (!cki_signature_parse(call->operation->signature, parameters, &count))
        count = 0;
    for (size_t i = 0; said && i < count && error->status == CASK_OK; i++) {
        cask_value *given = call->arguments[i];
        if (!given || !says(&parameters[i], given, error) || error->status != CASK_OK)
            continue;
        cask_value *key = cki_value_string(parameters[i].name, error);
        cask_value *value = key ? shown(given, error) : NULL;
        if (value)
            cki_value_dict_set(said, key, value, error);
        else
            cask_value_unref(key);
    }
    return said;
}

static void unref(void *value)
{
    cask_value_unref(value);
}

cask_value *cki_operation_said(cask *ck, cki_error *error)
{
    cask_value *said = ck->call ? collect_said(ck->call, error) : NULL;
    if (said && error->status == CASK_OK && said->as.dict.count)
        return cki_context_own(ck, unref, said, error) == CASK_OK ? said : NULL;
    cask_value_unref(said);
    return NULL;
}

/* ---- arguments ---- */

bool cki_operation_is_none(const cki_call *call, const char *parameter)
{
    const cask_value *value = cki_operation_argument(call, parameter);
    return !value || value->kind == CKI_NONE;
}

bool cki_operation_flag(const cki_call *call, const char *parameter)
{
    bool truth = false;
    const cask_value *value = cki_operation_argument(call, parameter);
    if (value)
        (void)cki_value_truth(value, &truth, call->error);
    return truth;
}
