add_layer(sim_network FOLDER sim/network
  SOURCES churn.cc clocks.cc distribution.cc drop.cc latency.cc link.cc members.cc nat.cc network.cc
          normal_quantile.cc placement.cc rules.cc schedule.cc swarm.cc
  DEPENDS sim_engine sim_scenario)
