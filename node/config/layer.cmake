add_layer(node_config FOLDER node/config
  SOURCES command_word.cc config_file.cc json_tree.cc loader.cc node_config.cc option_table.cc option_value.cc protocol_options.cc quantity.cc reference.cc
  DEPENDS core_base core_codec core_crypto core_port node_base node_log node_discovery
  LIBRARIES CLI11::CLI11 nlohmann_json::nlohmann_json)
