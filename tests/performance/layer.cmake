# Programs that print key=value lines; not tests, and never timed by ctest.
foreach(program engine_raw kernel_reference)
  add_executable(${program} ${CMAKE_SOURCE_DIR}/tests/performance/${program}.cc)
  target_include_directories(${program} PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
  target_link_libraries(${program} PRIVATE project_flags sim_engine)
endforeach()
