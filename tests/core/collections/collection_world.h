// Several clients of one collection before an in-memory repository that answers late, in any order,
// refuses, loses its answers, and serves readers from replicas that lag. Everything follows from the
// seed. Thread rule: one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/random.h"
#include "core/collections/collection.h"
#include "core/collections/replay.h"
#include "core/collections/tree.h"
#include "core/collections/tree_edits.h"
#include "tests/core/collections/block_store.h"
#include "tests/core/collections/faulty_store.h"

namespace core {

class CollectionWorld {
 public:
  struct Options {
    uint64_t seed = 1;
    size_t clients = 3;
    CollectionKind kind = CollectionKind::kTree;
    const ConflictRule* rule = nullptr;
    FaultyStore::Faults faults{};
    CollectionLimits limits{};
  };

  explicit CollectionWorld(const Options& options)
      : options_(options),
        random_(StreamKey{.seed = options.seed}),
        store_(random_, options.faults) {
    const CollectionName name = {.name = "Registrants", .kind = options.kind};
    header_ = HeaderIdOf(suite_, CollectionTestNetwork(), name.name);
    for (uint32_t i = 0; i < options.clients; ++i) {
      clients_.push_back(std::make_unique<Client>(Client{
          .collection =
              Collection(suite_, CollectionTestNetwork(), name,
                         options.rule == nullptr ? replay_all_ : *options.rule, options.limits),
          .random = Random({.seed = options.seed, .peer = i + 1}),
          .wishes = {}}));
    }
  }

  // ---- what the user of a client does ----

  ActionId Act(size_t client, const std::vector<TreeEdit>& edits) {
    return ActRaw(client, EncodeEdits(edits).value());
  }

  ActionId ActRaw(size_t client, Bytes payload) {
    const ActionId id = ActionOf(Mix64(options_.seed, ++actions_));
    const Status status = clients_[client]->collection.Act(id, std::move(payload));
    CHECK(status.ok());
    return id;
  }

  void Sync(size_t client) {
    clients_[client]->collection.Sync(At(client));
    Drain(client);
  }

  void Refresh(size_t client) {
    clients_[client]->collection.Refresh(At(client));
    Drain(client);
  }

  Collection::Found Find(size_t client, const Bytes& key) {
    auto found = clients_[client]->collection.Find(At(client), key);
    Drain(client);
    return found;
  }

  // ---- the world ----

  // One event at random. False when there is none.
  bool Step() {
    now_ = now_ + Microseconds(static_cast<int64_t>(random_.Below(20'000)));
    for (size_t i = 0; i < clients_.size(); ++i) {
      if (clients_[i]->collection.NextDeadline() > now_) continue;
      clients_[i]->collection.OnDeadline(At(i));
      Drain(i);
    }
    if (events_.empty()) return Wait();
    const size_t at = random_.Below(events_.size());
    const Event event = std::move(events_[at]);
    events_.erase(events_.begin() + static_cast<std::ptrdiff_t>(at));
    Deliver(event);
    return true;
  }

  // True when everybody has come to rest within so many events.
  bool Settle(size_t steps = 100'000) {
    for (size_t i = 0; i < steps; ++i) {
      if (!Step()) return true;
    }
    return false;
  }

  // Faults end; everybody syncs until nothing is pending, and reads to the end of the log.
  bool Calm() {
    store_.Heal();
    if (!Settle()) return false;
    for (int round = 0; round < 40; ++round) {
      for (size_t i = 0; i < clients_.size(); ++i) Sync(i);
      if (!Settle()) return false;
      const bool done = std::all_of(clients_.begin(), clients_.end(), [](const auto& client) {
        return client->collection.pending_count() == 0;
      });
      if (done && round > 0) return ReadToTheEnd();
    }
    return false;
  }

  // CO-1 to CO-5 and what the clients were told, over the newest blocks; empty when all holds.
  [[nodiscard]] std::string Fault() {
    Draft view(suite_, store_.newest().blocks(), header_);
    if (const Status log = CheckLog(view); !log.ok()) return std::string(MessageOf(log));
    size_t expected_blocks = 1;
    if (options_.kind == CollectionKind::kTree) {
      const auto shape = CheckTree(view);
      if (!shape.ok()) return std::string(MessageOf(shape.status()));
      if (const Status replay = CheckReplay(view); !replay.ok()) {
        return std::string(MessageOf(replay));
      }
      const auto reads = CheckReads(view);
      if (!reads.ok()) return std::string(MessageOf(reads.status()));
      expected_blocks += 1 + shape->leaves + shape->branches;
    }
    std::map<ActionId, uint64_t> logged;
    LogReader reader(0, Direction::kForward);
    while (const auto entry = reader.Next(view)) {
      const auto* action = std::get_if<LogAction>(&entry->body);
      if (action != nullptr) logged[action->id] = entry->sequence;
    }
    expected_blocks += LogBlocks();
    if (store_.newest().live() != expected_blocks) return "blocks that nothing leads to";
    return FaultOfReports(logged);
  }

  [[nodiscard]] size_t CountOf(ActionEnd end) const {
    return static_cast<size_t>(
        std::count_if(reports_.begin(), reports_.end(),
                      [end](const auto& told) { return told.second.end == end; }));
  }

  Collection& client(size_t i) { return clients_[i]->collection; }

  [[nodiscard]] size_t size() const { return clients_.size(); }

  [[nodiscard]] const std::map<ActionId, ActionReport>& reports() const { return reports_; }

  [[nodiscard]] std::vector<SyncEnd> ends(size_t i) const { return clients_[i]->ends; }

  [[nodiscard]] size_t transactions() const { return transactions_; }

  [[nodiscard]] size_t refusals() const { return store_.refusals(); }

  [[nodiscard]] uint64_t actions() const { return actions_; }

  BlockStore& store() { return store_.newest(); }

  [[nodiscard]] const BlockId& header() const { return header_; }

  [[nodiscard]] const SodiumSuite& suite() const { return suite_; }

  Random& random() { return random_; }

  [[nodiscard]] Time now() const { return now_; }

 private:
  struct Client {
    Collection collection;
    Random random;
    CollectionWishes wishes;
    std::vector<SyncEnd> ends{};
  };

  struct Event {
    enum class Kind : uint8_t { kRead, kTransact, kEnd, kApply };

    Kind kind = Kind::kRead;
    size_t client = 0;
    uint64_t ticket = 0;
    BlockId block{};
    ChangeSet changes{};
    TransactEnd end = TransactEnd::kCommitted;
  };

  CollectionMoment At(size_t client) {
    return {.now = now_, .random = clients_[client]->random, .wishes = clients_[client]->wishes};
  }

  void Drain(size_t i) {
    Client& client = *clients_[i];
    for (const FetchWish& wish : client.wishes.fetches) {
      events_.push_back(
          {.kind = Event::Kind::kRead, .client = i, .ticket = wish.ticket, .block = wish.block});
    }
    for (TransactWish& wish : client.wishes.transactions) {
      ++transactions_;
      events_.push_back({.kind = Event::Kind::kTransact,
                         .client = i,
                         .ticket = wish.ticket,
                         .changes = std::move(wish.changes)});
    }
    for (const ActionReport& report : client.wishes.reports) {
      if (!reports_.emplace(report.id, report).second) told_twice_ = true;
    }
    if (client.wishes.ended.has_value()) client.ends.push_back(*client.wishes.ended);
    client.wishes.Clear();
  }

  // Nothing happens until the next deadline.
  bool Wait() {
    Time next = Time::Never();
    for (const auto& client : clients_) next = std::min(next, client->collection.NextDeadline());
    if (next == Time::Never()) return false;
    now_ = std::max(now_, next);
    return true;
  }

  void Deliver(const Event& event) {
    Collection& collection = clients_[event.client]->collection;
    switch (event.kind) {
      case Event::Kind::kRead:
        if (store_.Fails()) {
          collection.OnUnavailable(At(event.client), event.ticket);
        } else {
          collection.OnBlock(At(event.client), event.ticket, store_.Read(now_, event.block));
        }
        break;
      case Event::Kind::kTransact:
        Run(event);
        break;
      case Event::Kind::kEnd:
        collection.OnTransactEnd(At(event.client), event.ticket, event.end);
        break;
      case Event::Kind::kApply:
        store_.Apply(now_, event.changes);
        break;
    }
    Drain(event.client);
  }

  void Run(const Event& event) {
    const FaultyStore::Fate fate = store_.Run(now_, event.changes);
    if (fate.later) {
      events_.push_back(
          {.kind = Event::Kind::kApply, .client = event.client, .changes = event.changes});
    }
    const bool told = fate.end == TransactEnd::kCommitted && random_.Below(2) == 0;
    events_.push_back({.kind = Event::Kind::kEnd,
                       .client = event.client,
                       .ticket = event.ticket,
                       .end = told ? TransactEnd::kComplete : fate.end});
  }

  bool ReadToTheEnd() {
    for (size_t i = 0; i < clients_.size(); ++i) Refresh(i);
    if (!Settle()) return false;
    return std::all_of(clients_.begin(), clients_.end(), [&](const auto& client) {
      return client->collection.next_sequence() == clients_[0]->collection.next_sequence();
    });
  }

  [[nodiscard]] size_t LogBlocks() const {
    size_t count = 0;
    for (const auto& [id, block] : store_.newest().blocks()) {
      count += block.bytes.has_value() && DecodeLogBlock(*block.bytes).ok() ? 1 : 0;
    }
    return count;
  }

  [[nodiscard]] std::string FaultOfReports(const std::map<ActionId, uint64_t>& logged) const {
    if (told_twice_) return "an action was reported twice";
    for (const auto& [id, report] : reports_) {
      const auto entry = logged.find(id);
      if (report.end != ActionEnd::kCommitted) {
        if (entry != logged.end()) return "an action that was given up stands in the log";
      } else if (entry == logged.end()) {
        return "an acknowledged action is not in the log";
      } else if (entry->second != report.sequence) {
        return "an action was reported at another position";
      }
    }
    if (reports_.size() != actions_) return "an action was never reported";
    return "";
  }

  Options options_;
  SodiumSuite suite_;
  ReplayAll replay_all_;
  Random random_;
  BlockId header_;
  FaultyStore store_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<Event> events_;
  std::map<ActionId, ActionReport> reports_;
  bool told_twice_ = false;
  uint64_t actions_ = 0;
  size_t transactions_ = 0;
  Time now_{1'000'000'000};
};

}  // namespace core
