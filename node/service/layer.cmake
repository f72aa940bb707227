add_layer(node_service FOLDER node/service
  SOURCES listener.cc private_file.cc recording_file.cc status_json.cc
  DEPENDS core_base core_port core_recording node_base node_discovery node_host node_transport
  LIBRARIES nlohmann_json::nlohmann_json)
