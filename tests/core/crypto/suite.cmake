add_orb_test(core_crypto_test
  SOURCES core/crypto/modelled_suite_test.cc core/crypto/sodium_suite_test.cc
          core/crypto/suite_test.cc
  DEPENDS core_crypto core_codec)
