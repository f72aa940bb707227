#include "sim/observe/checkers/replica_checkers.h"

#include <algorithm>
#include <string>

namespace sim {
namespace {

constexpr std::string_view kFamily = "repository";

std::string Subject(const core::BlockId& block, uint64_t revision) {
  return "block " + Short(block) + "  revision " + std::to_string(revision);
}

// A disk that lost what it had reported takes what it reported from then on out of the tables.
template <typename Table>
void ForgetLost(const WorldFact& fact, Table& table) {
  if (fact.kind != WorldFact::Kind::kForgot) return;
  table.EraseIf([&](const PeerBlock& key, const auto& known) {
    return key.peer == fact.peer && known.reported >= fact.since;
  });
}

// Who stopped may have made durable what it could not report any more.
template <typename Table>
void DoubtStopped(const WorldFact& fact, Table& table) {
  if (fact.kind != WorldFact::Kind::kStopped) return;
  table.ForEach([&](const PeerBlock& key, auto& known) {
    if (key.peer == fact.peer) known.stopped = true;
  });
}

}  // namespace

RevisionOrderChecker::RevisionOrderChecker()
    : Checker({.id = "BR-1",
               .title = "a replica's latest revision went back or skipped one",
               .family = kFamily,
               .statement = "the latest revision of a replica never decreases; each committed "
                            "action adds exactly 1"}) {}

void RevisionOrderChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* collected = std::get_if<core::RevisionCollected>(&fact.what)) {
    // What may follow a tombstone that is gone is BR-9's matter.
    Latest* latest = latest_.Find({fact.peer, collected->block});
    if (latest != nullptr && latest->revision == collected->revision) latest->unknown = true;
    return;
  }
  const auto* applied = std::get_if<core::RevisionApplied>(&fact.what);
  if (applied == nullptr) return;
  const auto [known, fresh] = latest_.Insert({fact.peer, applied->block});
  Latest& latest = *known;
  if (fresh) latest.stopped = stopped_.Find(fact.peer) != nullptr;
  Premise();
  const bool follows = applied->revision == latest.revision + 1 &&
                       (latest.revision == 0 || applied->prior_hash == latest.hash);
  const bool skips = (applied->restored || latest.stopped) && applied->revision > latest.revision;
  if (!follows && !skips && !latest.unknown) {
    Violate([&] {
      return Violation{
          fact.at, fact.peer, Subject(applied->block, applied->revision),
          "revision " + std::to_string(latest.revision + 1) + " on top of the replica's latest",
          "revision " + std::to_string(applied->revision) + (applied->restored ? " restored" : "") +
              ", latest " + std::to_string(latest.revision)};
    });
  }
  latest = {applied->revision, applied->hash, fact.at, false, false};
}

void RevisionOrderChecker::OnWorldFact(const WorldView&, const WorldFact& fact) {
  if (fact.kind == WorldFact::Kind::kStopped) stopped_.Insert(fact.peer);
  DoubtStopped(fact, latest_);
  if (fact.kind != WorldFact::Kind::kForgot) return;
  // An empty disk begins with revision 1; one that went back, somewhere.
  if (fact.since == WorldTime{}) return ForgetLost(fact, latest_);
  latest_.ForEach([&](const PeerBlock& key, Latest& latest) {
    if (key.peer == fact.peer && latest.reported >= fact.since) latest.unknown = true;
  });
}

ForkChecker::ForkChecker()
    : Checker({.id = "BR-2",
               .title = "two contents at one revision",
               .family = kFamily,
               .statement = "at most one action per block and revision over all honest replicas, "
                            "ever"}) {}

void ForkChecker::OnFact(const WorldView& world, const Fact& fact) {
  const auto* applied = std::get_if<core::RevisionApplied>(&fact.what);
  if (applied == nullptr || !world.IsHonest(fact.peer)) return;
  const auto [first, fresh] = applied_.Insert({applied->block, applied->revision});
  if (fresh) {
    *first = {applied->by, applied->hash, fact.peer};
    return;
  }
  Premise();
  if (first->by == applied->by && first->hash == applied->hash) return;
  Violate([&, first = first] {
    return Violation{fact.at, fact.peer, Subject(applied->block, applied->revision),
                     "content " + Short(first->hash) + " of transaction " +
                         Short(core::TaskId{first->by.bytes}) + ", as at peer " +
                         std::to_string(first->replica.value),
                     "content " + Short(applied->hash) + " of transaction " +
                         Short(core::TaskId{applied->by.bytes})};
  });
}

CollectionChecker::CollectionChecker()
    : Checker({.id = "BR-5",
               .title = "the latest revision was collected",
               .family = kFamily,
               .statement = "the latest revision is never collected; a tombstone only after its "
                            "time to live"}) {}

void CollectionChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* applied = std::get_if<core::RevisionApplied>(&fact.what)) {
    *latest_.Insert({fact.peer, applied->block}).first = {
        applied->revision, core::Erases(applied->action), fact.local};
    return;
  }
  const auto* collected = std::get_if<core::RevisionCollected>(&fact.what);
  if (collected == nullptr) return;
  const Latest* latest = latest_.Find({fact.peer, collected->block});
  if (latest == nullptr) return;
  Premise();
  const core::Duration keep = world.context().config->transactions.tombstone_ttl;
  const bool old = collected->revision < latest->revision;
  const bool over = collected->tombstone && latest->tombstone &&
                    collected->revision == latest->revision && fact.local - latest->applied >= keep;
  if (old || over) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, Subject(collected->block, collected->revision),
                     collected->tombstone
                         ? "a tombstone kept for " + InSeconds(keep)
                         : "a revision below the latest, " + std::to_string(latest->revision),
                     "collected"};
  });
}

PendChecker::PendChecker()
    : Checker({.id = "BR-7",
               .title = "an action both pending and committed at a replica",
               .family = kFamily,
               .statement = "a pending record and a committed record never coexist for one "
                            "action"}) {}

void PendChecker::OnFact(const WorldView& world, const Fact& fact) {
  Settle(fact.at);
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* taken = std::get_if<core::PendTaken>(&fact.what)) {
    State& state = *actions_.Insert({{fact.peer, taken->block}, taken->of}).first;
    state.pending = true;
    state.reported = fact.at;
    Premise();
    if (state.applied) both_.push_back({{{fact.peer, taken->block}, taken->of}, fact.at});
  } else if (const auto* dropped = std::get_if<core::PendDropped>(&fact.what)) {
    actions_.Insert({{fact.peer, dropped->block}, dropped->of}).first->pending = false;
  } else if (const auto* applied = std::get_if<core::RevisionApplied>(&fact.what)) {
    const Action action{{fact.peer, applied->block}, applied->by};
    State* state = actions_.Find(action);
    if (state == nullptr) return;
    state->applied = true;
    state->reported = fact.at;
    if (state->pending) both_.push_back({action, fact.at});
  }
}

// Facts of one step share their time: what both facts of a step say together is judged behind it.
void PendChecker::Settle(WorldTime now) {
  std::erase_if(both_, [&](const Both& both) {
    if (both.at >= now) return false;
    const State* state = actions_.Find(both.action);
    if (state->pending && state->applied) {
      Violate([&] {
        return Violation{both.at, both.action.replica.peer,
                         "block " + Short(both.action.replica.block) + "  transaction " +
                             Short(core::TaskId{both.action.of.bytes}),
                         "pending or committed", "both"};
      });
    }
    return true;
  });
}

void PendChecker::OnWorldFact(const WorldView&, const WorldFact& fact) {
  Settle(fact.at);
  if (fact.kind != WorldFact::Kind::kForgot) return;
  actions_.EraseIf([&](const Action& action, const State& state) {
    return action.replica.peer == fact.peer && state.reported >= fact.since;
  });
}

void PendChecker::OnCheckpoint(const WorldView& world) {
  Settle(world.Now());
}

void PendChecker::OnEnd(const WorldView&) {
  Settle(WorldTime::Never());
}

RetryChecker::RetryChecker()
    : Checker({.id = "BR-8",
               .title = "one action made two revisions",
               .family = kFamily,
               .statement = "a retry makes no second revision: one transaction, and one call of a "
                            "client, makes at most one revision of a block"}) {}

void RetryChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (const auto* attempt = std::get_if<core::CallAttempt>(&fact.what)) {
    *calls_.Insert(attempt->id).first = {fact.peer, attempt->request};
    return;
  }
  const auto* applied = std::get_if<core::RevisionApplied>(&fact.what);
  if (applied == nullptr || !world.IsHonest(fact.peer)) return;
  Premise();
  const auto [made, fresh] = by_transaction_.Insert({applied->block, applied->by});
  if (fresh) *made = applied->revision;
  const CallName* call = calls_.Find(applied->by);
  uint64_t called = applied->revision;
  if (call != nullptr) {
    const auto [by_call, first] = by_call_.Insert({applied->block, *call});
    if (first) *by_call = applied->revision;
    called = *by_call;
  }
  if (*made == applied->revision && called == applied->revision) return;
  Violate([&, made = made] {
    const uint64_t before = *made == applied->revision ? called : *made;
    return Violation{fact.at, fact.peer, Subject(applied->block, applied->revision),
                     "no revision but " + std::to_string(before) + " by transaction " +
                         Short(core::TaskId{applied->by.bytes}) + " or its retries",
                     "revision " + std::to_string(applied->revision)};
  });
}

ResurrectionChecker::ResurrectionChecker()
    : Checker({.id = "BR-9",
               .title = "a deleted block came back without a put",
               .family = kFamily,
               .statement = "tombstoned blocks do not reappear without a put at the next "
                            "revision"}) {}

void ResurrectionChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* collected = std::get_if<core::RevisionCollected>(&fact.what)) {
    Tombstone* tombstone = tombstones_.Find({fact.peer, collected->block});
    if (tombstone == nullptr || tombstone->revision != collected->revision) return;
    tombstone->collected = true;
    tombstone->at = fact.local;
    tombstone->reported = fact.at;
    return;
  }
  const auto* applied = std::get_if<core::RevisionApplied>(&fact.what);
  if (applied == nullptr) return;
  const PeerBlock key{fact.peer, applied->block};
  if (const Tombstone* tombstone = tombstones_.Find(key)) {
    Premise();
    // Behind a collected tombstone the block's last revision is remembered for one more time to live.
    const bool forgotten =
        tombstone->collected &&
        fact.local - tombstone->at > world.context().config->transactions.tombstone_ttl;
    const bool next = applied->revision == tombstone->revision + 1;
    const bool later = applied->revision > tombstone->revision;
    const bool skips = applied->restored || tombstone->stopped;
    if (!forgotten && !(later && (skips || (next && !core::Erases(applied->action))))) {
      Violate([&] {
        return Violation{fact.at, fact.peer, Subject(applied->block, applied->revision),
                         "a put of revision " + std::to_string(tombstone->revision + 1) +
                             " behind the tombstone",
                         std::string(core::Erases(applied->action) ? "a delete" : "a put") +
                             " of revision " + std::to_string(applied->revision)};
      });
    }
  }
  tombstones_.Erase(key);
  if (core::Erases(applied->action)) {
    *tombstones_.Insert(key).first = {applied->revision, false, {}, fact.at, false};
  }
}

void ResurrectionChecker::OnWorldFact(const WorldView&, const WorldFact& fact) {
  DoubtStopped(fact, tombstones_);
  ForgetLost(fact, tombstones_);
}

}  // namespace sim
