set(build_info ${CMAKE_BINARY_DIR}/build_info.cc)
add_custom_target(write_build_info BYPRODUCTS ${build_info}
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DOUTPUT=${build_info}
          -DHEADER=sim/workflow/build_info.h -DNAMESPACE=sim -P ${CMAKE_SOURCE_DIR}/cmake/build_info.cmake)
add_layer(sim_workflow FOLDER sim/workflow
  SOURCES console.cc determinism.cc divergence.cc file_kind.cc list.cc narrate_input.cc progress.cc replay.cc
          replay_recording.cc report_text.cc run.cc scenario_source.cc session.cc vocabulary.cc
  DEPENDS sim_world sim_observe sim_scenario core_peer core_recording
  LIBRARIES nlohmann_json::nlohmann_json absl::cleanup absl::str_format)
target_sources(sim_workflow PRIVATE ${build_info})
add_dependencies(sim_workflow write_build_info)

add_executable(orbsim ${CMAKE_SOURCE_DIR}/sim/main.cc)
target_link_libraries(orbsim PRIVATE project_flags sim_workflow CLI11::CLI11)
