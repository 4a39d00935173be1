# lithe_unity(TARGET [FILE...])
#
# Compiles the target's files sixteen at a time, as one file each time: most of the time that a file
# takes is spent in the headers of the standard library. Files that Highway compiles once for each
# instruction set stay alone, and so does each FILE. The names in the anonymous namespaces of the
# others must then differ.
function(lithe_unity target)
  if(NOT LITHE_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 16)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    file(STRINGS ${source} targets REGEX "hwy/foreach_target.h" LIMIT_COUNT 1)
    cmake_path(GET source STEM name)
    if(targets OR name IN_LIST ARGN)
      set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
endfunction()

# lithe_folder(NAME [APART all|file...] [PUBLIC header...] [USES folder...] [LINKS target...])
#
# One target for each folder of src/ (NAME may be nested: data/tables), part of the library that
# LITHE_COMPONENT names. A folder's sources see the headers of the folder itself and of the folders
# named in USES, and nothing else: an include that the list does not allow does not build. PUBLIC
# names the headers of include/lithe/ that the folder implements; they are seen by the folder and by
# whoever uses it. APART: files that have private names in common; each is compiled alone.
#
# How: all includes are written from src/ ("base/file.h") or from include/ ("lithe/error.h"), so each
# folder has a view of its own, a folder of links, that is an include path of its users.
function(lithe_folder name)
  string(TOUPPER ${LITHE_COMPONENT} option)
  if(NOT LITHE_COMPONENT STREQUAL "core" AND NOT LITHE_BUILD_${option})
    return()
  endif()
  cmake_parse_arguments(FOLDER "" "" "APART;PUBLIC;USES;LINKS" ${ARGN})
  string(REPLACE "/" "_" target lithe_folder_${name})
  set(view ${PROJECT_BINARY_DIR}/include-of/${name})
  get_filename_component(parent ${view}/${name} DIRECTORY)
  file(MAKE_DIRECTORY ${parent} ${view}/lithe)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${name} ${view}/${name} SYMBOLIC)
  foreach(header IN LISTS FOLDER_PUBLIC)
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/include/lithe/${header} ${view}/lithe/${header} SYMBOLIC)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cc)
  if(NOT sources)
    return()  # headers alone: a view is all it needs
  endif()
  add_library(${target} OBJECT ${sources})
  if(NOT FOLDER_APART STREQUAL "all")
    lithe_unity(${target} ${FOLDER_APART})
  endif()
  target_include_directories(${target} PRIVATE ${view})
  foreach(used IN LISTS FOLDER_USES)
    target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR}/include-of/${used})
  endforeach()
  target_link_libraries(${target} PRIVATE fmt::fmt ${FOLDER_LINKS})
  set_property(GLOBAL APPEND PROPERTY LITHE_FOLDERS_${LITHE_COMPONENT} ${target})
  set_property(GLOBAL APPEND PROPERTY LITHE_LINKS_${LITHE_COMPONENT} ${FOLDER_LINKS})
endfunction()

# lithe_component(NAME [USES component...])
#
# The library lithe_NAME (lithe::NAME for whoever uses it) of all folders that were declared for it.
function(lithe_component name)
  cmake_parse_arguments(COMPONENT "" "" "USES" ${ARGN})
  set(target lithe_${name})
  get_property(folders GLOBAL PROPERTY LITHE_FOLDERS_${name})
  get_property(links GLOBAL PROPERTY LITHE_LINKS_${name})
  list(REMOVE_DUPLICATES links)
  list(REMOVE_ITEM links nlohmann_json::nlohmann_json Eigen3::Eigen)  # headers alone: nothing to link
  add_library(${target})
  add_library(lithe::${name} ALIAS ${target})
  # The objects, not the folders' targets: those stay out of what is installed.
  foreach(folder IN LISTS folders)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${folder}>)
  endforeach()
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX EXPORT_NAME ${name}
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  list(TRANSFORM COMPONENT_USES PREPEND lithe_)
  target_link_libraries(${target} PUBLIC ${COMPONENT_USES} PRIVATE fmt::fmt ${links})
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_property(GLOBAL APPEND PROPERTY LITHE_COMPONENTS ${name})
endfunction()
