add_layer(node_transport FOLDER node/transport
  SOURCES authentication.cc close_reason.cc deadlines.cc farewell.cc frame.cc frame_reader.cc intake.cc
          listen_routine.cc read_routine.cc reassembly.cc socket.cc socket_state.cc transport.cc waiters.cc
          write_buffer.cc write_routine.cc
  DEPENDS core_base core_codec core_crypto node_handshake
  LIBRARIES absl::flat_hash_map Boost::headers Threads::Threads)
