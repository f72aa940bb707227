add_orb_test(sim_history_test
  SOURCES sim/history/broken_histories_test.cc sim/history/models_test.cc sim/history/search_test.cc
          sim/history/transactions_test.cc
  DEPENDS sim_history rapidcheck)
add_orb_fuzz(history_fuzz SOURCES fuzz/history_fuzz.cc DEPENDS sim_history)
