#include "sim/observe/checkers/cost_checker.h"

#include <algorithm>

#include "sim/observe/allowances.h"

namespace sim {

CostChecker::CostChecker()
    : Checker({.id = "MM-7",
               .title = "a match that cost too many requests",
               .family = "matchmaking",
               .check_class = CheckClass::kLiveness,
               .scope = CheckScope::kEveryEvent,
               .cost = CheckCost::kCheap,
               .statement = "a satisfied match costs at most A + B log2 N requests"}) {}

void CostChecker::Charge(core::PeerId peer) {
  if (Spent* spent = spent_.Find(peer)) ++spent->requests;
}

void CostChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (const auto* answered = std::get_if<core::Answered>(&fact.what)) {
    Charge(answered->to);
  } else if (const auto* refused = std::get_if<core::Refused>(&fact.what)) {
    Charge(refused->from);
  } else if (std::holds_alternative<core::MatchStarted>(fact.what)) {
    Spent& spent = *spent_.Insert(fact.peer).first;
    spent.most = std::max(spent.most, ++spent.running);
  } else if (const auto* match = std::get_if<core::MatchFinished>(&fact.what)) {
    OnFinished(world, fact, *match);
  }
}

void CostChecker::OnFinished(const WorldView& world, const Fact& fact,
                             const core::MatchFinished& match) {
  const Spent* found = spent_.Find(fact.peer);
  if (found == nullptr) return;
  const Spent spent = *found;
  if (spent.running <= 1) {
    spent_.Erase(fact.peer);
  } else {
    --spent_.Find(fact.peer)->running;
  }
  if (match.end != core::MatchEnd::kSatisfied || !world.IsHonest(fact.peer)) return;
  if (!Demanded(world, fact.at - match.took)) return;
  Premise();
  const uint64_t bound =
      (kRequestsBase + kRequestsPerBit * BitsOf(world.PeerCount())) * std::max(spent.most, 1u);
  const uint64_t cost = std::max<uint64_t>(match.requests, spent.requests);
  if (cost <= bound) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, "topic " + Short(match.topic),
                     "at most " + std::to_string(bound) + " requests",
                     std::to_string(match.requests) + " by its own count, " +
                         std::to_string(spent.requests) + " answered by holders"};
  });
}

void CostChecker::OnWorldFact(const WorldView&, const WorldFact& fact) {
  if (fact.kind == WorldFact::Kind::kStopped) spent_.Erase(fact.peer);
}

}  // namespace sim
