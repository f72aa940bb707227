#include "sim/observe/verdict_lines.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sim {
namespace {

std::string Padded(int64_t number, size_t width) {
  std::string text = std::to_string(number);
  if (text.size() < width) text.insert(0, width - text.size(), '0');
  return text;
}

std::string Column(std::string text, size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

std::string Label(const Judgement& judgement) {
  switch (judgement.verdict) {
    case Verdict::kPassed:
      return "pass";
    case Verdict::kFailed:
      return judgement.fails_run ? "FAIL" : "warn";
    case Verdict::kVacuous:
      return judgement.fails_run ? "VACUOUS" : "vacuous";
    case Verdict::kUnknown:
      break;
  }
  return "unknown";
}

// A run that nobody expected anything of says so, and what its checks found all the same.
std::string NothingExpectedText(const Outcome& outcome) {
  if (outcome.exit != ExitCode::kPass && outcome.exit != ExitCode::kUnfinished) return "";
  std::array<int, 4> counts{};
  for (const Judgement& judgement : outcome.judgements) {
    if (judgement.listed) return "";
    ++counts[static_cast<size_t>(judgement.verdict)];
  }
  const auto count = [&](Verdict verdict) { return counts[static_cast<size_t>(verdict)]; };
  std::string text = outcome.exit == ExitCode::kPass ? "pass    " : "unknown ";
  text += "nothing was expected  (of " + std::to_string(outcome.judgements.size()) + " checks " +
          std::to_string(count(Verdict::kPassed)) + " held";
  for (const Verdict verdict : {Verdict::kFailed, Verdict::kVacuous, Verdict::kUnknown}) {
    if (count(verdict) == 0) continue;
    text += ", " + std::to_string(count(verdict)) + " " +
            (verdict == Verdict::kFailed ? "violated" : std::string(NameOf(verdict)));
  }
  return text + ")\n";
}

}  // namespace

std::string ClockText(WorldTime at) {
  const int64_t ms = at.us / 1000;
  return Padded(ms / 3'600'000, 2) + ":" + Padded(ms / 60'000 % 60, 2) + ":" +
         Padded(ms / 1000 % 60, 2) + "." + Padded(ms % 1000, 3);
}

std::string ViolationText(const std::string& label, const CheckInfo& check,
                          const Violation& violation, const NextCommands& next) {
  std::string text = label + " " + std::string(check.id) + " " + std::string(check.title) +
                     "   t=" + ClockText(violation.at);
  if (!violation.subject.empty()) text += "  " + violation.subject;
  if (violation.peer != core::kNoPeer) text += "  peer " + std::to_string(violation.peer.value);
  text += "\n  expected " + violation.expected + "\n  found    " + violation.found + "\n";
  if (!next.repro.empty()) text += "  repro    " + next.repro + "\n";
  if (!next.shrink.empty()) text += "  shrink   " + next.shrink + "\n";
  return text;
}

std::string VerdictText(const Outcome& outcome, const std::vector<const Checker*>& checkers,
                        NextCommands next) {
  std::string text = NothingExpectedText(outcome);
  size_t width = 0;
  for (const Judgement& judgement : outcome.judgements) {
    width = std::max(width, judgement.name.size());
  }
  for (const Judgement& judgement : outcome.judgements) {
    if (!judgement.listed && judgement.verdict != Verdict::kFailed) continue;
    text += Column(Label(judgement), 8) + Column(judgement.name, width) + "  " + judgement.wanted +
            "  (" + judgement.found + ")\n";
  }
  const std::string shrink = std::move(next.shrink);
  bool named = false;  // The capsule's check has had its turn.
  for (const Judgement& judgement : outcome.judgements) {
    if (judgement.verdict != Verdict::kFailed) continue;
    const Checker* checker = FindChecker(checkers, judgement.name);
    if (checker == nullptr || !checker->first().has_value()) continue;
    next.shrink = shrink.empty() || !judgement.fails_run ? "" : shrink;
    if (!next.shrink.empty() && named) next.shrink += " --check " + judgement.name;
    named |= judgement.fails_run;
    text += ViolationText(Label(judgement), checker->info(), *checker->first(), next);
  }
  return text;
}

}  // namespace sim
