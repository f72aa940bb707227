add_orb_test(node_transport_test
  SOURCES node/transport/back_pressure_test.cc node/transport/fault_table_test.cc node/transport/frame_test.cc
          node/transport/hostile_test.cc node/transport/limits_test.cc node/transport/reassembly_test.cc
          node/transport/request_test.cc node/transport/socket_state_test.cc node/transport/transport_test.cc
          node/transport/waiters_test.cc
  DEPENDS node_transport rapidcheck rapidcheck_gtest)

# Count the memory of their whole process, so they stand alone.
add_orb_test(node_transport_memory_test
  SOURCES node/transport/fuzzed_bytes_test.cc node/transport/memory_test.cc
  DEPENDS node_transport)
