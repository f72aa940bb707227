add_layer(core_routing FOLDER core/routing DEPENDS core_port)
