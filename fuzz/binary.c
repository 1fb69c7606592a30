/* Fuzz target: any bytes as a value in binary form. What can be read is written again, to bytes
 * that read as a value that is written as the same bytes. */
#include "value/binary.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static unsigned char *written(const cask_value *value, size_t *length)
{
    cki_binary form;
    check(cki_binary_can(value));
    check(cki_binary_write(&form, value, NULL) == CASK_OK);
    *length = cki_binary_size(&form);
    unsigned char *bytes = cki_memory_alloc(*length);
    check(bytes != NULL);
    cki_binary_copy(&form, bytes);
    cki_binary_free(&form);
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cask_value *value = cki_binary_read_run(data, size, NULL, NULL);
    if (!value)
        return 0;
    size_t length, length_again;
    unsigned char *bytes = written(value, &length);
    cask_value *again = cki_binary_read_run(bytes, length, NULL, NULL);
    check(again != NULL);
    unsigned char *bytes_again = written(again, &length_again);
    check(length == length_again && memcmp(bytes, bytes_again, length) == 0);
    cki_memory_free(bytes);
    cki_memory_free(bytes_again);
    cask_value_unref(again);
    cask_value_unref(value);
    return 0;
}
