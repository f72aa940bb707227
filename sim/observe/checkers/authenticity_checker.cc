#include "sim/observe/checkers/authenticity_checker.h"

#include "core/codec/canonical.h"

namespace sim {
namespace {

// The rule of the protocol, stated again so that a mistake in the seeker's copy shows.
bool Passes(const core::Filter& filter, const core::Record& record) {
  // Only workers have a budget.
  bool passes = record.role != core::Role::kWorker || record.budget >= filter.min_budget;
  filter.must.ForEach(
      [&](std::string_view word) { passes = passes && record.capabilities.Contains(word); });
  filter.must_not.ForEach(
      [&](std::string_view word) { passes = passes && !record.capabilities.Contains(word); });
  return passes;
}

}  // namespace

AuthenticityChecker::AuthenticityChecker()
    : Checker({.id = "MM-5",
               .title = "a forged or filtered-out record was acted on",
               .family = "matchmaking",
               .check_class = CheckClass::kSafety,
               .scope = CheckScope::kEveryEvent,
               .cost = CheckCost::kExpensive,
               .statement = "every record acted on has a valid owner signature and passes the "
                            "filter"}) {}

void AuthenticityChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (const auto* match = std::get_if<core::MatchStarted>(&fact.what)) {
    if (const uint32_t* operation = commanded_.Find(fact.peer)) {
      *operations_.Insert({fact.peer, match->topic}).first = *operation;
    }
  } else if (const auto* finished = std::get_if<core::MatchFinished>(&fact.what)) {
    operations_.Erase({fact.peer, finished->topic});
  } else if (const auto* seen = std::get_if<core::Seen>(&fact.what)) {
    if (!world.IsHonest(fact.peer)) return;
    Premise();
    JudgeSignature(world, fact, *seen);
    JudgeFilter(world, fact, *seen);
  }
}

bool AuthenticityChecker::IsGenuine(const core::Context& context, const core::Record& record) {
  const core::NodeId& owner = context.directory->NodeIdOf(record.peer);
  core::RecordSigningBytes(context.network, record, owner, bytes_);
  return context.suite->Verify(context.directory->PublicKeyOf(record.peer), bytes_,
                               record.signature);
}

void AuthenticityChecker::JudgeSignature(const WorldView& world, const Fact& fact,
                                         const core::Seen& seen) {
  if (seen.record->topic == seen.topic && IsGenuine(world.context(), *seen.record)) return;
  Violate([&] {
    return Violation{fact.at, fact.peer,
                     "record of peer " + std::to_string(seen.record->peer.value) + "  topic " +
                         Short(seen.topic),
                     "a signature of its owner", "a signature that does not verify"};
  });
}

void AuthenticityChecker::JudgeFilter(const WorldView& world, const Fact& fact,
                                      const core::Seen& seen) {
  const uint32_t* operation = operations_.Find({fact.peer, seen.topic});
  if (operation == nullptr) return;
  const auto& command = world.scenario().workload[*operation].command;
  const auto* match = std::get_if<core::MatchCommand>(&command);
  if (match == nullptr || Passes(match->filter, *seen.record)) return;
  Violate([&] {
    return Violation{fact.at, fact.peer,
                     "record of peer " + std::to_string(seen.record->peer.value) + "  topic " +
                         Short(seen.topic),
                     "a record that passes the filter of the command",
                     "budget " + std::to_string(seen.record->budget) + ", " +
                         std::to_string(seen.record->capabilities.Count()) + " capabilities"};
  });
}

void AuthenticityChecker::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  if (fact.kind != WorldFact::Kind::kCommanded) return;
  const core::Command& command = world.scenario().workload[fact.detail].command;
  if (!std::holds_alternative<core::MatchCommand>(command)) return;
  *commanded_.Insert(fact.peer).first = fact.detail;
}

}  // namespace sim
