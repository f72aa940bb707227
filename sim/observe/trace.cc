#include "sim/observe/trace.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include <nlohmann/json.hpp>

#include "sim/observe/narrate.h"

namespace sim {
namespace {

constexpr int kTraceVersion = 1;

struct LevelName {
  TraceLevel level;
  std::string_view name;
};

constexpr LevelName kLevels[] = {{TraceLevel::kNone, "none"},
                                 {TraceLevel::kDecisions, "decisions"},
                                 {TraceLevel::kMessages, "messages"},
                                 {TraceLevel::kFull, "full"}};

constexpr FactMask kDecisions =
    MaskOf<core::Joined, core::MatchStarted, core::Published, core::Respecified, core::Offered,
           core::Matched, core::MatchFinished, core::TaskAccepted, core::TaskDeclined,
           core::TaskFinished>();

// "[ 110ms] ", right-aligned so that small worlds read as a column.
std::string Stamp(WorldTime at) {
  std::string number = std::to_string(at.us / 1000);
  if (number.size() < 5) number.insert(0, 5 - number.size(), ' ');
  return "[" + number + "ms] ";
}

std::string_view NameOf(MessageFact::Fate fate) {
  switch (fate) {
    case MessageFact::Fate::kSent:
      return "sent";
    case MessageFact::Fate::kDelivered:
      return "delivered";
    case MessageFact::Fate::kDropped:
      break;
  }
  return "dropped";
}

template <typename AnyFact>
std::string NarratedLine(const AnyFact& fact) {
  return Stamp(fact.at) + Narrate(fact) + "\n";
}

}  // namespace

std::optional<TraceLevel> TraceLevelOf(std::string_view name) {
  for (const LevelName& level : kLevels) {
    if (level.name == name) return level.level;
  }
  return std::nullopt;
}

std::string_view NameOf(TraceLevel level) {
  return kLevels[static_cast<size_t>(level)].name;
}

Trace::Trace(TraceLevel level, TraceForm form, Sink sink)
    : level_(level), form_(form), sink_(std::move(sink)) {}

void Trace::Begin(const Scenario& scenario) {
  if (level_ == TraceLevel::kNone || form_ != TraceForm::kJsonLines) return;
  nlohmann::ordered_json line;
  line["format"] = "orbweaver trace";
  line["version"] = kTraceVersion;
  line["level"] = std::string(NameOf(level_));
  line["scenario"] = scenario.name;
  line["scenario_hash"] = core::ToHex(scenario.hash);
  line["seed"] = scenario.seed;
  sink_(line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

FactMask Trace::Wants() const {
  if (level_ == TraceLevel::kNone) return {};
  return level_ == TraceLevel::kFull ? kAllFacts : kDecisions;
}

void Trace::OnFact(const WorldView&, const Fact& fact) {
  if (!Wants().Has(fact.what.index()) || Skips(fact.peer, fact.peer)) return;
  if (form_ == TraceForm::kNarrated) {
    sink_(NarratedLine(fact));
    return;
  }
  StartLine(fact.at, "fact");
  absl::StrAppend(&line_, ",\"p\":", fact.peer.value, ",\"local\":", fact.local.us);
  FinishLine(Describe(fact.what));
}

void Trace::OnWorldFact(const WorldView&, const WorldFact& fact) {
  if (level_ == TraceLevel::kNone || Skips(fact.peer, fact.peer)) return;
  if (form_ == TraceForm::kNarrated) {
    sink_(NarratedLine(fact));
    return;
  }
  StartLine(fact.at, "world");
  if (fact.peer != core::kNoPeer) absl::StrAppend(&line_, ",\"p\":", fact.peer.value);
  FinishLine(Describe(fact));
}

void Trace::OnMessage(const WorldView&, const MessageFact& fact) {
  if (!WantsMessages() || Skips(fact.from, fact.to)) return;
  if (form_ == TraceForm::kNarrated) {
    sink_(NarratedLine(fact));
    return;
  }
  StartLine(fact.at, "message");
  line_.append(",\"fate\":\"").append(NameOf(fact.fate));
  absl::StrAppend(&line_, "\",\"from\":", fact.from.value, ",\"to\":", fact.to.value,
                  ",\"bytes\":", fact.bytes);
  if (fact.fate == MessageFact::Fate::kDropped)
    line_.append(",\"drop\":\"").append(NameOf(fact.reason)).append("\"");
  if (fact.message != nullptr) absl::StrAppend(&line_, ",\"id\":", fact.message->id);
  FinishLine(Describe(fact));
}

void Trace::StartLine(WorldTime at, std::string_view kind) {
  line_.clear();
  absl::StrAppend(&line_, "{\"t\":", at.us);
  line_.append(",\"k\":\"").append(kind).append("\"");
}

void Trace::FinishLine(const Description& what) {
  line_.append(",\"e\":\"").append(what.name).append("\"");
  AppendJsonMembers(what, line_);
  line_ += "}\n";
  sink_(line_);
}

}  // namespace sim
