add_layer(node_transport FOLDER node/transport
  SOURCES close_reason.cc frame.cc frame_reader.cc reassembly.cc socket_state.cc waiters.cc
  DEPENDS core_base core_codec core_crypto node_handshake
  LIBRARIES absl::flat_hash_map Boost::headers Threads::Threads)
