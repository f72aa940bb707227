add_layer(core_election FOLDER core/election
  SOURCES answers.cc block_check.cc bundle.cc election.cc entry.cc parts.cc receipt.cc records.cc report.cc roll.cc
          slices.cc tally.cc tally_codec.cc template.cc timeline.cc
  DEPENDS core_base core_codec core_crypto core_collections)
