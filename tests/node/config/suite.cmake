add_orb_test(node_config_test
  SOURCES node/config/broken_configs_test.cc node/config/command_word_test.cc node/config/config_file_test.cc node/config/json_tree_test.cc node/config/loader_test.cc
          node/config/quantity_test.cc node/config/reference_test.cc
  DEPENDS node_config core_crypto)
