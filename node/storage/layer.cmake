add_layer(node_storage FOLDER node/storage
  SOURCES checked_vfs.cc checksum.cc connection.cc durable_storage.cc group_writer.cc log_format.cc row_table.cc
          store_check.cc store_file.cc
  DEPENDS core_port
  LIBRARIES PkgConfig::sqlite3 PkgConfig::sodium Threads::Threads)
