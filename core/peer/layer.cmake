add_layer(core_peer FOLDER core/peer
  SOURCES peer.cc settled_state.cc standing.cc
  DEPENDS core_negotiation core_matchmaking core_arachnode core_transactions core_routing core_port)
