add_layer(sim_scenario FOLDER sim/scenario
  SOURCES adversary_binding.cc allowed.cc compose.cc conform.cc describe.cc distribution_binding.cc distribution_tables.cc
          expectation_binding.cc fault_binding.cc fault_list.cc fault_tables.cc file_reader.cc findings.cc
          group_algebra.cc group_binding.cc group_tables.cc json_path.cc json_reader.cc json_value.cc loader.cc
          network_binding.cc network_tables.cc parameters.cc peer_set.cc protocol_binding.cc protocol_tables.cc
          quantity.cc reference.cc scenario_tables.cc schema_writer.cc utf8.cc vocabulary.cc workload_binding.cc workload_tables.cc
  DEPENDS core_port
  LIBRARIES nlohmann_json::nlohmann_json)
