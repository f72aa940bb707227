#include "sim/workflow/export/operations.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

#include "core/port/names.h"
#include "sim/observe/checkers/checker.h"

namespace sim {
namespace {

std::string CallName(uint64_t request) {
  return absl::StrCat("call ", request);
}

}  // namespace

void Operations::Note(const Fact& fact) {
  if (const auto* call = std::get_if<core::CallStarted>(&fact.what)) {
    Begin(fact, CallName(call->request), core::NameOf(call->call), Hex(call->block));
  } else if (const auto* called = std::get_if<core::CallFinished>(&fact.what)) {
    End(fact, CallName(called->request), core::NameOf(called->outcome), called->attempts);
  } else if (const auto* match = std::get_if<core::MatchStarted>(&fact.what)) {
    End(fact, "match " + Hex(match->topic), "replaced", 0);
    Begin(fact, "match " + Hex(match->topic), "match", Hex(match->topic));
  } else if (const auto* matched = std::get_if<core::MatchFinished>(&fact.what)) {
    End(fact, "match " + Hex(matched->topic), core::NameOf(matched->end), matched->requests);
  } else if (const auto* task = std::get_if<core::TaskAccepted>(&fact.what)) {
    Begin(fact, "task " + Hex(task->task), "task", Hex(task->task));
  } else if (const auto* ended = std::get_if<core::TaskFinished>(&fact.what)) {
    End(fact, "task " + Hex(ended->task), "done", 0);
  } else if (const auto* lookup = std::get_if<core::LookupDone>(&fact.what)) {
    // By the peer's own clock, which may have jumped meanwhile.
    const WorldTime begun{std::clamp<int64_t>(fact.at.us - lookup->took.us, 0, fact.at.us)};
    Tell({0, fact.peer, "lookup", Hex(lookup->target), begun, fact.at, "done", lookup->requests});
  }
}

void Operations::Note(const WorldFact& fact) {
  if (fact.kind != WorldFact::Kind::kStopped) return;
  std::vector<Open>* open = open_.Find(fact.peer);
  if (open != nullptr) EndAll(fact.at, *open, "stopped");
}

void Operations::NoteEnd(WorldTime at) {
  open_.ForEach([&](core::PeerId, std::vector<Open>& open) { EndAll(at, open, "unfinished"); });
}

void Operations::Begin(const Fact& fact, std::string name, std::string_view kind,
                       std::string subject) {
  open_.Insert(fact.peer).first->push_back(
      {std::move(name), {0, fact.peer, kind, std::move(subject), fact.at, fact.at, "", 0}});
}

void Operations::End(const Fact& fact, const std::string& name, std::string_view outcome,
                     uint32_t tries) {
  std::vector<Open>* open = open_.Find(fact.peer);
  if (open == nullptr) return;
  const auto at =
      std::find_if(open->begin(), open->end(), [&](const Open& one) { return one.name == name; });
  if (at == open->end()) return;
  OperationSpan span = std::move(at->span);
  open->erase(at);
  span.ended = fact.at;
  span.outcome = outcome;
  span.tries = tries;
  Tell(std::move(span));
}

void Operations::EndAll(WorldTime at, std::vector<Open>& open, std::string_view outcome) {
  for (Open& one : open) {
    one.span.ended = at;
    one.span.outcome = outcome;
    Tell(std::move(one.span));
  }
  open.clear();
}

void Operations::Tell(OperationSpan span) {
  span.number = told_++;
  sink_(span);
}

}  // namespace sim
