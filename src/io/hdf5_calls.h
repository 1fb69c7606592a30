/* HDF5's library, loaded when the first file needs it: it brings a dozen others (for files over
 * the network), whose loading would take most of the time of a small command. What is called of it
 * is called through one table. */
#ifndef CKI_IO_HDF5_CALLS_H
#define CKI_IO_HDF5_CALLS_H

#define H5_USE_110_API 1
#include "core/fail.h"
#include <hdf5.h>

/* Functions and variables of the library. X(name) */
#define CKI_HDF5_FUNCTIONS(X)                                                                      \
    X(H5Aclose)                                                                                    \
    X(H5Acreate2)                                                                                  \
    X(H5Adelete)                                                                                   \
    X(H5Aexists)                                                                                   \
    X(H5Aexists_by_name)                                                                           \
    X(H5Aget_space)                                                                                \
    X(H5Aget_type)                                                                                 \
    X(H5Aiterate2)                                                                                 \
    X(H5Aopen)                                                                                     \
    X(H5Aread)                                                                                     \
    X(H5Awrite)                                                                                    \
    X(H5Dclose)                                                                                    \
    X(H5Dcreate2)                                                                                  \
    X(H5Dget_chunk_info)                                                                           \
    X(H5Dget_chunk_info_by_coord)                                                                  \
    X(H5Dget_chunk_storage_size)                                                                   \
    X(H5Dget_create_plist)                                                                         \
    X(H5Dget_num_chunks)                                                                           \
    X(H5Dget_offset)                                                                               \
    X(H5Dget_space)                                                                                \
    X(H5Dget_storage_size)                                                                         \
    X(H5Dget_type)                                                                                 \
    X(H5Dopen2)                                                                                    \
    X(H5Dread)                                                                                     \
    X(H5Dread_chunk)                                                                               \
    X(H5Dset_extent)                                                                               \
    X(H5Dvlen_reclaim)                                                                             \
    X(H5Dwrite)                                                                                    \
    X(H5Dwrite_chunk)                                                                              \
    X(H5Eclear2)                                                                                   \
    X(H5Eset_auto2)                                                                                \
    X(H5Ewalk2)                                                                                    \
    X(H5Fclose)                                                                                    \
    X(H5Fcreate)                                                                                   \
    X(H5Fflush)                                                                                    \
    X(H5Fget_create_plist)                                                                         \
    X(H5Fopen)                                                                                     \
    X(H5Gclose)                                                                                    \
    X(H5Gcreate2)                                                                                  \
    X(H5Gget_create_plist)                                                                         \
    X(H5Gopen2)                                                                                    \
    X(H5Lcreate_external)                                                                          \
    X(H5Lcreate_hard)                                                                              \
    X(H5Lcreate_soft)                                                                              \
    X(H5Ldelete)                                                                                   \
    X(H5Lexists)                                                                                   \
    X(H5Literate)                                                                                  \
    X(H5Oget_info_by_name2)                                                                        \
    X(H5Pclose)                                                                                    \
    X(H5Pcreate)                                                                                   \
    X(H5Pfill_value_defined)                                                                       \
    X(H5Pget_chunk)                                                                                \
    X(H5Pget_external_count)                                                                       \
    X(H5Pget_fill_value)                                                                           \
    X(H5Pget_filter2)                                                                              \
    X(H5Pget_layout)                                                                               \
    X(H5Pget_link_creation_order)                                                                  \
    X(H5Pget_nfilters)                                                                             \
    X(H5Pget_sizes)                                                                                \
    X(H5Pget_userblock)                                                                            \
    X(H5Pset_alloc_time)                                                                           \
    X(H5Pset_attr_creation_order)                                                                  \
    X(H5Pset_chunk)                                                                                \
    X(H5Pset_create_intermediate_group)                                                            \
    X(H5Pset_deflate)                                                                              \
    X(H5Pset_alignment)                                                                            \
    X(H5Pset_file_locking)                                                                         \
    X(H5Pset_fill_time)                                                                            \
    X(H5Pset_fill_value)                                                                           \
    X(H5Pset_filter)                                                                               \
    X(H5Pset_fletcher32)                                                                           \
    X(H5Pset_layout)                                                                               \
    X(H5Pset_link_creation_order)                                                                  \
    X(H5Pset_obj_track_times)                                                                      \
    X(H5Pset_shuffle)                                                                              \
    X(H5Rcreate)                                                                                   \
    X(H5Sclose)                                                                                    \
    X(H5Scopy)                                                                                     \
    X(H5Screate)                                                                                   \
    X(H5Screate_simple)                                                                            \
    X(H5Sget_simple_extent_dims)                                                                   \
    X(H5Sget_simple_extent_ndims)                                                                  \
    X(H5Sget_simple_extent_npoints)                                                                \
    X(H5Sget_simple_extent_type)                                                                   \
    X(H5Sselect_hyperslab)                                                                         \
    X(H5Tclose)                                                                                    \
    X(H5Tcopy)                                                                                     \
    X(H5Tcreate)                                                                                   \
    X(H5Tenum_create)                                                                              \
    X(H5Tenum_insert)                                                                              \
    X(H5Tenum_valueof)                                                                             \
    X(H5Tequal)                                                                                    \
    X(H5Tget_array_dims2)                                                                          \
    X(H5Tget_array_ndims)                                                                          \
    X(H5Tget_class)                                                                                \
    X(H5Tget_cset)                                                                                 \
    X(H5Tget_ebias)                                                                                \
    X(H5Tget_fields)                                                                               \
    X(H5Tget_member_name)                                                                          \
    X(H5Tget_member_offset)                                                                        \
    X(H5Tget_member_type)                                                                          \
    X(H5Tget_nmembers)                                                                             \
    X(H5Tget_norm)                                                                                 \
    X(H5Tget_order)                                                                                \
    X(H5Tget_precision)                                                                            \
    X(H5Tget_sign)                                                                                 \
    X(H5Tget_size)                                                                                 \
    X(H5Tget_super)                                                                                \
    X(H5Tinsert)                                                                                   \
    X(H5Tis_variable_str)                                                                          \
    X(H5Tset_cset)                                                                                 \
    X(H5Tset_ebias)                                                                                \
    X(H5Tset_fields)                                                                               \
    X(H5Tset_precision)                                                                            \
    X(H5Tset_size)                                                                                 \
    X(H5Tset_strpad)                                                                               \
    X(H5Tvlen_create)                                                                              \
    X(H5Zfilter_avail)                                                                             \
    X(H5check_version)                                                                             \
    X(H5dont_atexit)                                                                               \
    X(H5free_memory)                                                                               \
    X(H5open)
#define CKI_HDF5_VARIABLES(X)                                                                      \
    X(H5P_CLS_DATASET_CREATE_ID_g)                                                                 \
    X(H5P_CLS_FILE_ACCESS_ID_g)                                                                    \
    X(H5P_CLS_FILE_CREATE_ID_g)                                                                    \
    X(H5P_CLS_LINK_CREATE_ID_g)                                                                    \
    X(H5T_C_S1_g)                                                                                  \
    X(H5T_IEEE_F32BE_g)                                                                            \
    X(H5T_IEEE_F32LE_g)                                                                            \
    X(H5T_IEEE_F64BE_g)                                                                            \
    X(H5T_IEEE_F64LE_g)                                                                            \
    X(H5T_NATIVE_DOUBLE_g)                                                                         \
    X(H5T_NATIVE_FLOAT_g)                                                                          \
    X(H5T_NATIVE_INT16_g)                                                                          \
    X(H5T_NATIVE_INT32_g)                                                                          \
    X(H5T_NATIVE_INT64_g)                                                                          \
    X(H5T_NATIVE_INT8_g)                                                                           \
    X(H5T_NATIVE_INT_g)                                                                            \
    X(H5T_NATIVE_UINT16_g)                                                                         \
    X(H5T_NATIVE_UINT32_g)                                                                         \
    X(H5T_NATIVE_UINT64_g)                                                                         \
    X(H5T_NATIVE_UINT8_g)                                                                          \
    X(H5T_STD_I16BE_g)                                                                             \
    X(H5T_STD_I32BE_g)                                                                             \
    X(H5T_STD_I32LE_g)                                                                             \
    X(H5T_STD_I64BE_g)                                                                             \
    X(H5T_STD_REF_OBJ_g)

#define CKI_HDF5_FUNCTION(name) __typeof__(name) *name;
#define CKI_HDF5_VARIABLE(name) const hid_t *name;
typedef struct cki_hdf5_table {
    CKI_HDF5_FUNCTIONS(CKI_HDF5_FUNCTION)
    CKI_HDF5_VARIABLES(CKI_HDF5_VARIABLE)
} cki_hdf5_table;
#undef CKI_HDF5_FUNCTION
#undef CKI_HDF5_VARIABLE

extern cki_hdf5_table cki_hdf5_calls;

/* Load the library, once; ImportError that names the package. Before anything else of it. */
cask_status cki_hdf5_calls_load(cki_error *error);

#ifndef CKI_HDF5_CALLS_PLAIN /* hdf5_calls.c needs the bare names */
#define H5Aclose                         cki_hdf5_calls.H5Aclose
#define H5Acreate2                       cki_hdf5_calls.H5Acreate2
#define H5Aexists                        cki_hdf5_calls.H5Aexists
#define H5Aexists_by_name                cki_hdf5_calls.H5Aexists_by_name
#define H5Adelete                        cki_hdf5_calls.H5Adelete
#define H5Aget_space                     cki_hdf5_calls.H5Aget_space
#define H5Aget_type                      cki_hdf5_calls.H5Aget_type
#define H5Aiterate2                      cki_hdf5_calls.H5Aiterate2
#define H5Aopen                          cki_hdf5_calls.H5Aopen
#define H5Aread                          cki_hdf5_calls.H5Aread
#define H5Awrite                         cki_hdf5_calls.H5Awrite
#define H5Dclose                         cki_hdf5_calls.H5Dclose
#define H5Dcreate2                       cki_hdf5_calls.H5Dcreate2
#define H5Dget_chunk_info                cki_hdf5_calls.H5Dget_chunk_info
#define H5Dget_chunk_info_by_coord       cki_hdf5_calls.H5Dget_chunk_info_by_coord
#define H5Dget_chunk_storage_size        cki_hdf5_calls.H5Dget_chunk_storage_size
#define H5Dget_create_plist              cki_hdf5_calls.H5Dget_create_plist
#define H5Dget_num_chunks                cki_hdf5_calls.H5Dget_num_chunks
#define H5Dget_offset                    cki_hdf5_calls.H5Dget_offset
#define H5Dget_space                     cki_hdf5_calls.H5Dget_space
#define H5Dget_storage_size              cki_hdf5_calls.H5Dget_storage_size
#define H5Dget_type                      cki_hdf5_calls.H5Dget_type
#define H5Dopen2                         cki_hdf5_calls.H5Dopen2
#define H5Dread                          cki_hdf5_calls.H5Dread
#define H5Dread_chunk                    cki_hdf5_calls.H5Dread_chunk
#define H5Dset_extent                    cki_hdf5_calls.H5Dset_extent
#define H5Dvlen_reclaim                  cki_hdf5_calls.H5Dvlen_reclaim
#define H5Dwrite                         cki_hdf5_calls.H5Dwrite
#define H5Dwrite_chunk                   cki_hdf5_calls.H5Dwrite_chunk
#define H5Eclear2                        cki_hdf5_calls.H5Eclear2
#define H5Eset_auto2                     cki_hdf5_calls.H5Eset_auto2
#define H5Ewalk2                         cki_hdf5_calls.H5Ewalk2
#define H5Fclose                         cki_hdf5_calls.H5Fclose
#define H5Fcreate                        cki_hdf5_calls.H5Fcreate
#define H5Fflush                         cki_hdf5_calls.H5Fflush
#define H5Fget_create_plist              cki_hdf5_calls.H5Fget_create_plist
#define H5Fopen                          cki_hdf5_calls.H5Fopen
#define H5Gclose                         cki_hdf5_calls.H5Gclose
#define H5Gcreate2                       cki_hdf5_calls.H5Gcreate2
#define H5Gget_create_plist              cki_hdf5_calls.H5Gget_create_plist
#define H5Gopen2                         cki_hdf5_calls.H5Gopen2
#define H5Lcreate_external               cki_hdf5_calls.H5Lcreate_external
#define H5Lcreate_hard                   cki_hdf5_calls.H5Lcreate_hard
#define H5Lcreate_soft                   cki_hdf5_calls.H5Lcreate_soft
#define H5Ldelete                        cki_hdf5_calls.H5Ldelete
#define H5Lexists                        cki_hdf5_calls.H5Lexists
#define H5Literate                       cki_hdf5_calls.H5Literate
#define H5Oget_info_by_name2             cki_hdf5_calls.H5Oget_info_by_name2
#define H5Pclose                         cki_hdf5_calls.H5Pclose
#define H5Pcreate                        cki_hdf5_calls.H5Pcreate
#define H5Pfill_value_defined            cki_hdf5_calls.H5Pfill_value_defined
#define H5Pget_chunk                     cki_hdf5_calls.H5Pget_chunk
#define H5Pget_external_count            cki_hdf5_calls.H5Pget_external_count
#define H5Pget_fill_value                cki_hdf5_calls.H5Pget_fill_value
#define H5Pget_filter2                   cki_hdf5_calls.H5Pget_filter2
#define H5Pget_layout                    cki_hdf5_calls.H5Pget_layout
#define H5Pget_link_creation_order       cki_hdf5_calls.H5Pget_link_creation_order
#define H5Pget_nfilters                  cki_hdf5_calls.H5Pget_nfilters
#define H5Pget_sizes                     cki_hdf5_calls.H5Pget_sizes
#define H5Pget_userblock                 cki_hdf5_calls.H5Pget_userblock
#define H5Pset_alloc_time                cki_hdf5_calls.H5Pset_alloc_time
#define H5Pset_attr_creation_order       cki_hdf5_calls.H5Pset_attr_creation_order
#define H5Pset_chunk                     cki_hdf5_calls.H5Pset_chunk
#define H5Pset_create_intermediate_group cki_hdf5_calls.H5Pset_create_intermediate_group
#define H5Pset_deflate                   cki_hdf5_calls.H5Pset_deflate
#define H5Pset_alignment                 cki_hdf5_calls.H5Pset_alignment
#define H5Pset_file_locking              cki_hdf5_calls.H5Pset_file_locking
#define H5Pset_fill_time                 cki_hdf5_calls.H5Pset_fill_time
#define H5Pset_fill_value                cki_hdf5_calls.H5Pset_fill_value
#define H5Pset_filter                    cki_hdf5_calls.H5Pset_filter
#define H5Pset_fletcher32                cki_hdf5_calls.H5Pset_fletcher32
#define H5Pset_layout                    cki_hdf5_calls.H5Pset_layout
#define H5Pset_link_creation_order       cki_hdf5_calls.H5Pset_link_creation_order
#define H5Pset_obj_track_times           cki_hdf5_calls.H5Pset_obj_track_times
#define H5Pset_shuffle                   cki_hdf5_calls.H5Pset_shuffle
#define H5Rcreate                        cki_hdf5_calls.H5Rcreate
#define H5Sclose                         cki_hdf5_calls.H5Sclose
#define H5Scopy                          cki_hdf5_calls.H5Scopy
#define H5Screate                        cki_hdf5_calls.H5Screate
#define H5Screate_simple                 cki_hdf5_calls.H5Screate_simple
#define H5Sget_simple_extent_dims        cki_hdf5_calls.H5Sget_simple_extent_dims
#define H5Sget_simple_extent_ndims       cki_hdf5_calls.H5Sget_simple_extent_ndims
#define H5Sget_simple_extent_npoints     cki_hdf5_calls.H5Sget_simple_extent_npoints
#define H5Sget_simple_extent_type        cki_hdf5_calls.H5Sget_simple_extent_type
#define H5Sselect_hyperslab              cki_hdf5_calls.H5Sselect_hyperslab
#define H5Tclose                         cki_hdf5_calls.H5Tclose
#define H5Tcopy                          cki_hdf5_calls.H5Tcopy
#define H5Tcreate                        cki_hdf5_calls.H5Tcreate
#define H5Tenum_create                   cki_hdf5_calls.H5Tenum_create
#define H5Tenum_insert                   cki_hdf5_calls.H5Tenum_insert
#define H5Tenum_valueof                  cki_hdf5_calls.H5Tenum_valueof
#define H5Tequal                         cki_hdf5_calls.H5Tequal
#define H5Tget_array_dims2               cki_hdf5_calls.H5Tget_array_dims2
#define H5Tget_array_ndims               cki_hdf5_calls.H5Tget_array_ndims
#define H5Tget_class                     cki_hdf5_calls.H5Tget_class
#define H5Tget_cset                      cki_hdf5_calls.H5Tget_cset
#define H5Tget_ebias                     cki_hdf5_calls.H5Tget_ebias
#define H5Tget_fields                    cki_hdf5_calls.H5Tget_fields
#define H5Tget_member_name               cki_hdf5_calls.H5Tget_member_name
#define H5Tget_member_offset             cki_hdf5_calls.H5Tget_member_offset
#define H5Tget_member_type               cki_hdf5_calls.H5Tget_member_type
#define H5Tget_nmembers                  cki_hdf5_calls.H5Tget_nmembers
#define H5Tget_norm                      cki_hdf5_calls.H5Tget_norm
#define H5Tget_order                     cki_hdf5_calls.H5Tget_order
#define H5Tget_precision                 cki_hdf5_calls.H5Tget_precision
#define H5Tget_sign                      cki_hdf5_calls.H5Tget_sign
#define H5Tget_size                      cki_hdf5_calls.H5Tget_size
#define H5Tget_super                     cki_hdf5_calls.H5Tget_super
#define H5Tinsert                        cki_hdf5_calls.H5Tinsert
#define H5Tis_variable_str               cki_hdf5_calls.H5Tis_variable_str
#define H5Tset_cset                      cki_hdf5_calls.H5Tset_cset
#define H5Tset_ebias                     cki_hdf5_calls.H5Tset_ebias
#define H5Tset_fields                    cki_hdf5_calls.H5Tset_fields
#define H5Tset_precision                 cki_hdf5_calls.H5Tset_precision
#define H5Tset_size                      cki_hdf5_calls.H5Tset_size
#define H5Tset_strpad                    cki_hdf5_calls.H5Tset_strpad
#define H5Tvlen_create                   cki_hdf5_calls.H5Tvlen_create
#define H5Zfilter_avail                  cki_hdf5_calls.H5Zfilter_avail
#define H5check_version                  cki_hdf5_calls.H5check_version
#define H5dont_atexit                    cki_hdf5_calls.H5dont_atexit
#define H5free_memory                    cki_hdf5_calls.H5free_memory
#define H5open                           cki_hdf5_calls.H5open
#define H5P_CLS_DATASET_CREATE_ID_g      (*cki_hdf5_calls.H5P_CLS_DATASET_CREATE_ID_g)
#define H5P_CLS_FILE_ACCESS_ID_g         (*cki_hdf5_calls.H5P_CLS_FILE_ACCESS_ID_g)
#define H5P_CLS_FILE_CREATE_ID_g         (*cki_hdf5_calls.H5P_CLS_FILE_CREATE_ID_g)
#define H5P_CLS_LINK_CREATE_ID_g         (*cki_hdf5_calls.H5P_CLS_LINK_CREATE_ID_g)
#define H5T_C_S1_g                       (*cki_hdf5_calls.H5T_C_S1_g)
#define H5T_IEEE_F32BE_g                 (*cki_hdf5_calls.H5T_IEEE_F32BE_g)
#define H5T_IEEE_F32LE_g                 (*cki_hdf5_calls.H5T_IEEE_F32LE_g)
#define H5T_IEEE_F64BE_g                 (*cki_hdf5_calls.H5T_IEEE_F64BE_g)
#define H5T_IEEE_F64LE_g                 (*cki_hdf5_calls.H5T_IEEE_F64LE_g)
#define H5T_NATIVE_DOUBLE_g              (*cki_hdf5_calls.H5T_NATIVE_DOUBLE_g)
#define H5T_NATIVE_FLOAT_g               (*cki_hdf5_calls.H5T_NATIVE_FLOAT_g)
#define H5T_NATIVE_INT16_g               (*cki_hdf5_calls.H5T_NATIVE_INT16_g)
#define H5T_NATIVE_INT32_g               (*cki_hdf5_calls.H5T_NATIVE_INT32_g)
#define H5T_NATIVE_INT64_g               (*cki_hdf5_calls.H5T_NATIVE_INT64_g)
#define H5T_NATIVE_INT8_g                (*cki_hdf5_calls.H5T_NATIVE_INT8_g)
#define H5T_NATIVE_INT_g                 (*cki_hdf5_calls.H5T_NATIVE_INT_g)
#define H5T_NATIVE_UINT16_g              (*cki_hdf5_calls.H5T_NATIVE_UINT16_g)
#define H5T_NATIVE_UINT32_g              (*cki_hdf5_calls.H5T_NATIVE_UINT32_g)
#define H5T_NATIVE_UINT64_g              (*cki_hdf5_calls.H5T_NATIVE_UINT64_g)
#define H5T_NATIVE_UINT8_g               (*cki_hdf5_calls.H5T_NATIVE_UINT8_g)
#define H5T_STD_I16BE_g                  (*cki_hdf5_calls.H5T_STD_I16BE_g)
#define H5T_STD_I32BE_g                  (*cki_hdf5_calls.H5T_STD_I32BE_g)
#define H5T_STD_I32LE_g                  (*cki_hdf5_calls.H5T_STD_I32LE_g)
#define H5T_STD_I64BE_g                  (*cki_hdf5_calls.H5T_STD_I64BE_g)
#define H5T_STD_REF_OBJ_g                (*cki_hdf5_calls.H5T_STD_REF_OBJ_g)
#endif

#endif
