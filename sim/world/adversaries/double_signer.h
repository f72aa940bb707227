// A member that signs whatever its askers want to hear, with its own key, so that one transaction gets both votes of it.
//
//   signs      a coordinator that asks for a promise hears   a member that resolves hears
//   wanted     an approval                                   a refusal
//   approvals  an approval, whatever else it approved        an approval
//   refusals   a refusal                                     a refusal
//
// In place of its honest half's vote, or of how its honest half knows that the transaction ended. It passes no proof of double
// votes on, as that would be its own. What it stores, applies and acknowledges stays as it is, and so do its own transactions.
// Scenario 7 of scenarios.md.
#pragma once

#include <map>
#include <utility>

#include "sim/world/adversaries/occasions.h"
#include "sim/world/role.h"

namespace sim {

class DoubleSigner : public Role {
 public:
  enum class Signs : uint8_t { kWanted, kApprovals, kRefusals };

  DoubleSigner(const Occasions& occasions, Signs signs, const RoleContext& context)
      : occasions_(occasions),
        signs_(signs),
        self_(context.self),
        context_(context.context),
        secret_(context.secret) {}

  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  using Question = std::pair<core::Key256, core::PeerId>;  // About which transaction, and who asks.

  void Note(core::PeerId asker, const core::TxRecord& record, bool wants_approval);
  [[nodiscard]] core::Key256 HashOf(const core::TxRecord& record) const;
  [[nodiscard]] core::Vote Signed(const core::Key256& tx, uint8_t member, bool approves) const;

  Occasions occasions_;
  Signs signs_;
  core::PeerId self_;
  const core::Context* context_;
  const core::SecretKey* secret_;
  // Its vote on each that is unanswered; `member` and kind alone.
  std::map<Question, core::Vote> asked_;
};

}  // namespace sim
