#include "sim/world/planted/transaction_bugs.h"

#include <algorithm>
#include <variant>

#include "sim/world/planted/bodies.h"

namespace sim {
namespace {

bool IsOne(const std::vector<core::Member>& members, const RoleContext& context) {
  const core::NodeId& self = context.context->directory->NodeIdOf(context.self);
  return std::any_of(members.begin(), members.end(),
                     [&](const core::Member& member) { return member.id == self; });
}

bool IsLast(const std::vector<core::Member>& members, const RoleContext& context) {
  const core::NodeId& self = context.context->directory->NodeIdOf(context.self);
  return !members.empty() && members.back().id == self;
}

}  // namespace

bool MisreadCommits::Before(core::Time, core::Input& input) {
  const auto* commit = BodyOf<core::TxCommit>(input);
  if (commit == nullptr || misread_ || !IsLast(commit->record.members, context_)) return true;
  misread_ = true;
  core::TxOutcome abort;
  abort.certificate.record = commit->record;
  abort.certificate.votes = commit->votes;
  for (core::Vote& vote : abort.certificate.votes) vote.kind = core::VoteKind::kExpired;
  read_ = *MessageOf(input);
  read_.body = abort;
  std::get<core::Arrival>(input).message = &read_;
  return true;
}

void HastyCoordinator::After(core::Time, const core::Input& input, core::Effects& effects) {
  if (const auto* submit = BodyOf<core::TxSubmit>(input)) {
    const auto& arrival = std::get<core::Arrival>(input);
    askers_[submit->transaction.id] = {arrival.from, arrival.message->id};
  }
  core::TxResult result;
  for (const core::Outgoing& outgoing : effects.sends()) {
    const auto* commit = std::get_if<core::TxCommit>(&outgoing.message.body);
    if (commit == nullptr) continue;
    result.id = commit->record.transaction.id;
    result.verdict = core::TxVerdict::kCommitted;
    result.revision = commit->record.transaction.base_revision + 1;
    result.certificate.record = commit->record;
    result.certificate.committed = true;
    result.certificate.votes = commit->votes;
    result.certificate.acks.clear();
    // Nobody has given one yet.
    for (uint8_t i = 0; i < commit->record.members.size(); ++i)
      result.certificate.acks.push_back({.member = i, .signature = {}});
  }
  const auto asker = askers_.find(result.id);
  if (result.certificate.empty() || asker == askers_.end()) return;
  core::Message& message = effects.Send(asker->second.peer);
  message.id = asker->second.request;
  message.body = result;
  askers_.erase(asker);
}

bool BadNews::Before(core::Time, core::Input& input) {
  const auto* result = BodyOf<core::TxResult>(input);
  if (result == nullptr || result->verdict != core::TxVerdict::kCommitted) return true;
  read_ = *MessageOf(input);
  auto& read = std::get<core::TxResult>(read_.body);
  read.verdict = core::TxVerdict::kRejected;
  read.reason = core::RejectReason::kInvalid;
  read.certificate = {};
  std::get<core::Arrival>(input).message = &read_;
  return true;
}

void Taciturn::After(core::Time, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& outgoing : effects.sends()) {
    const core::Body& body = outgoing.message.body;
    const bool tells =
        std::holds_alternative<core::TxVote>(body) || std::holds_alternative<core::TxOutcome>(body);
    if (tells) outgoing.to.clear();
  }
}

bool DeafMember::Before(core::Time, core::Input& input) {
  return !deaf_ ||
         (BodyOf<core::TxCommit>(input) == nullptr && BodyOf<core::TxOutcome>(input) == nullptr &&
          BodyOf<core::TxRefusal>(input) == nullptr);
}

bool DeafToTails::Before(core::Time, core::Input& input) {
  const auto deaf_to = [&](const core::Certificate& decision) {
    const core::TxAction action = decision.record.transaction.action;
    const bool missed =
        misses_ == Misses::kCancels ? action == core::TxAction::kCancel : core::Decides(action);
    return missed && !IsOne(decision.record.members, context_);
  };
  if (const auto* start = std::get_if<core::Start>(&input)) client_ = start->client;
  const auto* outcome = BodyOf<core::TxOutcome>(input);
  const auto* status = BodyOf<core::TxStatusReply>(input);
  const auto* result = BodyOf<core::TxResult>(input);
  return !((outcome != nullptr && deaf_to(outcome->certificate)) ||
           (status != nullptr && deaf_to(status->certificate)) ||
           (result != nullptr && !client_ && deaf_to(result->certificate)));
}

bool DeafToFirstAttempts::Before(core::Time, core::Input& input) {
  const auto* promise = BodyOf<core::TxPromise>(input);
  return promise == nullptr || promise->record.transaction.attempt != 1;
}

}  // namespace sim
