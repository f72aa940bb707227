add_layer(core_arachnode FOLDER core/arachnode
  SOURCES arachnode.cc arachnode_serve.cc arachnode_state.cc archive_proof.cc digest.cc fetch.cc handoff.cc holding.cc overlap_sampler.cc place.cc placement.cc questions.cc range_pull.cc repair.cc ring_book.cc
          ring_overview.cc shelf.cc spreading.cc vouching.cc wants.cc
  DEPENDS core_transactions core_repository core_port)
