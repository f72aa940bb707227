add_layer(sim_observe FOLDER sim/observe
  SOURCES allowances.cc anonymity.cc capsule.cc client_history.cc cluster_census.cc committed_collections.cc coverage.cc describe.cc describe_message.cc distributions.cc expectations.cc
          fact_metrics.cc file_out.cc histogram.cc id_index.cc metric_table.cc metrics.cc narrate.cc observer_set.cc overlay_graph.cc peer_census.cc
          probes.cc repair_ledger.cc ring_census.cc ring_view.cc ring_web.cc state_text.cc strict_reader.cc summary.cc trace.cc
          traffic.cc verdict_lines.cc vote_census.cc vote_view.cc watch.cc
          checkers/adaptation_checker.cc checkers/authenticity_checker.cc checkers/budget_checker.cc
          checkers/checker.cc checkers/client_checkers.cc checkers/collection_checkers.cc checkers/cost_checker.cc checkers/crowding_checker.cc
          checkers/freshness_checker.cc checkers/hops_checker.cc checkers/key_checker.cc
          checkers/landing_checkers.cc checkers/linearizability_checker.cc
          checkers/meeting_checker.cc checkers/member_checkers.cc checkers/nearest_checker.cc checkers/overlay_checker.cc
          checkers/parting_checker.cc
          checkers/fetch_checkers.cc checkers/patience_checker.cc checkers/reader_checkers.cc checkers/registry.cc checkers/replica_checkers.cc checkers/ring_checkers.cc
          checkers/routing_checker.cc checkers/stability_checker.cc checkers/transaction_registry.cc checkers/vote_checkers.cc
  DEPENDS core_arachnode core_collections core_transactions sim_history sim_network sim_engine sim_scenario
  LIBRARIES nlohmann_json::nlohmann_json absl::strings Boost::headers)
