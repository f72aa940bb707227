add_orb_test(core_routing_test
  SOURCES core/routing/join_test.cc core/routing/lookup_test.cc core/routing/messages_test.cc
          core/routing/size_estimate_test.cc core/routing/table_test.cc
  DEPENDS core_routing rapidcheck)

# A program of its own: it counts every call of operator new.
add_orb_test(core_routing_budget_test
  SOURCES core/routing/budget_test.cc
  DEPENDS core_routing)
