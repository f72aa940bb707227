// Random traffic for the engine's tests, and a second, slow simulator that it is checked against.
//
// What a peer does with an event is a function of its own state and the event, so the same rules
// run over the engine's Outbox and over the reference's. Delays are few and round, so that instants
// collide; they reach from zero to hours, so that every wheel is used.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/hash.h"
#include "sim/engine/engine.h"

namespace sim {

inline constexpr int64_t kL = 10'000;

struct Seen {
  int64_t at;
  uint32_t from;
  uint32_t sequence;
  uint32_t payload;

  friend constexpr auto operator<=>(const Seen&, const Seen&) = default;
};

struct TrafficPeer {
  uint64_t state = 0;
  std::vector<Seen> seen;
};

// What the world does, in the window with `at`.
struct WorldAct {
  int64_t at;
  uint32_t peer;
  bool arm;       // Else inject.
  int64_t delay;  // From the window's start; negative: disarm.
  uint32_t payload;
};

struct TrafficPlan {
  uint64_t seed = 1;
  uint32_t peers = 20;
  int64_t end = 30'000'000;
  std::vector<WorldAct> acts;  // By time.
};

inline TrafficPlan MakePlan(uint64_t seed, uint32_t peers, int64_t end, uint32_t acts) {
  TrafficPlan plan{.seed = seed, .peers = peers, .end = end, .acts = {}};
  for (uint32_t i = 0; i < acts; ++i) {
    const uint64_t h = core::Mix64(seed, i, 77);
    const int64_t at = static_cast<int64_t>(h % static_cast<uint64_t>(end));
    plan.acts.push_back({.at = h % 3 == 0 ? 0 : at,
                         .peer = static_cast<uint32_t>((h >> 20) % peers),
                         .arm = h >> 62 == 0,
                         .delay = static_cast<int64_t>((h >> 40) % 7) * kL / 2 - kL / 2,
                         .payload = 6});
    if (!plan.acts.back().arm) plan.acts.back().delay = std::abs(plan.acts.back().delay);
  }
  std::sort(plan.acts.begin(), plan.acts.end(),
            [](const WorldAct& a, const WorldAct& b) { return a.at < b.at; });
  return plan;
}

inline int64_t DelayOf(uint64_t h) {
  constexpr std::array<int64_t, 12> kDelays{0,       1,          kL / 2,       kL,
                                            kL + 1,  3 * kL / 2, 5 * kL,       63 * kL,
                                            64 * kL, 4'100 * kL, 300'000 * kL, 7 * kL};
  return kDelays[h % kDelays.size()];
}

// The rules. Payload counts down, so that traffic ends.
template <typename Out>
void React(TrafficPeer& me, uint32_t peers, Out& out, int64_t now, uint32_t payload) {
  me.state = core::Mix64(me.state, static_cast<uint64_t>(now), payload);
  const uint64_t h = me.state;
  if (payload > 0) {
    for (uint64_t i = 0; i < 1 + h % 3; ++i) {
      const uint64_t x = core::Mix64(h, i);
      const auto to = static_cast<uint32_t>((x >> 8) % peers);
      const bool self = to == out.peer().value;
      out.Post({now + DelayOf(x >> 32) + (self ? 0 : kL)}, {to}, payload - 1);
    }
  }
  if (h >> 60 < 6) out.Arm({now + DelayOf(h >> 16)});
  if (h >> 60 == 7) out.Arm(WorldTime::Never());
  if (h >> 60 == 8 && payload > 0) out.Post({now + DelayOf(h >> 24)}, out.peer(), payload - 1);
}

// Few enough posts that wake-ups which beget wake-ups die out.
inline uint32_t WakeStrength(const TrafficPeer& me) {
  return me.state % 4 == 0 ? 1 : 0;
}

// Over the engine.
class Traffic {
 public:
  struct Lane {};

  explicit Traffic(const TrafficPlan& plan) : plan_(plan), peers_(plan.peers) {}

  void Attach(Engine<Traffic>* engine) { engine_ = engine; }

  std::unique_ptr<Lane> MakeLane(int) { return std::make_unique<Lane>(); }

  WorldTime BeginWindow(WorldTime start, WorldTime end) {
    starts_.push_back(start.us);
    for (; next_ < plan_.acts.size() && plan_.acts[next_].at < end.us; ++next_) {
      const WorldAct& act = plan_.acts[next_];
      if (!act.arm) {
        engine_->Inject({start.us + act.delay}, {act.peer}, act.payload);
      } else if (act.delay < 0) {
        engine_->Arm({act.peer}, WorldTime::Never());
      } else {
        engine_->Arm({act.peer}, {start.us + act.delay});
      }
    }
    return next_ < plan_.acts.size() ? WorldTime{plan_.acts[next_].at} : WorldTime::Never();
  }

  void EndWindow(WorldTime end) { ends_.push_back(end.us); }

  void Deliver(Lane&, Outbox& out, WorldTime now, const Event& event) {
    TrafficPeer& me = peers_[event.to.value];
    me.seen.push_back({now.us, event.from.value, event.sequence, event.payload});
    React(me, plan_.peers, out, now.us, event.payload);
  }

  void Wake(Lane&, Outbox& out, WorldTime now, core::PeerId peer) {
    TrafficPeer& me = peers_[peer.value];
    me.seen.push_back({now.us, peer.value, kWakeSequence, 0});
    React(me, plan_.peers, out, now.us, WakeStrength(me));
  }

  [[nodiscard]] uint64_t PayloadDigest(const Event& event) const {
    return core::Mix64(event.payload);
  }

  void Prefetch(core::PeerId) const {}

  // A wake is the engine's own: its payload means nothing.
  void PrefetchPayload(const Event& event) const { CHECK(event.sequence != kWakeSequence); }

  [[nodiscard]] const std::vector<TrafficPeer>& peers() const { return peers_; }

  [[nodiscard]] const std::vector<int64_t>& starts() const { return starts_; }

  [[nodiscard]] const std::vector<int64_t>& ends() const { return ends_; }

 private:
  TrafficPlan plan_;
  std::vector<TrafficPeer> peers_;
  std::vector<int64_t> starts_;
  std::vector<int64_t> ends_;
  size_t next_ = 0;
  Engine<Traffic>* engine_ = nullptr;
};

// One queue in the full total order, no windows but for the world's acts.
class Reference {
 public:
  explicit Reference(const TrafficPlan& plan)
      : plan_(plan),
        peers_(plan.peers),
        armed_(plan.peers, WorldTime::Never().us),
        sequences_(plan.peers),
        lines_(plan.peers) {}

  void Run() {
    size_t next = 0;
    while (!queue_.empty() || next < plan_.acts.size()) {
      const bool world_first = next < plan_.acts.size() &&
                               (queue_.empty() || plan_.acts[next].at / kL * kL <= queue_.top().at);
      if (world_first) {
        Apply(plan_.acts[next++]);
      } else {
        const Entry entry = queue_.top();
        queue_.pop();
        Execute(entry);
      }
    }
  }

  [[nodiscard]] const std::vector<TrafficPeer>& peers() const { return peers_; }

  [[nodiscard]] core::Fingerprint fingerprint() const { return lines_.Fold(); }

 private:
  struct Entry {
    int64_t at;
    uint64_t tie;
    uint32_t from;
    uint32_t sequence;
    uint32_t to;
    uint32_t payload;

    bool operator<(const Entry& other) const {
      return std::tie(at, tie, from, sequence) >
             std::tie(other.at, other.tie, other.from, other.sequence);
    }
  };

  struct Out {
    Reference* reference;
    int64_t now;
    uint32_t self;

    [[nodiscard]] core::PeerId peer() const { return {self}; }

    void Post(WorldTime at, core::PeerId to, uint32_t payload) {
      reference->Push(at.us, self, reference->sequences_[self]++, to.value, payload);
    }

    void Arm(WorldTime at) { reference->Arm(self, at.us); }
  };

  void Push(int64_t at, uint32_t from, uint32_t sequence, uint32_t to, uint32_t payload) {
    if (at >= plan_.end) return;
    queue_.push({at, core::Mix64(plan_.seed, from, sequence), from, sequence, to, payload});
  }

  void Arm(uint32_t peer, int64_t at) {
    armed_[peer] = at;
    Push(at, peer, kWakeSequence, peer, 0);
  }

  void Apply(const WorldAct& act) {
    const int64_t start = act.at / kL * kL;
    if (!act.arm) return Push(start + act.delay, kWorld.value, world_++, act.peer, act.payload);
    Arm(act.peer, act.delay < 0 ? WorldTime::Never().us : start + act.delay);
  }

  void Execute(const Entry& entry) {
    const bool wake = entry.sequence == kWakeSequence;
    if (wake && armed_[entry.to] != entry.at) return;
    if (wake) armed_[entry.to] = WorldTime::Never().us;
    uint64_t& chain = lines_[{entry.to}].chain;
    const uint64_t digest = wake ? 0 : core::Mix64(entry.payload);
    chain = Extend(chain, {entry.at, {entry.from}, entry.sequence, digest});
    TrafficPeer& me = peers_[entry.to];
    me.seen.push_back({entry.at, entry.from, entry.sequence, entry.payload});
    Out out{this, entry.at, entry.to};
    React(me, plan_.peers, out, entry.at, wake ? WakeStrength(me) : entry.payload);
  }

  TrafficPlan plan_;
  std::vector<TrafficPeer> peers_;
  std::vector<int64_t> armed_;
  std::vector<uint32_t> sequences_;
  PeerTable lines_;
  uint32_t world_ = 0;
  std::priority_queue<Entry> queue_;
};

inline EngineOptions OptionsFor(const TrafficPlan& plan, int threads = 1, int shards = 0) {
  EngineOptions options;
  options.seed = plan.seed;
  options.peers = plan.peers;
  options.lookahead = {kL};
  options.end = {plan.end};
  options.threads = threads;
  options.shards = shards;
  options.shared_events_min = 2;
  return options;
}

}  // namespace sim
