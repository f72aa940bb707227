add_orb_test(core_routing_test
  SOURCES core/routing/absentees_test.cc core/routing/hostile_property_test.cc core/routing/join_test.cc
          core/routing/lookup_test.cc core/routing/messages_test.cc
          core/routing/size_estimate_test.cc core/routing/table_test.cc
  DEPENDS core_routing rapidcheck)

# A program of its own: it counts every call of operator new.
add_orb_test(core_routing_budget_test
  SOURCES core/routing/budget_test.cc
  DEPENDS core_routing)

add_executable(routing_benchmark ${CMAKE_SOURCE_DIR}/tests/performance/routing_benchmark.cc)
target_include_directories(routing_benchmark PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
target_link_libraries(routing_benchmark PRIVATE project_flags core_routing benchmark::benchmark)
