add_layer(core_negotiation FOLDER core/negotiation
  SOURCES pool.cc ticket.cc
  DEPENDS core_matchmaking core_crypto core_port)
