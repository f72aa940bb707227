add_orb_test(core_transactions_test
  SOURCES core/transactions/admission_test.cc core/transactions/double_votes_test.cc core/transactions/forgetting_test.cc core/transactions/liars_test.cc core/transactions/profiles_test.cc core/transactions/single_block_test.cc
          core/transactions/tx_rows_test.cc
  DEPENDS core_transactions core_crypto)
add_orb_test(core_transactions_schedules_test
  SOURCES core/transactions/schedules_test.cc
  TIMEOUT 1800
  DEPENDS core_transactions core_crypto)
