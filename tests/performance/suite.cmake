include(${CMAKE_CURRENT_LIST_DIR}/layer.cmake)
# Programs for people and tools/bench; not run by ctest.
add_executable(codec_benchmark tests/performance/codec_benchmark.cc)
target_include_directories(codec_benchmark PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
target_link_libraries(codec_benchmark PRIVATE project_flags core_codec core_crypto core_wire_proto benchmark::benchmark)

add_executable(channel_benchmark tests/performance/channel_benchmark.cc)
target_include_directories(channel_benchmark PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
target_link_libraries(channel_benchmark PRIVATE project_flags node_handshake benchmark::benchmark)
add_executable(durable_storage tests/performance/durable_storage.cc)
target_include_directories(durable_storage PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
target_link_libraries(durable_storage PRIVATE project_flags node_storage)
# embedded_stores is not built here: tests/performance/stores/build does, with packages that nothing else needs.

add_executable(recording_benchmark tests/performance/recording_benchmark.cc)
target_include_directories(recording_benchmark PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
target_link_libraries(recording_benchmark PRIVATE project_flags sim_workflow GTest::gtest)
target_compile_definitions(recording_benchmark PRIVATE ORBWEAVER_SOURCE_DIR="${CMAKE_SOURCE_DIR}")

add_executable(stored_benchmark tests/performance/stored_benchmark.cc)
target_include_directories(stored_benchmark PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
target_link_libraries(stored_benchmark PRIVATE project_flags node_host GTest::gtest)

add_executable(idle_node tests/performance/idle_node.cc)
target_include_directories(idle_node PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
target_link_libraries(idle_node PRIVATE project_flags node_host GTest::gtest)

add_executable(history_benchmark tests/performance/history_benchmark.cc)
target_include_directories(history_benchmark PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
target_link_libraries(history_benchmark PRIVATE project_flags sim_history)

add_executable(election_benchmark tests/performance/election_benchmark.cc)
target_include_directories(election_benchmark PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
target_link_libraries(election_benchmark PRIVATE project_flags core_election benchmark::benchmark)

add_executable(sealing_benchmark tests/performance/sealing_benchmark.cc)
target_include_directories(sealing_benchmark PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
target_link_libraries(sealing_benchmark PRIVATE project_flags core_negotiation)
