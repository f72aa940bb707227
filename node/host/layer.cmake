add_layer(node_host FOLDER node/host
  SOURCES command_check.cc courier.cc host.cc host_links.cc host_rings.cc host_view.cc key_file.cc lend_check.cc node.cc node_directory.cc
          node_records.cc open_calls.cc own_addresses.cc peer_clock.cc process.cc
  DEPENDS core_peer core_arachnode core_matchmaking core_crypto core_codec core_port core_recording node_base node_log node_discovery node_config
          node_handshake node_transport node_storage
  LIBRARIES absl::flat_hash_map absl::hash PkgConfig::sodium)
add_source_version(node_host HEADER node/host/version.h NAMESPACE node)
