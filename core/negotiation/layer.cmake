add_layer(core_negotiation FOLDER core/negotiation
  SOURCES encounters.cc ended_pools.cc formation.cc introductions.cc negotiation.cc own_vote.cc pairing.cc partners.cc pool.cc pool_coordination.cc pool_forming.cc pool_membership.cc pool_merging.cc pools.cc roll_call.cc seed.cc seeding.cc shuffle.cc shuffle_blame.cc shuffle_statement.cc shuffle_transcript.cc ticket.cc topics.cc vote_block.cc vote_case.cc
  DEPENDS core_matchmaking core_crypto core_port)
