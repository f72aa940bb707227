add_orb_test(core_arachnode_test
  SOURCES core/arachnode/archive_proof_test.cc core/arachnode/place_test.cc core/arachnode/digest_test.cc core/arachnode/holding_test.cc core/arachnode/range_pull_test.cc core/arachnode/repair_test.cc core/arachnode/ring_book_test.cc core/arachnode/fetch_test.cc core/arachnode/restoration_test.cc core/arachnode/vouching_test.cc core/arachnode/handoff_test.cc core/arachnode/placement_test.cc core/arachnode/shelf_test.cc core/arachnode/spreading_test.cc core/arachnode/rings_test.cc
  DEPENDS core_peer core_arachnode core_crypto rapidcheck rapidcheck_gtest)
