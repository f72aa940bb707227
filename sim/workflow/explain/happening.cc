#include "sim/workflow/explain/happening.h"

#include "absl/strings/str_format.h"

#include "sim/observe/describe.h"
#include "sim/observe/narrate.h"
#include "sim/scenario/fault_list.h"

namespace sim {
namespace {

// Longer texts of faults name many peers.
constexpr size_t kFaultTextMax = 160;

std::string FaultText(const Scenario& scenario, uint32_t index) {
  if (index >= scenario.faults.size()) return "";
  std::string text = FaultsToJson({scenario.faults[index]})[0].dump();
  if (text.size() > kFaultTextMax) text = text.substr(0, kFaultTextMax) + "...";
  return absl::StrFormat("  (faults[%d] = %s)", index, text);
}

// What the detail of a fact is.
std::string DetailText(const WorldFact& fact, const Scenario& scenario) {
  switch (fact.kind) {
    case WorldFact::Kind::kFaultBegan:
    case WorldFact::Kind::kFaultEnded:
    case WorldFact::Kind::kPaused:
      return FaultText(scenario, fact.detail);
    case WorldFact::Kind::kCommanded:
      return absl::StrFormat("  (workload[%d])", fact.detail);
    case WorldFact::Kind::kStarted:
    case WorldFact::Kind::kUnreadable:
      return "  (incarnation)";
    default:
      return "";
  }
}

// Numbers, peers and ids are left out: they differ from run to run.
std::string WordsOf(const Description& what) {
  Description words{what.name, {}};
  for (const Field& field : what.fields) {
    const bool told = std::holds_alternative<std::string_view>(field.value) ||
                      std::holds_alternative<bool>(field.value);
    if (told) words.fields.push_back(field);
  }
  return Sentence(words);
}

bool IsFault(WorldFact::Kind kind) {
  return kind == WorldFact::Kind::kFaultBegan || kind == WorldFact::Kind::kFaultEnded ||
         kind == WorldFact::Kind::kCalm;
}

struct Maker {
  const Scenario& scenario;

  Happening operator()(const Fact* fact) const {
    const Description what = Describe(fact->what);
    return {.kind = Happening::Kind::kFact,
            .at = fact->at,
            .peer = fact->peer,
            .name = what.name,
            .words = WordsOf(what),
            .text = Narrate(*fact)};
  }

  Happening operator()(const UserFact* fact) const {
    const Description what = Describe(*fact);
    return {.kind = Happening::Kind::kUser,
            .at = fact->at,
            .peer = fact->peer,
            .name = what.name,
            .words = WordsOf(what),
            .text = Narrate(*fact)};
  }

  Happening operator()(const MessageFact* fact) const {
    const bool sent = fact->fate == MessageFact::Fate::kSent;
    return {.kind = sent ? Happening::Kind::kSent : Happening::Kind::kDelivered,
            .at = fact->at,
            .peer = sent ? fact->from : fact->to,
            .other = sent ? fact->to : fact->from,
            .message = MessageName(*fact),
            .name = Describe(*fact).name,
            .text = Narrate(*fact)};
  }

  Happening operator()(const WorldFact* fact) const {
    using Kind = WorldFact::Kind;
    return {.kind = IsFault(fact->kind) ? Happening::Kind::kFault : Happening::Kind::kProcess,
            .at = fact->at,
            .peer = fact->peer,
            .down = fact->kind == Kind::kStopped || fact->kind == Kind::kPaused,
            .up = fact->kind == Kind::kStarted || fact->kind == Kind::kResumed,
            .command = fact->kind == Kind::kCommanded,
            .name = Describe(*fact).name,
            .text = Narrate(*fact) + DetailText(*fact, scenario)};
  }
};

}  // namespace

Happening HappeningOf(const AnyFact& fact, const Scenario& scenario) {
  return std::visit(Maker{scenario}, fact);
}

}  // namespace sim
