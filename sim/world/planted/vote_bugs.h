// The planted bugs of the checkers of negotiation (BN): planted_bugs.cc says what each does and who must
// catch it. One role per peer; thread rule as for the peer that it wraps.
#pragma once

#include <cstdint>

#include "core/codec/messages.h"
#include "sim/world/role.h"

namespace sim {

// BN-1: who votes is never woken again.
class LostBallot : public Role {
 public:
  bool Before(core::Time now, core::Input& input) override;

 private:
  bool votes_ = false;
};

// BN-2: a member reads the word that all have signed as the word that there will be no block.
class BadTidings : public Role {
 public:
  bool Before(core::Time now, core::Input& input) override;

 private:
  uint32_t epoch_ = 0;   // Of the lists that it was asked to sign.
  core::Message heard_;  // What the peer sees instead; lives during its step.
};

// BN-3: a member takes another one's vote in lists to sign for a made-up one. Needs cids that say nothing of votes.
class TornLists : public Role {
 public:
  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  core::Key256 nonce_;  // The own vote's.
  core::Message heard_;
};

// BN-4: whoever has opened a seed hears no acknowledgement of its pool, for kAborts pools. Needs records that come again.
class AbortingThird : public Role {
 public:
  static constexpr uint32_t kAborts = 12;

  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  uint32_t opened_ = 0;
};

// BN-6: every third peer acknowledges mergers that it does not take notice of.
class FalseAck : public Role {
 public:
  explicit FalseAck(const RoleContext& context) : acts_(context.self.value % 3 == 0) {}

  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  bool acts_;
  bool acknowledges_ = false;
  core::PeerId to_;
  uint64_t id_ = 0;
  core::PoolAck ack_;
};

// BN-7: a member takes the word that its pool is over for the word that it goes on, again and again.
class DeafToEnds : public Role {
 public:
  bool Before(core::Time now, core::Input& input) override;

  [[nodiscard]] core::Time NextDeadline() const override { return again_; }

 private:
  core::Time again_ = core::Time::Never();
  core::PeerId from_ = core::kNoPeer;
  core::Message heard_;
};

// BN-9: two peers each draw from the same entropy.
class TwinVoter : public Role {
 public:
  explicit TwinVoter(const RoleContext& context) : twins_(context.self.value / 2) {}

  bool Before(core::Time now, core::Input& input) override;

 private:
  uint32_t twins_;
};

// BN-11: voters take the end of the period for later than it is.
class LateVoter : public Role {
 public:
  bool Before(core::Time now, core::Input& input) override;
};

}  // namespace sim
