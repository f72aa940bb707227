#include "sim/workflow/export/tables.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "core/codec/frame.h"
#include "sim/observe/checkers/checker.h"
#include "sim/observe/describe.h"

namespace sim {
namespace {

std::string_view NameOf(MessageFact::Fate fate) {
  constexpr std::string_view kNames[] = {"sent", "delivered", "dropped"};
  return kNames[static_cast<size_t>(fate)];
}

// RFC 4180; what else stands in the tables needs no quotes.
std::string Quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

// Hexadecimal, because tables of numbers would round it; empty when the frame's header is damaged.
std::string IdOf(const MessageFact& fact) {
  core::FrameHeader header;
  if (!core::ReadFrameHeader(fact.frame, header).ok()) return "";
  return absl::StrFormat("%016x", header.id);
}

}  // namespace

Tables::Tables(Selection selection, Sinks sinks)
    : selection_(std::move(selection)),
      sinks_(std::move(sinks)),
      operations_([this](const OperationSpan& span) { Row(span); }) {}

void Tables::Begin() {
  sinks_.messages("time_us,fate,from,to,type,id,bytes,drop\n");
  sinks_.operations("peer,kind,begun_us,took_us,outcome,tries,subject\n");
  sinks_.peers("peer,group,region,node_id,honest,client,up,contacts\n");
}

void Tables::OnFact(const WorldView&, const Fact& fact) {
  if (!selection_.Has(fact.peer)) return;
  operations_.Note(fact);
  const Description what = Describe(fact.what);
  Event(fact.at, fact.peer, "fact", what.name,
        absl::StrCat(",\"local_us\":", fact.local.us, JsonMembers(what)));
}

void Tables::OnWorldFact(const WorldView&, const WorldFact& fact) {
  if (!selection_.Has(fact.peer)) return;
  operations_.Note(fact);
  const Description what = Describe(fact);
  Event(fact.at, fact.peer, "world", what.name, JsonMembers(what));
}

void Tables::OnUserFact(const WorldView&, const UserFact& fact) {
  if (!selection_.Has(fact.peer)) return;
  const Description what = Describe(fact);
  Event(fact.at, fact.peer, "user", what.name, JsonMembers(what));
}

void Tables::OnMessage(const WorldView&, const MessageFact& fact) {
  if (!selection_.HasEither(fact.from, fact.to)) return;
  const bool dropped = fact.fate == MessageFact::Fate::kDropped;
  sinks_.messages(absl::StrFormat("%d,%s,%d,%d,%s,%s,%d,%s\n", fact.at.us,
                                  std::string(NameOf(fact.fate)), fact.from.value, fact.to.value,
                                  std::string(Describe(fact).name), IdOf(fact), fact.bytes,
                                  dropped ? std::string(NameOf(fact.reason)) : ""));
}

void Tables::OnEnd(const WorldView& world) {
  operations_.NoteEnd(world.Now());
  for (uint32_t i = 0; i < world.PeerCount(); ++i) {
    if (selection_.Has({i})) Peer(world, {i});
  }
}

void Tables::Event(WorldTime at, core::PeerId peer, std::string_view kind, std::string_view name,
                   const std::string& members) {
  const std::string who = peer == core::kNoPeer ? "" : absl::StrCat(",\"peer\":", peer.value);
  sinks_.events(absl::StrFormat("{\"time_us\":%d,\"kind\":\"%s\"%s,\"event\":\"%s\"%s}\n", at.us,
                                std::string(kind), who, std::string(name), members));
}

void Tables::Row(const OperationSpan& span) {
  sinks_.operations(absl::StrFormat(
      "%d,%s,%d,%d,%s,%d,%s\n", span.peer.value, std::string(span.kind), span.begun.us,
      (span.ended - span.begun).us, std::string(span.outcome), span.tries, span.subject));
}

void Tables::Peer(const WorldView& world, core::PeerId peer) {
  const Group& group = world.scenario().groups[GroupOf(world.scenario(), peer)];
  sinks_.peers(absl::StrFormat("%d,%s,%s,%s,%d,%d,%d,%d\n", peer.value, Quoted(group.name),
                               Quoted(group.region), Hex(world.context().directory->NodeIdOf(peer)),
                               world.IsHonest(peer) ? 1 : 0, world.IsClient(peer) ? 1 : 0,
                               world.IsUp(peer) ? 1 : 0, world.ContactsOf(peer).size()));
}

}  // namespace sim
