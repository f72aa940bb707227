# Programs that print key=value lines for tools/bench; not tests, and never timed by ctest.
foreach(program engine_raw kernel_reference codec_reference full_stack)
  add_executable(${program} ${CMAKE_SOURCE_DIR}/tests/performance/${program}.cc)
  target_include_directories(${program} PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
  target_link_libraries(${program} PRIVATE project_flags sim_engine)
endforeach()
target_link_libraries(full_stack PRIVATE sim_world)

# The reference's own message, of a realistic signed statement's size.
add_library(bench_envelope STATIC EXCLUDE_FROM_ALL tests/performance/envelope.proto)
target_include_directories(bench_envelope SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/generated)
target_link_libraries(bench_envelope PUBLIC protobuf::libprotobuf-lite)
protobuf_generate(TARGET bench_envelope LANGUAGE cpp PROTOC_OUT_DIR ${CMAKE_BINARY_DIR}/generated)
target_link_libraries(codec_reference PRIVATE bench_envelope)

# The transport on loopback, and what Boost.Asio does without it.
foreach(program transport_ours transport_raw)
  add_executable(${program} ${CMAKE_SOURCE_DIR}/tests/performance/${program}.cc)
  target_include_directories(${program} PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
  target_link_libraries(${program} PRIVATE project_flags node_transport)
endforeach()
