add_layer(sim_engine FOLDER sim/engine DEPENDS core_base)
