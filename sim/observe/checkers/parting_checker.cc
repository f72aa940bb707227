#include "sim/observe/checkers/parting_checker.h"

#include <string>
#include <utility>

#include "core/transactions/cluster.h"
#include "sim/observe/allowances.h"

namespace sim {

PartingChecker::PartingChecker(std::shared_ptr<RingView> view)
    : RingChecker({.id = "AR-10",
                   .title = "a member let go of a value that too few hold",
                   .family = "arachnode",
                   .cost = CheckCost::kModerate,
                   .statement = "a member of a cluster keeps the value of a block's latest "
                                "revision until the floor of nodes hold it and answer for its key"},
                  std::move(view)) {}

void PartingChecker::Judge(const WorldView& world, const Fact& fact, const RingNode*) {
  const auto* let_go = std::get_if<core::ValueLetGo>(&fact.what);
  if (let_go == nullptr) return;
  Premise();
  const core::Key256 key = core::ClusterKey(*world.context().suite, let_go->block);
  const auto floor = static_cast<uint32_t>(world.scenario().protocol.arachnode.floor);
  const uint32_t holders =
      view().HoldersOf(world, key, let_go->revision, core::kNoPeer, fact.at - kRepairTime);
  if (holders >= floor) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, "key " + Short(key), std::to_string(floor) + " holders",
                     std::to_string(holders)};
  });
}

}  // namespace sim
