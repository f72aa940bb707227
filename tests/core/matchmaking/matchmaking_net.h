// MatchmakingNet: some nodes that speak through core/matchmaking, and a scheduler for messages and time. No codec and no
// routing: a lookup is answered with who is nearest and alive. Everything follows from the seed.
//
// A node is the template's parameter, so that other folders put their flows beside matchmaking (negotiation_net.h). It has
//   Node(PeerId, const Context&)
//   void OnArrival(const Moment&, PeerId from, const Message&);  void OnLookup(const Moment&, const Located&);
//   void OnLinkDown(const Moment&, PeerId);  void OnDeadline(const Moment&);  Time NextDeadline() const;
//   Rendezvous& rendezvous();
// Thread rule: one thread.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <queue>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/check.h"
#include "core/matchmaking/matchmaking.h"
#include "tests/core/identities.h"

namespace core {

struct Packet {
  PeerId from;
  PeerId to;
  Message message;

  template <typename T>
  [[nodiscard]] const T* As() const {
    return std::get_if<T>(&message.body);
  }
};

template <typename Node>
class MatchmakingNet {
 public:
  struct Options {
    uint64_t seed = 1;
    uint32_t nodes = 2;
    uint64_t lose_percent = 0;
    uint64_t repeat_percent = 0;
    bool tells_dead_links = true;
    Config config{};
  };

  struct Reported {
    Time at;  // Of the world.
    PeerId peer;
    Observation what;
  };

  explicit MatchmakingNet(const Options& options)
      : options_(options),
        identities_(options.seed, options.nodes),
        random_({.seed = options.seed, .purpose = Purpose::kTest}) {
    context_ = {.config = &options_.config,
                .directory = &identities_,
                .suite = &identities_.suite(),
                .network = {}};
    slots_.resize(options.nodes);
    for (uint32_t i = 0; i < options.nodes; ++i) Boot(PeerId{i});
  }

  MatchmakingNet(const MatchmakingNet&) = delete;

  // ---- what a test sets ----

  // One way. Default: 5 to 80 ms, drawn anew for each message.
  void SetDelay(std::function<Duration(PeerId from, PeerId to)> delay) {
    delay_ = std::move(delay);
  }

  void SetClock(PeerId peer, Duration ahead) { slots_[peer.value].clock_ahead = ahead; }

  // Packets for which this holds are lost.
  void Lose(std::function<bool(const Packet&)> lost) { lost_ = std::move(lost); }

  // From now on nothing is lost or repeated.
  void LoseNothing() {
    lost_ = nullptr;
    options_.lose_percent = 0;
    options_.repeat_percent = 0;
  }

  // Nor is anybody dead.
  void Calm() {
    LoseNothing();
    for (uint32_t i = 0; i < slots_.size(); ++i) Restart(PeerId{i});
  }

  [[nodiscard]] Context& context() { return context_; }

  [[nodiscard]] Config& config() { return options_.config; }

  // ---- what a test does ----

  // Runs code(node, moment) as a step of the node.
  template <typename Code>
  void Run(PeerId peer, Code&& code) {
    Slot& slot = slots_[peer.value];
    if (slot.node == nullptr) return;
    Effects effects;
    Source source(*this, peer);
    const Moment moment{.now = ClockOf(peer),
                        .self = peer,
                        .context = context_,
                        .secret = identities_.SecretOf(peer),
                        .random = slot.random,
                        .effects = effects,
                        .locator = source,
                        .conduct = source,
                        .rendezvous = slot.node->rendezvous(),
                        .last_sequence = slot.last_sequence};
    code(*slot.node, moment);
    Drain(peer, effects);
  }

  // The packet takes its time on the way.
  void Post(const Packet& packet) {
    Event event;
    event.to = packet.to;
    event.packet = std::make_shared<const Packet>(packet);
    Push(std::move(event), DelayOf(packet.from, packet.to));
  }

  void Crash(PeerId peer) {
    slots_[peer.value].node.reset();
    slots_[peer.value].wake = Time::Never();
  }

  void Restart(PeerId peer) {
    if (slots_[peer.value].node == nullptr) Boot(peer);
  }

  void RunFor(Duration span) { RunUntil(now_ + span); }

  void RunUntil(Time end) {
    while (!events_.empty() && events_.top().at <= end) {
      const Event event = events_.top();
      events_.pop();
      same_instant_ = event.at == now_ ? same_instant_ + 1 : 0;
      CHECK(same_instant_ < 100'000);  // A flow that wakes itself for ever.
      now_ = event.at;
      Handle(event);
    }
    now_ = end;
  }

  // ---- what a test sees ----

  [[nodiscard]] Node& at(PeerId peer) { return *slots_[peer.value].node; }

  [[nodiscard]] bool IsUp(PeerId peer) const { return slots_[peer.value].node != nullptr; }

  [[nodiscard]] size_t size() const { return slots_.size(); }

  [[nodiscard]] Time now() const { return now_; }

  [[nodiscard]] Time ClockOf(PeerId peer) const { return now_ + slots_[peer.value].clock_ahead; }

  [[nodiscard]] Random& random() { return random_; }

  [[nodiscard]] Identities& identities() { return identities_; }

  // Of the packets that left, in that order.
  [[nodiscard]] const std::vector<Packet>& sent() const { return sent_; }

  template <typename Body>
  [[nodiscard]] size_t CountSent() const {
    return static_cast<size_t>(std::count_if(sent_.begin(), sent_.end(), [](const Packet& packet) {
      return packet.As<Body>() != nullptr;
    }));
  }

  void ForgetSent() { sent_.clear(); }

  [[nodiscard]] const std::vector<Reported>& reported() const { return reported_; }

  template <typename Fact>
  [[nodiscard]] std::vector<std::pair<PeerId, Fact>> All() const {
    std::vector<std::pair<PeerId, Fact>> facts;
    for (const Reported& report : reported_) {
      if (const auto* fact = std::get_if<Fact>(&report.what))
        facts.emplace_back(report.peer, *fact);
    }
    return facts;
  }

  // Whom somebody reported, and for what.
  [[nodiscard]] const std::vector<std::pair<PeerId, Offence>>& offences() const {
    return offences_;
  }

  // Alive, nearest first.
  [[nodiscard]] std::vector<PeerId> Nearest(const Key256& key) const {
    std::vector<PeerId> peers;
    for (uint32_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].node != nullptr) peers.push_back(PeerId{i});
    }
    std::sort(peers.begin(), peers.end(), [&](PeerId a, PeerId b) {
      return Nearer(key, identities_.NodeIdOf(a), identities_.NodeIdOf(b));
    });
    peers.resize(std::min(peers.size(), limits::kNodesMax));
    return peers;
  }

 private:
  struct Slot {
    std::unique_ptr<Node> node;
    Random random{StreamKey{}};
    uint32_t incarnation = 0;
    uint64_t last_sequence = 0;
    Duration clock_ahead;
    Time wake = Time::Never();  // Of the world.
  };

  struct Event {
    Time at;
    uint64_t number = 0;
    PeerId to;
    std::shared_ptr<const Packet> packet;  // Null: a wake-up, an answered lookup, or a dead link.
    PeerId dead = kNoPeer;
    uint64_t token = 0;
    Key256 target;

    bool operator<(const Event& other) const {
      return std::pair(at, number) > std::pair(other.at, other.number);
    }
  };

  class Source : public Locator, public Conduct {
   public:
    Source(MatchmakingNet& net, PeerId self) : net_(&net), self_(self) {}

    void Lookup(const Moment&, const Key256& target, uint64_t token) override {
      Event event;
      event.to = self_;
      event.token = token;
      event.target = target;
      net_->Push(std::move(event), Milliseconds(100));
    }

    [[nodiscard]] int SharedPrefix(int) const override { return 0; }

    void Report(Time, PeerId peer, Offence offence, Effects&) override {
      net_->offences_.emplace_back(peer, offence);
    }

    [[nodiscard]] bool IsDoubtful(Time, PeerId) const override { return false; }

   private:
    MatchmakingNet* net_;
    PeerId self_;
  };

  void Boot(PeerId peer) {
    Slot& slot = slots_[peer.value];
    slot.random = Random({.seed = options_.seed,
                          .peer = peer.value,
                          .incarnation = slot.incarnation++,
                          .purpose = Purpose::kPeer});
    slot.last_sequence = 0;
    slot.node = std::make_unique<Node>(peer, context_);
  }

  void Push(Event event, Duration after) {
    event.at = now_ + after;
    event.number = number_++;
    events_.push(std::move(event));
  }

  [[nodiscard]] Duration DelayOf(PeerId from, PeerId to) {
    return delay_ ? delay_(from, to) : Microseconds(random_.Between(5'000, 80'000));
  }

  void Send(const Packet& packet) {
    sent_.push_back(packet);
    if (packet.to.value >= slots_.size()) return;
    if (lost_ && lost_(packet)) return;
    const uint64_t fate = random_.Below(100);
    if (fate < options_.lose_percent) return;
    if (fate >= 100 - options_.repeat_percent) Post(packet);
    Post(packet);
  }

  void Drain(PeerId peer, Effects& effects) {
    for (Outgoing& outgoing : effects.sends()) {
      for (const PeerId to : outgoing.to) Send({peer, to, outgoing.message});
    }
    for (const Observation& what : effects.observations()) reported_.push_back({now_, peer, what});
    Slot& slot = slots_[peer.value];
    const Time next = slot.node->NextDeadline();
    if (next == Time::Never()) return;
    const Time wake = std::max(next - slot.clock_ahead, now_);
    if (wake >= slot.wake) return;
    slot.wake = wake;
    Event event;
    event.to = peer;
    Push(std::move(event), wake - now_);
  }

  void Handle(const Event& event) {
    Slot& slot = slots_[event.to.value];
    if (event.packet != nullptr && slot.node == nullptr) {
      if (!options_.tells_dead_links) return;
      Event dead;
      dead.to = event.packet->from;
      dead.dead = event.to;
      return Push(std::move(dead), Milliseconds(500));
    }
    if (slot.node == nullptr) return;
    if (event.packet != nullptr) {
      return Run(event.to, [&](Node& node, const Moment& moment) {
        node.OnArrival(moment, event.packet->from, event.packet->message);
      });
    }
    if (event.dead != kNoPeer) {
      return Run(event.to,
                 [&](Node& node, const Moment& moment) { node.OnLinkDown(moment, event.dead); });
    }
    if (event.token != 0) {
      const std::vector<PeerId> nearest = Nearest(event.target);
      return Run(event.to, [&](Node& node, const Moment& moment) {
        node.OnLookup(moment, {.token = event.token, .nearest = nearest, .requests = 1});
      });
    }
    if (event.at != slot.wake) return;  // Woken for an earlier deadline meanwhile.
    slot.wake = Time::Never();
    Run(event.to, [](Node& node, const Moment& moment) {
      if (node.NextDeadline() <= moment.now) node.OnDeadline(moment);
    });
  }

  Options options_;
  Identities identities_;
  Context context_;
  Random random_;
  std::vector<Slot> slots_;
  std::priority_queue<Event> events_;
  uint64_t number_ = 0;
  uint32_t same_instant_ = 0;
  std::function<Duration(PeerId, PeerId)> delay_;
  std::function<bool(const Packet&)> lost_;
  std::vector<Packet> sent_;
  std::vector<Reported> reported_;
  std::vector<std::pair<PeerId, Offence>> offences_;
  Time now_{Seconds(1'000'000).us};
};

}  // namespace core
