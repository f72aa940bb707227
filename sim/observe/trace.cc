#include "sim/observe/trace.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "sim/observe/describe.h"
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

std::string JsonLine(WorldTime at, std::string_view kind, const std::string& who,
                     const Description& what) {
  return "{\"t\":" + std::to_string(at.us) + ",\"k\":\"" + std::string(kind) + "\"" + who +
         ",\"e\":\"" + std::string(what.name) + "\"" + JsonMembers(what) + "}\n";
}

std::string PeerMember(core::PeerId peer) {
  return peer == core::kNoPeer ? "" : ",\"p\":" + std::to_string(peer.value);
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
  if (level_ == TraceLevel::kNone) return 0;
  return level_ == TraceLevel::kFull ? kAllFacts : kDecisions;
}

void Trace::OnFact(const WorldView&, const Fact& fact) {
  if ((Wants() >> fact.what.index() & 1) == 0 || Skips(fact.peer, fact.peer)) return;
  if (form_ == TraceForm::kNarrated) {
    sink_(NarratedLine(fact));
    return;
  }
  const std::string local = ",\"local\":" + std::to_string(fact.local.us);
  sink_(JsonLine(fact.at, "fact", PeerMember(fact.peer) + local, Describe(fact.what)));
}

void Trace::OnWorldFact(const WorldView&, const WorldFact& fact) {
  if (level_ == TraceLevel::kNone || Skips(fact.peer, fact.peer)) return;
  if (form_ == TraceForm::kNarrated) {
    sink_(NarratedLine(fact));
    return;
  }
  sink_(JsonLine(fact.at, "world", PeerMember(fact.peer), Describe(fact)));
}

void Trace::OnMessage(const WorldView&, const MessageFact& fact) {
  if (!WantsMessages() || Skips(fact.from, fact.to)) return;
  if (form_ == TraceForm::kNarrated) {
    sink_(NarratedLine(fact));
    return;
  }
  std::string who = ",\"fate\":\"" + std::string(NameOf(fact.fate)) +
                    "\",\"from\":" + std::to_string(fact.from.value) +
                    ",\"to\":" + std::to_string(fact.to.value) +
                    ",\"bytes\":" + std::to_string(fact.bytes);
  if (fact.fate == MessageFact::Fate::kDropped) {
    who += ",\"drop\":\"" + std::string(NameOf(fact.reason)) + "\"";
  }
  if (fact.message != nullptr) who += ",\"id\":" + std::to_string(fact.message->id);
  sink_(JsonLine(fact.at, "message", who, Describe(fact)));
}

}  // namespace sim
