// A replica that lies to whoever reads its blocks; it votes, stores and acknowledges as it should.
//
//   deny     of a block that it holds: never written
//   older    the first revision that it ever told of, with its genuine certificate, as the latest
//   inflate  a revision later than its latest, which no certificate vouches for
//   bury     a later revision was a tombstone, whose certificate is collected
//
// Only what it says of revisions changes, not whether it is a member. Scenario 35 of scenarios.md.
#pragma once

#include <map>

#include "sim/world/adversaries/occasions.h"
#include "sim/world/role.h"

namespace sim {

class LyingReplica : public Role {
 public:
  enum class Lie : uint8_t { kDeny, kOlder, kInflate, kBury };
  static constexpr uint64_t kAhead = 1000;  // Revisions, when it buries.

  LyingReplica(const Occasions& occasions, Lie lie) : occasions_(occasions), lie_(lie) {}

  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  [[nodiscard]] core::BlockReply Falsified(const core::BlockReply& honest) const;

  Occasions occasions_;
  Lie lie_;
  std::map<core::BlockId, core::BlockReply> first_;  // What it told first of each block.
};

}  // namespace sim
