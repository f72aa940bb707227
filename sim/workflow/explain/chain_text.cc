#include "sim/workflow/explain/chain_text.h"

#include <string_view>

#include "absl/strings/str_format.h"

#include "sim/observe/verdict_lines.h"

namespace sim {
namespace {

constexpr std::string_view kLegend =
    "because of  message: it was sent there  step: it came to the peer in that instant\n"
    "            before: the last that the peer got or told before  fault: it did that to the "
    "peer\n"
    "            +N: N events between are left out\n"
    "marks       > sent  < received  * told by a peer  ! the world  @ the user at a peer\n";

std::string_view NameOf(CauseRule rule) {
  constexpr std::string_view kNames[] = {"", "message", "step", "before", "fault"};
  return kNames[static_cast<size_t>(rule)];
}

std::string BecauseOf(const ChainLine& line) {
  if (line.rule == CauseRule::kNone)
    return line.left_out > 0 ? absl::StrFormat("+%d", line.left_out) : "";
  std::string text = absl::StrFormat("<- %d %s", line.cause + 1, std::string(NameOf(line.rule)));
  if (line.left_out > 0) text += absl::StrFormat(" +%d", line.left_out);
  return text;
}

std::string Row(const std::string& number, const std::string& because, WorldTime at,
                const std::string& event) {
  return absl::StrFormat("%4s  %-18s  %s  %s\n", number, because, ClockText(at), event);
}

}  // namespace

std::string FailureTitle(const CheckInfo& check) {
  return std::string(check.id) + " " + std::string(check.title);
}

std::string ChainText(const Chain& chain, const CheckInfo& check, const Violation& violation) {
  std::string text =
      absl::StrFormat("%d of the %d events that came before and concern it, earliest first:\n",
                      chain.lines.size(), chain.preceding);
  text += absl::StrFormat("%4s  %-18s  %-12s  %s\n", "", "because of", "time", "event");
  for (size_t i = 0; i < chain.lines.size(); ++i) {
    const ChainLine& line = chain.lines[i];
    text += Row(std::to_string(i + 1), BecauseOf(line), line.happening.at,
                line.happening.text + (line.lost ? "  (did not arrive)" : ""));
  }
  text += Row("", absl::StrFormat("<- %d", chain.lines.size()), violation.at,
              "FAIL " + FailureTitle(check));
  return text + std::string(kLegend);
}

}  // namespace sim
