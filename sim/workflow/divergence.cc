#include "sim/workflow/divergence.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_format.h"

#include "sim/observe/trace.h"

namespace sim {
namespace {

constexpr core::Duration kStretch = core::Seconds(2);
constexpr size_t kContextLines = 3;

std::string LineOrEnd(const std::vector<std::string>& lines, size_t index) {
  return index < lines.size() ? lines[index] : "(no further event)\n";
}

}  // namespace

WorldTime LastAgreement(const std::vector<Checkpoint>& a, const std::vector<Checkpoint>& b) {
  WorldTime agreed{0};
  for (size_t i = 0; i < std::min(a.size(), b.size()) && a[i] == b[i]; ++i) agreed = a[i].time;
  return agreed;
}

core::StatusOr<std::vector<std::string>> EventsAfter(
    const std::shared_ptr<const Scenario>& scenario, const SessionOptions& options,
    WorldTime from) {
  std::vector<std::string> lines;
  bool recording = false;
  Session session(scenario, options);
  session.observers().Add(
      std::make_unique<Trace>(TraceLevel::kFull, TraceForm::kNarrated, [&](std::string_view line) {
        if (recording) lines.emplace_back(line);
      }));
  RETURN_IF_ERROR(session.Open());
  ASSIGN_OR_RETURN(const RunState reached, session.RunTo(from));
  recording = true;
  if (reached == RunState::kPaused) {
    ASSIGN_OR_RETURN([[maybe_unused]] const RunState ended, session.RunTo(from + kStretch));
  }
  return lines;
}

std::string DifferenceText(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  size_t index = 0;
  while (index < std::min(a.size(), b.size()) && a[index] == b[index]) ++index;
  if (index == a.size() && index == b.size())
    return "the narrated events agree; the states of the peers differ\n";
  std::string text = "the first event that differs, after the same lines before it:\n";
  for (size_t i = index > kContextLines ? index - kContextLines : 0; i < index; ++i)
    text += "    " + a[i];
  return text + "  1 " + LineOrEnd(a, index) + "  2 " + LineOrEnd(b, index);
}

}  // namespace sim
