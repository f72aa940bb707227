// The planted bugs of the matchmaking checkers: planted_bugs.cc says what each does and who must
// catch it. One role per peer; thread rule as for the peer that it wraps.
#pragma once

#include <cstddef>
#include <vector>

#include "sim/world/role.h"

namespace sim {

// MM-2: a holder whose answers at the wide end are empty.
class ForgetfulRoot : public Role {
 public:
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;
};

// MM-3: a holder that keeps what it was given and serves it long after its end.
class StaleRecords : public Role {
 public:
  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  static constexpr size_t kKept = 256;

  struct Kept {
    core::Key256 key;
    core::Record record;
    core::Time received;
  };

  std::vector<Kept> kept_;
  size_t next_ = 0;  // The oldest, once kKept are there.
};

// MM-4: a holder that says it is empty.
class HiddenCrowd : public Role {
 public:
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;
};

// MM-5: an owner whose signatures are wrong; WrongContext makes everybody blind to it.
class ForgedRecords : public Role {
 public:
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;
};

// MM-6: a participant that misreads acknowledgements.
class FalseCrowd : public Role {
 public:
  bool Before(core::Time now, core::Input& input) override;

 private:
  core::Message read_;  // What the peer sees instead; lives during its step.
};

// MM-7: a participant that repeats itself.
class Chatty : public Role {
 public:
  static constexpr size_t kTimes = 48;

  void After(core::Time now, const core::Input& input, core::Effects& effects) override;
};

// MM-8: a worker that cannot say no.
class OverBudget : public Role {
 public:
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;
};

// MM-9: a matcher whose timer is lost.
class LostTimer : public Role {
 public:
  bool Before(core::Time now, core::Input& input) override;

 private:
  bool lost_ = false;
};

}  // namespace sim
