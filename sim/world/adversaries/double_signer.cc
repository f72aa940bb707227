#include "sim/world/adversaries/double_signer.h"

#include <algorithm>
#include <optional>
#include <variant>
#include <vector>

#include "core/codec/canonical.h"

namespace sim {

core::Key256 DoubleSigner::HashOf(const core::TxRecord& record) const {
  std::vector<uint8_t> bytes;
  core::TxHashBytes(context_->network, record, bytes);
  return core::Key256{context_->suite->Sha256(bytes)};
}

core::Vote DoubleSigner::Signed(const core::Key256& tx, uint8_t member, bool approves) const {
  core::Vote vote;
  vote.member = member;
  vote.kind = approves ? core::VoteKind::kApprove : core::VoteKind::kExpired;
  std::vector<uint8_t> bytes;
  core::VoteSigningBytes(context_->network, tx, vote, bytes);
  vote.signature = context_->suite->Sign(*secret_, bytes);
  return vote;
}

// Decides at once what this asker is told, whenever the answer comes.
void DoubleSigner::Note(core::PeerId asker, const core::TxRecord& record, bool wants_approval) {
  const core::NodeId& self = context_->directory->NodeIdOf(self_);
  const auto own = std::find_if(record.members.begin(), record.members.end(),
                                [&](const core::Member& member) { return member.id == self; });
  if (own == record.members.end() || !occasions_.Misbehave()) return;
  const bool approves = signs_ == Signs::kWanted ? wants_approval : signs_ == Signs::kApprovals;
  const core::Key256 tx = HashOf(record);
  asked_[{tx, asker}] = Signed(tx, static_cast<uint8_t>(own - record.members.begin()), approves);
}

bool DoubleSigner::Before(core::Time, core::Input& input) {
  const auto* arrival = std::get_if<core::Arrival>(&input);
  if (arrival == nullptr || arrival->message == nullptr) return true;
  const core::Body& body = arrival->message->body;
  if (const auto* promise = std::get_if<core::TxPromise>(&body)) {
    Note(arrival->from, promise->record, true);
  } else if (const auto* resolve = std::get_if<core::TxResolve>(&body)) {
    Note(arrival->from, resolve->record, false);
  }
  return true;
}

void DoubleSigner::After(core::Time, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& outgoing : effects.sends()) {
    core::Body& body = outgoing.message.body;
    if (std::holds_alternative<core::DoubleVote>(body)) outgoing.to.clear();
    std::optional<core::Key256> tx;
    if (const auto* vote = std::get_if<core::TxVote>(&body)) tx = vote->tx;
    if (const auto* outcome = std::get_if<core::TxOutcome>(&body)) {
      tx = HashOf(outcome->certificate.record);
    }
    if (!tx.has_value() || outgoing.to.size() != 1) continue;
    const auto asked = asked_.find({*tx, outgoing.to.front()});
    if (asked == asked_.end()) continue;
    core::TxVote told;
    told.tx = *tx;
    told.vote = asked->second;
    body = told;
    asked_.erase(asked);
  }
}

}  // namespace sim
