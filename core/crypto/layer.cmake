add_layer(core_crypto FOLDER core/crypto DEPENDS core_base)
