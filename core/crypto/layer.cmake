add_layer(core_crypto FOLDER core/crypto
  SOURCES aead.cc ballot.cc combined_key.cc group.cc key_sharing.cc modelled_sealing.cc modelled_suite.cc noise.cc opening_share.cc ristretto_sealing.cc sealed_box.cc sealing.cc secret_bytes.cc sodium_suite.cc suite.cc threshold_key.cc
  DEPENDS core_base
  LIBRARIES PkgConfig::sodium PkgConfig::crypto)
