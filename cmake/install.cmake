# What `cmake --install` puts in place: the libraries and their headers, the program and its recipes,
# and what other projects find the libraries by (a CMake package and pkg-config files).
# Both are relocatable: they name their files relative to where they stand themselves.
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/lithe)
set(pkgconfig_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

file(RELATIVE_PATH prefix_from_pkgconfig
  ${CMAKE_INSTALL_PREFIX}/${pkgconfig_folder} ${CMAKE_INSTALL_PREFIX})
# The libraries that a static library of each part is linked with. They are named as libraries rather
# than as packages because --static would follow packages down to what their shared libraries are
# linked with, which is rarely installed.
set(pc_links_core "-lfmt -lhwy -pthread")
set(pc_links_data "-ldeflate -lz -lzstd -lpng -lturbojpeg -lwebpdemux -lwebp -lgif")
set(pc_description_core "trains and predicts")
set(pc_description_data "tables, pictures and data sets")
set(pc_description_agents "learning from rewards")
set(pc_description_doctor "what slows programs on this machine")

function(install_pkgconfig pc_name pc_description pc_requires pc_libs)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/lithe.pc.in ${PROJECT_BINARY_DIR}/${pc_name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${pc_name}.pc DESTINATION ${pkgconfig_folder})
endfunction()

get_property(lithe_components GLOBAL PROPERTY LITHE_COMPONENTS)
set(pc_all)
foreach(component IN LISTS lithe_components)
  install(TARGETS lithe_${component} EXPORT lithe-${component}-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT lithe-${component}-targets NAMESPACE lithe:: DESTINATION ${package_folder})
  set(libs "-llithe_${component}")
  if(NOT BUILD_SHARED_LIBS)
    string(APPEND libs " ${pc_links_${component}}")
  endif()
  set(requires)
  if(NOT component STREQUAL "core")
    set(requires lithe-core)
  endif()
  install_pkgconfig(lithe-${component} "Lithe: ${pc_description_${component}}" "${requires}" "${libs}")
  list(PREPEND pc_all lithe-${component})
endforeach()
list(JOIN pc_all " " pc_all)
install_pkgconfig(lithe "${PROJECT_DESCRIPTION}" "${pc_all}" "")

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/lithe DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(TARGET lithe_app)
  install(TARGETS lithe_app RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  # Where the program looks, seen from its own place.
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/recipes DESTINATION share/lithe)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/bench/harness ${PROJECT_SOURCE_DIR}/bench/peers
    ${PROJECT_SOURCE_DIR}/bench/rl ${PROJECT_SOURCE_DIR}/bench/sklearn
    DESTINATION share/lithe/bench PATTERN __pycache__ EXCLUDE)
  install(FILES ${PROJECT_SOURCE_DIR}/bench/workloads.toml ${PROJECT_SOURCE_DIR}/bench/requirements.txt
    ${PROJECT_SOURCE_DIR}/bench/requirements-keras.txt DESTINATION share/lithe/bench)
  install(PROGRAMS ${PROJECT_SOURCE_DIR}/bench/peers.sh DESTINATION share/lithe/bench)
  # Completions and the manual page.
  install(DIRECTORY ${PROJECT_BINARY_DIR}/share/ DESTINATION share)
endif()
if(TARGET lithe_preload)
  # What the doctor loads into other programs.
  install(TARGETS lithe_preload LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/lithe)
endif()

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/lithe-config.cmake.in
  ${PROJECT_BINARY_DIR}/lithe-config.cmake INSTALL_DESTINATION ${package_folder})
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/lithe-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/lithe-config.cmake
  ${PROJECT_BINARY_DIR}/lithe-config-version.cmake DESTINATION ${package_folder})
