add_orb_test(core_repository_test
  SOURCES core/repository/repository_test.cc
  DEPENDS core_repository core_crypto)
