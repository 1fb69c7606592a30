/* Statistics of what a file holds, for `cask info --stats`: one pass over each variable, in blocks,
 * by all threads. */
#include "array/files.h"
#include "array/reductions.h"
#include "expr/collection.h"

enum { MIN, MAX, MEAN, STD, NANS, KINDS };

static cask_array isnan_of(cki_build *build, cask_array x)
{
    const cki_operation *isnan = cki_operation_find(build->ck, "isnan", CKI_IN_DA);
    cask_value *given = cki_node_value(build, x), *made = NULL;
    cki_arguments arguments = {.positional = &given, .count = 1};
    if (given && isnan)
        made = cki_operation_call(build->ck, isnan, &arguments, build->error);
    cask_array result = made ? cki_node_lazy(made) : NULL;
    cask_value_unref(made);
    cask_value_unref(given);
    return result;
}

/* The five numbers, lazy. */
static bool reduce_all(cki_build *build, cask_array x, const cki_node **nodes)
{
    static const cki_reduce_kind kinds[] = {CKI_REDUCE_MIN, CKI_REDUCE_MAX, CKI_REDUCE_MEAN,
                                            CKI_REDUCE_STD, CKI_REDUCE_COUNT};
    bool real = cki_dtype_is_float(x->dtype);
    for (int i = 0; i < KINDS; i++) {
        cki_reduce_spec spec = {.kind = kinds[i], .all = true, .skip_nan = real && i != NANS};
        cask_array from = i == NANS ? isnan_of(build, x) : x;
        cask_array made = from ? cki_reductions_reduce(build, from, &spec) : NULL;
        if (!made)
            return false;
        nodes[i] = &made->base;
    }
    return true;
}

cask_status cki_files_count(cask *ck, const char *path, const cki_variable *v, bool *found,
                            cki_files_numbers *numbers, cki_error *error)
{
    cki_build build = cki_node_build(ck, error);
    *found = false;
    if (v->unreadable || !cki_dtype_is_number(v->dtype) || cki_dtype_is_complex(v->dtype))
        return CASK_OK;
    for (int k = 0; k < v->ndim; k++)
        if (v->shape[k] == 0)
            return CASK_OK;
    cask_value *paths = cki_value_string(path, error);
    cki_files_spec spec = {.paths = paths, .variable = v->name, .unpack = true};
    cask_array x = paths ? cki_files_open(&build, &spec) : NULL;
    const cki_node *nodes[KINDS];
    cask_value *values[KINDS] = {NULL};
    if (x && reduce_all(&build, x, nodes) &&
        cki_collection_compute(ck, nodes, KINDS, values, error) == CASK_OK) {
        *numbers = (cki_files_numbers){0};
        *found = true;
        for (int i = 0; *found && i < NANS; i++)
            *found = cki_value_real(values[i], &numbers->moments[i], error) == CASK_OK;
        cki_value_index(values[NANS], &numbers->nans, NULL);
        numbers->count = cki_node_size(x) - numbers->nans;
    }
    for (int i = 0; i < KINDS; i++)
        cask_value_unref(values[i]);
    cask_value_unref(paths);
    return error->status;
}

cask_status cki_files_stats(cask *ck, const char *path, const cki_variable *v, size_t indent,
                            cki_text *text, cki_error *error)
{
    static const char *const names[] = {"min", "max", "mean", "std"};
    cki_files_numbers numbers;
    bool found;
    if (cki_files_count(ck, path, v, &found, &numbers, error) != CASK_OK || !found)
        return error->status;
    cki_text_repeat(text, ' ', indent);
    for (int i = 0; i < NANS; i++)
        cki_text_format(text, "%s %.7g; ", names[i], numbers.moments[i]);
    cki_text_format(text, "count %lld; NaN %lld\n", (long long)numbers.count,
                    (long long)numbers.nans);
    return CASK_OK;
}
