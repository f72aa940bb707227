add_layer(node_discovery FOLDER node/discovery
  SOURCES address.cc backoff.cc ban_list.cc discovery.cc discovery_links.cc messages.cc nat_probe.cc peer_book.cc
          peer_exchange.cc persisted_peers.cc
  DEPENDS core_base core_codec core_crypto node_base)
