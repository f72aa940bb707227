// The planted bugs of the routing checkers: planted_bugs.cc says what each does and who must catch
// it. One role per peer; thread rule as for the peer that it wraps.
#pragma once

#include <cstddef>
#include <vector>

#include "sim/world/role.h"

namespace sim {

// RT-1: keeps the farthest quarter of an answer to FindNode.
class FarNodes : public Role {
 public:
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;
};

// RT-2: answers FindNode with one contact: of all that it ever heard of, the one that is nearer to
// the target than itself by the least. A lookup that has to go this way creeps.
class LongWay : public Role {
 public:
  explicit LongWay(const RoleContext& context) : context_(context) {}

  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  static constexpr size_t kKnown = 1024;

  void Hear(core::PeerId peer);

  RoleContext context_;
  std::vector<core::PeerId> known_;  // In the order of hearing, without repeats.
};

// RT-3: routing messages between odd and even handles are lost, and answers name only one's own
// half.
class Island : public Role {
 public:
  explicit Island(const RoleContext& context) : self_(context.self) {}

  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  [[nodiscard]] bool Foreign(core::PeerId peer) const {
    return (peer.value & 1) != (self_.value & 1);
  }

  core::PeerId self_;
  std::vector<core::PeerId> seeds_;  // Of our half; lives as long as the input that names them.
};

}  // namespace sim
