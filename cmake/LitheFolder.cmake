# lithe_folder(NAME [USES folder...] [LINKS target...])
#
# One target for each folder of src/. A folder's sources see their own headers, those of the folders
# they name in USES, and the public ones: an include that the list does not allow does not build.
# The trick is a folder of links per target, since all includes are written from src/ ("base/file.h").
function(lithe_folder name)
  cmake_parse_arguments(FOLDER "" "" "USES;LINKS" ${ARGN})
  set(view ${PROJECT_BINARY_DIR}/include-of/${name})
  file(MAKE_DIRECTORY ${view})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${name} ${view}/${name} SYMBOLIC)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cc)
  if(NOT sources)
    return()  # headers alone: a view is all it needs
  endif()
  add_library(lithe_${name} OBJECT ${sources})
  target_include_directories(lithe_${name} PUBLIC ${view} PRIVATE ${PROJECT_SOURCE_DIR}/include)
  foreach(used IN LISTS FOLDER_USES)
    target_include_directories(lithe_${name} PRIVATE ${PROJECT_BINARY_DIR}/include-of/${used})
  endforeach()
  target_link_libraries(lithe_${name} PRIVATE fmt::fmt ${FOLDER_LINKS})
  set_property(GLOBAL APPEND PROPERTY LITHE_FOLDERS lithe_${name})
  set_property(GLOBAL APPEND PROPERTY LITHE_LINKS ${FOLDER_LINKS})
endfunction()
