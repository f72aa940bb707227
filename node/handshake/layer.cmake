add_layer(node_handshake FOLDER node/handshake
  SOURCES entropy.cc handshake.cc hello.cc identity.cc locked_memory.cc secure_channel.cc
  DEPENDS core_base core_codec core_crypto
  LIBRARIES PkgConfig::sodium)
