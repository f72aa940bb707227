add_orb_test(sim_explore_test
  SOURCES sim/explore/explorer_test.cc sim/explore/small_world_test.cc
  DEPENDS sim_workflow)
