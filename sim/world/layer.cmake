add_layer(sim_world FOLDER sim/world
  SOURCES agenda.cc ballot.cc block_user.cc collection_user.cc debugger_stop.cc deliver.cc disk.cc dispatch.cc frame_pool.cc identities.cc inspected.cc row_pool.cc shared_memo_suite.cc simulated_storage.cc warm_tables.cc
          world.cc world_directory.cc
  DEPENDS sim_network sim_observe sim_adversaries sim_planted core_peer core_collections core_crypto core_codec
  LIBRARIES absl::strings)
