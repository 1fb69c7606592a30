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
    cask_value *result = operation->run(&call);
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
