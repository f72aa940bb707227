add_layer(sim_planted FOLDER sim/world
  SOURCES planted/matchmaking_bugs.cc planted/planted_bugs.cc planted/routing_bugs.cc planted/wrong_context.cc
  DEPENDS core_port sim_scenario)
