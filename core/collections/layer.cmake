add_layer(core_collections FOLDER core/collections
  SOURCES block_ids.cc blocks.cc draft.cc log.cc log_check.cc tree.cc tree_check.cc tree_edits.cc tree_erase.cc tree_walk.cc
  DEPENDS core_base core_codec core_crypto core_port)
