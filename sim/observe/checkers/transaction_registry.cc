#include "sim/observe/checkers/transaction_registry.h"

#include "sim/observe/checkers/client_checkers.h"
#include "sim/observe/checkers/landing_checkers.h"
#include "sim/observe/checkers/linearizability_checker.h"
#include "sim/observe/checkers/member_checkers.h"
#include "sim/observe/checkers/reader_checkers.h"
#include "sim/observe/checkers/replica_checkers.h"

namespace sim {

std::vector<std::unique_ptr<Checker>> MakeTransactionCheckers(const ClientHistory* history) {
  std::vector<std::unique_ptr<Checker>> checkers;
  checkers.push_back(std::make_unique<RevisionOrderChecker>());
  checkers.push_back(std::make_unique<ForkChecker>());
  checkers.push_back(std::make_unique<LostWriteChecker>());
  checkers.push_back(std::make_unique<ContentChecker>());
  checkers.push_back(std::make_unique<CollectionChecker>());
  checkers.push_back(std::make_unique<OldRevisionChecker>());
  checkers.push_back(std::make_unique<PendChecker>());
  checkers.push_back(std::make_unique<RetryChecker>());
  checkers.push_back(std::make_unique<ResurrectionChecker>());
  checkers.push_back(std::make_unique<SessionChecker>());
  checkers.push_back(std::make_unique<CertificateChecker>());
  checkers.push_back(std::make_unique<DecisionChecker>());
  checkers.push_back(std::make_unique<VoteChecker>());
  checkers.push_back(std::make_unique<DurabilityChecker>());
  checkers.push_back(std::make_unique<DenialChecker>());
  checkers.push_back(std::make_unique<DoubtChecker>());
  checkers.push_back(std::make_unique<LockChecker>());
  checkers.push_back(std::make_unique<QuorumChecker>());
  checkers.push_back(std::make_unique<LandingChecker>());
  checkers.push_back(std::make_unique<SequenceChecker>());
  checkers.push_back(std::make_unique<LinearizabilityChecker>(history));
  checkers.push_back(std::make_unique<ProgressChecker>());
  return checkers;
}

}  // namespace sim
