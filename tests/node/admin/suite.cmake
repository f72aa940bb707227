add_orb_test(node_admin_test
  SOURCES node/admin/admin_pages_test.cc node/admin/admin_server_test.cc node/admin/metrics_text_test.cc
  DEPENDS node_admin)
