#include "sim/observe/checkers/freshness_checker.h"

#include <algorithm>

#include "sim/observe/allowances.h"

namespace sim {

FreshnessChecker::FreshnessChecker()
    : Checker({.id = "MM-3",
               .title = "a reply with a record that had expired",
               .family = "matchmaking",
               .check_class = CheckClass::kSafety,
               .scope = CheckScope::kEveryEvent,
               .cost = CheckCost::kCheap,
               .statement = "no reply contains a record older than ttl + max clock error + one "
                            "propagation delay"}) {}

void FreshnessChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (const auto* published = std::get_if<core::Published>(&fact.what)) {
    OnPublished(fact, *published);
  } else if (const auto* seen = std::get_if<core::Seen>(&fact.what)) {
    const core::Record& record = *seen->record;
    Judge(world, fact,
          {.owner = record.peer,
           .sequence = record.sequence,
           .ttl = core::Milliseconds(record.ttl_ms)});
  } else if (const auto* refused = std::get_if<core::RecordRefused>(&fact.what)) {
    // A forged record proves nothing about its age, and a holder that refuses what an owner brings
    // names itself: that is no reply.
    if (refused->reason == core::RecordRefused::Reason::kSignature) return;
    if (refused->holder == fact.peer || !world.IsHonest(refused->holder)) return;
    Judge(world, fact, {.owner = refused->owner, .sequence = refused->sequence, .ttl = {}});
  }
}

void FreshnessChecker::OnPublished(const Fact& fact, const core::Published& published) {
  Publications& owner = *owners_.Insert(fact.peer).first;
  // One record may go to several keys; its age counts from the first.
  for (uint32_t i = 0; i < owner.count; ++i) {
    if (owner.last[i].sequence == published.sequence) return;
  }
  owner.last[owner.next] = {published.sequence, fact.at, published.role};
  owner.next = (owner.next + 1) % kRemembered;
  owner.count = std::min<uint32_t>(owner.count + 1, kRemembered);
}

// Sequence 0 means that the observation did not say: judged by the latest publication, which is the
// youngest that it can have been.
void FreshnessChecker::Judge(const WorldView& world, const Fact& fact, const Served& served) {
  if (!world.IsHonest(served.owner)) return;
  const Publications* known = owners_.Find(served.owner);
  if (known == nullptr) return;
  const Publication* published = nullptr;
  const Publication* oldest = nullptr;
  const Publication* newest = nullptr;
  for (uint32_t i = 0; i < known->count; ++i) {
    const Publication& one = known->last[i];
    if (one.sequence == served.sequence) published = &one;
    if (oldest == nullptr || one.at < oldest->at) oldest = &one;
    if (newest == nullptr || one.at > newest->at) newest = &one;
  }
  if (published == nullptr) published = served.sequence == 0 ? newest : oldest;
  const core::MatchmakingConfig& config = world.context().config->matchmaking;
  const core::Duration usual =
      published->role == core::Role::kWorker ? config.worker_ttl : config.matcher_ttl;
  const core::Duration ttl = std::max(usual, served.ttl);
  // Holders count the life from the arrival, and an owner sends again to a holder that is silent.
  const core::Duration bound = ttl + ClockErrorMax(world.scenario(), fact.at) + kPropagation +
                               world.context().config->routing.response_timeout +
                               world.RoundTrip(served.owner, fact.peer);
  const core::Duration age = fact.at - published->at;
  Premise();
  if (age <= bound) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, "record of peer " + std::to_string(served.owner.value),
                     "age at most " + InSeconds(bound), "age at least " + InSeconds(age)};
  });
}

}  // namespace sim
