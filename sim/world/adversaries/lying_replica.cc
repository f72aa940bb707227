#include "sim/world/adversaries/lying_replica.h"

#include <variant>

namespace sim {

core::BlockReply LyingReplica::Falsified(const core::BlockReply& honest) const {
  core::BlockReply lie = honest;
  switch (lie_) {
    case Lie::kDeny:
      lie = core::BlockReply();
      break;
    case Lie::kOlder:
      lie = first_.at(honest.block);
      break;
    case Lie::kInflate:
      lie.latest = ++lie.revision;
      lie.hash.FlipBit(0);
      break;
    case Lie::kBury:
      lie = core::BlockReply();
      lie.state = core::BlockState::kDeleted;
      lie.revision = honest.revision + kAhead;
      lie.latest = lie.revision;
      lie.hash.FlipBit(0);
      break;
  }
  lie.block = honest.block;
  lie.cluster = honest.cluster;
  return lie;
}

void LyingReplica::After(core::Time, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& outgoing : effects.sends()) {
    auto* const reply = std::get_if<core::BlockReply>(&outgoing.message.body);
    if (reply == nullptr || reply->revision == 0) continue;
    first_.try_emplace(reply->block, *reply);
    if (occasions_.Misbehave()) *reply = Falsified(*reply);
  }
}

}  // namespace sim
