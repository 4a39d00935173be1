# What `cmake --install` puts in place: the library and its headers, the program and its recipes, and
# what other projects find the library by (a CMake package and a pkg-config file).
# Both are relocatable: they name their files relative to where they stand themselves.
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/lithe)
set(pkgconfig_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(TARGETS lithe EXPORT lithe-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/lithe DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(TARGET lithe_app)
  install(TARGETS lithe_app RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  # Where the program looks, seen from its own place.
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/recipes DESTINATION share/lithe)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/bench/harness ${PROJECT_SOURCE_DIR}/bench/peers
    ${PROJECT_SOURCE_DIR}/bench/rl
    DESTINATION share/lithe/bench PATTERN __pycache__ EXCLUDE)
  install(FILES ${PROJECT_SOURCE_DIR}/bench/workloads.toml ${PROJECT_SOURCE_DIR}/bench/requirements.txt
    ${PROJECT_SOURCE_DIR}/bench/requirements-keras.txt DESTINATION share/lithe/bench)
  install(PROGRAMS ${PROJECT_SOURCE_DIR}/bench/peers.sh DESTINATION share/lithe/bench)
  # What it loads into other programs.
  install(TARGETS lithe_preload LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/lithe)
endif()

install(EXPORT lithe-targets NAMESPACE lithe:: DESTINATION ${package_folder})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/lithe-config.cmake.in
  ${PROJECT_BINARY_DIR}/lithe-config.cmake INSTALL_DESTINATION ${package_folder})
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/lithe-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/lithe-config.cmake
  ${PROJECT_BINARY_DIR}/lithe-config-version.cmake DESTINATION ${package_folder})

file(RELATIVE_PATH prefix_from_pkgconfig
  ${CMAKE_INSTALL_PREFIX}/${pkgconfig_folder} ${CMAKE_INSTALL_PREFIX})
configure_file(${PROJECT_SOURCE_DIR}/cmake/lithe.pc.in ${PROJECT_BINARY_DIR}/lithe.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/lithe.pc DESTINATION ${pkgconfig_folder})
