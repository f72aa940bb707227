add_orb_test(core_peer_test
  SOURCES core/peer/exhaustive_test.cc core/peer/meeting_test.cc core/peer/peer_test.cc core/peer/settled_state_test.cc
          core/peer/standing_test.cc core/peer/voting_test.cc
  DEPENDS core_peer core_crypto rapidcheck rapidcheck_gtest)
