set(orbctl_sources main.cc blocks.cc client.cc completion.cc exit_code.cc tables.cc)
list(TRANSFORM orbctl_sources PREPEND ${CMAKE_SOURCE_DIR}/tools/orbctl/)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/include_roots/orbctl/tools)
file(CREATE_LINK ${CMAKE_SOURCE_DIR}/tools/orbctl ${CMAKE_BINARY_DIR}/include_roots/orbctl/tools/orbctl SYMBOLIC)
add_executable(orbctl ${orbctl_sources})
target_include_directories(orbctl PRIVATE ${CMAKE_BINARY_DIR}/include_roots/orbctl)
target_link_libraries(orbctl PRIVATE project_flags node_config node_discovery node_base core_codec CLI11::CLI11
                                     nlohmann_json::nlohmann_json)
