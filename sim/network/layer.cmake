add_layer(sim_network FOLDER sim/network DEPENDS sim_engine sim_scenario)
