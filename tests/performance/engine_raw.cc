// The engine alone: W1 or W2 with plain payloads, total order, ties and fingerprint on.
//   engine_raw workload=W1 N=100000 K=10 threads=1 passes=3 [shards=0] [chunk=512] [toil=0]
//   engine_raw workload=W2 N=100000 seconds=60
// The passes follow each other in one run; the first warms the memory up and is not printed.
#include <cinttypes>
#include <memory>
#include <string>

#include "core/base/check.h"
#include "sim/engine/engine.h"
#include "tests/performance/workload.h"

namespace bench {
namespace {

constexpr int64_t kPass = 10 * kSecond;

struct Settings {
  uint32_t peers;
  uint32_t rumours;
  uint32_t seconds;
  uint32_t passes;
  int toil;
  sim::EngineOptions engine;
};

struct alignas(128) Scratch {
  uint64_t sink = 0;
};

class Gossip {
 public:
  using Lane = Scratch;

  explicit Gossip(const Settings& settings)
      : settings_(settings), peers_(settings.peers, settings.rumours) {}

  void Attach(sim::Engine<Gossip>* engine) { engine_ = engine; }

  std::unique_ptr<Lane> MakeLane(int) { return std::make_unique<Lane>(); }

  sim::WorldTime BeginWindow(sim::WorldTime start, sim::WorldTime) {
    if (start.us < next_pass_) return {next_pass_};
    for (uint32_t i = 0; i < settings_.rumours; ++i) {
      engine_->Inject({next_pass_ + StartOf(i)}, {OriginOf(i, settings_.peers)}, i);
    }
    next_pass_ += kPass;
    return {next_pass_};
  }

  void EndWindow(sim::WorldTime) {}

  ORB_ALWAYS_INLINE void Deliver(Lane& lane, sim::Outbox& outbox, sim::WorldTime now,
                                 const sim::Event& event) {
    if (settings_.toil > 0) lane.sink += Toil(event.payload ^ lane.sink, settings_.toil);
    if (!peers_.Hear(event.to.value, event.payload)) return;
    const Neighbours& all = peers_.NeighboursOf(event.to.value);
    for (size_t i = 0; i < kDegree; ++i) {
      if (all.peer[i] == event.from.value) continue;
      outbox.Post({now.us + all.latency[i]}, {all.peer[i]}, event.payload);
    }
  }

  void Wake(Lane&, sim::Outbox&, sim::WorldTime, core::PeerId) {}

  [[nodiscard]] uint64_t PayloadDigest(const sim::Event& event) const { return event.payload; }

  ORB_ALWAYS_INLINE void Prefetch(core::PeerId peer) const { peers_.Prefetch(peer.value); }

  ORB_ALWAYS_INLINE void PrefetchPayload(const sim::Event&) const {}

  void Forget() { peers_.Forget(); }

 private:
  Settings settings_;
  GossipPeers peers_;
  sim::Engine<Gossip>* engine_ = nullptr;
  int64_t next_pass_ = 0;
};

class Ping {
 public:
  using Lane = Scratch;

  explicit Ping(const Settings& settings) : settings_(settings), peers_(settings.peers) {}

  void Attach(sim::Engine<Ping>* engine) { engine_ = engine; }

  std::unique_ptr<Lane> MakeLane(int) { return std::make_unique<Lane>(); }

  sim::WorldTime BeginWindow(sim::WorldTime start, sim::WorldTime) {
    if (start.us == 0) {
      for (uint32_t i = 0; i < settings_.peers; ++i) engine_->Arm({i}, {PhaseOf(i)});
    }
    return sim::WorldTime::Never();
  }

  void EndWindow(sim::WorldTime) {}

  ORB_ALWAYS_INLINE void Deliver(Lane&, sim::Outbox& outbox, sim::WorldTime now,
                                 const sim::Event& event) {
    if (event.payload == kPing) {
      const int64_t at = now.us + LatencyOf(event.to.value, event.from.value);
      outbox.Post({at}, event.from, kPong);
      return;
    }
    PingPeer& me = peers_[event.to.value];
    ++me.answers;
    me.round_trips += static_cast<uint64_t>(now.us);
  }

  void Wake(Lane&, sim::Outbox& outbox, sim::WorldTime now, core::PeerId peer) {
    PingPeer& me = peers_[peer.value];
    outbox.Arm(now + core::Seconds(1));
    const uint32_t to = TargetOf(peer.value, me.tick++, settings_.peers);
    if (to == peer.value) return;
    outbox.Post({now.us + LatencyOf(peer.value, to)}, {to}, kPing);
  }

  [[nodiscard]] uint64_t PayloadDigest(const sim::Event& event) const { return event.payload; }

  ORB_ALWAYS_INLINE void Prefetch(core::PeerId peer) const {
    __builtin_prefetch(&peers_[peer.value], 1);
  }

  ORB_ALWAYS_INLINE void PrefetchPayload(const sim::Event&) const {}

  void Forget() {}

 private:
  static constexpr uint32_t kPing = 1;
  static constexpr uint32_t kPong = 2;
  Settings settings_;
  std::vector<PingPeer> peers_;
  sim::Engine<Ping>* engine_ = nullptr;
};

template <typename Application>
int Run(const Settings& settings, const std::string& workload) {
  const double bytes_before = PeakBytes();
  Application application(settings);
  sim::Engine<Application> engine(settings.engine, &application);
  application.Attach(&engine);
  const bool gossip = workload == "W1";
  const int64_t pass_us = gossip ? kPass : int64_t{settings.seconds} * kSecond;
  for (uint32_t pass = 0; pass <= settings.passes; ++pass) {
    application.Forget();
    const uint64_t before = engine.statistics().events;
    const Watch began;
    const auto state = engine.RunUntil({(pass + 1) * pass_us});
    if (!state.ok()) return 1;
    const sim::Statistics statistics = engine.statistics();
    if (pass == 0) continue;
    Print(
        {"engine", workload, settings.peers, gossip ? settings.rumours : settings.seconds,
         static_cast<uint32_t>(settings.engine.threads), statistics.events - before, bytes_before},
        began,
        " engine_bytes_per_peer=" + std::to_string(engine.MemoryUsage() / settings.peers) +
            " shards=" + std::to_string(engine.shards()) +
            " windows=" + std::to_string(statistics.windows) +
            " shared_windows=" + std::to_string(statistics.shared_windows) +
            " fingerprint=" + core::ToHex(engine.fingerprint()));
  }
  return 0;
}

int Main(int count, char** values) {
  const Arguments arguments(count, values);
  const std::string workload = arguments.Text("workload", "W1");
  Settings settings{.peers = arguments.Number("N", 1000),
                    .rumours = arguments.Number("K", 1000),
                    .seconds = arguments.Number("seconds", 60),
                    .passes = arguments.Number("passes", 3),
                    .toil = static_cast<int>(arguments.Number("toil", 0)),
                    .engine = {}};
  settings.engine = {.seed = arguments.Number("seed", 1),
                     .peers = settings.peers,
                     .lookahead = {kLookahead},
                     .end = {(settings.passes + 1) * 3600 * kSecond},
                     .threads = static_cast<int>(arguments.Number("threads", 1)),
                     .shards = static_cast<int>(arguments.Number("shards", 0)),
                     .checkpoint_every = {arguments.Number("checkpoint_ms", 1000) * 1000},
                     .shared_events_min = arguments.Number("shared_min", 512),
                     .chunk_bytes = arguments.Number("chunk", 512)};
  return workload == "W2" ? Run<Ping>(settings, workload) : Run<Gossip>(settings, workload);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::Main(argc, argv);
}
