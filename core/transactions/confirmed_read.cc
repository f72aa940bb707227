#include "core/transactions/confirmed_read.h"

#include <algorithm>

#include "core/repository/repository.h"
#include "core/transactions/certificate.h"
#include "core/transactions/cluster.h"
#include "core/transactions/mail.h"

namespace core {

ConfirmedRead::ConfirmedRead(const TxMoment& moment, const Question& question,
                             std::span<const PeerId> cluster)
    : question_(question), id_(moment.random.Next()) {
  for (const PeerId peer : cluster) {
    holders_.push_back({});
    holders_.back().peer = peer;
  }
  give_up_at_ = moment.now + moment.config().member_wait * 4;
  Ask(moment);
}

void ConfirmedRead::Ask(const TxMoment& moment) {
  retry_at_ = moment.now + moment.config().ack_retry;
  for (const Holder& holder : holders_) {
    if (holder.answered) continue;
    moment.mail.Post(
        moment, holder.peer, id_,
        BlockGet{.block = question_.block, .revision = question_.revision, .with_value = false});
  }
}

void ConfirmedRead::OnReply(const TxMoment& moment, PeerId from, const BlockReply& reply) {
  if (finished() || reply.block != question_.block || reply.state == BlockState::kDamaged) return;
  const auto holder = std::find_if(holders_.begin(), holders_.end(),
                                   [from](const Holder& known) { return known.peer == from; });
  if (holder == holders_.end()) return;
  const bool tells = reply.state == BlockState::kPresent || reply.state == BlockState::kDeleted;
  if (phase_ == Phase::kFetching) {
    const bool right = reply.revision == best_.revision && reply.state == BlockState::kPresent &&
                       ContentHash(moment.suite(), reply.value) == best_.hash;
    if (!right) return;
    best_.value = reply.value;
    has_value_ = true;
    return Weigh(moment);
  }
  // A tombstone that was collected has no certificate any more; everything else proves itself.
  const bool memory = reply.state == BlockState::kDeleted && reply.certificate.empty();
  const bool same =
      tells && proven_ && reply.revision == best_.revision && reply.hash == best_.hash;
  std::optional<ProvenRevision> proven;
  if (tells && !memory && !same) {
    proven = ProofOf(moment, reply);
    if (!proven.has_value()) return;
  }
  holder->answered = true;
  holder->state = reply.state;
  holder->revision = tells ? reply.revision : 0;
  holder->latest = reply.latest;
  holder->hash = reply.hash;
  holder->cluster =
      std::min<size_t>(reply.cluster, static_cast<size_t>(moment.config().cluster_size));
  const bool better =
      tells && !same &&
      (!proven_ ? reply.revision >= best_.revision : reply.revision > best_.revision);
  if (better) {
    best_ = reply;
    proven_ = proven.has_value();
    has_value_ = false;
    if (proven.has_value()) answer_.by = proven->by;
  }
  Weigh(moment);
}

// Of a cluster as large as its largest-minded member says: one liar can delay a read, not shorten it.
bool ConfirmedRead::AreEnough(const TxMoment& moment, size_t members) const {
  size_t cluster = 0;
  for (const Holder& holder : holders_) {
    if (holder.answered) cluster = std::max(cluster, holder.cluster);
  }
  return cluster > 0 && members >= QuorumOf(moment.config(), cluster).answers;
}

void ConfirmedRead::Weigh(const TxMoment& moment) {
  const auto members = [this](const auto& which) {
    return static_cast<size_t>(
        std::count_if(holders_.begin(), holders_.end(), [&](const Holder& holder) {
          return holder.answered && holder.cluster > 0 && which(holder);
        }));
  };
  // A past revision never changes: whoever proves it ends the search.
  const bool exact = question_.revision > 0 && proven_ && best_.revision == question_.revision;
  if (!exact && !AreEnough(moment, members([](const Holder&) { return true; }))) return;
  if (best_.revision < question_.at_least) return;
  answer_.revision = best_.revision;
  answer_.hash = best_.hash;
  answer_.state = best_.state;
  if (best_.revision == 0) {
    const bool collected = std::any_of(holders_.begin(), holders_.end(), [](const Holder& holder) {
      return holder.answered && holder.state == BlockState::kExpired;
    });
    answer_.state = collected ? BlockState::kExpired : BlockState::kAbsent;
    phase_ = Phase::kDone;
    return;
  }
  const size_t holding = members([this](const Holder& holder) {
    return holder.revision >= best_.revision || holder.latest > best_.revision;
  });
  const bool enough = exact || AreEnough(moment, holding);
  const bool fetch = !has_value_ && best_.state == BlockState::kPresent &&
                     (question_.with_value || (!enough && proven_));
  if (fetch) {
    phase_ = Phase::kFetching;
    return Fetch(moment);
  }
  if (!enough && proven_) {
    // Who was told needs time to make it durable, this peer too; an answer before that says nothing new.
    if (phase_ != Phase::kRaising) Raise(moment);
    return;
  }
  if (!enough) return;  // Memories only, and too few of them: somebody may still know more.
  answer_.value = best_.value;
  phase_ = Phase::kDone;
}

void ConfirmedRead::Fetch(const TxMoment& moment) {
  retry_at_ = moment.now + moment.config().ack_retry;
  for (size_t i = 0; i < holders_.size(); ++i) {
    const Holder& holder = holders_[next_holder_++ % holders_.size()];
    if (!holder.answered || holder.revision != best_.revision) continue;
    return moment.mail.Post(
        moment, holder.peer, id_,
        BlockGet{.block = question_.block, .revision = best_.revision, .with_value = true});
  }
}

// Tells the others what they have missed, and asks them again.
void ConfirmedRead::Raise(const TxMoment& moment) {
  phase_ = Phase::kRaising;
  retry_at_ = moment.now + moment.config().ack_retry;
  for (Holder& holder : holders_) {
    if (holder.answered && holder.revision >= best_.revision) continue;
    moment.mail.Post(moment, holder.peer, id_,
                     TxOutcome{.certificate = best_.certificate, .value = best_.value});
    if (!best_.decision.empty()) {
      moment.mail.Post(moment, holder.peer, id_,
                       TxOutcome{.certificate = best_.decision, .value = {}});
    }
    holder.answered = false;
    moment.mail.Post(
        moment, holder.peer, id_,
        BlockGet{.block = question_.block, .revision = question_.revision, .with_value = false});
  }
}

void ConfirmedRead::OnDeadline(const TxMoment& moment) {
  if (finished()) return;
  if (give_up_at_ <= moment.now) {
    phase_ = Phase::kFailed;
    return;
  }
  if (retry_at_ > moment.now) return;
  if (phase_ == Phase::kFetching) return Fetch(moment);
  if (phase_ == Phase::kRaising) return Raise(moment);
  if (question_.at_least > 0 && best_.revision < question_.at_least) {
    for (Holder& holder : holders_) holder.answered = false;
  }
  Ask(moment);
}

Time ConfirmedRead::NextDeadline() const {
  return finished() ? Time::Never() : std::min(retry_at_, give_up_at_);
}

void ConfirmedRead::Digest(Hasher& hasher) const {
  hasher.Add(id_);
  hasher.Add(phase_);
  hasher.Add(best_.revision);
  hasher.Add(proven_);
  hasher.Add(has_value_);
  hasher.Add(next_holder_);
  hasher.Add(retry_at_.us);
  hasher.Add(give_up_at_.us);
  for (const Holder& holder : holders_) {
    hasher.Add(holder.peer);
    hasher.Add(holder.answered);
    hasher.Add(holder.state);
    hasher.Add(holder.revision);
    hasher.Add(holder.latest);
    hasher.Add(holder.hash);
    hasher.Add(holder.cluster);
  }
}

}  // namespace core
