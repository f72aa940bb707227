// The planted bugs of the checkers of transactions (TX): planted_bugs.cc says what each does and who
// must catch it. One role per peer; thread rule as for the peer that it wraps.
#pragma once

#include <cstdint>
#include <map>

#include "sim/world/role.h"

namespace sim {

// TX-2: the last member of a cluster reads one commit as an abort; WrongContext makes everybody blind.
class MisreadCommits : public Role {
 public:
  explicit MisreadCommits(const RoleContext& context) : context_(context) {}

  bool Before(core::Time now, core::Input& input) override;

 private:
  RoleContext context_;
  bool misread_ = false;
  core::Message read_;  // What the peer sees instead; lives during its step.
};

// TX-4: a coordinator that answers when the votes are counted, not when the write is on disks.
class HastyCoordinator : public Role {
 public:
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  struct Asker {
    core::PeerId peer;
    uint64_t request = 0;
  };

  std::map<core::TxId, Asker> askers_;
};

// TX-5: a client that reads success as a refusal.
class BadNews : public Role {
 public:
  bool Before(core::Time now, core::Input& input) override;

 private:
  core::Message read_;
};

// TX-6: nobody tells others its vote, nor how a transaction ended.
class Taciturn : public Role {
 public:
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;
};

// TX-7: one peer in ten never hears how a transaction ended.
class DeafMember : public Role {
 public:
  explicit DeafMember(const RoleContext& context) : deaf_(context.self.value % 10 == 9) {}

  bool Before(core::Time now, core::Input& input) override;

 private:
  bool deaf_;
};

// TX-9: who is no member of a tail's cluster never hears what the tail decided, or only not that it cancelled.
class DeafToTails : public Role {
 public:
  enum class Misses : uint8_t { kDecisions, kCancels };

  DeafToTails(const RoleContext& context, Misses misses) : context_(context), misses_(misses) {}

  bool Before(core::Time now, core::Input& input) override;

 private:
  RoleContext context_;
  Misses misses_;
  bool client_ = false;  // Holds no blocks, and asked for the decision itself.
};

// TX-12: members do not hear the first attempt of a call.
class DeafToFirstAttempts : public Role {
 public:
  bool Before(core::Time now, core::Input& input) override;
};

}  // namespace sim
