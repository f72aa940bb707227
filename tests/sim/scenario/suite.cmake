add_orb_test(sim_scenario_test
  SOURCES sim/scenario/broken_scenarios_test.cc
  DEPENDS sim_scenario)
