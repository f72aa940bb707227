add_orb_test(node_transport_test
  SOURCES node/transport/frame_test.cc node/transport/reassembly_test.cc node/transport/socket_state_test.cc
          node/transport/waiters_test.cc
  DEPENDS node_transport rapidcheck rapidcheck_gtest)
