add_layer(core_collections FOLDER core/collections
  SOURCES block_ids.cc blocks.cc collection.cc collection_build.cc collection_calls.cc collection_refresh.cc
          conflict_rule.cc draft.cc election_collections.cc hashed_tree.cc joint_action.cc log.cc log_check.cc
          merkle.cc merkle_proof.cc replay.cc tree.cc tree_check.cc tree_edits.cc tree_erase.cc tree_walk.cc
  DEPENDS core_base core_codec core_crypto core_port)
