// Double voters: who signed for and against one transaction is proven by the two votes, and banned.
//
//   event                                           becomes
//   two votes of one member that differ, seen       convicted, stored, and told
//   a proof that checks, of somebody known here     convicted, stored, and told, if that is news
//   somebody asks for a vote beside a convict's     told the proof: it cannot know
//   restart                                         convicted still, and reported again
//   decided_keep later                              forgotten: a new proof is news again
//
// Whoever hears of a liar tells the members of the transaction and the peers nearest to the liar, once: these share
// clusters with it. Whoever missed that (it was down, cut off, or the message was lost) hears of it when it counts on the
// liar: for each such question at most one answer. Nobody else passes anything on, so identities that are made up flood
// nobody. Approvals of two
// commits for one revision prove nothing: whoever was shown that the first was aborted was free to approve the second.
// Then somebody signed both that abort and that commit, and is proven by these. Source: protocol document, 1.4.4.
#include <algorithm>
#include <utility>

#include "core/transactions/certificate.h"
#include "core/transactions/cluster.h"
#include "core/transactions/mail.h"
#include "core/transactions/voter.h"

namespace core {
namespace {

// Each of the votes of the first is contrary to the one at its place in the second.
bool AreContrary(const DoubleVote& proof) {
  const auto& first = proof.first.votes;
  const auto& second = proof.second.votes;
  if (first.empty() || first.size() != second.size()) return false;
  if (!(proof.first.record == proof.second.record)) return false;
  for (size_t i = 0; i < first.size(); ++i) {
    const bool contrary = first[i].member == second[i].member &&
                          first[i].member < proof.first.record.members.size() &&
                          Approves(first[i]) != Approves(second[i]);
    if (!contrary) return false;
  }
  return true;
}

DoubleVote ProofOf(const ConvictionRow& row) {
  DoubleVote proof;
  proof.first.record = row.record;
  proof.first.votes = {row.first};
  proof.second.record = row.record;
  proof.second.votes = {row.second};
  return proof;
}

}  // namespace

void Voter::Compare(const TxMoment& moment, const TxRecord& record, const Key256& tx,
                    std::span<const Vote> known, std::span<const Vote> shown) {
  DoubleVote proof;
  proof.first.record = record;
  proof.second.record = record;
  for (const Vote& vote : shown) {
    const Vote* other = VoteOf(known, vote.member);
    if (other == nullptr || Approves(*other) == Approves(vote)) continue;
    if (!IsNews(moment, record.members[vote.member].id)) continue;
    if (!HasValidSignature(moment, record, tx, vote)) continue;
    proof.first.votes.push_back(*other);
    proof.second.votes.push_back(vote);
  }
  if (!proof.first.votes.empty()) Convict(moment, tx, proof);
}

void Voter::OnDoubleVote(const TxMoment& moment, PeerId from, const DoubleVote& proof) {
  const TxRecord& record = proof.first.record;
  const Key256 tx = HashOf(moment, record);
  if (!AreContrary(proof)) return Refuse(moment, from, tx, RejectReason::kSignature);
  const auto& votes = proof.first.votes;
  const bool news = std::any_of(votes.begin(), votes.end(), [&](const Vote& vote) {
    return IsNews(moment, record.members[vote.member].id);
  });
  if (!news) return;
  const auto are_valid = [&](const Certificate& certificate) {
    return std::all_of(certificate.votes.begin(), certificate.votes.end(), [&](const Vote& vote) {
      return HasValidSignature(moment, record, tx, vote);
    });
  };
  if (!AreGenuine(moment, record.members) || !are_valid(proof.first) || !are_valid(proof.second)) {
    return Refuse(moment, from, tx, RejectReason::kSignature);
  }
  Convict(moment, tx, proof);
}

// Somebody known here who is not banned for it already.
bool Voter::IsNews(const TxMoment& moment, const NodeId& liar) const {
  if (moment.context.directory->FindByNodeId(liar) == kNoPeer) return false;
  const std::unique_ptr<Conviction>* known = convicted_.Find(liar);
  if (known == nullptr) return convicted_.size() < kConvictedMax;
  return (*known)->at() + moment.config().decided_keep <= moment.now;
}

// REQUIRES: the proof is verified.
void Voter::Convict(const TxMoment& moment, const Key256& tx, const DoubleVote& proof) {
  const auto& members = proof.first.record.members;
  std::vector<PeerId> told;
  const auto tell = [&](PeerId peer) {
    const bool once = std::find(told.begin(), told.end(), peer) == told.end();
    if (once && peer != moment.self) told.push_back(peer);
  };
  for (const Member& member : members) tell(moment.context.directory->FindByNodeId(member.id));
  StoreBatch batch;
  for (size_t i = 0; i < proof.first.votes.size(); ++i) {
    const NodeId& liar = members[proof.first.votes[i].member].id;
    if (!IsNews(moment, liar)) continue;
    ConvictionRow row{.record = proof.first.record,
                      .first = proof.first.votes[i],
                      .second = proof.second.votes[i],
                      .at_us = moment.now.us};
    batch.Put(TxRowKey(TxRowKind::kConviction, liar), EncodeRow(row));
    Remember(liar, std::move(row));
    moment.effects.Observe(
        DoubleVoteProven{.member = moment.context.directory->FindByNodeId(liar), .tx = tx});
    const auto reach = 2 * static_cast<size_t>(moment.config().cluster_size);
    for (const Neighbour& near : moment.clusters.NearestRemembered(moment.now, liar, reach)) {
      tell(near.peer);
    }
  }
  ReportConvicted(moment);
  for (const PeerId peer : told) moment.mail.Post(moment, peer, 0, proof);
  moment.journal.Commit(moment, std::move(batch), {});
  if (sweep_at_ == Time::Never()) sweep_at_ = moment.now + moment.config().sweep_interval;
}

// `batch` takes away what is over: no sweep will meet it.
void Voter::LoadConviction(const TxMoment& moment, const NodeId& liar, ConvictionRow row,
                           StoreBatch& batch) {
  if (convicted_.size() >= kConvictedMax) return;
  if (Time{row.at_us} + moment.config().decided_keep <= moment.now) {
    return batch.Delete(TxRowKey(TxRowKind::kConviction, liar));
  }
  Remember(liar, std::move(row));
}

void Voter::Remember(const NodeId& liar, ConvictionRow row) {
  *convicted_.Insert(liar).first = std::make_unique<Conviction>(Conviction{std::move(row)});
}

// Those who have a handle here; after a restart some get theirs later.
void Voter::ReportConvicted(const TxMoment& moment) {
  convicted_.ForEach([&](const NodeId& liar, const std::unique_ptr<Conviction>& conviction) {
    const PeerId peer = moment.context.directory->FindByNodeId(liar);
    if (conviction->reported || peer == kNoPeer) return;
    conviction->reported = true;
    moment.Report(peer, Offence::kDoubleVote);
  });
}

// It counts on somebody who is convicted here.
void Voter::Warn(const TxMoment& moment, PeerId who, const TxRecord& record) {
  if (convicted_.empty() || who == moment.self) return;
  for (const Member& member : record.members) {
    const std::unique_ptr<Conviction>* known = convicted_.Find(member.id);
    if (known == nullptr) continue;
    return moment.mail.Post(moment, who, 0, ProofOf((*known)->row));
  }
}

void Voter::ForgetConvicted(const TxMoment& moment, StoreBatch& batch) {
  convicted_.EraseIf([&](const NodeId& liar, const std::unique_ptr<Conviction>& conviction) {
    const bool old = conviction->at() + moment.config().decided_keep <= moment.now;
    if (old) batch.Delete(TxRowKey(TxRowKind::kConviction, liar));
    return old;
  });
}

}  // namespace core
