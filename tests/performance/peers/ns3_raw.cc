// W1 on ns-3's bare event kernel with its fastest scheduler: no nodes, no stack, no codec.
//   ns3_raw N=100000 K=10
// One pass; ns-3's own memory is touched for the first time in it.
#include <ns3/object-factory.h>
#include <ns3/priority-queue-scheduler.h>
#include <ns3/simulator.h>

#include "tests/performance/workload.h"

namespace bench {
namespace {

constexpr uint32_t kNobody = 0xffffffffu;

class Gossip {
 public:
  Gossip(uint32_t peers, uint32_t rumours) : peers_(peers, rumours) {}

  void Arrive(uint32_t to, uint32_t from, uint32_t rumour) {
    ++events_;
    if (!peers_.Hear(to, rumour)) return;
    const Neighbours& all = peers_.NeighboursOf(to);
    for (size_t i = 0; i < kDegree; ++i) {
      if (all.peer[i] == from) continue;
      ns3::Simulator::Schedule(ns3::MicroSeconds(all.latency[i]), &Gossip::Arrive, this,
                               all.peer[i], to, rumour);
    }
  }

  [[nodiscard]] uint64_t events() const { return events_; }

 private:
  GossipPeers peers_;
  uint64_t events_ = 0;
};

int Main(int count, char** values) {
  const Arguments arguments(count, values);
  const uint32_t peers = arguments.Number("N", 100'000);
  const uint32_t rumours = arguments.Number("K", 10);
  ns3::ObjectFactory scheduler;
  scheduler.SetTypeId(ns3::PriorityQueueScheduler::GetTypeId());
  ns3::Simulator::SetScheduler(scheduler);
  const double bytes_before = PeakBytes();
  Gossip gossip(peers, rumours);
  for (uint32_t i = 0; i < rumours; ++i) {
    ns3::Simulator::Schedule(ns3::MicroSeconds(StartOf(i)), &Gossip::Arrive, &gossip,
                             OriginOf(i, peers), kNobody, i);
  }
  const Watch began;
  ns3::Simulator::Run();
  Print({"ns3_raw", "W1", peers, rumours, 1, gossip.events(), bytes_before}, began, "");
  ns3::Simulator::Destroy();
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::Main(argc, argv);
}
