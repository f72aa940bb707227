add_layer(sim_engine FOLDER sim/engine
  SOURCES batch.cc chunk_pool.cc crew.cc engine.cc lane.cc peer_table.cc windows.cc
  DEPENDS core_base LIBRARIES Threads::Threads)
