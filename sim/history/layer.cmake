add_layer(sim_history FOLDER sim/history
  SOURCES block_dependencies.cc block_model.cc call_form.cc check.cc cycles.cc dependencies.cc history_reader.cc kv_model.cc
          linearizability.cc list_dependencies.cc model.cc register_model.cc search.cc transactions.cc visited.cc window.cc
  DEPENDS sim_scenario
  LIBRARIES Boost::headers)
