add_orb_test(node_log_test
  SOURCES node/log/field_test.cc node/log/log_test.cc node/log/record_format_test.cc node/log/sink_test.cc
  DEPENDS node_log core_crypto nlohmann_json::nlohmann_json)
