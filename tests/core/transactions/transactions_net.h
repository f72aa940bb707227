// TransactionsNet: some members and clients of core/transactions, and a scheduler that decides about
// every message, every completion of a disk and every moment of time. No network, no codec, no other
// module. Either a test says what happens next, or a seed does.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/check.h"
#include "core/transactions/transactions.h"
#include "core/transactions/tx_rows.h"
#include "tests/core/identities.h"
#include "tests/core/transactions/lock_rules.h"

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

class TransactionsNet {
 public:
  struct Options {
    uint64_t seed = 1;
    uint32_t nodes = 6;
    int cluster = 4;
    TransactionsConfig config;
  };

  explicit TransactionsNet(const Options& options)
      : identities_(options.seed, options.nodes),
        random_({.seed = options.seed, .purpose = Purpose::kTest}) {
    config_.transactions = options.config;
    config_.transactions.cluster_size = options.cluster;
    context_ = {.config = &config_,
                .directory = &identities_,
                .suite = &identities_.suite(),
                .network = {}};
    nodes_.resize(options.nodes);
    for (uint32_t i = 0; i < options.nodes; ++i) Boot(PeerId{i});
  }

  TransactionsNet(const TransactionsNet&) = delete;

  // ---- what a test does ----

  template <typename BlockCommand>
  void Command(PeerId peer, const BlockCommand& command) {
    Run(peer, [&](Transactions& at, const TxMoment& moment) { at.OnCommand(moment, command); });
  }

  void Send(PeerId from, PeerId to, Body body, uint64_t id = 0) {
    wire_.push_back({from, to, {.id = id, .sent_ms = now_.us / 1000, .body = std::move(body)}});
  }

  // Hands over the packet at this place of the wire.
  void DeliverAt(size_t index) {
    const Packet packet = std::move(wire_[index]);
    wire_.erase(wire_.begin() + static_cast<std::ptrdiff_t>(index));
    Hand(packet);
  }

  void Hand(const Packet& packet) {
    if (node(packet.to).at == nullptr) return;
    if (silent_ && silent_(packet)) return;
    Run(packet.to, [&](Transactions& at, const TxMoment& moment) {
      at.OnArrival(moment, packet.from, packet.message);
    });
  }

  // Packets for which this holds are lost.
  void Silence(std::function<bool(const Packet&)> silent) { silent_ = std::move(silent); }

  // From now on nothing passes between the sides, and each remembers the other as away.
  void Cut(std::vector<PeerId> side) {
    side_ = std::move(side);
    Silence([this](const Packet& packet) { return Misses(packet.from, packet.to); });
  }

  // Whoever is on the other side of a cut is not remembered at all (absence_keep of 0).
  void ForgetTheAbsent() { forgets_ = true; }

  void Heal() {
    side_.clear();
    silent_ = nullptr;
  }

  // Delivers packets that satisfy, and completes all stores, until neither is left.
  void DeliverWhile(const std::function<bool(const Packet&)>& chosen) {
    for (size_t rounds = 0; rounds < 100'000; ++rounds) {
      if (CompleteStores()) continue;
      const auto found = std::find_if(wire_.begin(), wire_.end(), chosen);
      if (found == wire_.end()) return;
      DeliverAt(static_cast<size_t>(found - wire_.begin()));
    }
    CHECK(false);  // Chatter without end.
  }

  void DeliverAll() {
    DeliverWhile([](const Packet&) { return true; });
  }

  // Lets time pass; everything arrives at once. Wakes nodes at their deadlines.
  void RunFor(Duration span) {
    const Time end = now_ + span;
    for (;;) {
      DeliverAll();
      const Time next = NextDeadline();
      if (next > end) break;
      now_ = std::max(now_, next);
      WakeDue();
    }
    now_ = end;
  }

  // Time alone; nothing is delivered.
  void Pass(Duration span) {
    now_ = now_ + span;
    WakeDue();
  }

  // ---- crashes ----

  // What the disk has taken of what waited survives: the first `survive` of them.
  void Crash(PeerId peer, size_t survive) {
    Node& at = node(peer);
    if (at.at == nullptr) return;
    for (size_t i = 0; i < std::min(survive, at.stores.size()); ++i)
      at.stores[i].batch.ApplyTo(at.rows);
    at.stores.clear();
    at.lookups.clear();
    at.at.reset();
    rules_.Forget(peer);
  }

  void Restart(PeerId peer) {
    if (node(peer).at == nullptr) Boot(peer);
  }

  // That the disk has of a kind.
  [[nodiscard]] size_t RowCount(PeerId peer, TxRowKind kind) const {
    const auto& rows = nodes_[peer.value].rows;
    return static_cast<size_t>(std::count_if(rows.begin(), rows.end(), [&](const auto& row) {
      const auto name = NameOfTxRow(row.first);
      return name.has_value() && name->kind == kind;
    }));
  }

  // ---- a random schedule ----

  struct Chances {
    uint64_t steps = 400;
    uint64_t lose = 3;  // Percent of handed packets.
    uint64_t repeat = 3;
    uint64_t crash = 1;         // Percent of steps.
    uint64_t refuse_store = 1;  // Percent of completions.
  };

  void RunRandom(const Chances& chances) {
    for (uint64_t i = 0; i < chances.steps; ++i) RandomStep(chances);
  }

  // Everybody is up, nothing is lost: until nothing is left to do, or the span is over.
  void Calm(Duration span) {
    silent_ = nullptr;
    for (uint32_t i = 0; i < nodes_.size(); ++i) Restart(PeerId{i});
    RunFor(span);
  }

  [[nodiscard]] Transactions& at(PeerId peer) { return *node(peer).at; }

  [[nodiscard]] bool IsUp(PeerId peer) { return node(peer).at != nullptr; }

  [[nodiscard]] LockRules& rules() { return rules_; }

  [[nodiscard]] const std::vector<Packet>& wire() const { return wire_; }

  [[nodiscard]] std::vector<Packet>& wire() { return wire_; }

  [[nodiscard]] Random& random() { return random_; }

  [[nodiscard]] const Identities& identities() const { return identities_; }

  [[nodiscard]] const Context& context() const { return context_; }

  [[nodiscard]] Config& config() { return config_; }

  [[nodiscard]] Time now() const { return now_; }

  [[nodiscard]] const std::vector<std::pair<PeerId, Observation>>& facts() const { return facts_; }

  template <typename Fact>
  [[nodiscard]] std::vector<std::pair<PeerId, Fact>> All() const {
    std::vector<std::pair<PeerId, Fact>> all;
    for (const auto& [peer, what] : facts_) {
      if (const auto* fact = std::get_if<Fact>(&what)) all.emplace_back(peer, *fact);
    }
    return all;
  }

  // The outcome of a call of this client, if it is over.
  [[nodiscard]] std::optional<CallFinished> Finished(PeerId peer, uint64_t request) const {
    const auto found = rules_.calls().find({peer, request});
    return found == rules_.calls().end() ? std::nullopt : found->second.finished;
  }

  // Peers nearest to the block, nearest first.
  [[nodiscard]] std::vector<PeerId> ClusterOf(const BlockId& block, size_t count) const {
    return Nearest(ClusterKey(identities_.suite(), block), count);
  }

  // Whom the last life of the node handed to this one.
  [[nodiscard]] std::vector<Acquaintance> RecalledBy(PeerId peer) const {
    const auto found = recalled_.find(peer);
    return found == recalled_.end() ? std::vector<Acquaintance>() : found->second;
  }

  // Runs code as a step of the node, with everything that the flows see.
  template <typename Code>
  void Run(PeerId peer, Code&& code) {
    Node& at = node(peer);
    Effects effects;
    Source source(*this, peer, at);
    Blame blame(*this);
    const TxMoment moment{.now = now_,
                          .self = peer,
                          .context = context_,
                          .secret = identities_.SecretOf(peer),
                          .random = at.random,
                          .effects = effects,
                          .clusters = source,
                          .conduct = blame,
                          .mail = at.at->mail(),
                          .journal = at.at->journal()};
    code(*at.at, moment);
    Drain(peer, effects);
  }

  [[nodiscard]] const std::vector<std::pair<PeerId, Offence>>& offences() const {
    return offences_;
  }

 private:
  struct Node {
    std::unique_ptr<Transactions> at;
    Random random{StreamKey{}};
    uint32_t incarnation = 0;
    std::map<StoreKey, Bytes> rows;
    std::vector<StoreRequest> stores;
    std::vector<std::pair<uint64_t, Key256>> lookups;
  };

  class Source : public ClusterSource {
   public:
    Source(TransactionsNet& net, PeerId self, Node& node) : net_(&net), self_(self), node_(&node) {}

    [[nodiscard]] std::vector<Neighbour> NearestRemembered(Time, const Key256& target,
                                                           size_t count) const override {
      std::vector<Neighbour> nearest;
      for (const PeerId peer : net_->Nearest(target, net_->nodes_.size())) {
        const bool away = net_->Misses(self_, peer);
        if (nearest.size() == count || (away && net_->forgets_)) continue;
        nearest.push_back({.id = net_->identities_.NodeIdOf(peer), .peer = peer, .away = away});
      }
      return nearest;
    }

    [[nodiscard]] std::vector<Acquaintance> Acquaintances(Time now) const override {
      std::vector<Acquaintance> known;
      for (const Neighbour& other :
           NearestRemembered(now, net_->identities_.NodeIdOf(self_), net_->nodes_.size())) {
        if (other.peer == self_) continue;
        known.push_back({.id = other.id, .since_us = 0, .away = other.away});
      }
      return known;
    }

    void Recall(Time, std::span<const Acquaintance> known) override {
      net_->recalled_[self_].assign(known.begin(), known.end());
    }

    [[nodiscard]] bool IsConfident(Time) const override { return true; }

    void Lookup(const TxMoment&, const Key256& target, uint64_t token) override {
      node_->lookups.emplace_back(token, target);
    }

   private:
    TransactionsNet* net_;
    PeerId self_;
    Node* node_;
  };

  class Blame : public Conduct {
   public:
    explicit Blame(TransactionsNet& net) : net_(&net) {}

    void Report(Time, PeerId peer, Offence offence, Effects&) override {
      net_->offences_.emplace_back(peer, offence);
    }

    [[nodiscard]] bool IsDoubtful(Time, PeerId) const override { return false; }

   private:
    TransactionsNet* net_;
  };

  [[nodiscard]] bool Misses(PeerId at, PeerId other) const {
    const auto inside = [this](PeerId peer) {
      return std::find(side_.begin(), side_.end(), peer) != side_.end();
    };
    return inside(at) != inside(other);
  }

  [[nodiscard]] Node& node(PeerId peer) { return nodes_[peer.value]; }

  [[nodiscard]] std::vector<PeerId> Nearest(const Key256& key, size_t count) const {
    std::vector<PeerId> peers;
    for (uint32_t i = 0; i < nodes_.size(); ++i) peers.push_back(PeerId{i});
    std::sort(peers.begin(), peers.end(), [&](PeerId a, PeerId b) {
      return Nearer(key, identities_.NodeIdOf(a), identities_.NodeIdOf(b));
    });
    peers.resize(std::min(count, peers.size()));
    return peers;
  }

  void Boot(PeerId peer) {
    Node& at = node(peer);
    at.random = Random({.seed = random_.Next(),
                        .peer = peer.value,
                        .incarnation = at.incarnation++,
                        .purpose = Purpose::kPeer});
    at.at = std::make_unique<Transactions>(context_);
    std::vector<StoredRow> rows;
    for (const auto& [key, value] : at.rows) rows.push_back({key, value});
    Run(peer, [&](Transactions& t, const TxMoment& moment) { t.Load(moment, rows); });
  }

  // A fact outlives the effects of its step.
  void Keep(Observation& what) {
    auto* read = std::get_if<BlockRead>(&what);
    if (read == nullptr) return;
    read->value = contents_.emplace_back(read->value.begin(), read->value.end());
  }

  void Drain(PeerId peer, Effects& effects) {
    Node& at = node(peer);
    for (Outgoing& outgoing : effects.sends()) {
      for (const PeerId to : outgoing.to) wire_.push_back({peer, to, outgoing.message});
    }
    for (StoreRequest& store : effects.stores()) at.stores.push_back(std::move(store));
    for (const Observation& what : effects.observations()) {
      rules_.Note(peer, what);
      facts_.emplace_back(peer, what);
      Keep(facts_.back().second);
    }
    while (!at.lookups.empty()) {
      const auto [token, target] = at.lookups.front();
      at.lookups.erase(at.lookups.begin());
      std::vector<PeerId> nearest = Nearest(target, nodes_.size());
      std::erase_if(nearest, [&](PeerId other) { return Misses(peer, other); });
      nearest.resize(std::min(nearest.size(), limits::kNodesMax));
      Run(peer, [&, token = token](Transactions& t, const TxMoment& moment) {
        t.OnLookup(moment, token, nearest);
      });
    }
  }

  // The first waiting store of the node is over.
  void CompleteStore(PeerId peer, bool refused) {
    Node& at = node(peer);
    const StoreRequest store = std::move(at.stores.front());
    at.stores.erase(at.stores.begin());
    const Status status = refused ? Unavailable("test") : store.batch.CheckLimits();
    if (status.ok()) store.batch.ApplyTo(at.rows);
    Run(peer, [&](Transactions& t, const TxMoment& moment) {
      t.OnStored(moment, {store.ticket, status});
    });
  }

  bool CompleteStores() {
    bool any = false;
    for (uint32_t i = 0; i < nodes_.size(); ++i) {
      while (nodes_[i].at != nullptr && !nodes_[i].stores.empty()) {
        CompleteStore(PeerId{i}, false);
        any = true;
      }
    }
    return any;
  }

  [[nodiscard]] Time NextDeadline() const {
    Time next = Time::Never();
    for (const Node& at : nodes_) {
      if (at.at != nullptr) next = std::min(next, at.at->NextDeadline());
    }
    return next;
  }

  void WakeDue() {
    for (uint32_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].at == nullptr || nodes_[i].at->NextDeadline() > now_) continue;
      Run(PeerId{i}, [](Transactions& t, const TxMoment& moment) { t.OnDeadline(moment); });
    }
  }

  void RandomStep(const Chances& chances) {
    const uint64_t what = random_.Below(100);
    if (what < chances.crash) {
      const PeerId peer{static_cast<uint32_t>(random_.Below(nodes_.size()))};
      if (IsUp(peer)) {
        const size_t waiting = node(peer).stores.size();
        return Crash(peer, random_.Below(waiting + 1));
      }
      return Restart(peer);
    }
    std::vector<PeerId> storing;
    for (uint32_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].at != nullptr && !nodes_[i].stores.empty()) storing.push_back(PeerId{i});
    }
    const uint64_t pick = random_.Below(10);
    if (!storing.empty() && pick < 4) {
      const PeerId peer = storing[random_.Below(storing.size())];
      return CompleteStore(peer, random_.Below(100) < chances.refuse_store);
    }
    if (!wire_.empty() && pick < 9) {
      const size_t index = random_.Below(wire_.size());
      const uint64_t fate = random_.Below(100);
      if (fate < chances.repeat) wire_.push_back(wire_[index]);
      if (fate < chances.repeat || fate >= chances.repeat + chances.lose) return DeliverAt(index);
      wire_.erase(wire_.begin() + static_cast<std::ptrdiff_t>(index));
      return;
    }
    // Time passes, sometimes a lot.
    const Time next = NextDeadline();
    if (next == Time::Never()) return;
    const bool jump = wire_.empty() || random_.Below(4) == 0;
    now_ = jump ? std::max(now_, next) : now_ + Milliseconds(random_.Between(0, 50));
    WakeDue();
  }

  Identities identities_;
  Config config_;
  Context context_;
  Random random_;
  std::vector<Node> nodes_;
  std::vector<Packet> wire_;
  std::function<bool(const Packet&)> silent_;
  std::vector<PeerId> side_;  // Of a cut.
  bool forgets_ = false;
  LockRules rules_;
  std::vector<std::pair<PeerId, Observation>> facts_;
  std::vector<Bytes> contents_;  // What they point to.
  std::vector<std::pair<PeerId, Offence>> offences_;
  std::map<PeerId, std::vector<Acquaintance>> recalled_;
  Time now_{Seconds(1'000'000).us};
};

inline BlockId TestBlock(uint8_t number) {
  BlockId block;
  block.bytes.fill(number);
  return block;
}

inline Bytes TestValue(uint8_t byte, size_t size = 20) {
  return Bytes(size, byte);
}

}  // namespace core
