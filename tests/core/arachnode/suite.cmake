add_orb_test(core_arachnode_test
  SOURCES core/arachnode/place_test.cc core/arachnode/handoff_test.cc core/arachnode/placement_test.cc core/arachnode/shelf_test.cc core/arachnode/rings_test.cc
  DEPENDS core_peer core_arachnode core_crypto rapidcheck rapidcheck_gtest)
