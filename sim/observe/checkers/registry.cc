#include "sim/observe/checkers/registry.h"

#include "sim/observe/checkers/adaptation_checker.h"
#include "sim/observe/checkers/authenticity_checker.h"
#include "sim/observe/checkers/budget_checker.h"
#include "sim/observe/checkers/collection_checkers.h"
#include "sim/observe/checkers/cost_checker.h"
#include "sim/observe/checkers/crowding_checker.h"
#include "sim/observe/checkers/freshness_checker.h"
#include "sim/observe/checkers/hops_checker.h"
#include "sim/observe/checkers/key_checker.h"
#include "sim/observe/checkers/meeting_checker.h"
#include "sim/observe/checkers/nearest_checker.h"
#include "sim/observe/checkers/overlay_checker.h"
#include "sim/observe/checkers/patience_checker.h"
#include "sim/observe/checkers/ring_checkers.h"
#include "sim/observe/checkers/transaction_registry.h"
#include "sim/observe/checkers/vote_checkers.h"

namespace sim {

std::vector<std::unique_ptr<Checker>> MakeCheckers(Metrics* metrics, const ClientHistory* history,
                                                   const LedViews& led) {
  std::vector<std::unique_ptr<Checker>> checkers;
  checkers.push_back(std::make_unique<KeyChecker>());
  checkers.push_back(std::make_unique<MeetingChecker>());
  checkers.push_back(std::make_unique<FreshnessChecker>());
  checkers.push_back(std::make_unique<CrowdingChecker>());
  checkers.push_back(std::make_unique<AuthenticityChecker>());
  checkers.push_back(std::make_unique<AdaptationChecker>());
  checkers.push_back(std::make_unique<CostChecker>());
  checkers.push_back(std::make_unique<BudgetChecker>());
  checkers.push_back(std::make_unique<PatienceChecker>());
  checkers.push_back(std::make_unique<NearestChecker>(metrics));
  checkers.push_back(std::make_unique<HopsChecker>());
  checkers.push_back(std::make_unique<OverlayChecker>(metrics));
  for (auto& checker : MakeTransactionCheckers(history)) checkers.push_back(std::move(checker));
  for (auto& checker : MakeCollectionCheckers()) checkers.push_back(std::move(checker));
  for (auto& checker : MakeRingCheckers(led.rings)) checkers.push_back(std::move(checker));
  for (auto& checker : MakeVoteCheckers(led.votes)) checkers.push_back(std::move(checker));
  return checkers;
}

std::vector<CheckInfo> CheckTable() {
  std::vector<CheckInfo> table;
  for (const auto& checker : MakeCheckers(nullptr, nullptr, {})) table.push_back(checker->info());
  return table;
}

}  // namespace sim
