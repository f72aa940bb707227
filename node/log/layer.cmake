add_layer(node_log FOLDER node/log
  SOURCES log.cc record_format.cc sink.cc
  DEPENDS core_base node_base
  LIBRARIES Threads::Threads)
