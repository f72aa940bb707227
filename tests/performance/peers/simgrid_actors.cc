// W1 as a user of SimGrid writes it: an actor with a mailbox per peer, each host behind a link of its own in a star.
//   simgrid_actors N=1000 K=20
// A pair's latency is the sum of two links' (5 to 50 ms each): a full table of pairs would take N^2 memory. So the times
// of arrival differ from the other programs', the number of deliveries does not.
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <simgrid/s4u.hpp>
#include <xbt/log.h>

#include "tests/performance/workload.h"

namespace bench {
namespace {

namespace s4u = simgrid::s4u;

constexpr uint32_t kNobody = 0xffffffffu;
constexpr uint64_t kPacketBytes = 200;
constexpr double kBytesPerSecond = 1e9;
constexpr double kEnd =
    6.0;  // Simulated seconds: the last rumour starts within one and spreads in less than two.

struct Rumour {
  uint32_t from;
  uint32_t number;
};

class Gossip {
 public:
  Gossip(uint32_t peers, uint32_t rumours) : peers_(peers, rumours) {
    auto* const star = s4u::create_star_zone("world");
    for (uint32_t i = 0; i < peers; ++i) Join(star, i);
    star->seal();
    for (uint32_t i = 0; i < peers; ++i) {
      const auto actor = s4u::Actor::create("peer", hosts_[i], [this, i] { Listen(i); });
      actor->daemonize();
      boxes_[i]->set_receiver(actor);
    }
    for (uint32_t i = 0; i < rumours; ++i) {
      const uint32_t origin = OriginOf(i, peers);
      s4u::Actor::create("rumour", hosts_[origin], [this, i, origin] {
        s4u::this_actor::sleep_until(Seconds(StartOf(i)));
        Arrive(origin, {kNobody, i});
      });
    }
    // Daemons do not keep a simulation alive.
    s4u::Actor::create("end", hosts_[0], [] { s4u::this_actor::sleep_until(kEnd); });
  }

  [[nodiscard]] uint64_t events() const { return events_; }

 private:
  static double Seconds(int64_t microseconds) { return static_cast<double>(microseconds) * 1e-6; }

  void Join(s4u::NetZone* star, uint32_t peer) {
    const std::string name = std::to_string(peer);
    hosts_.push_back(star->create_host(name, kBytesPerSecond));
    auto* const link = star->create_link("link" + name, kBytesPerSecond);
    link->set_latency(Seconds(LatencyOf(peer, peer) / 2));
    link->set_sharing_policy(
        s4u::Link::SharingPolicy::FATPIPE);  // No queues, as in the other programs.
    link->seal();
    star->add_route(hosts_.back()->get_netpoint(), nullptr, nullptr, nullptr,
                    {s4u::LinkInRoute(link)}, true);
    boxes_.push_back(s4u::Mailbox::by_name(name));
  }

  [[noreturn]] void Listen(uint32_t self) {
    while (true) Arrive(self, *boxes_[self]->get_unique<Rumour>());
  }

  void Arrive(uint32_t to, const Rumour& rumour) {
    ++events_;
    if (!peers_.Hear(to, rumour.number)) return;
    for (const uint32_t next : peers_.NeighboursOf(to).peer) {
      if (next == rumour.from) continue;
      auto copy = std::make_unique<Rumour>(Rumour{to, rumour.number});
      boxes_[next]->put_init(copy.release(), kPacketBytes)->detach();
    }
  }

  GossipPeers peers_;
  std::vector<s4u::Host*> hosts_;
  std::vector<s4u::Mailbox*> boxes_;
  uint64_t events_ = 0;
};

int Main(int count, char** values) {
  const Arguments arguments(count, values);
  const uint32_t peers = arguments.Number("N", 1'000);
  const uint32_t rumours = arguments.Number("K", 20);
  xbt_log_control_set("root.thres:warning");
  s4u::Engine engine(&count, values);
  // Latency alone, without SimGrid's model of TCP, and small stacks: its fastest setting for this workload.
  s4u::Engine::set_config("network/model:CM02");
  s4u::Engine::set_config("network/crosstraffic:0");
  s4u::Engine::set_config("network/TCP-gamma:0");
  s4u::Engine::set_config("contexts/stack-size:16");
  s4u::Engine::set_config("contexts/guard-size:0");
  const double bytes_before = PeakBytes();
  Gossip gossip(peers, rumours);
  const Watch began;
  engine.run();
  Print({"simgrid_actors", "W1", peers, rumours, 1, gossip.events(), bytes_before}, began, "");
  std::_Exit(0);  // Ending a thousand actors is not part of the figure.
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::Main(argc, argv);
}
