add_orb_test(node_discovery_test
  SOURCES node/discovery/address_test.cc node/discovery/backoff_test.cc node/discovery/ban_list_test.cc
          node/discovery/peer_book_test.cc node/discovery/persisted_peers_test.cc
  DEPENDS node_discovery)
