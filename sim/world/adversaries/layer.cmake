add_layer(sim_adversaries FOLDER sim/world/adversaries
  SOURCES double_signer.cc false_holder.cc flooder.cc forger.cc ground_id.cc lying_holder.cc lying_replica.cc lying_router.cc options.cc ring_liar.cc roles.cc
          sequential_coordinator.cc silent_holder.cc slow_filler.cc withholding_holder.cc
  DEPENDS sim_network sim_scenario core_port)
# Roles implement the contract of the folder above and see nothing else of it.
file(CREATE_LINK ${CMAKE_SOURCE_DIR}/sim/world/role.h
     ${CMAKE_BINARY_DIR}/include_roots/sim_adversaries/sim/world/role.h SYMBOLIC)
