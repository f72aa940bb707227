#include "sim/observe/checkers/ring_checkers.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sim/observe/allowances.h"
#include "sim/observe/checkers/fetch_checkers.h"
#include "sim/observe/checkers/parting_checker.h"
#include "sim/observe/checkers/stability_checker.h"

namespace sim {
namespace {

constexpr std::string_view kFamily = "arachnode";

uint32_t FloorOf(const WorldView& world) {
  return static_cast<uint32_t>(world.scenario().protocol.arachnode.floor);
}

std::string Holders(uint32_t count) {
  return std::to_string(count) + (count == 1 ? " holder" : " holders");
}

}  // namespace

void RingChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  const std::optional<RingNode>& before = view_->before();
  Judge(world, fact, before.has_value() ? &*before : nullptr);
}

FloorChecker::FloorChecker(std::shared_ptr<RingView> view)
    : RingChecker({.id = "AR-1",
                   .title = "a block in the rings fell under its floor",
                   .family = kFamily,
                   .scope = CheckScope::kEveryCheckpoint,
                   .cost = CheckCost::kModerate,
                   .statement = "a block that the floor of nodes held and answered for is held by "
                                "as many ever after, but for those that failed at the same time"},
                  std::move(view)),
      changed_(kRepairTime) {}

void FloorChecker::OnCheckpoint(const WorldView& world) {
  if (++checkpoints_ % kFloorEvery != 0) return;
  const uint32_t floor = FloorOf(world);
  const WorldTime since = world.Now() - kRepairTime;
  changed_.Visit(view(), world.Now(), [&](const core::Key256& key, const auto& holdings) {
    uint64_t& established = *established_.Insert(key).first;
    for (const RingHolding& each : holdings) {
      if (each.revision <= established) continue;
      const uint32_t holders =
          view().HoldersOf(world, key, each.revision, core::kNoPeer, WorldTime::Never());
      if (holders >= floor) established = each.revision;
    }
    if (established == 0) return;
    Premise();
    const uint32_t holders = view().HoldersOf(world, key, established, core::kNoPeer, since);
    if (holders >= floor) return;
    Violate([&] {
      return Violation{world.Now(), core::kNoPeer, "key " + Short(key), Holders(floor),
                       Holders(holders)};
    });
  });
}

ReleaseChecker::ReleaseChecker(std::shared_ptr<RingView> view)
    : RingChecker(
          {.id = "AR-2",
           .title = "a node gave up a block that it had not handed off",
           .family = kFamily,
           .statement = "the bytes of a block are reclaimed only after a handoff of its key, "
                        "or when the node never answered for it"},
          std::move(view)) {}

void ReleaseChecker::Judge(const WorldView& world, const Fact& fact, const RingNode* before) {
  const auto* released = std::get_if<core::BlockReleased>(&fact.what);
  if (released == nullptr || before == nullptr) return;
  Premise();
  const core::NodeId& id = world.context().directory->NodeIdOf(fact.peer);
  if (!core::Covers(id, before->owed, released->key)) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, "key " + Short(released->key),
                     "kept: ring " + std::to_string(before->owed) + " is not handed off",
                     "released"};
  });
}

DwellChecker::DwellChecker(std::shared_ptr<RingView> view)
    : RingChecker({.id = "AR-3",
                   .title = "a node moved too far or too soon",
                   .family = kFamily,
                   .statement = "a settled move changes the ring by one, and two of a node are a "
                                "dwell apart by its own clock"},
                  std::move(view)) {}

// With its whole disk a node has lost its place, and joins like any other.
void DwellChecker::OnWorldFact(const WorldView&, const WorldFact& fact) {
  if (fact.kind == WorldFact::Kind::kForgot && fact.since == WorldTime{}) settled_.Erase(fact.peer);
}

void DwellChecker::Judge(const WorldView& world, const Fact& fact, const RingNode*) {
  const auto* changed = std::get_if<core::RingChanged>(&fact.what);
  if (changed == nullptr) return;
  if (!changed->lends) {
    settled_.Erase(fact.peer);
    return;
  }
  if (changed->status != core::RingStatus::kActive) return;
  const auto [settled, fresh] = settled_.Insert(fact.peer);
  if (fresh || settled->ring != changed->ring) {
    const Settled before = *settled;
    *settled = {changed->ring, fact.local};
    if (fresh) return;
    Premise();
    const int step = std::abs(int{changed->ring} - int{before.ring});
    const core::Duration stayed = fact.local - before.at;
    if (step == 1 && stayed >= world.scenario().protocol.arachnode.dwell) return;
    Violate([&] {
      return Violation{fact.at, fact.peer, "ring " + std::to_string(changed->ring),
                       "one ring from " + std::to_string(before.ring) + ", a dwell after it",
                       InSeconds(stayed) + " after ring " + std::to_string(before.ring)};
    });
  }
}

CapacityChecker::CapacityChecker(std::shared_ptr<RingView> view)
    : RingChecker(
          {.id = "AR-7",
           .title = "a node holds more than it lends",
           .family = kFamily,
           .statement = "what a node holds in the rings fits into what it was told to lend"},
          std::move(view)) {}

void CapacityChecker::Judge(const WorldView&, const Fact& fact, const RingNode* before) {
  const auto* held = std::get_if<core::BlockHeld>(&fact.what);
  if (held == nullptr || before == nullptr) return;
  Premise();
  if (held->used <= before->capacity) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, "key " + Short(held->key),
                     "at most " + std::to_string(before->capacity) + " bytes",
                     std::to_string(held->used) + " bytes"};
  });
}

HandoffChecker::HandoffChecker(std::shared_ptr<RingView> view)
    : RingChecker(
          {.id = "AR-8",
           .title = "a handoff was done while too few others held a block",
           .family = kFamily,
           .cost = CheckCost::kModerate,
           .statement = "when a handoff is done, the floor of other nodes hold each block of "
                        "it and answer for its key; joiners do not count"},
          std::move(view)) {}

void HandoffChecker::Judge(const WorldView& world, const Fact& fact, const RingNode* before) {
  const auto* handoff = std::get_if<core::HandoffEnded>(&fact.what);
  if (handoff == nullptr || !handoff->done || before == nullptr) return;
  const core::NodeId& id = world.context().directory->NodeIdOf(fact.peer);
  const core::KeyRange range = handoff->to == core::limits::kRingNone
                                   ? core::RangeOf(id, handoff->from)
                                   : core::ShedHalf(id, handoff->from);
  const uint32_t floor = FloorOf(world);
  view().ForEachBlock([&](const core::Key256& key, const std::vector<RingHolding>& holdings) {
    if (!range.Contains(key)) return;
    const auto mine = std::find_if(holdings.begin(), holdings.end(),
                                   [&](const RingHolding& each) { return each.peer == fact.peer; });
    if (mine == holdings.end()) return;
    Premise();
    // Who stopped since it was asked has confirmed all the same; so has who was asked about an older revision
    // than the one that came meanwhile.
    const bool fresh = mine->since > fact.at - kRepairTime;
    const uint32_t holders =
        view().HoldersOf(world, key, fresh ? 0 : mine->revision, fact.peer, fact.at - kRepairTime);
    if (holders >= floor) return;
    Violate([&] {
      return Violation{fact.at, fact.peer, "key " + Short(key), "others: " + Holders(floor),
                       Holders(holders)};
    });
  });
}

std::vector<std::unique_ptr<Checker>> MakeRingCheckers(const std::shared_ptr<RingView>& view) {
  std::vector<std::unique_ptr<Checker>> checkers;
  checkers.push_back(std::make_unique<FloorChecker>(view));
  checkers.push_back(std::make_unique<ReleaseChecker>(view));
  checkers.push_back(std::make_unique<DwellChecker>(view));
  checkers.push_back(std::make_unique<CapacityChecker>(view));
  checkers.push_back(std::make_unique<HandoffChecker>(view));
  checkers.push_back(std::make_unique<StabilityChecker>(view));
  checkers.push_back(std::make_unique<FoundChecker>(view));
  checkers.push_back(std::make_unique<AbsenceChecker>(view));
  checkers.push_back(std::make_unique<PartingChecker>(view));
  return checkers;
}

}  // namespace sim
