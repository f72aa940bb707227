add_layer(core_codec FOLDER core/codec DEPENDS core_base)
