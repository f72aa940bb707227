add_orb_test(node_handshake_test
  SOURCES node/handshake/handshake_test.cc node/handshake/hello_test.cc
          node/handshake/hostile_handshake_test.cc node/handshake/identity_test.cc
          node/handshake/locked_memory_test.cc node/handshake/secure_channel_test.cc
  DEPENDS node_handshake)
