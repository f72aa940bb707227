add_layer(core_transactions FOLDER core/transactions
  SOURCES acquaintances.cc certificate.cc client.cc client_writes.cc cluster.cc confirmed_read.cc coordinator.cc journal.cc mail.cc
          submission.cc transactions.cc vote_tally.cc voter.cc voter_accuse.cc voter_catch_up.cc voter_decide.cc voter_fetch.cc voter_load.cc
          voter_resolution.cc voter_room.cc
  DEPENDS core_repository core_port)
