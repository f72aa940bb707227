add_orb_test(node_base_test
  SOURCES node/base/clocks_test.cc node/base/visible_text_test.cc
  DEPENDS node_base)
