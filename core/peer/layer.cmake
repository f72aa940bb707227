add_layer(core_peer FOLDER core/peer DEPENDS core_matchmaking core_routing core_port)
