add_layer(sim_command_line FOLDER sim/command_line
  SOURCES exports.cc failures.cc many_runs.cc one_run.cc pictures.cc shared_options.cc
  DEPENDS sim_workflow
  LIBRARIES CLI11::CLI11)

add_executable(orbsim ${CMAKE_SOURCE_DIR}/sim/main.cc)
target_link_libraries(orbsim PRIVATE project_flags sim_command_line)
