#include "sim/workflow/export/perfetto.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include <nlohmann/json.hpp>

#include "sim/observe/describe.h"
#include "sim/scenario/fault_list.h"

namespace sim {
namespace {

// Peers' threads are numbered from here, above every process: Perfetto takes a thread with the number of its process for its main
// thread.
constexpr uint64_t kFirstThread = 0x10000;

std::string Quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// ",\"a\":1" as {"a":1}.
std::string Object(const std::string& members) {
  return "{" + (members.empty() ? "" : members.substr(1)) + "}";
}

std::string Args(const std::string& members) {
  return ",\"args\":" + Object(members);
}

// A name that both ends can tell: nothing needs to be remembered.
std::string FlowOf(const MessageFact& fact) {
  return absl::StrFormat(",\"cat\":\"message\",\"id\":\"%016x\"", MessageName(fact));
}

}  // namespace

Perfetto::Perfetto(Selection selection, Sink sink)
    : selection_(std::move(selection)),
      sink_(std::move(sink)),
      operations_([this](const OperationSpan& span) { Span(span); }) {}

void Perfetto::Begin(const Scenario& scenario) {
  scenario_ = &scenario;
  named_.resize(scenario.PeerCount());
  world_track_ = absl::StrFormat("\"pid\":%d,\"tid\":0", scenario.groups.size() + 1);
  sink_(
      absl::StrFormat("{\"displayTimeUnit\":\"ms\",\"otherData\":{\"scenario\":%s,\"hash\":\"%s\","
                      "\"seed\":%d},\"traceEvents\":[\n",
                      Quoted(scenario.name), core::ToHex(scenario.hash), scenario.seed));
  for (size_t i = 0; i < scenario.groups.size(); ++i) {
    Name("process_name", absl::StrFormat("\"pid\":%d", i + 1), scenario.groups[i].name);
  }
  Name("process_name", world_track_, "world");
  Name("thread_name", world_track_, "faults");
}

void Perfetto::OnFact(const WorldView&, const Fact& fact) {
  if (!selection_.Has(fact.peer)) return;
  if (Operations::kWants.Has(fact.what.index())) return operations_.Note(fact);
  const Description what = Describe(fact.what);
  Instant(fact.peer, fact.at, what.name, JsonMembers(what));
}

void Perfetto::OnWorldFact(const WorldView&, const WorldFact& fact) {
  using Kind = WorldFact::Kind;
  if (fact.kind == Kind::kStarted) ++up_;
  if (fact.kind == Kind::kStopped) --up_;
  if (!selection_.Has(fact.peer)) return;
  operations_.Note(fact);
  std::string members = JsonMembers(Describe(fact));
  if (fact.kind == Kind::kFaultBegan || fact.kind == Kind::kFaultEnded) {
    members = ",\"fault\":" + FaultsToJson({scenario_->faults[fact.detail]})[0].dump();
  }
  Instant(fact.peer, fact.at, Describe(fact).name, members);
}

void Perfetto::OnUserFact(const WorldView&, const UserFact& fact) {
  if (!selection_.Has(fact.peer)) return;
  const Description what = Describe(fact);
  Instant(fact.peer, fact.at, what.name, JsonMembers(what));
}

void Perfetto::OnMessage(const WorldView&, const MessageFact& fact) {
  if (!selection_.HasEither(fact.from, fact.to)) return;
  const Description what = Describe(fact);
  std::string members = absl::StrFormat(",\"from\":%d,\"to\":%d,\"bytes\":%d", fact.from.value,
                                        fact.to.value, fact.bytes);
  if (fact.fate == MessageFact::Fate::kDropped) {
    members += ",\"drop\":\"" + std::string(NameOf(fact.reason)) + "\"";
    return Instant(fact.from, fact.at, absl::StrCat("dropped ", std::string(what.name)), members);
  }
  const bool sent = fact.fate == MessageFact::Fate::kSent;
  const std::string track = TrackOf(sent ? fact.from : fact.to);
  const std::string category = sent ? "sent" : "received";
  Event('X', what.name, track, fact.at,
        ",\"dur\":1,\"cat\":\"" + category + "\"" + Args(members + JsonMembers(what)));
  if (fact.message == nullptr) return;
  Event(sent ? 's' : 'f', what.name, track, fact.at, FlowOf(fact) + (sent ? "" : ",\"bp\":\"e\""));
}

void Perfetto::OnTraffic(const WorldView&, const TrafficCounters& since) {
  const TypeTraffic total = since.Total();
  carried_.sent += total.sent;
  carried_.delivered += total.delivered;
  carried_.bytes += total.bytes;
  dropped_ += since.DroppedTotal();
}

void Perfetto::OnCheckpoint(const WorldView& world) {
  const WorldTime at = world.Now();
  Counter("peers up", at, absl::StrFormat("\"up\":%d", up_));
  Counter("messages per second", at,
          absl::StrFormat("\"sent\":%d,\"delivered\":%d,\"dropped\":%d", carried_.sent,
                          carried_.delivered, dropped_));
  Counter("bytes per second", at, absl::StrFormat("\"sent\":%d", carried_.bytes));
  carried_ = {};
  dropped_ = 0;
}

void Perfetto::OnEnd(const WorldView& world) {
  operations_.NoteEnd(world.Now());
  // No comma may follow the last one: a name that is there already.
  sink_(absl::StrFormat(
      "{\"ph\":\"M\",\"name\":\"process_name\",%s,\"args\":{\"name\":\"world\"}}\n]}\n",
      world_track_));
}

void Perfetto::Event(char phase, std::string_view name, std::string_view track, WorldTime at,
                     std::string_view more) {
  line_.clear();
  line_.append("{\"ph\":\"").append(1, phase).append("\",\"name\":\"").append(name);
  line_.append("\",").append(track).append(",\"ts\":").append(std::to_string(at.us));
  line_.append(more).append("},\n");
  sink_(line_);
}

void Perfetto::Counter(std::string_view name, WorldTime at, const std::string& values) {
  Event('C', name, world_track_, at, ",\"args\":{" + values + "}");
}

void Perfetto::Span(const OperationSpan& span) {
  const std::string track = TrackOf(span.peer);
  const std::string same = absl::StrFormat(",\"cat\":\"operation\",\"id\":\"%x\"", span.number);
  Event(
      'b', span.kind, track, span.begun,
      same + absl::StrFormat(",\"args\":{\"peer\":%d,\"subject\":\"%s\",\"outcome\":\"%s\","
                             "\"tries\":%d}",
                             span.peer.value, span.subject, std::string(span.outcome), span.tries));
  Event('e', span.kind, track, span.ended, same);
}

void Perfetto::Instant(core::PeerId peer, WorldTime at, std::string_view name,
                       const std::string& members) {
  const bool of_world = peer == core::kNoPeer;
  Event('i', name, of_world ? world_track_ : TrackOf(peer), at,
        std::string(",\"s\":\"") + (of_world ? "g" : "t") + "\"" + Args(members));
}

std::string Perfetto::TrackOf(core::PeerId peer) {
  const size_t group = GroupOf(*scenario_, peer);
  const std::string track =
      absl::StrFormat("\"pid\":%d,\"tid\":%d", group + 1, kFirstThread + peer.value);
  if (!named_[peer.value]) {
    named_[peer.value] = true;
    Name("thread_name", track, absl::StrCat("peer ", peer.value));
  }
  return track;
}

void Perfetto::Name(std::string_view what, const std::string& track, const std::string& name) {
  sink_(absl::StrFormat("{\"ph\":\"M\",\"name\":\"%s\",%s,\"args\":{\"name\":%s}},\n",
                        std::string(what), track, Quoted(name)));
}

}  // namespace sim
