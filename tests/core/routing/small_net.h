// SmallNet: some hundred Routing objects and a tiny deterministic event loop.
//
// Peers 0 .. peers-1 run Routing; handles behind them are names without a peer. Messages are
// delayed and may be lost; a silent peer neither hears nor is heard; a liar answers FindNode with
// what its kind of lie says. Everything follows from the seed. Thread rule: one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <queue>
#include <utility>
#include <variant>
#include <vector>

#include "core/routing/routing.h"
#include "tests/core/fake_directory.h"

namespace core {

enum class Conduct : uint8_t {
  kHonest,
  kSilent,
  kRandomIds,    // Names random peers.
  kSelfish,      // Names only itself, the asker and kNoPeer.
  kInventor,     // Names strangers very near the target that do not exist.
  kWrongTarget,  // Answers for another target.
  kWrongId,      // Answers with another message id.
  kRepeater,     // Answers three times, each time with other inventions.
};

class SmallNet {
 public:
  struct Options {
    uint64_t seed = 1;
    size_t peers = 0;
    Ratio loss{.numerator = 0, .denominator = 1};
    RoutingConfig routing{};
    Duration delay_min = Milliseconds(10);  // One way.
    Duration delay_max = Milliseconds(100);
  };

  struct Reported {
    Time at;
    PeerId peer;
    Observation observation;
  };

  explicit SmallNet(const Options& options)
      : options_(options),
        directory_(options.seed, options.peers),
        random_(StreamKey{.seed = options.seed, .purpose = Purpose::kNetwork}) {
    config_.routing = options.routing;
    context_ =
        Context{.config = &config_, .directory = &directory_, .suite = nullptr, .network = {}};
    for (uint32_t i = 0; i < options.peers; ++i) {
      peers_.push_back(
          Node{.routing = Routing(PeerId{i}, context_),
               .random = Random({.seed = options.seed, .peer = i, .purpose = Purpose::kPeer}),
               .conduct = Conduct::kHonest,
               .wake = Time::Never()});
    }
  }

  FakeDirectory& directory() { return directory_; }

  Routing& at(PeerId peer) { return peers_[peer.value].routing; }

  [[nodiscard]] size_t size() const { return peers_.size(); }

  [[nodiscard]] Time now() const { return now_; }

  [[nodiscard]] uint64_t sent() const { return sent_; }

  [[nodiscard]] const std::vector<Reported>& reported() const { return reported_; }

  Random& random() { return random_; }

  void SetConduct(PeerId peer, Conduct conduct) { peers_[peer.value].conduct = conduct; }

  [[nodiscard]] Conduct conduct(PeerId peer) const { return peers_[peer.value].conduct; }

  // The share of peers behind peer 0 that takes the conduct, spread evenly.
  void SetConducts(size_t one_in, Conduct conduct) {
    for (uint32_t i = 1; i < peers_.size(); ++i) {
      if (i % one_in == 0) SetConduct(PeerId{i}, conduct);
    }
  }

  // Every table from global knowledge, then Start: joined without traffic.
  void StartWarm() {
    std::vector<PeerId> everybody;
    for (uint32_t i = 0; i < peers_.size(); ++i) everybody.push_back(PeerId{i});
    for (uint32_t i = 0; i < peers_.size(); ++i) {
      random_.Shuffle(std::span(everybody));
      peers_[i].routing.SeedRoutes(everybody);
      Start(PeerId{i}, {});
    }
  }

  void Start(PeerId peer, std::vector<PeerId> seeds) {
    Step(peer, [&](Node& node) { node.routing.Start(now_, seeds, node.random, effects_); });
  }

  void Lookup(PeerId peer, const Key256& target, uint64_t token) {
    Step(peer, [&](Node& node) {
      node.routing.Lookup(now_, {.target = target, .token = token}, node.random, effects_);
    });
  }

  // Runs until the time has come or nothing is left to do.
  void RunUntil(Time end) {
    while (!events_.empty() && events_.top().at <= end) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.at;
      Deliver(event);
    }
    now_ = end;
  }

  // Runs until the peer's lookup has finished. REQUIRES: one is running.
  LookupResult Finish(PeerId peer) {
    LookupResult result;
    while (!at(peer).TakeFinished(result)) {
      CHECK(!events_.empty());
      RunUntil(events_.top().at);
    }
    return result;
  }

  // By comparing everybody: what a lookup by a peer that hears `heard` only should return.
  template <typename Predicate>
  PeerList TrueNearest(const Key256& target, Predicate&& counts) {
    std::vector<PeerId> all;
    for (uint32_t i = 0; i < peers_.size(); ++i) {
      if (counts(peers_[i].conduct)) all.push_back(PeerId{i});
    }
    const size_t k = std::min(all.size(), static_cast<size_t>(config_.routing.bucket_size));
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(k), all.end(),
                      [&](PeerId a, PeerId b) {
                        return Nearer(target, directory_.NodeIdOf(a), directory_.NodeIdOf(b));
                      });
    PeerList nearest;
    for (size_t i = 0; i < k; ++i) nearest.push_back(all[i]);
    return nearest;
  }

  Key256 RandomKey() {
    Key256 key;
    random_.Fill(key.bytes);
    return key;
  }

 private:
  struct Node {
    Routing routing;
    Random random;
    Conduct conduct;
    Time wake;
  };

  struct Event {
    Time at;
    uint64_t sequence = 0;
    PeerId to;
    PeerId from = kNoPeer;  // kNoPeer: a wake-up.
    Message message;

    bool operator<(const Event& other) const {
      return std::pair(at, sequence) > std::pair(other.at, other.sequence);
    }
  };

  template <typename Action>
  void Step(PeerId peer, Action&& action) {
    effects_.Clear();
    action(peers_[peer.value]);
    for (const Outgoing& outgoing : effects_.sends()) {
      for (PeerId to : outgoing.to) Post(peer, to, outgoing.message);
    }
    for (const Observation& observation : effects_.observations()) {
      reported_.push_back({now_, peer, observation});
    }
    Schedule(peer);
  }

  void Schedule(PeerId peer) {
    Node& node = peers_[peer.value];
    const Time next = node.routing.NextDeadline();
    if (next >= node.wake) return;
    node.wake = next;
    Event wake;
    wake.at = next;
    wake.sequence = sequence_++;
    wake.to = peer;
    events_.push(wake);
  }

  void Post(PeerId from, PeerId to, const Message& message) {
    ++sent_;
    const bool lost = random_.Chance(options_.loss);
    const Duration delay{random_.Between(options_.delay_min.us, options_.delay_max.us)};
    if (lost || to.value >= peers_.size()) return;
    if (conduct(to) == Conduct::kSilent || conduct(from) == Conduct::kSilent) return;
    Event event;
    event.at = now_ + delay;
    event.sequence = sequence_++;
    event.to = to;
    event.from = from;
    event.message = message;
    events_.push(event);
  }

  void Deliver(const Event& event) {
    Node& node = peers_[event.to.value];
    if (event.from == kNoPeer) {
      node.wake = Time::Never();
      Step(event.to, [&](Node& woken) {
        if (woken.routing.NextDeadline() <= now_) {
          woken.routing.OnDeadline(now_, woken.random, effects_);
        }
      });
      return;
    }
    if (node.conduct != Conduct::kHonest && std::holds_alternative<FindNode>(event.message.body)) {
      Lie(event, node.conduct);
      return;
    }
    Step(event.to, [&](Node& receiver) {
      receiver.routing.OnArrival(now_, event.from, event.message, receiver.random, effects_);
    });
  }

  void Lie(const Event& event, Conduct conduct) {
    const auto& find = std::get<FindNode>(event.message.body);
    const int copies = conduct == Conduct::kRepeater ? 3 : 1;
    for (int copy = 0; copy < copies; ++copy) {
      Message reply;
      reply.id = event.message.id + (conduct == Conduct::kWrongId ? 1 : 0);
      reply.sent_ms = now_.us / 1000;
      Nodes nodes;
      nodes.target = find.target;
      if (conduct == Conduct::kWrongTarget) nodes.target.FlipBit(255);
      while (!nodes.peers.full()) nodes.peers.push_back(Name(event, conduct));
      reply.body = nodes;
      Post(event.to, event.from, reply);
    }
  }

  PeerId Name(const Event& event, Conduct conduct) {
    const uint64_t draw = random_.Next();
    if (conduct == Conduct::kSelfish) {
      const PeerId names[] = {event.to, event.from, kNoPeer};
      return names[draw % 3];
    }
    if (conduct != Conduct::kInventor && conduct != Conduct::kRepeater) {
      return PeerId{static_cast<uint32_t>(draw % peers_.size())};
    }
    NodeId id = std::get<FindNode>(event.message.body).target;
    for (size_t i = 24; i < 32; ++i) id.bytes[i] = static_cast<uint8_t>(draw >> ((i - 24) * 8));
    const PeerId known = directory_.FindByNodeId(id);
    return known == kNoPeer ? directory_.Add(id) : known;
  }

  Options options_;
  FakeDirectory directory_;
  Random random_;
  Config config_;
  Context context_;
  std::vector<Node> peers_;
  std::priority_queue<Event> events_;
  Effects effects_;
  std::vector<Reported> reported_;
  Time now_{0};
  uint64_t sequence_ = 0;
  uint64_t sent_ = 0;
};

}  // namespace core
