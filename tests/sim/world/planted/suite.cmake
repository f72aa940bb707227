add_orb_test(sim_planted_test
  SOURCES sim/world/planted/planted_bugs_test.cc
  DEPENDS sim_planted sim_observe core_crypto)
