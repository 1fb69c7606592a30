/* Numbers of the NetCDF-3 formats that reader and writer share. */
#ifndef CKI_IO_NETCDF3_H
#define CKI_IO_NETCDF3_H

#include "io/formats.h"

enum { CKI_NETCDF3_DIMENSIONS = 10, CKI_NETCDF3_VARIABLES = 11, CKI_NETCDF3_ATTRIBUTES = 12 };

/* The element type of a NetCDF type number (char: bytes of length 1); id 0 if there is none. */
cki_dtype cki_netcdf3_dtype(uint32_t type);

/* The writer's half of the format: a file of variables without records. */
cask_status cki_netcdf3_create(cki_writer *writer, const cki_target *target, cki_error *error);
cask_status cki_netcdf3_close_writer(cki_writer *writer, cki_error *error);

#endif
