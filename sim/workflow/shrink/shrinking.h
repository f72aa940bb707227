// Shrinking: applies the reductions to a failing scenario until none of them makes it smaller any more.
//
// Invariants: (1) what it holds fails; (2) the outcome and the log depend on the scenario, the check and the number of seeds only.
// Thread rule: one thread; the trials have their own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "sim/workflow/shrink/reductions.h"
#include "sim/workflow/shrink/trials.h"

namespace sim {

class Shrinking {
 public:
  // `tell` gets a line for each step that was taken, without its end.
  Shrinking(Failing failing, Trials& trials, std::function<void(const std::string&)> tell);

  // Ends early, with what it has by then, when the trials were stopped.
  void Run();

  [[nodiscard]] const Failing& failing() const { return failing_; }

 private:
  [[nodiscard]] bool Apply(const Reduction& reduction);
  [[nodiscard]] bool Shorten(const Reduction& list);
  [[nodiscard]] bool Simplify(const Reduction& reduction);
  void Take(Failing smaller, std::string_view what, const std::string& step);

  Failing failing_;
  Trials& trials_;
  std::function<void(const std::string&)> tell_;
};

}  // namespace sim
