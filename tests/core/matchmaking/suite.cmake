add_orb_test(core_matchmaking_test
  SOURCES core/matchmaking/gathering_test.cc core/matchmaking/keys_test.cc core/matchmaking/matcher_offers_test.cc core/matchmaking/matcher_test.cc
          core/matchmaking/pairing_test.cc core/matchmaking/rendezvous_test.cc core/matchmaking/tasks_test.cc
          core/matchmaking/traffic_test.cc core/matchmaking/worker_test.cc
  DEPENDS core_matchmaking core_crypto rapidcheck rapidcheck_gtest)
