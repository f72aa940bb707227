add_layer(sim_engine FOLDER sim/engine
  SOURCES batch.cc chunk_pool.cc crew.cc engine.cc lane.cc peer_table.cc windows.cc
  DEPENDS core_base LIBRARIES Threads::Threads)
# An event's five words are cheaper stored one by one than gathered into a vector first: 5 to 8 % of W1.
target_compile_options(sim_engine PUBLIC -fno-tree-slp-vectorize)
