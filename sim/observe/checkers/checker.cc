#include "sim/observe/checkers/checker.h"

#include <algorithm>
#include <span>

namespace sim {
namespace {

std::string HexOf(std::span<const uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

std::string_view NameOf(CheckClass check_class) {
  return check_class == CheckClass::kSafety ? "safety" : "liveness";
}

std::string_view NameOf(CheckScope scope) {
  switch (scope) {
    case CheckScope::kEveryEvent:
      return "every event";
    case CheckScope::kEveryCheckpoint:
      return "every checkpoint";
    case CheckScope::kAtTheEnd:
      break;
  }
  return "at the end";
}

std::string_view NameOf(CheckCost cost) {
  switch (cost) {
    case CheckCost::kCheap:
      return "cheap";
    case CheckCost::kModerate:
      return "moderate";
    case CheckCost::kExpensive:
      break;
  }
  return "expensive";
}

std::string_view NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPassed:
      return "passed";
    case Verdict::kFailed:
      return "failed";
    case Verdict::kVacuous:
      return "vacuous";
    case Verdict::kUnknown:
      break;
  }
  return "unknown";
}

Verdict Checker::verdict() const {
  if (violations_ > 0) return Verdict::kFailed;
  if (interrupted_ && info_.scope == CheckScope::kAtTheEnd) return Verdict::kUnknown;
  return premises_ == 0 ? Verdict::kVacuous : Verdict::kPassed;
}

bool Checker::Demanded(const WorldView& world, WorldTime since) const {
  if (info_.check_class == CheckClass::kSafety) return true;
  const Scenario& scenario = world.scenario();
  return !scenario.safety_only && since.us >= scenario.safety_until.us;
}

const Checker* FindChecker(const std::vector<const Checker*>& checkers, std::string_view id) {
  const auto at = std::find_if(checkers.begin(), checkers.end(),
                               [id](const Checker* checker) { return checker->info().id == id; });
  return at == checkers.end() ? nullptr : *at;
}

std::string Hex(const core::Key256& key) {
  return HexOf(key.bytes);
}

std::string Hex(const core::TaskId& task) {
  return HexOf(task.bytes);
}

std::string Short(const core::Key256& key) {
  return HexOf(std::span(key.bytes).first(2)) + "..";
}

std::string Short(const core::TaskId& task) {
  return HexOf(std::span(task.bytes).first(2)) + "..";
}

std::string InSeconds(core::Duration duration) {
  const bool negative = duration.us < 0;
  const int64_t ms = (negative ? -duration.us : duration.us) / 1000;
  std::string fraction = std::to_string(ms % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return (negative ? "-" : "") + std::to_string(ms / 1000) + "." + fraction + " s";
}

}  // namespace sim
