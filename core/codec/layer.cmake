add_layer(core_codec FOLDER core/codec
  SOURCES canonical.cc frame.cc messages.cc proto_reader.cc proto_writer.cc wire.cc
  DEPENDS core_base)

# The classes that protoc makes of our schema: the reference that tests and benchmarks hold the codec against. Nothing
# else links them (docs/decisions/0003-frames-and-signatures.md, last section).
add_library(core_wire_proto STATIC EXCLUDE_FROM_ALL core/codec/routing.proto core/codec/matchmaking.proto
            core/codec/transactions.proto core/codec/arachnode.proto core/codec/negotiation.proto)
target_include_directories(core_wire_proto SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/generated)
target_link_libraries(core_wire_proto PUBLIC protobuf::libprotobuf-lite)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated)
protobuf_generate(TARGET core_wire_proto LANGUAGE cpp PROTOC_OUT_DIR ${CMAKE_BINARY_DIR}/generated)
