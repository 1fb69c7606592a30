# Every warning that helps, as errors, for all of our own code.
add_compile_options(
  -Wall -Wextra -Werror -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wvla -Wundef -Wcast-qual
  -Wstrict-prototypes -Wmissing-prototypes -Wdouble-promotion -Wswitch-enum -Wwrite-strings
  -Wpointer-arith -Wformat=2 -Wno-gnu-zero-variadic-macro-arguments)
if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wno-gnu-statement-expression -Wno-gnu-conditional-omitted-operand)
endif()
add_compile_definitions(_GNU_SOURCE _FILE_OFFSET_BITS=64)
if(CASK_SANITIZE)
  add_compile_options(-fsanitize=${CASK_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CASK_SANITIZE})
  if(CASK_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
