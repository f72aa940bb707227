add_layer(node_admin FOLDER node/admin
  SOURCES admin_pages.cc admin_server.cc http_connection.cc metrics_text.cc node_metrics.cc process_metrics.cc
  DEPENDS core_base core_codec core_port core_recording node_base node_log node_discovery node_host node_service node_transport
  LIBRARIES nlohmann_json::nlohmann_json Boost::headers)
