/* Stacks of npy files: a folder of 0.npy, 1.npy, ... that follow one another along an axis, which a
 * pickle named info tells, as Dask writes them. */
#include "core/memory.h"
#include "io/pickle.h"
#include "io/store.h"
#include "sys/file.h"
#include "sys/tree.h"

#include <stdio.h>
#include <string.h>

enum { MOST_INFO = 64 << 20 };

static char *join(const char *folder, const char *name, cki_error *error)
{
    cki_text path = {0};
    cki_text_format(&path, "%s/%s", folder, name);
    char *made = cki_text_take(&path);
    if (!made)
        cki_fail_memory(error, strlen(folder));
    return made;
}

/* The bytes of the file; the caller frees them. */
static unsigned char *read_info(const char *path, size_t *length, cki_error *error)
{
    cki_file *file = cki_file_open(path, error);
    uint64_t size = file ? cki_file_size(file) : 0;
    unsigned char *bytes = NULL;
    if (size > MOST_INFO)
        cki_fail(error, CASK_FORMAT, NULL, "%s: too large to be a stack's info", path);
    else if (file && !(bytes = cki_memory_alloc((size_t)size + 1)))
        cki_fail_memory(error, (size_t)size);
    *length = (size_t)size;
    if (bytes && cki_file_read(file, 0, bytes, *length, "the info", error) != CASK_OK) {
        cki_memory_free(bytes);
        bytes = NULL;
    }
    cki_file_unref(file);
    return bytes;
}

/* How many files, from the sizes along the axis. */
static bool understand(const cask_value *info, int64_t *count, int *axis)
{
    const cask_value *chunks = info->kind == CKI_DICT ? cki_value_dict_find(info, "chunks") : NULL;
    const cask_value *along = chunks ? cki_value_dict_find(info, "axis") : NULL;
    if (!along || along->kind != CKI_INT || chunks->kind != CKI_TUPLE || along->as.integer < 0 ||
        along->as.integer >= (int64_t)chunks->as.list.count)
        return false;
    const cask_value *sizes = chunks->as.list.items[along->as.integer];
    if (sizes->kind != CKI_TUPLE || sizes->as.list.count == 0)
        return false;
    *axis = (int)along->as.integer;
    *count = (int64_t)sizes->as.list.count;
    return true;
}

cask_value *cki_npy_stack_paths(const char *folder, int *axis, cki_error *error)
{
    size_t length;
    int64_t count = 0;
    char *path = join(folder, "info", error);
    unsigned char *bytes = path ? read_info(path, &length, error) : NULL;
    cki_error own = {0};
    cask_value *info = bytes ? cki_pickle_read(bytes, length, &own) : NULL;
    if (bytes && !info)
        cki_fail(error, own.status, own.python, "%s: %s", path, own.message);
    if (info && !understand(info, &count, axis))
        cki_fail(error, CASK_FORMAT, NULL, "%s: it does not describe a stack of npy files", path);
    cask_value *list = count ? cki_value_list(CKI_LIST, (size_t)count, error) : NULL;
    for (int64_t i = 0; list && i < count; i++) {
        cki_text name = {0};
        cki_text_format(&name, "%s/%lld.npy", folder, (long long)i);
        list->as.list.items[i] = name.failed ? NULL : cki_value_str(name.bytes, name.length, error);
        cki_text_free(&name);
        if (!list->as.list.items[i]) {
            cki_fail_memory(error, length);
            list->as.list.count = (size_t)i; /* only those are to be freed */
            cask_value_unref(list);
            list = NULL;
        }
    }
    cask_value_unref(info);
    cki_memory_free(bytes);
    cki_memory_free(path);
    return list;
}

char *cki_npy_stack_begin(const char *folder, cki_error *error)
{
    cki_tree_kind kind = cki_tree_look(folder);
    char *made = NULL;
    if (kind == CKI_TREE_FILE)
        cki_fail(error, CASK_INVALID, "NotADirectoryError", "%s: not a folder", folder);
    else if (kind == CKI_TREE_NONE)
        made = cki_tree_hidden(folder, error);
    else if (!(made = cki_memory_copy(folder, strlen(folder))))
        cki_fail_memory(error, strlen(folder));
    return made;
}

cask_status cki_npy_stack_end(char *made, const char *folder, bool whole, cki_error *error)
{
    cki_error own = {0};
    bool hidden = strcmp(made, folder) != 0;
    if (hidden && whole)
        whole = cki_tree_publish(made, folder, error) == CASK_OK;
    if (hidden && !whole)
        (void)cki_tree_remove(made, &own);
    cki_memory_free(made);
    return error->status;
}

cask_status cki_npy_stack_put(const char *folder, int64_t i, const cki_array *array,
                              cki_error *error)
{
    static const int64_t origin[CKI_MAX_NDIM];
    char name[40];
    snprintf(name, sizeof name, "%lld.npy", (long long)i);
    char *path = join(folder, name, error);
    cki_target target = {.dtype = array->dtype, .ndim = array->ndim, .shape = array->shape};
    cki_writer *writer = path ? cki_writer_open(path, &target, error) : NULL;
    cask_status status = writer ? cki_writer_region(writer, origin, array, error) : CASK_IO;
    if (writer && status == CASK_OK)
        status = cki_writer_commit(writer, error);
    else
        cki_writer_abort(writer);
    cki_memory_free(path);
    return status;
}

cask_status cki_npy_stack_finish(const char *folder, const cask_value *chunks, cki_dtype dtype,
                                 int axis, cki_error *error)
{
    char code[48];
    cki_text text = {0};
    cki_pickle_write_stack(chunks, cki_dtype_code(dtype, code), axis, &text);
    char *path = join(folder, "info", error);
    cki_file_output *output = path && !text.failed ? cki_file_create(path, error) : NULL;
    if (output && cki_file_write(output, 0, text.bytes, text.length, error) == CASK_OK)
        cki_file_commit(output, error);
    else
        cki_file_abort(output);
    bool failed = text.failed;
    cki_text_free(&text);
    cki_memory_free(path);
    return failed ? cki_fail_memory(error, 0) : error->status;
}
