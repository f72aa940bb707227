// A peer that sends extra requests at a rate, to whoever it has lately heard from or written to.
//
//   find      Find for the key last seen in traffic, or a random one
//   provide   its own last record, whose signature holds, published at random keys; nothing before
//             its honest half has published one
//   both      in turn
//
// Invariants: (1) at most `per_second` requests in any second of its own clock, however often it is
// stepped, so two flooders cannot excite each other without bound; (2) it remembers 16 contacts,
// one key and one record. What it did not send before a pause it does not send after it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "sim/world/adversaries/occasions.h"
#include "sim/world/role.h"

namespace sim {

class Flooder : public Role {
 public:
  enum class What : uint8_t { kFind, kProvide, kBoth };
  static constexpr core::Duration kBeat = core::Milliseconds(100);

  Flooder(const Occasions& occasions, What what, int64_t per_second, core::PeerId self)
      : occasions_(occasions), what_(what), per_second_(per_second), self_(self) {}

  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;
  [[nodiscard]] core::Time NextDeadline() const override;

 private:
  static constexpr size_t kContactsMax = 16;

  void Meet(core::PeerId peer);
  void Learn(const core::Message& message);
  void SendOne(core::Time now, core::Effects& effects);
  [[nodiscard]] core::Key256 RandomKey();

  Occasions occasions_;
  What what_;
  int64_t per_second_;
  core::PeerId self_;
  std::vector<core::PeerId> contacts_;  // A ring: next_contact_ is overwritten next.
  size_t next_contact_ = 0;
  std::optional<core::Key256> key_;
  std::optional<core::Record> record_;
  std::optional<core::Time> flooded_;  // Up to when the rate has been used.
  bool provide_next_ = false;
};

}  // namespace sim
