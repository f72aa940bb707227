// A coordinator that collects promises for one transaction after the other, shows nobody what it has, and then shows one
// half of the members one decision and the other half another. Scenario 4 of scenarios.md; U5 of the protocol document, 1.4.9.
//
//   what its honest half sends         | what becomes of it
//   promises of a first transaction    | sent
//   promises of rivals at its revision | kept until every member has signed the first one's commit
//   a committed outcome                | kept until a rival has one too, then each goes to one half
//   anything kept for patience         | sent after all
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "sim/world/adversaries/occasions.h"
#include "sim/world/role.h"

namespace sim {

class SequentialCoordinator : public Role {
 public:
  // REQUIRES: context outlives the role.
  SequentialCoordinator(const Occasions& occasions, const core::Context& context)
      : occasions_(occasions), context_(&context) {}

  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;
  [[nodiscard]] core::Time NextDeadline() const override;

 private:
  using Place = std::pair<core::BlockId, uint64_t>;  // A block, and the revision that is replaced.

  // Transactions that want the same.
  struct Race {
    core::TxId first;
    size_t signed_by = 0;  // Members that signed the first one's commit.
    std::vector<core::Outgoing> promises;
    std::map<core::TxId, core::Outgoing> outcomes;
    core::Time patience = core::Time::Never();
  };

  // What the transaction of the record runs for; nullptr when it is no write, or the role behaves.
  Race* RaceOf(const core::TxRecord& record);
  [[nodiscard]] core::Key256 HashOf(const core::TxRecord& record) const;
  void OnPromise(core::Time now, core::Outgoing& outgoing);
  void OnOutcome(core::Time now, core::Outgoing& outgoing);
  static void Show(core::Time now, Race& race, core::Effects& effects);

  Occasions occasions_;
  const core::Context* context_;
  std::map<Place, Race> races_;
  std::map<core::Key256, Place>
      commits_;  // By the transaction's hash, as acknowledgements name it.
};

}  // namespace sim
