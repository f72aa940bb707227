add_orb_test(node_storage_test
  SOURCES node/storage/checksum_test.cc node/storage/connection_test.cc node/storage/damage_test.cc node/storage/durable_storage_test.cc
          node/storage/full_disk_test.cc node/storage/model_test.cc node/storage/read_only_disk_test.cc
          node/storage/store_check_test.cc node/storage/store_file_test.cc
  DEPENDS node_storage rapidcheck)

# Replaces SQLite's default layer for the whole program.
add_orb_test(node_storage_power_loss_test
  SOURCES node/storage/power_loss_test.cc
  DEPENDS node_storage)

# Takes --rounds and --seed.
add_orb_test(node_storage_crash_test
  SOURCES node/storage/crash_test.cc
  DEPENDS node_storage)
