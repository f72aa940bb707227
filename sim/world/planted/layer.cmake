add_layer(sim_planted FOLDER sim/world
  SOURCES planted/block_bugs.cc planted/collection_bugs.cc planted/matchmaking_bugs.cc planted/planted_bugs.cc planted/ring_bugs.cc planted/routing_bugs.cc
          planted/transaction_bugs.cc planted/vote_bugs.cc planted/wrong_context.cc
  DEPENDS core_port core_arachnode core_repository core_transactions core_collections sim_scenario)
