add_orb_test(core_port_test
  SOURCES core/port/effects_test.cc core/port/host_test.cc
  DEPENDS core_port rapidcheck)
