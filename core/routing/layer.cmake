add_layer(core_routing FOLDER core/routing
  SOURCES absentees.cc bootstrap.cc lookup.cc routing.cc size_estimate.cc table.cc
  DEPENDS core_port)
