// W1 over the whole stack: step, encode, frame, route, decode, observe, with the world's traffic
// counters on.
//   full_stack N=100000 K=10 threads=1 passes=2
// A rumour travels as the production message Provide with a signed record (about 300 bytes framed);
// the participants are W1's, everything around them is what orbsim runs. Prints one key=value line
// per pass; the first pass warms memory up.
#include <cinttypes>
#include <memory>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "sim/observe/fact_metrics.h"
#include "sim/observe/metrics.h"
#include "sim/world/world.h"
#include "tests/performance/workload.h"

namespace bench {
namespace {

constexpr core::Duration kPass = core::Seconds(5);

// Hears rumours and passes each on once; a rumour's number is the record's sequence.
class Gossiper : public core::Participant {
 public:
  Gossiper(core::PeerId self, GossipPeers* peers) : self_(self), peers_(*peers) {}

  void Step(core::Time, const core::Input& input, core::Effects& effects) override {
    if (const auto* arrival = std::get_if<core::Arrival>(&input)) {
      const auto& provide = std::get<core::Provide>(arrival->message->body);
      if (peers_.Hear(self_.value, Number(provide))) Pass(provide, arrival->from, effects);
    } else if (const auto* command = std::get_if<core::Command>(&input)) {
      core::Provide provide = MakeRumour(std::get<core::LookupCommand>(*command).target);
      peers_.Hear(self_.value, Number(provide));
      Pass(provide, core::kNoPeer, effects);
    }
  }

  [[nodiscard]] core::Time NextDeadline() const override { return core::Time::Never(); }

  void SeedRoutes(std::span<const core::PeerId>) override {}

  [[nodiscard]] std::vector<core::PeerId> Contacts() const override { return {}; }

  void Digest(core::Hasher& hasher) const override { hasher.Add(self_); }

  [[nodiscard]] size_t MemoryUsage() const override { return sizeof(*this); }

 private:
  static uint32_t Number(const core::Provide& provide) {
    return static_cast<uint32_t>(provide.record.sequence);
  }

  [[nodiscard]] core::Provide MakeRumour(const core::Key256& number) const {
    core::Provide provide;
    provide.key = number;
    provide.record.topic = number;
    provide.record.peer = self_;
    provide.record.ttl_ms = 90'000;
    provide.record.sequence = number.bytes[31] + 256u * number.bytes[30];
    provide.record.signature.fill(0x5a);
    return provide;
  }

  void Pass(const core::Provide& provide, core::PeerId except, core::Effects& effects) {
    std::array<core::PeerId, kDegree> to{};
    size_t count = 0;
    for (const uint32_t neighbour : peers_.NeighboursOf(self_.value).peer) {
      if (neighbour != except.value) to[count++] = core::PeerId{neighbour};
    }
    effects.Send(std::span(to.data(), count)).body = provide;
  }

  core::PeerId self_;
  GossipPeers& peers_;
};

class GossiperFactory : public sim::ParticipantFactory {
 public:
  explicit GossiperFactory(GossipPeers* peers) : peers_(peers) {}

  std::unique_ptr<core::Participant> Make(core::PeerId self, const core::Context&,
                                          const core::SecretKey&, core::Random) const override {
    return std::make_unique<Gossiper>(self, peers_);
  }

 private:
  GossipPeers* peers_;
};

// Every pass starts K rumours within a second; their numbers go on, so that nobody has heard them.
sim::Scenario GossipScenario(uint32_t peers, uint32_t rumours, uint32_t passes) {
  sim::Scenario scenario;
  scenario.name = "gossip";
  scenario.modelled_crypto = true;
  scenario.warm = false;
  scenario.seed_peers = 0;
  scenario.duration = kPass * passes;
  scenario.network.model = sim::NetworkSpec::Model::kUniform;
  scenario.network.floor = core::Milliseconds(10);
  sim::Group group;
  group.name = "peers";
  group.count = peers;
  scenario.groups.push_back(group);
  for (uint32_t i = 0; i < passes * rumours; ++i) {
    sim::Operation operation;
    operation.at = kPass * (i / rumours) + core::Milliseconds(100) + core::Microseconds(StartOf(i));
    const uint32_t origin = OriginOf(i, peers);
    operation.who.ranges = {{origin, origin + 1}};
    core::LookupCommand start;
    start.target.bytes[31] = static_cast<uint8_t>(i);
    start.target.bytes[30] = static_cast<uint8_t>(i >> 8);
    operation.command = start;
    scenario.workload.push_back(operation);
  }
  return scenario;
}

int Main(const Arguments& arguments) {
  const uint32_t peers = arguments.Number("N", 100'000);
  const uint32_t rumours = arguments.Number("K", 10);
  const uint32_t passes = arguments.Number("passes", 3);
  const auto scenario =
      std::make_shared<const sim::Scenario>(GossipScenario(peers, rumours, passes));
  GossipPeers graph(peers, rumours * passes);
  const GossiperFactory factory(&graph);
  sim::Metrics metrics;
  sim::ObserverSet observers;
  observers.Add(std::make_unique<sim::FactMetrics>(&metrics));
  sim::RunPlan plan;
  plan.threads = static_cast<int>(arguments.Number("threads", 1));
  plan.shards = static_cast<int>(arguments.Number("shards", 0));
  plan.factory = &factory;
  auto world = sim::World::Make(scenario, plan, observers);
  CHECK(world.ok());
  uint64_t before = 0;
  for (uint32_t pass = 0; pass < passes; ++pass) {
    const Watch started;
    CHECK((*world)->RunUntil(sim::WorldTime{} + kPass * (pass + 1)).ok());
    const Watch ended;
    const auto delivered = static_cast<uint64_t>(metrics.Value("network.delivered").value_or(0));
    const double cpu = ended.cpu - started.cpu;
    const double wall = ended.wall - started.wall;
    const auto messages = static_cast<double>(delivered - before);
    before = delivered;
    if (pass == 0 && passes > 1) continue;
    std::printf(
        "program=full_stack workload=W1 N=%u K=%u threads=%d messages=%.0f cpu_s=%.4f wall_s=%.4f "
        "messages_per_s=%.0f bytes_per_peer=%.0f fingerprint=%s\n",
        peers, rumours, plan.threads, messages, cpu, wall, messages / wall,
        static_cast<double>((*world)->MemoryUsage()) / peers,
        core::ToHex((*world)->fingerprint()).c_str());
  }
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::Main(bench::Arguments(argc, argv));
}
