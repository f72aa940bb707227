add_orb_test(orbctl_test
  SOURCES tools/orbctl/completion_test.cc tools/orbctl/orbctl_test.cc
  DEPENDS node_service core_crypto core_recording)
add_dependencies(orbctl_test orbnode orbctl)
