#include "core/negotiation/vote_case.h"

#include <algorithm>
#include <utility>

#include "core/negotiation/vote_block.h"

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"", "waiting", "voting", "ended"};

// Times beyond these are nobody's voting period, and arithmetic with them is safe.
constexpr int64_t kPeriodEndMaxMs = int64_t{1} << 50;

bool IsGood(const NegotiationMoment& moment, const VoteCommand& command) {
  const VotingTerms& terms = command.terms;
  return moment.context.sealing != nullptr && command.answers.size() <= limits::kAnswerBytesMax &&
         terms.election_keys.size() <= limits::kElectionKeysMax && terms.opens_ms >= 0 &&
         terms.opens_ms < terms.closes_ms && terms.closes_ms <= kPeriodEndMaxMs;
}

Time AtMs(int64_t ms) {
  return {std::clamp<int64_t>(ms, 0, kPeriodEndMaxMs) * 1000};
}

uint32_t CountReceivers(std::span<const Outgoing> sends) {
  size_t count = 0;
  for (const Outgoing& outgoing : sends) count += outgoing.to.size();
  return static_cast<uint32_t>(count);
}

}  // namespace

VoteCase::VoteCase(const NegotiationMoment& moment, const VoteCommand& command)
    : formation_(moment, command),
      good_(IsGood(moment, command)),
      started_(moment.now),
      opens_(AtMs(command.terms.opens_ms)),
      closes_(AtMs(command.terms.closes_ms)) {
  const Duration period = closes_ - opens_;
  alone_from_ = closes_ - period / 100 * moment.rules().unitary_percent;
}

PoolMoment VoteCase::PoolMomentOf(const NegotiationMoment& moment) const {
  const OwnVote& vote = formation_.vote();
  return {moment,
          vote.terms(),
          vote.registrant_secret(),
          vote.ticket(),
          vote.ticket_hash(),
          vote.records(),
          formation_.opener()};
}

template <typename Code>
void VoteCase::Run(const NegotiationMoment& moment, Code&& code) {
  const size_t before = moment.effects.sends().size();
  code();
  Settle(moment);
  messages_ += CountReceivers(moment.effects.sends().subspan(before));
  if (!end_.has_value()) return;
  end_->messages = messages_;
  moment.effects.Observe(*end_);
  end_.reset();
}

void VoteCase::Begin(const NegotiationMoment& moment) {
  moment.effects.Observe(VoteStarted{.template_cid = template_cid(),
                                     .registrant = formation_.vote().registrant(),
                                     .closes_ms = formation_.vote().terms().closes_ms});
  look_at_ = opens_;
  Run(moment, [&] {
    if (!good_) return End(moment, VoteEnd::kRefused, {}, 0);
    OnTime(moment);
  });
}

void VoteCase::OnReserved(const NegotiationMoment& moment, const ReservedCommand& command) {
  if (phase_ != Phase::kVoting || command.ticket != formation_.vote().ticket_hash()) return;
  Run(moment, [&] {
    if (command.granted) return formation_.OnReserved(moment);
    // While it waits, nothing of this attempt was shown.
    const bool waits = formation_.pairing().phase() == Pairing::Phase::kReserving;
    if (waits) End(moment, VoteEnd::kRefused, {}, 0);
  });
}

// ---- ends ----

void VoteCase::End(const NegotiationMoment& moment, VoteEnd end, const Key256& cid,
                   uint16_t voters) {
  if (phase_ == Phase::kVoting) formation_.Stop(moment);
  phase_ = Phase::kEnded;
  look_at_ = Time::Never();
  end_ = VoteEnded{.template_cid = template_cid(),
                   .end = end,
                   .cid = cid,
                   .voters = voters,
                   .attempts = formation_.vote().attempts(),
                   .messages = 0,
                   .took = moment.now - started_};
}

void VoteCase::OnPoolEnd(const NegotiationMoment& moment, const PoolEnd& end) {
  if (end.kind == PoolEnd::Kind::kNone || phase_ != Phase::kVoting) return;
  if (end.kind == PoolEnd::Kind::kBlock) {
    return End(moment, VoteEnd::kBlock, end.cid, end.voters);
  }
  formation_.Return(moment);
}

// The clock's part: the opening, unitary blocks, the end of the period.
void VoteCase::OnTime(const NegotiationMoment& moment) {
  if (phase_ == Phase::kEnded || look_at_ > moment.now) return;
  if (moment.now >= closes_ && !pools_.inside()) return End(moment, VoteEnd::kMissed, {}, 0);
  if (phase_ == Phase::kWaiting) {
    phase_ = Phase::kVoting;
    if (!formation_.Begin(moment).ok()) return End(moment, VoteEnd::kRefused, {}, 0);
  }
  const bool alone = moment.now >= alone_from_ && formation_.vote().unitary();
  if (alone && !pools_.inside()) {
    formation_.BreakUp(moment);
    if (formation_.idle()) {
      const Key256 cid = FormUnitaryBlock(PoolMomentOf(moment));
      return End(moment, VoteEnd::kUnitary, cid, 1);
    }
  }
  // Behind the first of these times it is looked at again and again: pools and locks end by themselves.
  const bool late = moment.now >= alone_from_;
  look_at_ = late ? moment.now + Seconds(1) : alone_from_;
  if (late && !formation_.vote().unitary() && moment.now < closes_) look_at_ = closes_;
}

void VoteCase::Settle(const NegotiationMoment& moment) {
  if (phase_ != Phase::kVoting) return;
  if (auto pool = formation_.TakePool()) pools_.Begin(PoolMomentOf(moment), std::move(*pool));
  if (pools_.inside() && formation_.opener() != kNoPeer) formation_.OnFormed(moment);
  OnPoolEnd(moment, pools_.TakeEnded());
}

// ---- inputs ----

bool VoteCase::OnArrival(const NegotiationMoment& moment, PeerId from, const Message& message) {
  bool taken = false;
  Run(moment, [&] {
    taken = (phase_ == Phase::kVoting && formation_.OnArrival(moment, from, message)) ||
            pools_.OnArrival(PoolMomentOf(moment), from, message);
  });
  return taken;
}

void VoteCase::OnNewcomers(const NegotiationMoment& moment) {
  if (phase_ != Phase::kVoting) return;
  Run(moment, [&] {
    formation_.OnNewcomers(moment);
    pools_.OnNewcomers(PoolMomentOf(moment));
  });
}

void VoteCase::OnLinkDown(const NegotiationMoment& moment, PeerId peer) {
  if (phase_ != Phase::kVoting) return;
  Run(moment, [&] { formation_.OnLinkDown(moment, peer); });
}

void VoteCase::OnDeadline(const NegotiationMoment& moment) {
  Run(moment, [&] {
    if (phase_ == Phase::kVoting) formation_.OnDeadline(moment);
    pools_.OnDeadline(PoolMomentOf(moment));
    Settle(moment);
    OnTime(moment);
  });
}

Time VoteCase::NextDeadline() const {
  const Time next = std::min(look_at_, pools_.NextDeadline());
  return phase_ == Phase::kVoting ? std::min(next, formation_.NextDeadline()) : next;
}

// ---- state ----

void VoteCase::CollectPeers(PeerSet& peers) const {
  formation_.CollectPeers(peers);
  pools_.CollectPeers(peers);
}

template <typename State>
void VoteCase::Tell(State& state) const {
  state.Add("phase", phase_, kPhases);
  state.Add("started", started_);
  state.Add("looks at the clock", look_at_);
  state.Add("messages", messages_);
  state.Module("formation", formation_);
  state.Module("pools", pools_);
}

void VoteCase::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void VoteCase::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t VoteCase::HeapBytes() const {
  return formation_.HeapBytes() + pools_.HeapBytes();
}

}  // namespace core
