add_orb_test(core_base_test
  SOURCES core/base/base64_test.cc core/base/fixed_math_test.cc core/base/flat_table_test.cc core/base/hash_test.cc core/base/ids_test.cc core/base/random_test.cc
          core/base/string_list_test.cc core/base/words_test.cc
  DEPENDS core_base rapidcheck rapidcheck_gtest)
