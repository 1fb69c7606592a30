/* Any bytes as a file of arrays: opened, and its small variables read in two ways. */
#include "store.h"
#include "io/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LARGEST = 1 << 22, /* bytes of a variable that is read */
    FOLDER = 500       /* the descriptor of the folder that holds the input */
};

const char *__asan_default_options(void);
const char *__asan_default_suppressions(void);
const char *__lsan_default_suppressions(void);

/* The HDF5 library of Debian 12 (1.10.8) reads beyond headers that are broken, leaks them, and asks
 * for as much memory as they say; what it does within itself is for its own makers to mend. The
 * sanitizers ask for these by name. */
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:quarantine_size_mb=16";
}

const char *__asan_default_suppressions(void)
{
    return "interceptor_via_lib:libhdf5";
}

const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}

static void law(bool holds)
{
    if (!holds)
        abort();
}

static void check_error(const cki_error *error, const char *path)
{
    law(error->status != CASK_OK && error->python[0] && error->message[0]);
    law(error->status == CASK_MEMORY || strstr(error->message, path) != NULL);
}

static cask_value *read_all(const cki_store *store, size_t i, const char *path)
{
    const cki_variable *variable = cki_store_variable(store, i);
    cki_error error = {0};
    size_t bytes;
    if (variable->unreadable ||
        cki_array_bytes(variable->dtype, variable->ndim, variable->shape, &bytes, &error) !=
            CASK_OK ||
        bytes > LARGEST)
        return NULL;
    int64_t start[CKI_MAX_NDIM] = {0}, step[CKI_MAX_NDIM];
    for (int k = 0; k < CKI_MAX_NDIM; k++)
        step[k] = 1;
    cask_value *array = cki_array_new(variable->dtype, variable->ndim, variable->shape, &error);
    law(array != NULL);
    if (cki_store_read(store, i, start, variable->shape, step, cki_array_of(array), &error) ==
        CASK_OK)
        return array;
    check_error(&error, path);
    cask_value_unref(array);
    return NULL;
}

static void check_half(const cki_store *store, size_t i, const cki_array *whole)
{
    int64_t start[CKI_MAX_NDIM] = {0}, count[CKI_MAX_NDIM], step[CKI_MAX_NDIM];
    cki_error error = {0};
    for (int k = 0; k < whole->ndim; k++) {
        step[k] = 2;
        count[k] = (whole->shape[k] + 1) / 2;
    }
    cask_value *half = cki_array_new(whole->dtype, whole->ndim, count, &error);
    cask_value *wanted = cki_array_slice(whole, start, count, step, &error);
    cask_value *dense = wanted ? cki_array_compact(wanted, &error) : NULL;
    law(half && dense);
    law(cki_store_read(store, i, start, count, step, cki_array_of(half), &error) == CASK_OK);
    size_t bytes = (size_t)cki_array_size(cki_array_of(half)) * cki_dtype_size(whole->dtype);
    law(bytes == 0 || memcmp(cki_array_of(half)->data, cki_array_of(dense)->data, bytes) == 0);
    cask_value_unref(half);
    cask_value_unref(dense);
    cask_value_unref(wanted);
}

/* Where the HDF5 library looks for its signature: at the start, or behind 512 bytes, 1024, 2048...
 */
static bool is_hdf5(const uint8_t *data, size_t size)
{
    static const char signature[8] = "\211HDF\r\n\032\n";
    for (size_t at = 0; at + sizeof signature <= size; at = at ? 2 * at : 512)
        if (memcmp(data + at, signature, sizeof signature) == 0)
            return true;
    return false;
}

static void read_file(const uint8_t *data, size_t size, const char *path)
{
    FILE *file = fopen(path, "wb");
    law(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
    cki_error error = {0};
    cki_store *store = cki_store_open(path, &error);
    if (!store)
        check_error(&error, path);
    for (size_t i = 0; store && i < cki_store_count(store); i++) {
        cask_value *array = read_all(store, i, path);
        if (array)
            check_half(store, i, cki_array_of(array));
        cask_value_unref(array);
    }
    cki_store_unref(store);
    unlink(path);
}

/* In a folder of its own, reached by a name that is the same in each run: what the fuzzer learns
 * from comparisons of names would differ else, and no search could be repeated. */
void fuzz_store(const uint8_t *data, size_t size, const char *suffix)
{
    char folder[] = "/tmp/cask-fuzz-XXXXXX", path[64];
    law(mkdtemp(folder) != NULL);
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY);
    law(descriptor >= 0 && dup2(descriptor, FOLDER) == FOLDER);
    close(descriptor);
    snprintf(path, sizeof path, "/proc/self/fd/%d/input%s", FOLDER, suffix);
    read_file(data, size, path);
    close(FOLDER);
    rmdir(folder);
}

void fuzz_store_but_hdf5(const uint8_t *data, size_t size, const char *suffix)
{
    if (!is_hdf5(data, size))
        fuzz_store(data, size, suffix);
}
