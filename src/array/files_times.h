/* Times in files: numbers of "hours since 1900-01-01" as datetime64. */
#ifndef CKI_ARRAY_FILES_TIMES_H
#define CKI_ARRAY_FILES_TIMES_H

#include "array/files_unpack.h"

/* If variable `i` holds times, by its units and calendar or, if it is the bounds of another one, by
 * that one's, `packing` says how they become dates of type `wanted`; else it stays as it is. A
 * generic unit means nanoseconds, or seconds for dates that those do not reach, which the first and
 * last value tell where the units do not. */
void cki_files_times(const cki_store *store, size_t i, cki_dtype wanted, cki_packing *packing);
/* datetime64 of numbers as packing->raw, or float64 once they are unpacked. */
cask_array cki_files_times_decode(cki_build *build, cask_array numbers, const cki_packing *packing);

#endif
