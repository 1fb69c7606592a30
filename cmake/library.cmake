# libcask, static and shared, from the objects of every room but cli; the cask command; and what
# `cmake --install` puts where: headers, libraries, pkg-config and CMake packages, manual pages.
include(CMakePackageConfigHelpers)

get_property(rooms GLOBAL PROPERTY CASK_ROOMS)
list(REMOVE_ITEM rooms cli_room)
set(objects)
foreach(room ${rooms})
  list(APPEND objects $<TARGET_OBJECTS:${room}>)
endforeach()

set_source_files_properties(${PROJECT_SOURCE_DIR}/src/cask.c PROPERTIES
  COMPILE_DEFINITIONS "CASK_VERSION=\"${PROJECT_VERSION}\"")

set(CASK_PACKAGES libpng freetype2 libgif libdeflate liblz4 libzstd libxxhash sleef yaml-0.1)
set(dependencies PkgConfig::PNG PkgConfig::FREETYPE PkgConfig::GIF PkgConfig::DEFLATE PkgConfig::LZ4 PkgConfig::ZSTD PkgConfig::XXHASH
    PkgConfig::SLEEF PkgConfig::YAML Threads::Threads m)

# What both libraries have in common. Of the dependencies nothing shows in the public headers, so
# they are private; users of the installed static library get them from the packages below.
function(cask_library kind export_name)
  string(TOUPPER ${kind} type)
  add_library(cask_${kind} ${type} ${PROJECT_SOURCE_DIR}/src/cask.c
    ${PROJECT_SOURCE_DIR}/src/annotating.c ${PROJECT_SOURCE_DIR}/src/caching.c ${PROJECT_SOURCE_DIR}/src/callbacks.c
    ${PROJECT_SOURCE_DIR}/src/compute.c ${PROJECT_SOURCE_DIR}/src/configure.c
    ${PROJECT_SOURCE_DIR}/src/scheduler.c ${PROJECT_SOURCE_DIR}/src/storing.c
    ${PROJECT_SOURCE_DIR}/src/deadline.c ${PROJECT_SOURCE_DIR}/src/expression.c ${PROJECT_SOURCE_DIR}/src/inside.c ${PROJECT_SOURCE_DIR}/src/profile.c ${objects})
  add_library(cask::${export_name} ALIAS cask_${kind})
  set_target_properties(cask_${kind} PROPERTIES
    OUTPUT_NAME cask
    EXPORT_NAME ${export_name}
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}
    ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
  target_include_directories(cask_${kind}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
endfunction()

cask_library(shared cask)
target_link_libraries(cask_shared PRIVATE ${dependencies})
target_link_options(cask_shared PRIVATE LINKER:--as-needed)
if(NOT CASK_SANITIZE)
  target_link_options(cask_shared PRIVATE LINKER:-z,defs) # a sanitizer's runtime is in the program
endif()

cask_library(static static)
foreach(dependency ${dependencies})
  target_link_libraries(cask_static PRIVATE $<BUILD_INTERFACE:${dependency}>)
endforeach()
target_link_libraries(cask_static INTERFACE $<INSTALL_INTERFACE:PkgConfig::CASK_DEPENDENCIES>
                                            $<INSTALL_INTERFACE:Threads::Threads> $<INSTALL_INTERFACE:m>)

# The command is linked with the static library: one file that starts fast and sees what is private.
# All of the library is in it, and visible, for what plug-ins call.
add_executable(cask_command ${PROJECT_SOURCE_DIR}/src/cli/main.c $<TARGET_OBJECTS:cli_room>)
set_target_properties(cask_command PROPERTIES
  OUTPUT_NAME cask
  RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
target_include_directories(cask_command PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(cask_command PRIVATE
  -Wl,--whole-archive cask_static -Wl,--no-whole-archive)
set_target_properties(cask_command PROPERTIES ENABLE_EXPORTS ON)
target_link_options(cask_command PRIVATE LINKER:--as-needed)

add_custom_target(products DEPENDS cask_shared cask_static cask_command)

# ---- installation ----

set(cask_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/cask)
install(TARGETS cask_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS cask_shared cask_static EXPORT caskTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/cask DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(DIRECTORY docs/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(DIRECTORY docs/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man3 FILES_MATCHING PATTERN "*.3")
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# pkg-config: relative to where the file lies, so that a staged or moved tree works.
file(RELATIVE_PATH cask_prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" cask_prefix_from_pc ${cask_prefix_from_pc})
set(cask_private_libs)
foreach(package PNG FREETYPE GIF DEFLATE LZ4 ZSTD XXHASH SLEEF YAML)
  list(APPEND cask_private_libs ${${package}_LDFLAGS})
endforeach()
list(REMOVE_DUPLICATES cask_private_libs)
list(JOIN cask_private_libs " " cask_private_libs)
configure_file(cmake/cask.pc.in ${PROJECT_BINARY_DIR}/cask.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cask.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

list(JOIN CASK_PACKAGES " " cask_packages)
configure_package_config_file(cmake/caskConfig.cmake.in ${PROJECT_BINARY_DIR}/caskConfig.cmake
  INSTALL_DESTINATION ${cask_cmake_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/caskConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(EXPORT caskTargets NAMESPACE cask:: DESTINATION ${cask_cmake_dir})
install(FILES ${PROJECT_BINARY_DIR}/caskConfig.cmake ${PROJECT_BINARY_DIR}/caskConfigVersion.cmake
  DESTINATION ${cask_cmake_dir})
