// A storage node that gives out what it holds as slowly as it can without being taken for silent: each answer
// that others fill or repair from comes `delay_ms` late, and a list ends after one block, with more to come.
// Protocol document, 1.2.10: slow-drip fill.
#pragma once

#include <cstdint>
#include <deque>

#include "sim/world/adversaries/occasions.h"
#include "sim/world/role.h"

namespace sim {

class SlowFiller : public Role {
 public:
  SlowFiller(const Occasions& occasions, int64_t delay_ms)
      : occasions_(occasions), delay_(core::Milliseconds(delay_ms)) {}

  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

  [[nodiscard]] core::Time NextDeadline() const override;

 private:
  struct Late {
    core::Time at;
    core::Outgoing answer;
  };

  Occasions occasions_;
  core::Duration delay_;
  std::deque<Late> late_;  // In the order of their times.
};

}  // namespace sim
