add_layer(core_matchmaking FOLDER core/matchmaking DEPENDS core_routing core_port)
