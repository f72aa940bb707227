add_orb_test(node_host_test
  SOURCES node/host/command_check_test.cc node/host/courier_test.cc node/host/hostile_peer_test.cc node/host/host_test.cc node/host/key_file_test.cc node/host/lend_check_test.cc
          node/host/node_directory_test.cc node/host/node_records_test.cc node/host/open_calls_test.cc node/host/own_addresses_test.cc
          node/host/peer_clock_test.cc node/host/stored_state_test.cc
  DEPENDS node_host node_service core_recording)
add_orb_test(orbnode_test
  SOURCES node/host/orbnode_test.cc
  DEPENDS node_host core_recording)
add_dependencies(orbnode_test orbnode)
