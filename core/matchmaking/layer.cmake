add_layer(core_matchmaking FOLDER core/matchmaking
  SOURCES candidates.cc gathering.cc key_book.cc keys.cc matcher.cc matcher_offers.cc matchmaking.cc publication.cc
          publication_replies.cc record_check.cc rendezvous.cc rendezvous_store.cc tasks.cc traffic.cc
          worker.cc
  DEPENDS core_routing core_port)
