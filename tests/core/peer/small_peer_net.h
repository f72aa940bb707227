// SmallPeerNet: some hundred whole peers and a tiny deterministic event loop, without a codec.
//
// Messages take 5 to 80 ms and may be lost; a dead peer neither hears nor speaks, and who sends to
// it learns after a while that the link is down, when the options say so. A batch is durable, or
// read, after 2 to 6 ms; a restart finds what was durable. Everything follows from the seed. Every step checks MM-8 from the outside, and that the peer uses no handle that it does
// not name in CollectPeers. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/check.h"
#include "core/crypto/modelled_sealing.h"
#include "core/peer/peer.h"
#include "tests/core/identities.h"
#include "tests/core/peer/handle_audit.h"

namespace core {

class SmallPeerNet {
 public:
  struct Options {
    uint64_t seed = 1;
    uint32_t peers = 0;
    Ratio loss{0, 1};
    bool tells_dead_links = true;
    Config config{};
  };

  struct Reported {
    Time at;
    PeerId peer;
    Observation what;
  };

  explicit SmallPeerNet(const Options& options)
      : options_(options),
        identities_(options.seed, options.peers),
        random_(StreamKey{.seed = options.seed, .purpose = Purpose::kNetwork}) {
    context_.config = &options_.config;
    context_.directory = &audit_;
    context_.suite = &identities_.suite();
    context_.sealing = &sealing_;
    for (uint32_t i = 0; i < options.peers; ++i) {
      nodes_.push_back(Node{MakePeer(PeerId{i}, 0)});
    }
  }

  // Routing tables from global knowledge, then Start.
  void StartWarm() {
    std::vector<PeerId> everybody;
    for (uint32_t i = 0; i < options_.peers; ++i) everybody.push_back(PeerId{i});
    for (uint32_t i = 0; i < options_.peers; ++i) {
      random_.Shuffle(std::span(everybody));
      nodes_[i].peer->SeedRoutes(everybody);
      Deliver(PeerId{i}, Start{});
    }
  }

  void Deliver(PeerId to, const Input& input) {
    Node& node = nodes_[to.value];
    if (node.dead) return;
    effects_.Clear();
    audit_.Begin(*node.peer, to, input);
    node.peer->Step(now_, input, effects_);
    audit_.End(effects_);
    for (const Outgoing& outgoing : effects_.sends()) {
      for (const PeerId receiver : outgoing.to) Post(to, receiver, outgoing.message);
    }
    for (const Observation& what : effects_.observations()) Note(to, what);
    for (StoreRequest& store : effects_.stores()) Write(to, std::move(store));
    Schedule(to);
  }

  void Command(PeerId peer, const core::Command& command) { Deliver(peer, Input(command)); }

  void Kill(PeerId peer) { nodes_[peer.value].dead = true; }

  // The process dies, with what its disk had not taken, and begins again.
  void Restart(PeerId peer) {
    Node& node = nodes_[peer.value];
    node.peer = MakePeer(peer, ++node.incarnation);
    node.dead = false;
    node.wake = Time::Never();
    node.stores.clear();
    std::vector<PeerId> everybody;
    for (uint32_t i = 0; i < options_.peers; ++i) everybody.push_back(PeerId{i});
    node.peer->SeedRoutes(everybody);
    std::vector<StoredRow> rows;
    for (const auto& [at, value] : node.rows) {
      if (!IsBulkTable(at.table)) rows.push_back({at, value});
    }
    Deliver(peer, Start{.seeds = {}, .client = false, .rows = rows});
  }

  // Every row of the table that its disk has can no longer be read as what it was. How many.
  size_t DamageRows(PeerId peer, TableId table) {
    size_t damaged = 0;
    for (auto& [at, value] : nodes_[peer.value].rows) {
      if (at.table != table) continue;
      value = {1, 2, 3};
      ++damaged;
    }
    return damaged;
  }

  // From now on its disk has no room for rows of the table.
  void Fill(PeerId peer, TableId table) { nodes_[peer.value].full.insert(table); }

  // The same with an empty disk.
  void Wipe(PeerId peer) {
    nodes_[peer.value].rows.clear();
    Restart(peer);
  }

  // Until then, or until nothing is left to do.
  void RunUntil(Time end) {
    while (!events_.empty() && events_.top().at <= end) {
      const Event event = events_.top();
      events_.pop();
      CHECK(event.at >= now_);
      same_instant_ = event.at == now_ ? same_instant_ + 1 : 0;
      CHECK(same_instant_ < 100'000);  // A flow that wakes itself for ever.
      now_ = event.at;
      Handle(event);
    }
    now_ = end;
  }

  void RunFor(Duration span) { RunUntil(now_ + span); }

  [[nodiscard]] Peer& at(PeerId peer) { return *nodes_[peer.value].peer; }

  [[nodiscard]] Identities& identities() { return identities_; }

  [[nodiscard]] const Context& context() const { return context_; }

  [[nodiscard]] Time now() const { return now_; }

  [[nodiscard]] uint64_t sent() const { return sent_; }

  [[nodiscard]] const std::vector<Reported>& reported() const { return reported_; }

  template <typename Fact>
  [[nodiscard]] std::vector<std::pair<PeerId, Fact>> All() const {
    std::vector<std::pair<PeerId, Fact>> facts;
    for (const Reported& report : reported_) {
      if (const auto* fact = std::get_if<Fact>(&report.what)) {
        facts.emplace_back(report.peer, *fact);
      }
    }
    return facts;
  }

  [[nodiscard]] Fingerprint Digest() const {
    Hasher hasher;
    for (const Node& node : nodes_) node.peer->Digest(hasher);
    return hasher.Result();
  }

 private:
  struct Node {
    std::unique_ptr<Peer> peer;
    bool dead = false;
    Time wake = Time::Never();
    uint32_t active_tasks = 0;
    std::set<TaskId> accepted{};
    uint32_t incarnation = 0;
    std::deque<StoreRequest> stores{};  // The disk has them.
    std::map<StoreKey, Bytes> rows{};
    std::set<TableId> full{};
  };

  struct Event {
    Time at;
    uint64_t sequence = 0;
    PeerId to;
    PeerId from = kNoPeer;  // kNoPeer: a wake-up.
    bool link_down = false;
    std::optional<uint32_t> disk_of;  // The incarnation whose next batch is done.
    std::shared_ptr<const Message> message;

    bool operator<(const Event& other) const {
      return std::pair(at, sequence) > std::pair(other.at, other.sequence);
    }
  };

  std::unique_ptr<Peer> MakePeer(PeerId peer, uint32_t incarnation) {
    return std::make_unique<Peer>(peer, context_, identities_.SecretOf(peer),
                                  Random({.seed = options_.seed,
                                          .peer = peer.value,
                                          .incarnation = incarnation,
                                          .purpose = Purpose::kPeer}));
  }

  void Push(Event event, Duration after) {
    event.at = now_ + after;
    event.sequence = sequence_++;
    events_.push(std::move(event));
  }

  void Schedule(PeerId peer) {
    Node& node = nodes_[peer.value];
    const Time next = node.peer->NextDeadline();
    if (next == Time::Never() || next >= node.wake) return;
    node.wake = std::max(next, now_);
    Event wake;
    wake.to = peer;
    Push(wake, node.wake - now_);
  }

  void Post(PeerId from, PeerId to, const Message& message) {
    ++sent_;
    const bool lost = random_.Chance(options_.loss);
    const Duration delay = Microseconds(random_.Between(5'000, 80'000));
    if (to.value >= nodes_.size()) return;
    Event event;
    event.to = to;
    event.from = from;
    if (nodes_[to.value].dead) {
      if (!options_.tells_dead_links) return;
      std::swap(event.to, event.from);
      event.link_down = true;
      return Push(std::move(event), Milliseconds(500));
    }
    if (lost) return;
    event.message = std::make_shared<const Message>(message);
    Push(std::move(event), delay);
  }

  void Write(PeerId peer, StoreRequest store) {
    Node& node = nodes_[peer.value];
    node.stores.push_back(std::move(store));
    Event done;
    done.to = peer;
    done.disk_of = node.incarnation;
    Push(std::move(done), Milliseconds(static_cast<int64_t>(2 + node.stores.size() % 5)));
  }

  // The first of those that wait: they end in their order, whichever event comes first.
  void EndWrite(PeerId peer) {
    Node& node = nodes_[peer.value];
    const StoreRequest store = std::move(node.stores.front());
    node.stores.pop_front();
    Stored stored{.ticket = store.ticket, .status = store.batch.CheckLimits(), .found = {}};
    CHECK(stored.status.ok());
    for (const StoreWrite& write : store.batch.writes) {
      if (write.value.has_value() && node.full.contains(write.at.table)) {
        stored.status = ResourceExhausted("no room");
        return Deliver(peer, stored);
      }
    }
    store.batch.ApplyTo(node.rows);
    for (const StoreKey& at : store.batch.reads) {
      const auto found = node.rows.find(at);
      stored.found.push_back(found == node.rows.end() ? std::nullopt
                                                      : std::optional(found->second));
    }
    Deliver(peer, stored);
  }

  void Handle(const Event& event) {
    if (event.disk_of.has_value()) {
      const Node& node = nodes_[event.to.value];
      if (node.incarnation == *event.disk_of && !node.dead) EndWrite(event.to);
      return;
    }
    if (event.from == kNoPeer) {
      Node& node = nodes_[event.to.value];
      if (node.wake > now_) return;  // Superseded.
      node.wake = Time::Never();
      if (node.peer->NextDeadline() <= now_) return Deliver(event.to, Wake{});
      return Schedule(event.to);
    }
    if (event.link_down) return Deliver(event.to, Link{event.from, false});
    Deliver(event.to, Arrival{event.from, event.message.get()});
  }

  void Note(PeerId peer, const Observation& what) {
    reported_.push_back({now_, peer, what});
    Node& node = nodes_[peer.value];
    if (const auto* accepted = std::get_if<TaskAccepted>(&what)) {
      CHECK(node.accepted.insert(accepted->task).second);  // MM-8: never twice.
      ++node.active_tasks;
      CHECK(node.active_tasks <= accepted->budget);  // MM-8: never beyond the budget.
    } else if (std::holds_alternative<TaskFinished>(what)) {
      CHECK(node.active_tasks-- > 0);
    }
  }

  Options options_;
  Identities identities_;
  ModelledSealing sealing_{Digest256{5}};
  HandleAudit audit_{identities_};
  Random random_;
  Context context_;
  std::vector<Node> nodes_;
  std::priority_queue<Event> events_;
  Effects effects_;
  std::vector<Reported> reported_;
  Time now_{Seconds(1'000'000).us};
  uint64_t sequence_ = 0;
  uint64_t sent_ = 0;
  uint32_t same_instant_ = 0;
};

}  // namespace core
