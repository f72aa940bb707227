add_orb_test(sim_adversaries_test
  SOURCES sim/world/adversaries/ground_id_test.cc sim/world/adversaries/requests_test.cc
          sim/world/adversaries/replies_test.cc sim/world/adversaries/ring_roles_test.cc sim/world/adversaries/roles_test.cc sim/world/adversaries/transaction_roles_test.cc
  DEPENDS sim_adversaries)

add_orb_test(sim_world_test
  SOURCES sim/world/block_user_test.cc sim/world/collection_user_test.cc sim/world/frame_pool_test.cc sim/world/warm_tables_test.cc
          sim/world/state_test.cc sim/world/world_directory_test.cc sim/world/world_test.cc
  DEPENDS sim_workflow)

add_orb_test(sim_storage_test
  SOURCES sim/world/row_pool_test.cc sim/world/simulated_storage_test.cc sim/world/stored_state_test.cc
  DEPENDS sim_world rapidcheck)

add_orb_test(planted_bug_test
  SOURCES sim/world/planted_bug_test.cc
  DEPENDS sim_workflow TIMEOUT 900)
