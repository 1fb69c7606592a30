/* Fuzz target: any bytes as a zip archive of a Zarr folder: its metadata, its codecs. */
#include "store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_store_but_hdf5(data, size, ".zarr.zip");
    return 0;
}
