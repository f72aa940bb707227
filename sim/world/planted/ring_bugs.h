// The planted bugs of the checkers of storage rings (AR): planted_bugs.cc says what each does and who must
// catch it. One role per peer; thread rule as for the peer that it wraps.
#pragma once

#include <map>
#include <vector>

#include "core/codec/messages.h"
#include "core/port/host.h"
#include "sim/world/role.h"

namespace sim {

// AR-2: a restart reads its place as one ring further out than it was.
class Misplaced : public Role {
 public:
  bool Before(core::Time now, core::Input& input) override;

 private:
  std::vector<core::StoredRow> rows_;  // What it reads instead; lives during the first step.
};

// AR-7: a node lends twice of what it was told.
class DoubleLending : public Role {
 public:
  bool Before(core::Time now, core::Input& input) override;
};

// AR-8: every other node keeps the archives that are pushed or fetched in memory, never on its disk. It says that it
// holds them and can show each, until it restarts.
class HollowHolder : public Role {
 public:
  explicit HollowHolder(const RoleContext& context)
      : hollow_(context.self.value % 2 == 1), self_(context.self), context_(context.context) {}

  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  void Remember(const core::Archive& archive);
  void Show(const core::HoldingChallenge& challenge, core::HoldingProof& proof) const;

  bool hollow_;
  core::PeerId self_;
  const core::Context* context_;
  std::map<core::Key256, core::Archive> archives_;
};

// AR-5, AR-6: nodes hear no archive that is given to them, or hear that it is not held.
class MisheardArchives : public Role {
 public:
  enum class Hears : uint8_t { kNothing, kNotHeld };

  explicit MisheardArchives(Hears hears) : hears_(hears) {}

  bool Before(core::Time now, core::Input& input) override;

 private:
  Hears hears_;
  core::Message heard_;  // What the peer sees instead; lives during its step.
};

}  // namespace sim
