# The simulator and real nodes decide alike: docs/conformance.md.
add_orb_test(conformance_test
  SOURCES conformance/body.cc conformance/body_test.cc conformance/conformance_test.cc conformance/node_arm.cc
          conformance/replay_test.cc conformance/runs.cc conformance/simulated_arm.cc
  DEPENDS node_host sim_workflow TIMEOUT 300)
