add_layer(sim_world FOLDER sim/world DEPENDS sim_network sim_observe sim_adversaries)
