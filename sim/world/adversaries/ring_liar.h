// A peer that lies about who stands where in the storage rings.
//
//   hide      names nobody: its answers hold its own word alone, and no word when it stores nothing
//   inflate   its own word says that it answers for every key
//   moving    its own word says, for ever, that it moves out of ring 0
//   replay    of every other node it tells the first word that it has heard
//
// Words about itself carry its genuine signature; those of others it cannot change. Protocol document,
// 1.2.10: lies about overlap, moving for ever, replayed ring information.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/codec/messages.h"
#include "sim/world/adversaries/occasions.h"
#include "sim/world/role.h"

namespace sim {

class RingLiar : public Role {
 public:
  enum class Lie : uint8_t { kHide, kInflate, kMoving, kReplay };

  RingLiar(const Occasions& occasions, Lie lie, const RoleContext& context)
      : occasions_(occasions), lie_(lie), context_(context) {}

  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  void Falsify(std::vector<core::RingInfo>& words);
  void SayOfItself(core::RingInfo& word) const;

  Occasions occasions_;
  Lie lie_;
  RoleContext context_;
  std::map<core::PeerId, core::RingInfo> first_;  // kReplay: what each was heard to say first.
};

}  // namespace sim
