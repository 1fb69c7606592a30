# cask_late(NAME header library source...): a library that is not linked but loaded when it is
# needed: its header is used, and its name is given to the sources as CASK_<NAME>_SONAME.
function(cask_late name header library)
  find_path(CASK_${name}_INCLUDE ${header} REQUIRED)
  find_library(CASK_${name}_LIBRARY ${library} REQUIRED)
  execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${CASK_${name}_LIBRARY}
    OUTPUT_VARIABLE about COMMAND_ERROR_IS_FATAL ANY)
  if(NOT about MATCHES "SONAME +([^ \n]+)")
    message(FATAL_ERROR "${CASK_${name}_LIBRARY} has no SONAME")
  endif()
  set_property(SOURCE ${ARGN} APPEND PROPERTY
    COMPILE_DEFINITIONS CASK_${name}_SONAME="${CMAKE_MATCH_1}")
endfunction()
