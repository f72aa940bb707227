#include "sim/observe/checkers/hops_checker.h"

#include "sim/observe/allowances.h"

namespace sim {

HopsChecker::HopsChecker()
    : RoutingChecker({.id = "RT-2",
                      .title = "a lookup took too many hops",
                      .family = "routing",
                      .check_class = CheckClass::kLiveness,
                      .scope = CheckScope::kEveryEvent,
                      .cost = CheckCost::kCheap,
                      .statement = "a lookup needs at most c log2 N + d hops"}) {}

void HopsChecker::OnLookup(const WorldView& world, const Fact& fact,
                           const core::LookupDone& lookup) {
  if (!world.IsHonest(fact.peer) || !Demanded(world, fact.at - lookup.took)) return;
  if (!Joined(fact.peer, fact.at, kSettled)) return;
  Premise();
  const uint32_t bits = BitsOf(world.PeerCount());
  const uint32_t bound = bits * kHopsPerBitHalves / 2 + kHopsBase;
  if (lookup.hops <= bound) return;
  Violate([&] {
    return Violation{
        fact.at, fact.peer, "target " + Short(lookup.target),
        "at most " + std::to_string(bound) + " hops among " + std::to_string(world.PeerCount()) +
            " peers",
        std::to_string(lookup.hops) + " hops, " + std::to_string(lookup.requests) + " requests"};
  });
}

}  // namespace sim
