# A scenario loaded and run, and nothing that is written about it: what a build needs to show its fingerprint.
add_layer(sim_session FOLDER sim/workflow
  SOURCES file_kind.cc scenario_source.cc session.cc vocabulary.cc
  DEPENDS sim_world sim_observe sim_scenario core_peer
  LIBRARIES absl::str_format absl::strings)
add_source_version(sim_session HEADER sim/workflow/build_info.h NAMESPACE sim)

add_layer(sim_workflow FOLDER sim/workflow
  SOURCES capsule_source.cc check_history.cc console.cc dashboard.cc determinism.cc diff.cc divergence.cc envelope.cc explain.cc explore.cc export.cc
          future.cc jobs.cc lines.cc list.cc narrate_input.cc odds.cc progress.cc proportion.cc replay.cc replay_recording.cc report.cc report_text.cc
          run.cc shrink.cc sweep.cc text_table.cc travel.cc
          builds/builds.cc builds/other_build.cc builds/told_run.cc
          envelope/edge.cc envelope/findings.cc envelope/ramp.cc
          explain/chain.cc explain/chain_picture.cc explain/chain_shape.cc explain/chain_text.cc explain/concern.cc explain/happening.cc explain/neighbour.cc
          explain/trace_back.cc explain/witness.cc
          export/capture.cc export/operations.cc export/overlay_files.cc export/packet.cc export/pcapng.cc export/perfetto.cc export/tables.cc
          export/targets.cc
          report/call_digest.cc report/csv_columns.cc report/embedded.cc report/envelope_file.cc report/members.cc report/page.cc report/peers_file.cc report/population.cc
          report/rings_file.cc report/run_folder.cc report/series.cc report/sweep_folder.cc report/trace_digest.cc report/trace_line.cc
          shrink/failing.cc shrink/minimise.cc shrink/reductions.cc shrink/shrinking.cc shrink/time_reductions.cc shrink/trials.cc
          shrink/workload_reductions.cc
          sweep/capsules.cc sweep/cell_runs.cc sweep/guidance.cc sweep/ledger.cc sweep/plan.cc sweep/report.cc sweep/signature.cc sweep/variation.cc
          travel/channel.cc travel/edits.cc travel/event_list.cc travel/explorer.cc travel/state_at.cc travel/timeline.cc travel/traveller.cc
  DEPENDS sim_session sim_explore sim_world sim_observe sim_history sim_scenario core_peer core_recording
  LIBRARIES nlohmann_json::nlohmann_json absl::cleanup absl::str_format Boost::headers)

# What the assembler puts into embedded.cc.
set(report_page ${CMAKE_SOURCE_DIR}/sim/workflow/report/page)
file(GLOB report_page_files CONFIGURE_DEPENDS ${report_page}/*)
set_source_files_properties(${CMAKE_SOURCE_DIR}/sim/workflow/report/embedded.cc PROPERTIES
  OBJECT_DEPENDS "${report_page_files};${D3_FILE}"
  COMPILE_DEFINITIONS "ORB_PAGE_FOLDER=\"${report_page}\";ORB_D3_FILE=\"${D3_FILE}\"")
