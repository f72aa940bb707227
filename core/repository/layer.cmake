add_layer(core_repository FOLDER core/repository
  SOURCES repository.cc repository_load.cc repository_values.cc rows.cc splices.cc two_queue.cc
  DEPENDS core_port)
