add_orb_test(core_routing_test
  SOURCES core/routing/table_test.cc core/routing/lookup_test.cc
  DEPENDS core_routing rapidcheck)
