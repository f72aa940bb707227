add_orb_test(node_discovery_test
  SOURCES node/discovery/address_test.cc node/discovery/backoff_test.cc node/discovery/ban_list_test.cc
          node/discovery/discovery_test.cc node/discovery/messages_test.cc node/discovery/nat_probe_test.cc
          node/discovery/peer_book_test.cc node/discovery/peer_exchange_test.cc node/discovery/persisted_peers_test.cc
  DEPENDS node_discovery)
add_orb_test(node_discovery_net_test
  SOURCES node/discovery/discovery_net_test.cc node/discovery/discovery_net.cc
  DEPENDS node_discovery)
