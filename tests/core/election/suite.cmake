add_orb_test(core_election_test
  SOURCES core/election/block_check_test.cc core/election/bundle_test.cc core/election/election_test.cc core/election/receipt_test.cc
          core/election/records_test.cc core/election/tally_test.cc core/election/template_test.cc
  DEPENDS core_election rapidcheck rapidcheck_gtest)
set_tests_properties(core_election_test PROPERTIES ENVIRONMENT "RC_PARAMS=max_success=30")
