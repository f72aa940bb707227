#include "sim/observe/verdict_lines.h"

#include <algorithm>

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

}  // namespace

std::string ClockText(WorldTime at) {
  const int64_t ms = at.us / 1000;
  return Padded(ms / 3'600'000, 2) + ":" + Padded(ms / 60'000 % 60, 2) + ":" +
         Padded(ms / 1000 % 60, 2) + "." + Padded(ms % 1000, 3);
}

std::string FailureText(const Checker& checker, const std::string& repro) {
  if (!checker.first().has_value()) return "";
  const Violation& violation = *checker.first();
  std::string text = "FAIL " + std::string(checker.info().id) + " " +
                     std::string(checker.info().title) + "   t=" + ClockText(violation.at);
  if (!violation.subject.empty()) text += "  " + violation.subject;
  if (violation.peer != core::kNoPeer) text += "  peer " + std::to_string(violation.peer.value);
  text += "\n  expected " + violation.expected + "\n  found    " + violation.found + "\n";
  if (repro.empty()) return text;
  return text + "  repro    " + repro + "\n";
}

std::string VerdictText(const Outcome& outcome, const std::vector<const Checker*>& checkers,
                        const std::string& repro) {
  std::string text;
  size_t width = 0;
  for (const Judgement& judgement : outcome.judgements) {
    width = std::max(width, judgement.name.size());
  }
  for (const Judgement& judgement : outcome.judgements) {
    if (!judgement.listed && judgement.verdict != Verdict::kFailed) continue;
    text += Column(Label(judgement), 8) + Column(judgement.name, width) + "  " + judgement.wanted +
            "  (" + judgement.found + ")\n";
  }
  for (const Judgement& judgement : outcome.judgements) {
    if (!judgement.fails_run || judgement.verdict != Verdict::kFailed) continue;
    for (const Checker* checker : checkers) {
      if (checker->info().id == judgement.name) text += FailureText(*checker, repro);
    }
  }
  return text;
}

}  // namespace sim
