add_executable(orbstore ${CMAKE_SOURCE_DIR}/tools/orbstore/main.cc)
target_link_libraries(orbstore PRIVATE project_flags node_storage CLI11::CLI11)
