#include "sim/observe/checkers/landing_checkers.h"

#include <algorithm>
#include <string>

#include "sim/observe/allowances.h"

namespace sim {
namespace {

constexpr std::string_view kFamily = "transactions";

}  // namespace

LandingChecker::LandingChecker()
    : Checker({.id = "TX-9",
               .title = "a transaction has no end at some of its blocks",
               .family = kFamily,
               .check_class = CheckClass::kLiveness,
               .scope = CheckScope::kEveryCheckpoint,
               .statement = "a transaction on several blocks is applied at all of them or at none, "
                            "and no replica goes on waiting for it"}) {}

void LandingChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* started = std::get_if<core::CallStarted>(&fact.what)) {
    if (started->call == core::CallKind::kTransact) calls_.Insert({fact.peer, started->request});
  } else if (const auto* write = std::get_if<core::CallWrite>(&fact.what)) {
    calls_.Insert({fact.peer, write->request}).first->push_back(write->block);
  } else if (const auto* attempt = std::get_if<core::CallAttempt>(&fact.what)) {
    const auto* blocks = calls_.Find({fact.peer, attempt->request});
    if (blocks != nullptr) landings_.Insert(attempt->id).first->missing = *blocks;
  } else if (const auto* taken = std::get_if<core::PendTaken>(&fact.what)) {
    OnTaken(fact, *taken);
  } else if (const auto* dropped = std::get_if<core::PendDropped>(&fact.what)) {
    Landing* landing = landings_.Find(dropped->of);
    if (landing != nullptr) std::erase(landing->waiting, PeerBlock{fact.peer, dropped->block});
  } else if (const auto* applied = std::get_if<core::RevisionApplied>(&fact.what)) {
    OnApplied(fact, *applied);
  }
}

// Of clients that are not honest too: their pends must end as others do.
void LandingChecker::OnTaken(const Fact& fact, const core::PendTaken& taken) {
  Landing& landing = *landings_.Insert(taken.of).first;
  landing.waiting.push_back({fact.peer, taken.block});
  if (!landing.landed) landing.since = fact.at;
}

void LandingChecker::OnApplied(const Fact& fact, const core::RevisionApplied& applied) {
  Landing* landing = landings_.Find(applied.by);
  if (landing == nullptr) return;
  std::erase(landing->missing, applied.block);
  if (!landing->landed) landing->since = fact.at;
  landing->landed = true;
}

// Who stopped may have dropped a pend without a word, or have lost it.
void LandingChecker::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  quiet_.Note(world, fact);
  if (fact.kind != WorldFact::Kind::kStopped) return;
  landings_.ForEach([&](const core::TxId&, Landing& landing) {
    std::erase_if(landing.waiting, [&](const PeerBlock& at) { return at.peer == fact.peer; });
  });
}

void LandingChecker::OnCheckpoint(const WorldView& world) {
  const auto quiet = quiet_.Since();
  if (!quiet.has_value() || !Demanded(world, *quiet)) return;
  const core::Duration bound = world.context().config->transactions.lifetime * 2 + kResolutionTime;
  landings_.EraseIf([&](const core::TxId& of, const Landing& landing) {
    const WorldTime from = std::max(landing.since, *quiet);
    const bool begun = landing.landed || !landing.waiting.empty();
    if (!begun || world.Now() - from <= bound) return false;
    Premise();
    const bool partial = landing.landed && !landing.missing.empty();
    if (partial || !landing.waiting.empty()) Report(world, of, landing);
    return true;
  });
}

void LandingChecker::Report(const WorldView& world, const core::TxId& of, const Landing& landing) {
  Violate([&] {
    const bool missing = landing.landed && !landing.missing.empty();
    const core::BlockId& block = missing ? landing.missing[0] : landing.waiting[0].block;
    return Violation{world.Now(), missing ? core::kNoPeer : landing.waiting[0].peer,
                     "block " + Short(block),
                     "transaction " + Short(core::TaskId{of.bytes}) +
                         (landing.landed ? ", applied elsewhere at t=" : ", pended at t=") +
                         InSeconds({landing.since.us}),
                     missing ? "applied nowhere" : "still pending"};
  });
}

SequenceChecker::SequenceChecker()
    : Checker({.id = "TX-10",
               .title = "a collection's sequence has a gap",
               .family = kFamily,
               .statement = "per-collection sequence dense: no revision of a tail is applied whose "
                            "predecessor nobody applied"}) {}

void SequenceChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* started = std::get_if<core::CallStarted>(&fact.what)) {
    if (started->call == core::CallKind::kTransact) tails_.Insert(started->block);
    return;
  }
  const auto* applied = std::get_if<core::RevisionApplied>(&fact.what);
  if (applied == nullptr) return;
  applied_.Insert({applied->block, applied->revision});
  if (applied->revision == 1 || tails_.Find(applied->block) == nullptr) return;
  Premise();
  if (applied_.Find({applied->block, applied->revision - 1}) != nullptr) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, "block " + Short(applied->block),
                     "revision " + std::to_string(applied->revision - 1) + " somewhere before",
                     "revision " + std::to_string(applied->revision)};
  });
}

}  // namespace sim
