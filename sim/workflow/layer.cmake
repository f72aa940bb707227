add_layer(sim_workflow FOLDER sim/workflow
  SOURCES capsule_source.cc check_history.cc console.cc determinism.cc diff.cc divergence.cc envelope.cc explain.cc explore.cc file_kind.cc jobs.cc list.cc
          narrate_input.cc odds.cc progress.cc proportion.cc replay.cc replay_recording.cc report_text.cc run.cc scenario_source.cc session.cc shrink.cc
          sweep.cc text_table.cc vocabulary.cc
          envelope/edge.cc envelope/ramp.cc
          explain/chain.cc explain/chain_picture.cc explain/chain_text.cc explain/concern.cc explain/happening.cc explain/neighbour.cc explain/witness.cc
          shrink/failing.cc shrink/minimise.cc shrink/reductions.cc shrink/shrinking.cc shrink/time_reductions.cc shrink/trials.cc
          shrink/workload_reductions.cc
          sweep/cell_runs.cc sweep/ledger.cc sweep/plan.cc sweep/report.cc
  DEPENDS sim_explore sim_world sim_observe sim_history sim_scenario core_peer core_recording
  LIBRARIES nlohmann_json::nlohmann_json absl::cleanup absl::str_format)
add_source_version(sim_workflow HEADER sim/workflow/build_info.h NAMESPACE sim)
