// Checker: one invariant of the protocol, watched over the whole world. Subclasses hold the rule;
// this base holds the bookkeeping: premises (the vacuity counter), violations and the verdict.
//
// Rules: (1) a checker never trusts the word of the peer that it checks where another peer's word
// or the world's own knowledge exists; (2) it never influences the run; (3) a check whose premise
// never came true is vacuous, not passed; (4) liveness is demanded only where the scenario has
// healed (after Scenario::safety_until) and never in a safety-only run. Each has a planted bug that
// it must catch (sim/world/planted). Source: simulator.md, section 5.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/observe/observer.h"

namespace sim {

enum class CheckClass : uint8_t { kSafety, kLiveness };
enum class CheckScope : uint8_t { kEveryEvent, kEveryCheckpoint, kAtTheEnd };
enum class CheckCost : uint8_t { kCheap, kModerate, kExpensive };
enum class Verdict : uint8_t { kPassed, kFailed, kVacuous, kUnknown };

[[nodiscard]] std::string_view NameOf(CheckClass check_class);
[[nodiscard]] std::string_view NameOf(CheckScope scope);
[[nodiscard]] std::string_view NameOf(CheckCost cost);
[[nodiscard]] std::string_view NameOf(Verdict verdict);

struct CheckInfo {
  std::string_view id;     // "MM-1".
  std::string_view title;  // What is violated, as a verdict line says it.
  std::string_view family;
  CheckClass check_class = CheckClass::kSafety;
  CheckScope scope = CheckScope::kEveryEvent;
  CheckCost cost = CheckCost::kCheap;
  std::string_view statement;  // The rule, one sentence.
};

struct Violation {
  WorldTime at;
  core::PeerId peer = core::kNoPeer;
  std::string subject;  // Key, topic, task: what it is about.
  std::string expected;
  std::string found;
};

class Checker : public Observer {
 public:
  explicit Checker(const CheckInfo& info) : info_(info) {}

  [[nodiscard]] const CheckInfo& info() const { return info_; }

  [[nodiscard]] uint64_t premises() const { return premises_; }

  [[nodiscard]] uint64_t violations() const { return violations_; }

  [[nodiscard]] const std::optional<Violation>& first() const { return first_; }

  [[nodiscard]] Verdict verdict() const;

  // The run was cut short: what only the end could show is unknown.
  void Interrupt() { interrupted_ = true; }

 protected:
  void Premise() { ++premises_; }

  // `describe` makes the Violation; called for the first one only, so that a flood of violations
  // costs no text.
  template <typename Describe>
  void Violate(Describe&& describe) {
    if (violations_++ == 0) first_ = describe();
  }

  // May something that began at `since` be held against the protocol? Always for safety.
  [[nodiscard]] bool Demanded(const WorldView& world, WorldTime since) const;

 private:
  CheckInfo info_;
  uint64_t premises_ = 0;
  uint64_t violations_ = 0;
  bool interrupted_ = false;
  std::optional<Violation> first_;
};

// Null when none has this id.
[[nodiscard]] const Checker* FindChecker(const std::vector<const Checker*>& checkers,
                                         std::string_view id);

// All bits in hex.
[[nodiscard]] std::string Hex(const core::Key256& key);
[[nodiscard]] std::string Hex(const core::TaskId& task);
// The first 16 bits of a key in hex and two dots: "9c41..".
[[nodiscard]] std::string Short(const core::Key256& key);
[[nodiscard]] std::string Short(const core::TaskId& task);
// "1.250 s".
[[nodiscard]] std::string InSeconds(core::Duration duration);

}  // namespace sim
