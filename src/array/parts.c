/* Picking parts of what tasks give: a reference to what is there already. */
#include "array/parts.h"
#include "array/functions.h"

cask_value *cki_parts_list(cask_value *const *parts, size_t count, cki_error *error)
{
    bool whole = true;
    for (size_t i = 0; i < count; i++)
        whole = whole && parts[i];
    cask_value *list = whole ? cki_value_list(CKI_LIST, count, error) : NULL;
    for (size_t i = 0; i < count; i++) {
        if (list)
            list->as.list.items[i] = parts[i];
        else
            cask_value_unref(parts[i]);
    }
    return list;
}

const cki_array *cki_parts_of(const cask_value *list, size_t part)
{
    bool there = list->kind == CKI_LIST && part < list->as.list.count;
    return there ? cki_array_of(list->as.list.items[part]) : NULL;
}

static cask_status run_pick(const cki_task *task, cask_value **result, cki_error *error)
{
    const int *part = cki_mapped_of(task)->parameters;
    const cask_value *list = task->inputs[0];
    if (!cki_parts_of(list, (size_t)*part))
        return cki_fail_internal(error, "array.part");
    *result = cask_value_ref(list->as.list.items[*part]);
    return CASK_OK;
}

const cki_function cki_parts_function = {"array.part", 1, run_pick};

cask_array cki_parts_pick(cki_build *build, int part, const cki_mapped *as)
{
    int *own = cki_arena_alloc(build->arena, sizeof *own);
    cki_hasher *hasher = own ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *own);
        return NULL;
    }
    *own = part;
    cki_token_int(hasher, part);
    cki_mapped spec = *as;
    spec.function = &cki_parts_function;
    spec.label = "getitem";
    spec.ninputs = 1;
    spec.parameters = own;
    spec.token = cki_token_end(hasher);
    spec.view = true;
    return cki_mapped_array(build, &spec);
}
