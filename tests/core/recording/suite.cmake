add_orb_test(core_recording_test
  SOURCES core/recording/packed_test.cc core/recording/reader_test.cc core/recording/recorder_test.cc
          core/recording/replayer_test.cc
  DEPENDS core_peer core_recording)
