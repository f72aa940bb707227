#include "sim/observe/checkers/nearest_checker.h"

#include <algorithm>

#include "sim/observe/allowances.h"

namespace sim {

NearestChecker::NearestChecker(Metrics* metrics)
    : RoutingChecker({.id = "RT-1",
                      .title = "a lookup missed the nearest peer",
                      .family = "routing",
                      .check_class = CheckClass::kLiveness,
                      .scope = CheckScope::kEveryEvent,
                      .cost = CheckCost::kExpensive,
                      .statement = "a lookup finds the true nearest of the live, reachable peers"}),
      metrics_(metrics) {}

void NearestChecker::OnLookup(const WorldView& world, const Fact& fact,
                              const core::LookupDone& lookup) {
  const WorldTime begun = fact.at - lookup.took;
  if (judged_ >= kNearestPerSecond || IsCut() || begun < last_cut() + kSettled) return;
  if (!Demanded(world, begun) || !world.IsHonest(fact.peer)) return;
  if (!Joined(fact.peer, fact.at, kSettled)) return;
  ++judged_;
  Judge(world, fact, lookup);
}

void NearestChecker::Judge(const WorldView& world, const Fact& fact,
                           const core::LookupDone& lookup) {
  const core::Directory& directory = *world.context().directory;
  if (index_ == nullptr) index_ = std::make_unique<IdIndex>(directory, world.PeerCount());
  const core::PeerId truth = index_->Nearest(lookup.target, [&](core::PeerId peer) {
    return peer != fact.peer && world.IsUp(peer) && world.IsHonest(peer) &&
           Joined(peer, fact.at, kSettled) && world.CanReach(fact.peer, peer) &&
           world.CanReach(peer, fact.peer);
  });
  if (truth == core::kNoPeer) return;
  Premise();
  const bool exact =
      std::find(lookup.nearest.begin(), lookup.nearest.end(), truth) != lookup.nearest.end();
  if (metrics_ != nullptr) metrics_->Trial(Metric::kLookupExact, exact);
  if (exact) return;
  Violate([&] {
    return Violation{
        fact.at, fact.peer, "target " + Short(lookup.target),
        "peer " + std::to_string(truth.value) + " (" + Short(directory.NodeIdOf(truth)) + ")",
        lookup.nearest.empty() ? "nobody"
                               : "peer " + std::to_string(lookup.nearest[0].value) + " (" +
                                     Short(directory.NodeIdOf(lookup.nearest[0])) +
                                     ") as nearest of " + std::to_string(lookup.nearest.size())};
  });
}

void NearestChecker::OnCheckpoint(const WorldView&) {
  judged_ = 0;
}

}  // namespace sim
