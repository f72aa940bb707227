// Several clients of a log and a tree, who act on one of them or on both at once, before an in-memory
// repository that answers late, in any order, refuses, loses its answers, and serves readers from
// replicas that lag. Everything follows from the seed. Thread rule: one thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/random.h"
#include "core/collections/joint_action.h"
#include "core/collections/replay.h"
#include "core/collections/tree_edits.h"
#include "tests/core/collections/block_store.h"
#include "tests/core/collections/faulty_store.h"

namespace core {

class JointWorld {
 public:
  static constexpr size_t kLog = 0;
  static constexpr size_t kTree = 1;

  struct Options {
    uint64_t seed = 1;
    size_t clients = 2;
    FaultyStore::Faults faults{};
  };

  explicit JointWorld(const Options& options)
      : options_(options),
        random_(StreamKey{.seed = options.seed}),
        store_(random_, options.faults) {
    for (uint32_t i = 0; i < options.clients; ++i) {
      clients_.push_back(std::make_unique<Client>(Client{
          .collections = {Collection(suite_, CollectionTestNetwork(), {.name = "Log"}, rule_),
                          Collection(suite_, CollectionTestNetwork(),
                                     {.name = "Tree", .kind = CollectionKind::kTree}, rule_)},
          .random = Random({.seed = options.seed, .peer = i + 1})}));
    }
  }

  // ---- what the user of a client does ----

  ActionId ActOn(size_t client, size_t which, Bytes payload) {
    const ActionId id = NextAction();
    CHECK(clients_[client]->collections[which].Act(id, std::move(payload)).ok());
    expected_[id] = {which};
    return id;
  }

  ActionId ActOnBoth(size_t client, Bytes entry, const std::vector<TreeEdit>& edits) {
    const ActionId id = NextAction();
    CHECK(TryBoth(client, id, std::move(entry), EncodeEdits(edits).value()).ok());
    expected_[id] = {kLog, kTree};
    return id;
  }

  Status TryBoth(size_t at, const ActionId& id, Bytes entry, Bytes edits) {
    Client& client = *clients_[at];
    auto joint = JointAction::Begin(
        id, {{&client.collections[kLog], &client.wishes[kLog], std::move(entry)},
             {&client.collections[kTree], &client.wishes[kTree], std::move(edits)}});
    RETURN_IF_ERROR(joint.status());
    client.joints.push_back({*std::move(joint), 0});
    return {};
  }

  void Sync(size_t client) {
    for (size_t which : {kLog, kTree}) {
      clients_[client]->collections[which].Sync(At(client, which));
      Drain(client);
    }
  }

  // ---- the world ----

  // One event at random. False when there is none.
  bool Step() {
    now_ = now_ + Microseconds(static_cast<int64_t>(random_.Below(20'000)));
    for (size_t i = 0; i < clients_.size(); ++i) {
      for (size_t which : {kLog, kTree}) clients_[i]->collections[which].OnDeadline(At(i, which));
      Drain(i);
    }
    if (events_.empty()) return Wait();
    const size_t at = random_.Below(events_.size());
    const Event event = std::move(events_[at]);
    events_.erase(events_.begin() + static_cast<std::ptrdiff_t>(at));
    Deliver(event);
    return true;
  }

  bool Settle(size_t steps = 100'000) {
    for (size_t i = 0; i < steps; ++i) {
      if (!Step()) return true;
    }
    return false;
  }

  // Steps until a transaction is asked for; it is held back.
  bool StepToTransaction() {
    while (HeldBack() == events_.end()) {
      if (!Step()) return false;
    }
    return true;
  }

  [[nodiscard]] const ChangeSet& held_back() { return HeldBack()->changes; }

  // What is asked for by a client waits until Release.
  void HoldBack(size_t client) { held_client_ = client; }

  // Ends what is held back so; applied or not is the caller's matter.
  void Release(TransactEnd end) {
    Event event = *HeldBack();
    events_.erase(HeldBack());
    held_client_ = kNobody;
    event.kind = Event::Kind::kEnd;
    event.end = end;
    Deliver(event);
  }

  // Faults end; everybody syncs until nothing is pending.
  bool Calm() {
    store_.Heal();
    for (int round = 0; round < 40; ++round) {
      if (!Settle()) return false;
      if (reports_.size() == expected_reports()) return true;
      for (size_t i = 0; i < clients_.size(); ++i) Sync(i);
    }
    return false;
  }

  // What is wrong with logs, tree and reports, over the newest blocks; empty when all holds.
  [[nodiscard]] std::string Fault() {
    Logs logs;
    for (size_t which : {kLog, kTree}) {
      Draft view(suite_, store_.newest().blocks(), header(which));
      if (const Status log = CheckLog(view); !log.ok()) return std::string(MessageOf(log));
      LogReader reader(0, Direction::kForward);
      while (const auto entry = reader.Next(view)) {
        const auto* action = std::get_if<LogAction>(&entry->body);
        if (action != nullptr) logs[which][action->id] = {entry->sequence, action->collections};
      }
    }
    Draft tree(suite_, store_.newest().blocks(), header(kTree));
    if (const Status replay = CheckReplay(tree); !replay.ok()) {
      return std::string(MessageOf(replay));
    }
    const auto reads = CheckReads(tree);
    return reads.ok() ? FaultOf(logs) : std::string(MessageOf(reads.status()));
  }

  // Of the entry in a log, as its user was told.
  [[nodiscard]] ActionReport ReportOf(const ActionId& id, size_t which) const {
    return reports_.at({id, which});
  }

  [[nodiscard]] bool Reported(const ActionId& id, size_t which) const {
    return reports_.contains({id, which});
  }

  [[nodiscard]] size_t CountOf(ActionEnd end) const {
    return static_cast<size_t>(
        std::count_if(reports_.begin(), reports_.end(),
                      [end](const auto& told) { return told.second.end == end; }));
  }

  Collection& collection(size_t client, size_t which) {
    return clients_[client]->collections[which];
  }

  [[nodiscard]] const BlockId& header(size_t which) const {
    return clients_[0]->collections[which].header();
  }

  [[nodiscard]] BlockId TailOf(size_t which) {
    Draft view(suite_, store_.newest().blocks(), header(which));
    return view.Header().value().tail;
  }

  BlockStore& store() { return store_.newest(); }

  Random& random() { return random_; }

  [[nodiscard]] size_t transactions() const { return transactions_; }

  [[nodiscard]] uint64_t actions() const { return actions_; }

 private:
  static constexpr size_t kNobody = ~size_t{0};

  struct Joint {
    JointAction action;
    uint64_t ticket = 0;  // Of its transaction.
  };

  struct Client {
    std::array<Collection, 2> collections;
    Random random;
    std::array<CollectionWishes, 2> wishes{};
    std::list<Joint> joints{};
  };

  struct Event {
    enum class Kind : uint8_t { kRead, kTransact, kEnd, kApply };

    Kind kind = Kind::kRead;
    size_t client = 0;
    size_t which = 0;
    bool joint = false;
    uint64_t ticket = 0;
    BlockId block{};
    ChangeSet changes{};
    TransactEnd end = TransactEnd::kCommitted;
  };

  struct Entry {
    uint64_t sequence = 0;
    std::vector<BlockId> others;
  };

  using Logs = std::array<std::map<ActionId, Entry>, 2>;

  ActionId NextAction() { return ActionOf(Mix64(options_.seed, ++actions_)); }

  CollectionMoment At(size_t client, size_t which) {
    return {
        .now = now_, .random = clients_[client]->random, .wishes = clients_[client]->wishes[which]};
  }

  // Passes on what steps of the client want done, until they want nothing more.
  void Drain(size_t i) {
    Client& client = *clients_[i];
    bool more = true;
    while (more) {
      for (size_t which : {kLog, kTree}) DrainOne(i, which);
      more = false;
      for (Joint& joint : client.joints) {
        const auto parts = joint.action.Proceed(now_, client.random);
        if (!parts.empty()) {
          joint.ticket = ++last_ticket_;
          Ask(i, kLog, true, joint.ticket, Together(parts));
        }
      }
      client.joints.remove_if([](const Joint& joint) { return joint.action.over(); });
      for (const CollectionWishes& wishes : client.wishes) {
        more = more || !wishes.fetches.empty() || !wishes.reports.empty();
      }
    }
  }

  void DrainOne(size_t i, size_t which) {
    CollectionWishes& wishes = clients_[i]->wishes[which];
    for (const FetchWish& wish : wishes.fetches) {
      events_.push_back({.kind = Event::Kind::kRead,
                         .client = i,
                         .which = which,
                         .ticket = wish.ticket,
                         .block = wish.block});
    }
    for (TransactWish& wish : wishes.transactions) {
      Ask(i, which, false, wish.ticket, std::move(wish.changes));
    }
    for (const ActionReport& report : wishes.reports) {
      if (!reports_.emplace(std::pair(report.id, which), report).second) told_twice_ = true;
      for (Joint& joint : clients_[i]->joints) {
        if (joint.action.id() == report.id) joint.action.OnReport(report);
      }
    }
    wishes.Clear();
  }

  void Ask(size_t client, size_t which, bool joint, uint64_t ticket, ChangeSet changes) {
    ++transactions_;
    events_.push_back({.kind = Event::Kind::kTransact,
                       .client = client,
                       .which = which,
                       .joint = joint,
                       .ticket = ticket,
                       .changes = std::move(changes)});
  }

  // Nothing happens until the next deadline.
  bool Wait() {
    Time next = Time::Never();
    for (const auto& client : clients_) {
      for (const Collection& one : client->collections) next = std::min(next, one.NextDeadline());
    }
    if (next == Time::Never()) return false;
    now_ = std::max(now_, next);
    return true;
  }

  std::vector<Event>::iterator HeldBack() {
    return std::find_if(events_.begin(), events_.end(), [&](const Event& event) {
      return event.kind == Event::Kind::kTransact && event.client == held_client_;
    });
  }

  void Deliver(const Event& event) {
    Collection& collection = clients_[event.client]->collections[event.which];
    switch (event.kind) {
      case Event::Kind::kRead:
        if (store_.Fails()) {
          collection.OnUnavailable(At(event.client, event.which), event.ticket);
        } else {
          collection.OnBlock(At(event.client, event.which), event.ticket,
                             store_.Read(now_, event.block));
        }
        break;
      case Event::Kind::kTransact:
        if (event.client == held_client_) {
          events_.push_back(event);
        } else {
          Run(event);
        }
        break;
      case Event::Kind::kEnd:
        TellEnd(event);
        break;
      case Event::Kind::kApply:
        store_.Apply(now_, event.changes);
        break;
    }
    Drain(event.client);
  }

  void TellEnd(const Event& event) {
    Client& client = *clients_[event.client];
    if (!event.joint) {
      client.collections[event.which].OnTransactEnd(At(event.client, event.which), event.ticket,
                                                    event.end);
      return;
    }
    for (Joint& joint : client.joints) {
      if (joint.ticket == event.ticket) joint.action.OnTransactEnd(now_, client.random, event.end);
    }
  }

  void Run(const Event& asked) {
    const FaultyStore::Fate fate = store_.Run(now_, asked.changes);
    if (fate.later) {
      events_.push_back(
          {.kind = Event::Kind::kApply, .client = asked.client, .changes = asked.changes});
    }
    Event end = asked;
    end.kind = Event::Kind::kEnd;
    end.changes = {};
    end.end = fate.end;
    events_.push_back(end);
  }

  [[nodiscard]] size_t expected_reports() const {
    size_t count = 0;
    for (const auto& [id, places] : expected_) count += places.size();
    return count;
  }

  [[nodiscard]] std::string FaultOf(const Logs& logs) const {
    if (told_twice_) return "an action was reported twice";
    if (reports_.size() != expected_reports()) return "an action was never reported";
    for (const auto& [id, places] : expected_) {
      for (const size_t which : places) {
        const ActionReport& report = reports_.at({id, which});
        const auto entry = logs[which].find(id);
        if (report.end != reports_.at({id, places[0]}).end) return "reported in two ways";
        if ((report.end == ActionEnd::kCommitted) != (entry != logs[which].end())) {
          return "a log does not hold what its user was told";
        }
        if (entry == logs[which].end()) continue;
        if (entry->second.sequence != report.sequence) return "reported at another place";
        const bool both = places.size() == 2;
        const std::vector<BlockId> others =
            both ? std::vector<BlockId>{header(1 - which)} : std::vector<BlockId>{};
        if (entry->second.others != others) return "an entry names the wrong collections";
      }
    }
    return "";
  }

  Options options_;
  SodiumSuite suite_;
  ReplayAll rule_;
  Random random_;
  FaultyStore store_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<Event> events_;
  std::map<ActionId, std::vector<size_t>> expected_;  // The collections that it acts on.
  std::map<std::pair<ActionId, size_t>, ActionReport> reports_;
  bool told_twice_ = false;
  size_t held_client_ = kNobody;
  uint64_t last_ticket_ = 0;
  uint64_t actions_ = 0;
  size_t transactions_ = 0;
  Time now_{1'000'000'000};
};

}  // namespace core
