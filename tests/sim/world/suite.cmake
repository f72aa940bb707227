add_orb_test(sim_adversaries_test
  SOURCES sim/world/adversaries/ground_id_test.cc sim/world/adversaries/requests_test.cc
          sim/world/adversaries/replies_test.cc sim/world/adversaries/roles_test.cc
  DEPENDS sim_adversaries)
