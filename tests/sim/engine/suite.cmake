add_orb_test(sim_engine_test
  SOURCES sim/engine/determinism_test.cc sim/engine/limits_test.cc sim/engine/order_test.cc
          sim/engine/parts_test.cc
  DEPENDS sim_engine rapidcheck)
