#include "sim/observe/checkers/crowding_checker.h"

#include "sim/observe/allowances.h"

namespace sim {

CrowdingChecker::CrowdingChecker()
    : Checker({.id = "MM-4",
               .title = "a holder with a crowd that does not split",
               .family = "matchmaking",
               .check_class = CheckClass::kLiveness,
               .scope = CheckScope::kEveryCheckpoint,
               .cost = CheckCost::kModerate,
               .statement = "in steady state no holder keeps more than high water + 25 % worker "
                            "records for a key over two consecutive renewal periods"}) {}

void CrowdingChecker::OnFact(const WorldView&, const Fact& fact) {
  const auto& held = std::get<core::Held>(fact.what);
  if (held.role != core::Role::kWorker) return;
  Crowd& crowd = *crowds_.Insert({fact.peer, held.key}).first;
  crowd.topic = held.topic;
  ++crowd.now;
  ++topics_.Insert(held.topic).first->periods[0];
}

void CrowdingChecker::OnCheckpoint(const WorldView& world) {
  const core::Duration period = world.context().config->matchmaking.worker_ttl / 3;
  if (world.Now() - period_began_ < period) return;
  ClosePeriod(world);
  period_began_ = world.Now();
}

// The open period is periods[0]; steady compares it with the two before, which must have existed.
bool CrowdingChecker::Steady(const core::Key256& topic) const {
  const Growth* growth = topics_.Find(topic);
  if (growth == nullptr) return false;
  const uint64_t now = growth->periods[0];
  for (const size_t before : {size_t{1}, size_t{2}}) {
    if (now * 100 > growth->periods[before] * (100 + kSteadyGrowthPercent)) return false;
  }
  return true;
}

void CrowdingChecker::ClosePeriod(const WorldView& world) {
  const uint32_t high_water = world.context().config->matchmaking.high_water;
  const uint32_t limit = high_water + high_water / 4;
  const uint32_t renewals_max = limit * 10 / kTenRenewalsTake;
  crowds_.ForEach([&](const Place& place, Crowd& crowd) {
    const uint32_t now = crowd.now;
    const uint32_t before = crowd.before;
    crowd.before = now;
    crowd.now = 0;
    if (now == 0 || before == 0 || !world.IsHonest(place.holder)) return;
    if (!Demanded(world, period_began_) || !Steady(crowd.topic)) return;
    Premise();
    const bool splitting = uint64_t{now} * 100 <= uint64_t{before} * (100 - kSplittingPercent);
    if (now <= renewals_max || before <= renewals_max || splitting) return;
    Violate([&] {
      return Violation{
          world.Now(), place.holder, "key " + Short(place.key),
          "at most " + std::to_string(limit) + " worker records (" + std::to_string(renewals_max) +
              " renewals)",
          std::to_string(before) + " and " + std::to_string(now) + " renewals in two periods"};
    });
  });
  crowds_.EraseIf(
      [](const Place&, const Crowd& crowd) { return crowd.now == 0 && crowd.before == 0; });
  topics_.ForEach([](const core::Key256&, Growth& growth) {
    for (size_t i = growth.periods.size() - 1; i > 0; --i) {
      growth.periods[i] = growth.periods[i - 1];
    }
    growth.periods[0] = 0;
  });
}

}  // namespace sim
