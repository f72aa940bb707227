add_orb_test(core_negotiation_test
  SOURCES core/negotiation/formation_test.cc core/negotiation/negotiation_test.cc core/negotiation/pairing_test.cc
          core/negotiation/partners_test.cc core/negotiation/pool_coordination_test.cc
          core/negotiation/pool_membership_test.cc core/negotiation/pool_test.cc core/negotiation/pools_test.cc
          core/negotiation/seeding_test.cc core/negotiation/vote_block_test.cc
  DEPENDS core_negotiation core_crypto rapidcheck rapidcheck_gtest)
