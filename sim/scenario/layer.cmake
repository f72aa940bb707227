add_layer(sim_scenario FOLDER sim/scenario DEPENDS core_port)
