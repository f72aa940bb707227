#include "core/negotiation/partners.h"

#include <algorithm>

#include "core/negotiation/topics.h"

namespace core {
namespace {

constexpr uint32_t kSeedVoters = 3;  // As many pools as there can be are expected.

}  // namespace

void Partners::Begin(const PoolMoment& moment, const Key256& pool) {
  pool_ = pool;
  depth_ = FirstDepthFor(moment.terms.voters / kSeedVoters, moment.rules().group);
  tell_at_ = moment.now + moment.rules().present_interval;
  Stand(moment);
}

void Partners::Stand(const PoolMoment& moment) {
  topics_.push_back(NegotiationTopic(moment.context, moment.template_cid(), NegotiationStage::kPool,
                                     pool_, depth_));
  moment.topics.Gather(moment, topics_.back());
  moment.effects.Observe(
      TopicJoined{.topic = topics_.back(), .stage = NegotiationStage::kPool, .depth = depth_});
  widen_at_ = depth_ == 0 ? Time::Never() : moment.now + moment.rules().widen_after;
}

void Partners::End(const PoolMoment& moment) {
  for (const Key256& topic : topics_) moment.topics.Disperse(moment, topic);
  *this = {};
}

void Partners::OnPresent(const PoolMoment& moment, PeerId from, const Present& present) {
  auto partner = std::find_if(known_.begin(), known_.end(),
                              [&](const Partner& each) { return each.peer == from; });
  if (partner == known_.end()) {
    if (known_.size() == kKnownMax) known_.erase(known_.begin());
    partner = known_.insert(known_.end(), {.peer = from, .pool = {}, .until = {}});
  }
  partner->pool = present.pool;
  partner->size = present.size;
  partner->until = moment.now + moment.silence_max();
}

void Partners::SayPresent(const PoolMoment& moment, std::vector<PeerId> to, size_t size) const {
  if (to.size() > kTellMax) to.resize(kTellMax);
  moment.SendAll(to, 0,
                 Present{.template_cid = moment.template_cid(),
                         .stage = NegotiationStage::kPool,
                         .depth = depth_,
                         .pool = pool_,
                         .size = static_cast<uint16_t>(size)});
}

void Partners::Advance(const PoolMoment& moment, size_t size) {
  std::erase_if(known_, [&](const Partner& each) { return each.until <= moment.now; });
  for (Partner& each : known_) {
    if (each.rests_until <= moment.now) each.rests_until = Time::Never();
  }
  const bool all = tell_at_ <= moment.now;
  std::vector<PeerId> to;
  if (all) {
    for (const Partner& each : known_) to.push_back(each.peer);
  }
  for (const Key256& topic : topics_) {
    Gathering* gathering = moment.topics.GatheringAt(topic);
    if (gathering == nullptr) continue;
    const std::vector<PeerId> newcomers = gathering->TakeNewcomers();
    for (const PeerId peer : all ? gathering->Who() : newcomers) {
      if (std::find(to.begin(), to.end(), peer) == to.end()) to.push_back(peer);
    }
  }
  SayPresent(moment, std::move(to), size);
  if (all) tell_at_ = moment.now + moment.rules().present_interval;

  const bool fitting = std::any_of(known_.begin(), known_.end(),
                                   [&](const Partner& each) { return Fits(moment, each, size); });
  if (widen_at_ == Time::Never()) return;
  if (fitting) {
    widen_at_ = moment.now + moment.rules().widen_after;
  } else if (widen_at_ <= moment.now) {
    --depth_;
    Stand(moment);
  }
}

bool Partners::Fits(const PoolMoment& moment, const Partner& partner, size_t size) const {
  return partner.until > moment.now &&
         size + partner.size <= static_cast<size_t>(moment.rules().capacity);
}

const Partner* Partners::Choose(const PoolMoment& moment, size_t size) const {
  const Partner* best = nullptr;
  bool best_doubtful = true;
  for (const Partner& each : known_) {
    if (!Fits(moment, each, size) || each.rests_until != Time::Never()) continue;
    const bool doubtful = moment.conduct.IsDoubtful(moment.now, each.peer);
    const bool better = best == nullptr || doubtful < best_doubtful ||
                        (doubtful == best_doubtful && Nearer(pool_, each.pool, best->pool));
    if (!better) continue;
    best = &each;
    best_doubtful = doubtful;
  }
  return best;
}

void Partners::Rest(PeerId peer, Time until) {
  for (Partner& each : known_) {
    if (each.peer == peer) each.rests_until = until;
  }
}

void Partners::Drop(PeerId peer) {
  std::erase_if(known_, [&](const Partner& each) { return each.peer == peer; });
}

Time Partners::NextDeadline() const {
  Time next = std::min(tell_at_, widen_at_);
  for (const Partner& each : known_) {
    next = std::min({next, each.rests_until, each.until});
  }
  return next;
}

void Partners::CollectPeers(PeerSet& peers) const {
  for (const Partner& each : known_) peers.Add(each.peer);
}

template <typename State>
void Partners::Tell(State& state) const {
  state.Add("topics", topics_);
  state.Hash(depth_);
  state.Add("tells", tell_at_);
  state.Add("widens", widen_at_);
  for (const Partner& each : known_) {
    state.Part("partner", [&] {
      state.Add("peer", each.peer);
      state.Add("pool", each.pool);
      state.Add("size", each.size);
      state.Add("until", each.until);
      state.Add("rests until", each.rests_until);
    });
  }
}

void Partners::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Partners::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Partners::HeapBytes() const {
  return topics_.capacity() * sizeof(Key256) + known_.capacity() * sizeof(Partner);
}

}  // namespace core
