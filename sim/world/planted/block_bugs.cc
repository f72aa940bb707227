#include "sim/world/planted/block_bugs.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/repository/rows.h"
#include "core/transactions/tx_rows.h"
#include "sim/world/planted/bodies.h"

namespace sim {
namespace {

constexpr core::Duration kReplayDelay = core::Seconds(60);

constexpr uint64_t kSkipped = 1000;

// A replica that has missed something asks for the latest with its content; clients never do.
bool CatchesUp(const core::BlockGet& asked) {
  return asked.revision == 0 && asked.with_value;
}

}  // namespace

// ---- what replicas say ----

void WrongReplies::After(core::Time, const core::Input& input, core::Effects& effects) {
  const auto* asked = BodyOf<core::BlockGet>(input);
  if (asked == nullptr) return;
  EditSends<core::BlockReply>(effects, [&](core::BlockReply& reply) { edit_(*asked, reply); });
}

void RenameCopy(const core::BlockGet& asked, core::BlockReply& reply) {
  core::Transaction& made = reply.certificate.record.transaction;
  if (CatchesUp(asked) && !IsPend(made.action)) made.id.bytes[0] ^= 1;
}

void ForgeAncestry(const core::BlockGet& asked, core::BlockReply& reply) {
  if (!CatchesUp(asked)) return;
  reply.prior_hash.bytes[0] ^= 1;
  reply.certificate.record.transaction.base_hash = reply.prior_hash;
}

void SkipSequence(const core::BlockGet& asked, core::BlockReply& reply) {
  if (!CatchesUp(asked) || reply.certificate.empty()) return;
  reply.revision += kSkipped;
  reply.latest += kSkipped;
  core::Transaction& made = reply.certificate.record.transaction;
  made.base_revision += kSkipped;
  // By somebody else, so that nobody seems to have written twice.
  made.id.bytes[0] ^= 1;
  made.of.bytes[0] ^= 1;
  reply.decision.record.transaction.of = made.of;
}

void ExpireEarly(const core::BlockGet& asked, core::BlockReply& reply) {
  if (asked.revision == 0 || asked.revision != reply.latest) return;
  core::BlockReply expired;
  expired.block = reply.block;
  expired.state = core::BlockState::kExpired;
  expired.latest = reply.latest;
  expired.cluster = reply.cluster;
  reply = expired;
}

void BuryAlive(const core::BlockGet& asked, core::BlockReply& reply) {
  if (CatchesUp(asked) || reply.state != core::BlockState::kPresent) return;
  reply.state = core::BlockState::kDeleted;
  reply.value.clear();
  core::TxAction& made = reply.certificate.record.transaction.action;
  made = IsPend(made) ? core::TxAction::kPendDelete : core::TxAction::kDelete;
}

// ---- restarts ----

bool LostRows::IsLost(const core::StoredRow& row) const {
  if (row.at.table == core::kTransactionsTable) {
    const auto kept = core::NameOfTxRow(row.at);
    const bool others = kept.has_value() && kept->kind == core::TxRowKind::kAcquaintances;
    return what_ == (others ? What::kOthers : What::kVotes);
  }
  if (what_ == What::kVotes || what_ == What::kOthers) return false;
  const auto name = core::NameOfRow(row.at);
  if (!name.has_value()) return false;
  if (what_ == What::kMemories) return name->kind == core::RowKind::kMemory;
  const auto newest = newest_.find(name->block);
  return newest != newest_.end() && (name->kind == core::RowKind::kLatest ||
                                     (name->revision > 0 && name->revision >= newest->second));
}

bool LostRows::Before(core::Time, core::Input& input) {
  auto* start = std::get_if<core::Start>(&input);
  if (start == nullptr) return true;
  newest_.clear();
  for (const core::StoredRow& row : start->rows) {
    const auto name = core::NameOfRow(row.at);
    if (!name.has_value() || name->kind != core::RowKind::kContent) continue;
    uint64_t& newest = newest_[name->block];
    newest = std::max(newest, name->revision);
  }
  rows_.clear();
  for (const core::StoredRow& row : start->rows) {
    if (!IsLost(row)) rows_.push_back(row);
  }
  start->rows = rows_;
  return true;
}

// ---- pends ----

void ReplayedPends::After(core::Time now, const core::Input&, core::Effects& effects) {
  for (const core::Outgoing& outgoing : effects.sends()) {
    const auto* commit = std::get_if<core::TxCommit>(&outgoing.message.body);
    if (commit == nullptr || !IsPend(commit->record.transaction.action)) continue;
    kept_.push_back({now + kReplayDelay, outgoing.to, outgoing.message});
    auto& replayed = std::get<core::TxCommit>(kept_.back().message.body);
    replayed.record.transaction.base_revision += kSkipped;
  }
  while (!kept_.empty() && kept_.front().due <= now) {
    const Kept& old = kept_.front();
    effects.Send(old.to).body = old.message.body;
    kept_.erase(kept_.begin());
  }
}

core::Time ReplayedPends::NextDeadline() const {
  return kept_.empty() ? core::Time::Never() : kept_.front().due;
}

// ---- clients ----

ReusedIds::ReusedIds(const RoleContext& context) {
  alike_.bytes.fill(static_cast<uint8_t>(context.self.value + 1));
}

bool ReusedIds::Before(core::Time, core::Input& input) {
  const core::Message* message = MessageOf(input);
  if (message == nullptr) return true;
  const auto known = submitted_.find(message->id);
  const auto* result = BodyOf<core::TxResult>(input);
  if (known == submitted_.end() || result == nullptr || result->id != alike_) return true;
  heard_ = *message;
  auto& heard = std::get<core::TxResult>(heard_.body);
  heard.id = known->second;
  heard.certificate.record.transaction.id = known->second;
  std::get<core::Arrival>(input).message = &heard_;
  return true;
}

void ReusedIds::After(core::Time, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& outgoing : effects.sends()) {
    auto* submit = std::get_if<core::TxSubmit>(&outgoing.message.body);
    if (submit == nullptr) continue;
    const core::TxAction action = submit->transaction.action;
    if (action != core::TxAction::kPut && action != core::TxAction::kDelete) continue;
    submitted_[outgoing.message.id] = submit->transaction.id;
    submit->transaction.id = alike_;
  }
}

bool OldAnswers::Before(core::Time, core::Input& input) {
  if (const auto* command = std::get_if<core::Command>(&input)) {
    const auto* get = std::get_if<core::GetCommand>(command);
    if (get != nullptr && get->revision == 0) reading_.insert(get->block);
    return true;
  }
  const auto* reply = BodyOf<core::BlockReply>(input);
  // What brings a content was asked for by its number.
  const bool latest = reply != nullptr && reply->value.empty() && reply->revision == reply->latest;
  if (!latest || !reading_.contains(reply->block)) return true;
  heard_ = *MessageOf(input);
  heard_.body = first_.emplace(reply->block, *reply).first->second;
  std::get<core::Arrival>(input).message = &heard_;
  return true;
}

void OldAnswers::After(core::Time, const core::Input&, core::Effects& effects) {
  for (const core::Observation& observation : effects.observations()) {
    const auto* finished = std::get_if<core::CallFinished>(&observation);
    if (finished != nullptr && finished->call == core::CallKind::kGet) {
      reading_.erase(finished->block);
    }
  }
}

}  // namespace sim
