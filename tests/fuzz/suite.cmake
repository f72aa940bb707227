# Fuzzing, in a build of the preset `fuzz`:
#   build/fuzz/tests/wire_fuzz -max_total_time=180 <a scratch directory> tests/fuzz/corpus/wire_fuzz
# A crash becomes a file in the corpus. tests/fuzz/write_corpus.cc wrote the first files.
add_orb_fuzz(frame_fuzz SOURCES fuzz/frame_fuzz.cc DEPENDS core_codec)
add_orb_fuzz(wire_fuzz SOURCES fuzz/wire_fuzz.cc DEPENDS core_codec)
add_orb_fuzz(canonical_fuzz SOURCES fuzz/canonical_fuzz.cc DEPENDS core_codec)

add_orb_fuzz(collection_block_fuzz SOURCES fuzz/collection_block_fuzz.cc DEPENDS core_collections)
add_orb_fuzz(election_fuzz SOURCES fuzz/election_fuzz.cc DEPENDS core_election)
add_orb_fuzz(peer_fuzz SOURCES fuzz/peer_fuzz.cc DEPENDS core_peer)
add_orb_fuzz(world_fuzz SOURCES fuzz/world_fuzz.cc DEPENDS core_peer)
add_orb_fuzz(recording_fuzz SOURCES fuzz/recording_fuzz.cc DEPENDS sim_workflow)

add_orb_fuzz(hello_fuzz SOURCES fuzz/hello_fuzz.cc DEPENDS node_handshake)
add_orb_fuzz(answerer_fuzz SOURCES fuzz/answerer_fuzz.cc DEPENDS node_handshake)
add_orb_fuzz(dialler_fuzz SOURCES fuzz/dialler_fuzz.cc DEPENDS node_handshake)
add_orb_fuzz(record_fuzz SOURCES fuzz/record_fuzz.cc DEPENDS node_handshake)
add_orb_fuzz(transport_fuzz SOURCES fuzz/transport_fuzz.cc DEPENDS node_transport)
add_orb_fuzz(discovery_message_fuzz SOURCES fuzz/discovery_message_fuzz.cc DEPENDS node_discovery)
add_orb_fuzz(discovery_fuzz SOURCES fuzz/discovery_fuzz.cc DEPENDS node_discovery)
add_orb_fuzz(persisted_peers_fuzz SOURCES fuzz/persisted_peers_fuzz.cc DEPENDS node_discovery)
add_orb_fuzz(node_config_fuzz SOURCES fuzz/node_config_fuzz.cc DEPENDS node_config)
add_orb_fuzz(control_fuzz SOURCES fuzz/control_fuzz.cc DEPENDS node_control)

add_executable(write_corpus EXCLUDE_FROM_ALL tests/fuzz/write_corpus.cc)
target_include_directories(write_corpus PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
target_link_libraries(write_corpus
  PRIVATE project_flags core_codec core_collections core_election core_peer core_recording node_handshake node_transport)
