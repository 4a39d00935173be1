# lithe_folder(NAME [PUBLIC header...] [USES folder...] [LINKS target...])
#
# One target for each folder of src/ (NAME may be nested: data/tables). A folder's sources see the
# headers of the folder itself and of the folders named in USES, and nothing else: an include that the
# list does not allow does not build. PUBLIC names the headers of include/lithe/ that the folder
# implements; they are seen by the folder and by whoever uses it.
#
# How: all includes are written from src/ ("base/file.h") or from include/ ("lithe/error.h"), so each
# folder has a view of its own, a folder of links, that is an include path of its users.
function(lithe_folder name)
  cmake_parse_arguments(FOLDER "" "" "PUBLIC;USES;LINKS" ${ARGN})
  string(REPLACE "/" "_" target lithe_${name})
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
  target_include_directories(${target} PRIVATE ${view})
  foreach(used IN LISTS FOLDER_USES)
    target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR}/include-of/${used})
  endforeach()
  target_link_libraries(${target} PRIVATE fmt::fmt ${FOLDER_LINKS})
  set_property(GLOBAL APPEND PROPERTY LITHE_FOLDERS ${target})
  set_property(GLOBAL APPEND PROPERTY LITHE_LINKS ${FOLDER_LINKS})
endfunction()
