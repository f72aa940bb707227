add_layer(node_control FOLDER node/control
  SOURCES block_calls.cc block_request.cc control_connection.cc control_server.cc match_request.cc participations.cc protocol.cc recordings.cc request_fields.cc session.cc
          token_file.cc
  DEPENDS core_base core_codec core_port node_base node_log node_discovery node_config node_handshake node_host node_service
          node_transport
  LIBRARIES nlohmann_json::nlohmann_json PkgConfig::sodium)
