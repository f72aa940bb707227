#include "core/transactions/confirmed_read.h"

#include <algorithm>

#include "core/repository/repository.h"
#include "core/transactions/certificate.h"
#include "core/transactions/cluster.h"
#include "core/transactions/mail.h"

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"", "asking", "fetching", "raising", "done", "failed"};

// Of a member that has lost the block, or could not find out: as good as silence.
bool SaysNothing(BlockState state) {
  return state == BlockState::kDamaged || state == BlockState::kUnknown;
}

}  // namespace

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
  if (finished() || reply.block != question_.block || SaysNothing(reply.state)) return;
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
    proven = ProofOf(moment, ClaimOf(reply));
    if (!proven.has_value()) return;
  }
  holder->answered = true;
  holder->memory = memory;
  holder->state = reply.state;
  holder->revision = tells ? reply.revision : 0;
  holder->latest = reply.latest;
  holder->hash = reply.hash;
  holder->cluster =
      std::min<size_t>(reply.cluster, static_cast<size_t>(moment.config().cluster_size));
  if (proven.has_value() && (!proven_ || reply.revision > best_.revision)) {
    best_ = reply;
    proven_ = true;
    has_value_ = false;
    answer_.by = proven->by;
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

template <typename Which>
size_t ConfirmedRead::Count(const Which& which) const {
  return static_cast<size_t>(
      std::count_if(holders_.begin(), holders_.end(), [&](const Holder& holder) {
        return holder.answered && holder.cluster > 0 && which(holder);
      }));
}

// Says without proof that a later revision was a tombstone.
bool ConfirmedRead::Remembers(const Holder& holder) const {
  return holder.answered && holder.memory && holder.revision > best_.revision;
}

// The tombstone that so many remember that no later revision can have been acknowledged.
const ConfirmedRead::Holder* ConfirmedRead::Buried(const TxMoment& moment) const {
  for (const Holder& one : holders_) {
    if (!Remembers(one) || one.revision < question_.at_least) continue;
    const size_t agreeing = Count([&](const Holder& other) {
      return Remembers(other) && other.revision == one.revision && other.hash == one.hash;
    });
    if (AreEnough(moment, agreeing)) return &one;
  }
  return nullptr;
}

void ConfirmedRead::Finish(BlockState state, uint64_t revision, const Key256& hash) {
  answer_.state = state;
  answer_.revision = revision;
  answer_.hash = hash;
  phase_ = Phase::kDone;
}

void ConfirmedRead::Weigh(const TxMoment& moment) {
  // A past revision never changes: whoever proves it ends the search.
  const bool exact = question_.revision > 0 && proven_ && best_.revision == question_.revision;
  if (!exact && !AreEnough(moment, Count([](const Holder&) { return true; }))) return;
  const Holder* buried = exact ? nullptr : Buried(moment);
  if (buried != nullptr) return Finish(BlockState::kDeleted, buried->revision, buried->hash);
  if (best_.revision < question_.at_least) return;
  if (best_.revision == 0) return FindNothing();
  // Who remembers something later, and is not believed, does not say that this is the latest.
  const size_t holding = Count([this](const Holder& holder) {
    return !Remembers(holder) &&
           (holder.revision >= best_.revision || holder.latest > best_.revision);
  });
  const bool enough = exact || AreEnough(moment, holding);
  const bool fetch =
      !has_value_ && best_.state == BlockState::kPresent && (question_.with_value || !enough);
  if (fetch) {
    phase_ = Phase::kFetching;
    return Fetch(moment, false);
  }
  if (!enough) {
    // Who was told needs time to make it durable, this peer too; an answer before that says nothing new.
    if (phase_ != Phase::kRaising) Raise(moment);
    return;
  }
  answer_.value = best_.value;
  Finish(best_.state, best_.revision, best_.hash);
}

void ConfirmedRead::FindNothing() {
  const auto any = [this](const auto& which) {
    return std::any_of(holders_.begin(), holders_.end(), which);
  };
  // Memories, and too few of them: somebody may still know more.
  if (any([this](const Holder& holder) { return Remembers(holder); })) return;
  const bool collected = any(
      [](const Holder& holder) { return holder.answered && holder.state == BlockState::kExpired; });
  Finish(collected ? BlockState::kExpired : BlockState::kAbsent, 0, {});
}

// From somebody who has it; again from anybody in turn: whoever proved it may withhold it, and others may have it by now.
void ConfirmedRead::Fetch(const TxMoment& moment, bool again) {
  retry_at_ = moment.now + moment.config().ack_retry;
  for (size_t i = 0; i < holders_.size(); ++i) {
    const Holder& holder = holders_[next_holder_++ % holders_.size()];
    if (!again && (!holder.answered || holder.revision != best_.revision)) continue;
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
  if (phase_ == Phase::kFetching) return Fetch(moment, true);
  if (phase_ == Phase::kRaising) return Raise(moment);
  if (question_.at_least > 0 && best_.revision < question_.at_least) {
    for (Holder& holder : holders_) holder.answered = false;
  }
  Ask(moment);
}

Time ConfirmedRead::NextDeadline() const {
  return finished() ? Time::Never() : std::min(retry_at_, give_up_at_);
}

template <typename State>
void ConfirmedRead::Tell(State& state) const {
  state.Add("request", id_);
  state.Add("phase", phase_, kPhases);
  state.Show("block", question_.block);
  state.Add("best revision", best_.revision);
  state.Add("proven", proven_);
  state.Add("has value", has_value_);
  state.Add("next holder", next_holder_);
  state.Add("retries", retry_at_);
  state.Add("gives up", give_up_at_);
  for (const Holder& holder : holders_) {
    state.Part("holder", [&] {
      state.Add("peer", holder.peer);
      state.Add("answered", holder.answered);
      state.Add("memory", holder.memory);
      state.Add("state", holder.state);
      state.Add("revision", holder.revision);
      state.Add("latest", holder.latest);
      state.Add("hash", holder.hash);
      state.Add("cluster", holder.cluster);
    });
  }
}

void ConfirmedRead::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void ConfirmedRead::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
