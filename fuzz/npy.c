/* Fuzz target: any bytes as a file of arrays; its corpus leads to npy. */
#include "store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_store_but_hdf5(data, size, "");
    return 0;
}
