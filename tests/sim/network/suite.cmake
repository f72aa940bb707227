add_orb_test(sim_network_test
  SOURCES sim/network/churn_test.cc sim/network/clocks_test.cc sim/network/distribution_test.cc
          sim/network/link_test.cc sim/network/measured_matrix_test.cc sim/network/nat_test.cc
          sim/network/network_test.cc sim/network/placement_test.cc sim/network/rules_test.cc
          sim/network/schedule_test.cc sim/network/swarm_test.cc
  DEPENDS sim_network rapidcheck)
