add_orb_test(core_election_test
  SOURCES core/election/election_test.cc core/election/records_test.cc core/election/template_test.cc
  DEPENDS core_election rapidcheck rapidcheck_gtest)
set_tests_properties(core_election_test PROPERTIES ENVIRONMENT "RC_PARAMS=max_success=30")
