add_orb_test(core_codec_test
  SOURCES core/codec/canonical_test.cc core/codec/frame_test.cc core/codec/wire_hostile_test.cc
          core/codec/arachnode_limits_test.cc core/codec/transaction_limits_test.cc core/codec/wire_limits_test.cc
          core/codec/wire_schema_test.cc core/codec/wire_test.cc
  DEPENDS core_codec core_port core_wire_proto rapidcheck rapidcheck_gtest)

# Replaces operator new, so it stands alone.
add_orb_test(core_codec_allocation_test
  SOURCES core/codec/wire_allocation_test.cc
  DEPENDS core_codec)
set_tests_properties(core_codec_test PROPERTIES ENVIRONMENT "RC_PARAMS=max_success=1000")
