add_executable(orbschema ${CMAKE_SOURCE_DIR}/tools/orbschema/main.cc)
target_link_libraries(orbschema PRIVATE project_flags sim_scenario)
