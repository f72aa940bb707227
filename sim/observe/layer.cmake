add_layer(sim_observe FOLDER sim/observe DEPENDS sim_engine sim_scenario core_peer)
