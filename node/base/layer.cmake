add_layer(node_base FOLDER node/base
  SOURCES clocks.cc visible_text.cc
  DEPENDS core_base)
