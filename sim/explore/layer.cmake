add_layer(sim_explore FOLDER sim/explore
  SOURCES explorer.cc small_world.cc
  DEPENDS sim_world sim_observe sim_scenario core_transactions core_codec
  LIBRARIES absl::strings)
