add_executable(orbnode ${CMAKE_SOURCE_DIR}/node/main.cc)
target_link_libraries(orbnode PRIVATE project_flags node_host node_admin node_control CLI11::CLI11)
