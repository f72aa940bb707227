add_layer(node_discovery FOLDER node/discovery
  SOURCES address.cc backoff.cc ban_list.cc peer_book.cc
          persisted_peers.cc
  DEPENDS core_base core_codec core_crypto node_base)
