add_orb_test(core_peer_test
  SOURCES core/peer/meeting_test.cc core/peer/peer_test.cc
  DEPENDS core_peer core_crypto rapidcheck rapidcheck_gtest)
