add_orb_test(node_control_test
  SOURCES node/control/block_calls_test.cc node/control/control_server_test.cc node/control/hostile_client_test.cc node/control/match_request_test.cc
          node/control/participations_test.cc node/control/protocol_test.cc
          node/control/recordings_test.cc node/control/token_file_test.cc
  DEPENDS node_control)
