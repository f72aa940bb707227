add_layer(core_port FOLDER core/port
  SOURCES effects.cc host.cc names.cc
  DEPENDS core_base core_codec core_crypto)
