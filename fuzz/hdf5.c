/* Fuzz target: any bytes as a file of arrays; its corpus leads to HDF5. */
#include "store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_store(data, size, "");
    return 0;
}
