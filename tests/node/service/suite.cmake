add_orb_test(node_service_test
  SOURCES node/service/listener_test.cc node/service/private_file_test.cc node/service/status_json_test.cc
  DEPENDS node_service)
