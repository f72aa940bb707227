add_orb_test(sim_scenario_test
  SOURCES sim/scenario/broken_scenarios_test.cc sim/scenario/composition_test.cc sim/scenario/data_files_test.cc
          sim/scenario/fault_list_test.cc sim/scenario/group_algebra_test.cc sim/scenario/json_reader_test.cc
          sim/scenario/key_table_test.cc sim/scenario/loader_test.cc sim/scenario/peer_set_test.cc
          sim/scenario/quantity_test.cc
  DEPENDS sim_scenario rapidcheck)
if(COMMAND add_orb_fuzz)
  add_orb_fuzz(scenario_fuzz SOURCES fuzz/scenario_fuzz.cc DEPENDS sim_scenario)
endif()
