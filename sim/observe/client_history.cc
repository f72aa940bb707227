#include "sim/observe/client_history.h"

#include <algorithm>
#include <utility>

#include "sim/observe/checkers/checker.h"

namespace sim {
namespace {

// A base above what the format can say; such a write never succeeds.
constexpr uint64_t kRevisionMax = (uint64_t{1} << 31) - 2;
// Process numbers: the client's handle above, its lane below.
constexpr uint32_t kLaneBits = 16;

std::string Quote(const std::string& text) {
  return "\"" + text + "\"";
}

std::string RevisionMember(uint64_t revision) {
  return "{\"revision\":" + std::to_string(revision);
}

std::string Found(const core::CallFinished& finished) {
  const bool nothing = finished.deleted || finished.revision == 0;
  return RevisionMember(finished.revision) +
         ",\"content\":" + (nothing ? "null" : Quote(Hex(finished.hash))) + "}";
}

const char* TypeOf(core::CallOutcome outcome) {
  switch (outcome) {
    case core::CallOutcome::kCommitted:
    case core::CallOutcome::kFound:
    case core::CallOutcome::kExpired:
      return "ok";
    case core::CallOutcome::kInDoubt:
      return "info";
    case core::CallOutcome::kStale:
    case core::CallOutcome::kConflict:
    case core::CallOutcome::kRejected:
    case core::CallOutcome::kUnavailable:
    case core::CallOutcome::kNoRoom:
      break;
  }
  return "fail";
}

}  // namespace

void ClientHistory::OnFact(const WorldView& world, const Fact& fact) {
  if (const auto* started = std::get_if<core::CallStarted>(&fact.what)) {
    Begin(world, fact, *started);
  } else if (const auto* write = std::get_if<core::CallWrite>(&fact.what)) {
    BeginWrite(fact, *write);
  } else if (const auto* finished = std::get_if<core::CallFinished>(&fact.what)) {
    Finish(fact, *finished);
  }
}

void ClientHistory::OnWorldFact(const WorldView&, const WorldFact& fact) {
  if (fact.kind != WorldFact::Kind::kStopped) return;
  open_.EraseIf([&](const CallName& name, const Open& open) {
    if (name.client != fact.peer) return false;
    End(fact.at, fact.peer, open, "info", nullptr);
    return true;
  });
}

void ClientHistory::Begin(const WorldView& world, const Fact& fact, const core::CallStarted& call) {
  const bool honest = world.IsHonest(fact.peer);
  if (!honest && !core::IsWrite(call.call)) return;
  Open& open = *open_.Insert({fact.peer, call.request}).first;
  open = {call.call, honest, {}};
  switch (call.call) {
    case core::CallKind::kPut:
      return Invoke(fact, open, call.block, "put",
                    RevisionMember(call.revision) + ",\"content\":" + Quote(Hex(call.hash)) + "}",
                    call.revision);
    case core::CallKind::kDelete:
      return Invoke(fact, open, call.block, "delete", RevisionMember(call.revision) + "}",
                    call.revision);
    case core::CallKind::kGet:
      return Invoke(fact, open, call.block, "get",
                    call.revision == 0 ? "" : RevisionMember(call.revision) + "}", 0);
    case core::CallKind::kRevision:
      return Invoke(fact, open, call.block, "get_revision", "", 0);
    case core::CallKind::kTransact:
      return;  // Its writes follow.
  }
}

void ClientHistory::BeginWrite(const Fact& fact, const core::CallWrite& write) {
  Open* open = open_.Find({fact.peer, write.request});
  if (open == nullptr) return;
  std::string value = RevisionMember(write.base_revision);
  if (!write.erase) value += ",\"content\":" + Quote(Hex(write.hash));
  Invoke(fact, *open, write.block, write.erase ? "delete" : "put", value + "}",
         write.base_revision);
}

void ClientHistory::Invoke(const Fact& fact, Open& open, const core::BlockId& block,
                           const char* function, const std::string& value, uint64_t base) {
  if (base > kRevisionMax) return;
  const uint32_t lane = TakeLane(fact.peer);
  const uint64_t process = uint64_t{fact.peer.value} << kLaneBits | lane;
  ++calls_;
  open.lines.push_back({lane,
                        "\"process\":" + std::to_string(process) + ",\"f\":\"" + function +
                            "\",\"key\":\"" + Hex(block) + "\"",
                        block, base});
  Write(fact.at, "invoke", open.lines.back().head, value.empty() ? "" : ",\"value\":" + value);
}

void ClientHistory::Finish(const Fact& fact, const core::CallFinished& finished) {
  const CallName name{fact.peer, finished.request};
  const Open* open = open_.Find(name);
  if (open == nullptr) return;
  End(fact.at, fact.peer, *open, open->honest ? TypeOf(finished.outcome) : "info", &finished);
  open_.Erase(name);
}

void ClientHistory::End(WorldTime at, core::PeerId peer, const Open& open, const char* type,
                        const core::CallFinished* finished) {
  for (const Line& line : open.lines) {
    const bool later = finished != nullptr && IsLater(open, line, *finished);
    const bool ok = !later && std::string_view(type) == "ok";
    Write(at, later ? "info" : type, line.head,
          ok ? ",\"result\":" + ResultOf(open, line, *finished) : "");
    (*lanes_.Find(peer))[line.lane] = false;
  }
}

// A transaction may be seen at the blocks beside its tail later than its end.
bool ClientHistory::IsLater(const Open& open, const Line& line,
                            const core::CallFinished& finished) {
  return open.call == core::CallKind::kTransact &&
         finished.outcome == core::CallOutcome::kCommitted && !finished.landed &&
         line.block != finished.block;
}

std::string ClientHistory::ResultOf(const Open& open, const Line& line,
                                    const core::CallFinished& finished) {
  if (finished.outcome == core::CallOutcome::kExpired) return "\"expired\"";
  if (!core::IsWrite(open.call)) return Found(finished);
  const bool alone = open.call != core::CallKind::kTransact;
  return RevisionMember(alone ? finished.revision : line.base + 1) + "}";
}

void ClientHistory::Write(WorldTime at, const char* type, const std::string& head,
                          const std::string& rest) {
  text_ +=
      "{\"time\":" + std::to_string(at.us) + ",\"type\":\"" + type + "\"," + head + rest + "}\n";
}

uint32_t ClientHistory::TakeLane(core::PeerId peer) {
  std::vector<bool>& lanes = *lanes_.Insert(peer).first;
  const auto free = std::find(lanes.begin(), lanes.end(), false);
  const auto lane = static_cast<uint32_t>(free - lanes.begin());
  if (free == lanes.end()) lanes.push_back(false);
  lanes[lane] = true;
  return lane;
}

}  // namespace sim
