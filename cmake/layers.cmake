# Layers, enforced by the compiler (docs/architecture.md, section 2).
#
# Each layer has a private include root that holds one symbolic link to its own folder, and a target hands on only
# the roots of its dependencies. An include of a layer that is not a dependency fails with "No such file or directory".

# add_layer(NAME FOLDER <path> SOURCES <...> DEPENDS <layers...> LIBRARIES <third-party targets...>)
function(add_layer name)
  cmake_parse_arguments(LAYER "" "FOLDER" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  set(root ${CMAKE_BINARY_DIR}/include_roots/${name})
  get_filename_component(parent ${LAYER_FOLDER} DIRECTORY)
  file(MAKE_DIRECTORY ${root}/${parent})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${LAYER_FOLDER} ${root}/${LAYER_FOLDER} SYMBOLIC)
  list(TRANSFORM LAYER_SOURCES PREPEND ${CMAKE_SOURCE_DIR}/${LAYER_FOLDER}/)
  if(LAYER_SOURCES)
    add_library(${name} STATIC ${LAYER_SOURCES})
    target_include_directories(${name} PUBLIC ${root})
    target_link_libraries(${name} PRIVATE project_flags PUBLIC ${LAYER_DEPENDS} ${LAYER_LIBRARIES})
    precompile(${name} layer_headers)
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${root})
    target_link_libraries(${name} INTERFACE ${LAYER_DEPENDS} ${LAYER_LIBRARIES})
  endif()
endfunction()

# add_orb_test(NAME SOURCES <...> DEPENDS <targets...>): a GoogleTest program from tests/, run by ctest.
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/include_roots/tests)
file(CREATE_LINK ${CMAKE_SOURCE_DIR}/tests ${CMAKE_BINARY_DIR}/include_roots/tests/tests SYMBOLIC)

function(add_orb_test name)
  cmake_parse_arguments(T "" "TIMEOUT" "SOURCES;DEPENDS;LABELS" ${ARGN})
  list(TRANSFORM T_SOURCES PREPEND ${CMAKE_SOURCE_DIR}/tests/)
  add_executable(${name} ${T_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_include_directories(${name} PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
  target_link_libraries(${name} PRIVATE project_flags test_flags ${T_DEPENDS} GTest::gtest GTest::gmock GTest::gtest_main)
  precompile(${name} test_headers)
  target_compile_definitions(${name} PRIVATE ORBWEAVER_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                             ORBWEAVER_BUILD_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 600)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS "${T_LABELS}")
endfunction()
