# cask_late(NAME header library source... [HINTS folder...]): a library that is not linked but loaded when it is
# needed: its header is used, and its name is given to the sources as CASK_<NAME>_SONAME.
function(cask_late name header library)
  cmake_parse_arguments(LATE "" "" "HINTS" ${ARGN})
  find_path(CASK_${name}_INCLUDE ${header} HINTS ${LATE_HINTS} REQUIRED)
  find_library(CASK_${name}_LIBRARY ${library} HINTS ${LATE_HINTS} REQUIRED)
  execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${CASK_${name}_LIBRARY}
    OUTPUT_VARIABLE about COMMAND_ERROR_IS_FATAL ANY)
  if(NOT about MATCHES "SONAME +([^ \n]+)")
    message(FATAL_ERROR "${CASK_${name}_LIBRARY} has no SONAME")
  endif()
  set_property(SOURCE ${LATE_UNPARSED_ARGUMENTS} APPEND PROPERTY
    COMPILE_DEFINITIONS CASK_${name}_SONAME="${CMAKE_MATCH_1}")
endfunction()
