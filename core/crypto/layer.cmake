add_layer(core_crypto FOLDER core/crypto
  SOURCES aead.cc combined_key.cc group.cc modelled_sealing.cc modelled_suite.cc noise.cc opening_share.cc ristretto_sealing.cc sealed_box.cc sealing.cc secret_bytes.cc sodium_suite.cc suite.cc
  DEPENDS core_base
  LIBRARIES PkgConfig::sodium PkgConfig::crypto)
