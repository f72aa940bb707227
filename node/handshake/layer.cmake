add_layer(node_handshake FOLDER node/handshake
  SOURCES
  DEPENDS core_base core_codec core_crypto
  LIBRARIES PkgConfig::sodium)
