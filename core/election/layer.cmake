add_layer(core_election FOLDER core/election
  SOURCES answers.cc election.cc entry.cc parts.cc records.cc roll.cc template.cc timeline.cc
  DEPENDS core_base core_codec core_crypto core_collections)
