add_layer(core_recording FOLDER core/recording
  SOURCES contacts.cc reader.cc recorder.cc recording.cc replayer.cc
  DEPENDS core_base core_codec core_crypto core_port)
