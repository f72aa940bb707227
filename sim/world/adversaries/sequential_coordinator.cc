#include "sim/world/adversaries/sequential_coordinator.h"

#include <algorithm>
#include <span>
#include <variant>

#include "core/codec/canonical.h"

namespace sim {
namespace {

constexpr core::Duration kPatience = core::Seconds(10);

// Moves the message out of what the step sends.
core::Outgoing Take(core::Outgoing& outgoing) {
  core::Outgoing taken = outgoing;
  outgoing.to.clear();
  return taken;
}

void SendTo(std::span<const core::PeerId> to, const core::Message& message,
            core::Effects& effects) {
  if (!to.empty()) effects.Send(to) = message;
}

}  // namespace

SequentialCoordinator::Race* SequentialCoordinator::RaceOf(const core::TxRecord& record) {
  const core::Transaction& transaction = record.transaction;
  if (!IsWrite(transaction.action)) return nullptr;
  const Place place{transaction.block, transaction.base_revision};
  const auto found = races_.find(place);
  if (found != races_.end()) return &found->second;
  return occasions_.Misbehave() ? &races_[place] : nullptr;
}

core::Key256 SequentialCoordinator::HashOf(const core::TxRecord& record) const {
  std::vector<uint8_t> bytes;
  core::TxHashBytes(context_->network, record, bytes);
  return core::Key256{context_->suite->Sha256(bytes)};
}

bool SequentialCoordinator::Before(core::Time, core::Input& input) {
  const auto* arrival = std::get_if<core::Arrival>(&input);
  if (arrival == nullptr || arrival->message == nullptr) return true;
  const auto* ack = std::get_if<core::TxCommitAck>(&arrival->message->body);
  const auto commit = ack == nullptr ? commits_.end() : commits_.find(ack->tx);
  if (commit != commits_.end()) ++races_[commit->second].signed_by;
  return true;
}

void SequentialCoordinator::OnPromise(core::Time now, core::Outgoing& outgoing) {
  const core::TxRecord& record = std::get<core::TxPromise>(outgoing.message.body).record;
  Race* race = RaceOf(record);
  if (race == nullptr) return;
  if (race->first == core::TxId{}) race->first = record.transaction.id;
  if (race->first == record.transaction.id || race->signed_by >= record.members.size() - 1) return;
  race->patience = std::min(race->patience, now + kPatience);
  race->promises.push_back(Take(outgoing));
}

void SequentialCoordinator::OnOutcome(core::Time now, core::Outgoing& outgoing) {
  const core::Certificate& made = std::get<core::TxOutcome>(outgoing.message.body).certificate;
  Race* race = made.committed ? RaceOf(made.record) : nullptr;
  if (race == nullptr) return;
  race->patience = std::min(race->patience, now + kPatience);
  const core::Outgoing taken = Take(outgoing);
  core::Outgoing& kept = race->outcomes[made.record.transaction.id];
  kept.message = taken.message;
  kept.to.insert(kept.to.end(), taken.to.begin(), taken.to.end());
}

// What is ripe: rivals' promises behind the first one's signatures, outcomes when there are two of them.
void SequentialCoordinator::Show(core::Time now, Race& race, core::Effects& effects) {
  const bool over = race.patience <= now;
  for (const core::Outgoing& kept : race.promises) {
    const auto& record = std::get<core::TxPromise>(kept.message.body).record;
    if (!over && race.signed_by < record.members.size() - 1) return;
    SendTo(kept.to, kept.message, effects);
  }
  race.promises.clear();
  if (!over && race.outcomes.size() < 2) return;
  const bool split = race.outcomes.size() > 1;
  bool front = true;
  for (const auto& [id, kept] : race.outcomes) {
    const std::span<const core::PeerId> all = kept.to;
    const size_t half = split ? all.size() / 2 : all.size();
    SendTo(front ? all.first(half) : all.subspan(half), kept.message, effects);
    front = false;
  }
  race.outcomes.clear();
  race.patience = core::Time::Never();
}

void SequentialCoordinator::After(core::Time now, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& outgoing : effects.sends()) {
    if (std::holds_alternative<core::TxPromise>(outgoing.message.body)) OnPromise(now, outgoing);
    if (std::holds_alternative<core::TxOutcome>(outgoing.message.body)) OnOutcome(now, outgoing);
    const auto* commit = std::get_if<core::TxCommit>(&outgoing.message.body);
    if (commit == nullptr || RaceOf(commit->record) == nullptr) continue;
    const core::Transaction& transaction = commit->record.transaction;
    commits_[HashOf(commit->record)] = {transaction.block, transaction.base_revision};
  }
  for (auto& [place, race] : races_) Show(now, race, effects);
}

core::Time SequentialCoordinator::NextDeadline() const {
  core::Time next = core::Time::Never();
  for (const auto& [place, race] : races_) next = std::min(next, race.patience);
  return next;
}

}  // namespace sim
