add_orb_test(sim_observe_test
  SOURCES sim/observe/anonymity_test.cc sim/observe/capsule_test.cc sim/observe/coverage_test.cc sim/observe/expectations_test.cc sim/observe/file_out_test.cc sim/observe/greatest_test.cc
          sim/observe/histogram_test.cc sim/observe/id_index_test.cc sim/observe/matchmaking_checkers_test.cc
          sim/observe/metrics_test.cc sim/observe/peer_census_test.cc sim/observe/probes_test.cc sim/observe/record_checkers_test.cc sim/observe/ring_census_test.cc sim/observe/ring_view_test.cc sim/observe/ring_web_test.cc
          sim/observe/routing_checkers_test.cc
          sim/observe/summary_test.cc sim/observe/trace_test.cc
  DEPENDS sim_observe core_transactions core_crypto nlohmann_json::nlohmann_json rapidcheck)
add_orb_test(sim_observe_blocks_test
  SOURCES sim/observe/block_checkers_test.cc sim/observe/client_history_test.cc sim/observe/cluster_census_test.cc sim/observe/collection_checkers_test.cc
          sim/observe/transaction_checkers_test.cc
  DEPENDS sim_observe core_crypto)
