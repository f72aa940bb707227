set(node_version ${CMAKE_BINARY_DIR}/node_version.cc)
add_custom_target(write_node_version BYPRODUCTS ${node_version}
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DOUTPUT=${node_version}
          -DHEADER=node/host/version.h -DNAMESPACE=node -P ${CMAKE_SOURCE_DIR}/cmake/build_info.cmake)
add_layer(node_host FOLDER node/host
  SOURCES command_check.cc courier.cc host.cc host_links.cc host_view.cc key_file.cc node.cc node_directory.cc
          node_records.cc own_addresses.cc peer_clock.cc process.cc
  DEPENDS core_peer core_matchmaking core_crypto core_codec core_port core_recording node_base node_log node_discovery node_config
          node_handshake node_transport node_storage
  LIBRARIES absl::flat_hash_map absl::hash PkgConfig::sodium)
target_sources(node_host PRIVATE ${node_version})
add_dependencies(node_host write_node_version)
