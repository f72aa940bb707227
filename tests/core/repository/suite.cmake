add_orb_test(core_repository_test
  SOURCES core/repository/repository_test.cc core/repository/two_queue_test.cc core/repository/values_test.cc
  DEPENDS core_repository core_crypto rapidcheck rapidcheck_gtest)
