add_orb_test(sim_workflow_test
  SOURCES sim/workflow/check_history_test.cc sim/workflow/commands_test.cc sim/workflow/replay_recording_test.cc
          sim/workflow/sweep/plan_test.cc sim/workflow/sweep/signature_test.cc sim/workflow/sweep/sweep_test.cc
  DEPENDS sim_workflow)

add_orb_test(sim_guided_test
  SOURCES sim/workflow/sweep/guided_test.cc
  DEPENDS sim_workflow nlohmann_json::nlohmann_json)

add_orb_test(sim_explain_test
  SOURCES sim/workflow/explain/chain_shape_test.cc sim/workflow/explain/chain_test.cc sim/workflow/diff_test.cc sim/workflow/divergence_test.cc
          sim/workflow/explain/explain_test.cc
  DEPENDS sim_workflow Boost::headers)

add_orb_test(sim_envelope_test
  SOURCES sim/workflow/envelope/edge_test.cc sim/workflow/envelope/envelope_test.cc
  DEPENDS sim_workflow nlohmann_json::nlohmann_json absl::str_format)

add_orb_test(export_test
  SOURCES sim/workflow/export/capture_test.cc sim/workflow/export/export_test.cc sim/workflow/export/operations_test.cc
          sim/workflow/export/overlay_files_test.cc sim/workflow/export/perfetto_test.cc sim/workflow/export/tables_test.cc
          sim/workflow/export/wireshark_test.cc
  DEPENDS sim_workflow nlohmann_json::nlohmann_json absl::strings)

add_orb_test(sim_travel_test
  SOURCES sim/workflow/travel/travel_test.cc
  DEPENDS sim_workflow TIMEOUT 900)

add_orb_test(sim_builds_test
  SOURCES sim/workflow/builds/builds_test.cc
  DEPENDS sim_workflow)
add_dependencies(sim_builds_test orbsim)

add_orb_test(golden_test
  SOURCES golden/golden_test.cc golden/profiles_test.cc
  DEPENDS sim_workflow nlohmann_json::nlohmann_json TIMEOUT 900)

add_orb_test(crash_points_test
  SOURCES golden/crash_points_test.cc
  DEPENDS sim_workflow TIMEOUT 900)

add_orb_test(shrink_test
  SOURCES sim/workflow/shrink/kept_capsules_test.cc sim/workflow/shrink/minimise_test.cc
          sim/workflow/shrink/reductions_test.cc sim/workflow/shrink/shrink_test.cc
  DEPENDS sim_workflow nlohmann_json::nlohmann_json rapidcheck TIMEOUT 900)

add_orb_test(report_test
  SOURCES sim/workflow/dashboard_test.cc sim/workflow/report/report_test.cc
  DEPENDS sim_workflow nlohmann_json::nlohmann_json)
