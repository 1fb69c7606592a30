/* Files that make one array by an axis of their own: stacks of npy files as Dask has them, and
 * pictures one behind the other. */
#include "array/files.h"
#include "array/join.h"
#include "array/put.h"
#include "array/rechunk.h"
#include "array/runs.h"

#include <string.h>

static const char *path_of(cki_call *call, const char *parameter)
{
    const cask_value *path = cki_operation_argument(call, parameter);
    if (path->kind == CKI_STR)
        return path->as.text.bytes;
    cki_fail(call->error, CASK_TYPE, NULL, "%s(): %s is a str, not %s", call->operation->name,
             parameter, cki_value_type(path));
    return NULL;
}

/* ---- stacks of npy files ---- */

static cask_value *run_from_npy_stack(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const char *folder = path_of(call, "dirname");
    cki_files_spec spec = {.one_block = true};
    spec.paths = folder ? cki_npy_stack_paths(folder, &spec.axis, call->error) : NULL;
    cask_array x = spec.paths ? cki_files_open(&build, &spec) : NULL;
    cask_value_unref(spec.paths);
    return cki_node_value(&build, x);
}

/* Where the blocks of a stack go. */
typedef struct stack {
    const char *folder;
    cask_array x;
    int axis;
} stack;

static cask_status put_block(void *self, const int64_t *start, const cki_array *array,
                             cki_error *error)
{
    const stack *s = self;
    const cki_axis *axis = &s->x->axes[s->axis];
    int64_t i = axis->length > 0 ? cki_chunks_find(axis, start[s->axis]) : 0;
    return cki_npy_stack_put(s->folder, i, array, error);
}

static cask_value *chunks_of(cask_array x, cki_error *error)
{
    cask_value *tuple = cki_value_list(CKI_TUPLE, (size_t)x->ndim, error);
    for (int k = 0; tuple && k < x->ndim; k++)
        if (!(tuple->as.list.items[k] = cki_chunks_value(&x->axes[k], error))) {
            tuple->as.list.count = (size_t)k;
            cask_value_unref(tuple);
            return NULL;
        }
    return tuple;
}

static cask_value *run_to_npy_stack(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const char *folder = path_of(call, "dirname");
    stack s = {.folder = folder};
    int64_t shape[CKI_MAX_NDIM];
    cask_array x = folder ? cki_node_from_value(&build, cki_operation_argument(call, "x")) : NULL;
    if (!x || cki_node_axis(cki_operation_argument(call, "axis"), x->ndim, &s.axis, call->error))
        return NULL;
    if (!cki_node_shape(x, shape)) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "to_npy_stack(): unknown chunk sizes; call compute_chunk_sizes() first");
        return NULL;
    }
    bool single[CKI_MAX_NDIM];
    for (int k = 0; k < x->ndim; k++)
        single[k] = k != s.axis;
    s.x = cki_rechunk_single(&build, x, single);
    cask_value *chunks = s.x ? chunks_of(s.x, call->error) : NULL;
    cki_place place = {.region = put_block, .self = &s};
    char *made = chunks ? cki_npy_stack_begin(folder, call->error) : NULL;
    s.folder = made;
    if (made) {
        bool whole = cki_put_arrays(call->ck, &s.x, &place, 1, call->error) == CASK_OK &&
                     cki_npy_stack_finish(made, chunks, s.x->dtype, s.axis, call->error) == CASK_OK;
        cki_npy_stack_end(made, folder, whole, call->error);
    }
    cask_value_unref(chunks);
    return call->error->status == CASK_OK ? cki_value_none() : NULL;
}

/* ---- pictures ---- */

/* A function of the caller's on one picture: lazily, as map_blocks does. */
static cask_array preprocess(cki_build *build, cask_array x, cask_value *function)
{
    cask_value *given = cki_node_value(build, x);
    cki_arguments arguments = {.positional = &given, .count = 1};
    cask_value *made = NULL;
    if (given && build->ck->invoke)
        made = build->ck->invoke(build->ck->language, function, &arguments, build->error);
    cask_value_unref(given);
    cask_array result = made ? cki_node_from_value(build, made) : NULL;
    cask_value_unref(made);
    return result;
}

/* One picture, in one block. */
static cask_array open_picture(cki_build *build, cask_value *path, cask_value *function)
{
    cki_files_spec spec = {.paths = path, .one_block = true, .first = true};
    cask_array x = cki_files_open(build, &spec);
    return x && function->kind != CKI_NONE ? preprocess(build, x, function) : x;
}

static cask_status check_alike(cask_array first, cask_array x, const cask_value *path,
                               cki_error *error)
{
    bool same = x->ndim == first->ndim && cki_dtype_same(x->dtype, first->dtype);
    for (int k = 0; same && k < x->ndim; k++)
        same = cki_node_length(x, k) == cki_node_length(first, k);
    return same ? CASK_OK
                : cki_fail(error, CASK_SHAPE, NULL,
                           "%s: of another shape or type than the first picture",
                           path->as.text.bytes);
}

static cask_value *run_imread(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const char *pattern = path_of(call, "filename");
    cask_value *function = cki_operation_argument(call, "preprocess");
    cask_value *paths = pattern ? cki_store_glob(pattern, call->error) : NULL;
    if (!paths && strcmp(call->error->python, "FileNotFoundError") == 0) {
        *call->error = (cki_error){0};
        cki_fail(call->error, CASK_NOT_FOUND, "ValueError", "No files found under name %s",
                 pattern);
    }
    size_t count = paths ? paths->as.list.count : 0;
    cask_array *arrays = cki_arena_array(build.arena, count + 1, sizeof *arrays);
    if (paths && !arrays)
        cki_fail_memory(call->error, count * sizeof *arrays);
    for (size_t i = 0; arrays && i < count && call->error->status == CASK_OK; i++) {
        arrays[i] = open_picture(&build, paths->as.list.items[i], function);
        if (arrays[i])
            check_alike(arrays[0], arrays[i], paths->as.list.items[i], call->error);
    }
    cask_array x =
        count && call->error->status == CASK_OK ? cki_join_stack(&build, arrays, count, 0) : NULL;
    cask_value_unref(paths);
    return cki_node_value(&build, x);
}

static const cki_operation op_from_npy_stack = {
    "from_npy_stack",
    CKI_IN_DA,
    "dirname, mmap_mode='r'",
    "A folder of npy files that follow one another along an axis, as to_npy_stack (Dask's too) "
    "writes it; one block a file.",
    run_from_npy_stack,
    NULL};
static const cki_operation op_to_npy_stack = {
    "to_npy_stack",
    CKI_IN_DA,
    "dirname, x, axis=0",
    "Write an array as a folder of npy files, one for each block along the axis.",
    run_to_npy_stack,
    NULL};
static const cki_operation op_imread = {"image.imread",
                                        CKI_IN_DA,
                                        "filename, imread=None, preprocess=None",
                                        "Pictures (PNG, TIFF) that match a pattern, one behind the "
                                        "other on a new first axis, one block "
                                        "a picture; preprocess is called with each.",
                                        run_imread,
                                        NULL};

const cki_operation *const cki_files_stack_operations[] = {&op_from_npy_stack, &op_to_npy_stack,
                                                           &op_imread, NULL};
