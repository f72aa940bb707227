add_orb_test(core_collections_test
  SOURCES core/collections/block_ids_test.cc core/collections/blocks_test.cc core/collections/collection_calls_test.cc
          core/collections/collection_test.cc core/collections/draft_test.cc core/collections/election_collections_test.cc
          core/collections/hashed_tree_test.cc core/collections/joint_action_test.cc core/collections/log_test.cc
          core/collections/merkle_test.cc core/collections/replay_test.cc core/collections/tree_edits_test.cc
          core/collections/tree_test.cc
  DEPENDS core_collections rapidcheck rapidcheck_gtest)
set_tests_properties(core_collections_test PROPERTIES ENVIRONMENT "RC_PARAMS=max_success=30")
