# add_orb_fuzz(NAME SOURCES <...> DEPENDS <targets...>): one LLVMFuzzerTestOneInput from tests/.
#
# With ORBWEAVER_FUZZ it is a libFuzzer program; otherwise the same source gets a main that replays every file of
# tests/fuzz/corpus/<NAME>/, as an ordinary test.
function(add_orb_fuzz name)
  cmake_parse_arguments(F "" "" "SOURCES;DEPENDS" ${ARGN})
  list(TRANSFORM F_SOURCES PREPEND ${CMAKE_SOURCE_DIR}/tests/)
  add_executable(${name} ${F_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_include_directories(${name} PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
  target_link_libraries(${name} PRIVATE project_flags ${F_DEPENDS})
  precompile(${name} layer_headers)
  if(ORBWEAVER_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    add_test(NAME ${name} COMMAND ${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS fuzz)
  endif()
endfunction()
