#include "core/negotiation/introductions.h"

#include <algorithm>
#include <tuple>

#include "core/negotiation/topics.h"
#include "core/port/names.h"

namespace core {
namespace {

// How long somebody who was heard of counts as there: two presents may be lost.
Duration HeardKeep(const NegotiationConfig& rules) {
  return rules.present_interval * 2 + rules.greet_timeout;
}

// A clock that is off by more says nothing about a delay.
constexpr int64_t kClockErrorMaxMs = 60'000;

}  // namespace

// ---- topics ----

void Introductions::Look(const VoteMoment& moment, NegotiationStage stage) {
  if (!standing_ || stage != stage_) return Begin(moment, stage);
  looking_ = true;
  // Time passed meanwhile, presents were not sent.
  if (present_at_ <= moment.now) PresentAll(moment);
}

void Introductions::Begin(const VoteMoment& moment, NegotiationStage stage) {
  stage_ = stage;
  looking_ = true;
  patient_ = true;
  since_ = moment.now;
  open_.clear();
  greet_at_ = moment.now;
  widen_at_ = moment.now + moment.rules().widen_after;
  if (joined_.empty()) {
    began_ = moment.now;
    Join(moment, FirstDepthFor(moment.vote.terms().voters, moment.rules().group));
  } else if (!standing_) {
    for (const Joined& at : joined_) moment.topics.Gather(moment, at.topic);
  }
  standing_ = true;
  // The others know this peer in another stage, or not at all.
  PresentAll(moment);
}

void Introductions::Join(const VoteMoment& moment, uint8_t depth) {
  // Free voters and coordinators of pairs share their topics.
  const Joined at{depth, NegotiationTopic(moment.context, moment.vote.template_cid(),
                                          NegotiationStage::kFree, moment.vote.token(), depth)};
  joined_.push_back(at);
  moment.topics.Gather(moment, at.topic);
  moment.effects.Observe(TopicJoined{.topic = at.topic, .stage = stage_, .depth = depth});
}

void Introductions::Widen(const VoteMoment& moment) {
  bool anybody = false;
  encounters_.ForEach([&](PeerId, const Encounter& met) {
    anybody = anybody || (IsLive(moment, met) && met.silences == 0);
  });
  const bool waits = anybody && patient_;
  patient_ = !waits;
  widen_at_ = moment.now + moment.rules().widen_after;
  if (waits) return;
  const uint8_t depth = joined_.back().depth;
  if (depth > 0) return Join(moment, static_cast<uint8_t>(depth - 1));
  widen_at_ = Time::Never();
}

void Introductions::Pause() {
  looking_ = false;
  open_.clear();
}

void Introductions::Leave(const VoteMoment& moment) {
  Pause();
  standing_ = false;
  for (const Joined& at : joined_) moment.topics.Disperse(moment, at.topic);
}

// ---- present ----

void Introductions::PresentTo(const VoteMoment& moment, const Joined& at,
                              std::vector<PeerId> to) const {
  if (to.size() > kPresentTo) {
    moment.random.Shuffle(std::span(to));
    to.resize(kPresentTo);
  }
  if (to.empty()) return;
  Message& message = moment.effects.Send(to);
  message.id = moment.random.Next();
  message.sent_ms = moment.now_ms();
  message.body = Present{.template_cid = moment.vote.template_cid(),
                         .stage = stage_,
                         .depth = at.depth,
                         .pool = {},
                         .size = 0};
}

void Introductions::PresentAll(const VoteMoment& moment) {
  present_at_ = moment.now + moment.rules().present_interval;
  for (const Joined& at : joined_) {
    Gathering* gathering = moment.topics.GatheringAt(at.topic);
    if (gathering == nullptr) continue;
    (void)gathering->TakeNewcomers();
    PresentTo(moment, at, gathering->Who());
  }
}

void Introductions::MeetNewcomers(const VoteMoment& moment) {
  if (!looking_) return;
  for (const Joined& at : joined_) {
    Gathering* gathering = moment.topics.GatheringAt(at.topic);
    if (gathering == nullptr || !gathering->has_newcomers()) continue;
    PresentTo(moment, at, gathering->TakeNewcomers());
  }
}

void Introductions::Note(const VoteMoment& moment, PeerId from, NegotiationStage stage,
                         uint8_t depth, int64_t sent_ms) {
  const int64_t now_ms = moment.now_ms();
  const int64_t sent = std::clamp(sent_ms, now_ms - kClockErrorMaxMs, now_ms + kClockErrorMaxMs);
  encounters_.Note(moment.now, {.peer = from,
                                .stage = stage,
                                .depth = std::min(depth, FirstDepth()),
                                .estimate = moment.now - Time{sent * 1000}});
}

// ---- greet ----

bool Introductions::MayGreet(Time now, const NegotiationConfig& rules) const {
  const bool enough = encounters_.size() >= static_cast<size_t>(rules.accumulate_count);
  return accumulated_ || now >= began_ + rules.accumulate_max ||
         (enough && now >= began_ + rules.accumulate);
}

bool Introductions::IsLive(const VoteMoment& moment, const Encounter& met) const {
  return met.heard + HeardKeep(moment.rules()) > moment.now && met.stage != NegotiationStage::kPool;
}

Time Introductions::GreetableFrom(const VoteMoment& moment, PeerId peer,
                                  const Encounter& met) const {
  if (!IsLive(moment, met) || HasGreeted(peer)) return Time::Never();
  const bool both_pairs = stage_ == NegotiationStage::kPair && met.stage == NegotiationStage::kPair;
  return both_pairs ? std::max(met.rest_until, since_ + moment.rules().accumulate_max)
                    : met.rest_until;
}

void Introductions::Advance(const VoteMoment& moment) {
  greet_at_ = Time::Never();
  if (!looking_ || !open_.empty()) return;
  if (!MayGreet(moment.now, moment.rules())) {
    const bool enough = encounters_.size() >= static_cast<size_t>(moment.rules().accumulate_count);
    greet_at_ = began_ + (enough ? moment.rules().accumulate : moment.rules().accumulate_max);
    return;
  }
  accumulated_ = true;
  // Doubtful ones last; a coordinator's next choice are other coordinators.
  using Rank = std::tuple<bool, bool, int64_t, PeerId>;
  std::vector<Rank> ranks;
  const NegotiationConfig& rules = moment.rules();
  encounters_.ForEach([&](PeerId peer, const Encounter& met) {
    const Time from = GreetableFrom(moment, peer, met);
    if (from > moment.now) {
      greet_at_ = std::min(greet_at_, from);
      return;
    }
    const bool pair = stage_ == NegotiationStage::kPair && met.stage == NegotiationStage::kPair;
    const int64_t distance = rules.random_partner
                                 ? static_cast<int64_t>(moment.random.Next() >> 1)
                                 : Encounters::Distance(met, FirstDepth(), rules.specific_bonus).us;
    ranks.emplace_back(moment.conduct.IsDoubtful(moment.now, peer), pair, distance, peer);
  });
  const auto width = std::min(ranks.size(), static_cast<size_t>(std::max(rules.greet_width, 1)));
  std::partial_sort(ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(width), ranks.end());
  for (size_t i = 0; i < width; ++i) Greet(moment, std::get<PeerId>(ranks[i]));
}

void Introductions::Greet(const VoteMoment& moment, PeerId peer) {
  const uint64_t id = moment.random.Next();
  open_.push_back({peer, id, moment.now, moment.now + moment.rules().greet_timeout});
  const Encounter* met = encounters_.Find(peer);
  moment.Send(peer, id,
              core::Greet{.stage = stage_,
                          .depth = met == nullptr ? uint8_t{0} : met->depth,
                          .ticket = moment.vote.ticket()});
}

void Introductions::GreetBack(const VoteMoment& moment, PeerId peer) {
  if (!HasGreeted(peer)) Greet(moment, peer);
}

std::optional<OpenGreet> Introductions::TakeGreet(PeerId from, uint64_t id) {
  const auto found = std::find_if(open_.begin(), open_.end(), [&](const OpenGreet& open) {
    return open.peer == from && open.id == id;
  });
  if (found == open_.end()) return std::nullopt;
  const OpenGreet greet = *found;
  open_.erase(found);
  return greet;
}

bool Introductions::HasGreeted(PeerId peer) const {
  return std::any_of(open_.begin(), open_.end(),
                     [peer](const OpenGreet& open) { return open.peer == peer; });
}

bool Introductions::IsAcceptable(const VoteMoment& moment, PeerId from) const {
  const NegotiationConfig& rules = moment.rules();
  const Encounter* met = encounters_.Find(from);
  if (met == nullptr || rules.random_partner) return met != nullptr;
  const int64_t own = Encounters::Distance(*met, FirstDepth(), rules.specific_bonus).us;
  int64_t nearest = INT64_MAX;
  encounters_.ForEach([&](PeerId peer, const Encounter& other) {
    // Who cannot be had is no reason to wait.
    const bool available = IsLive(moment, other) && other.rest_until <= moment.now;
    if (peer == from || !available) return;
    nearest = std::min(nearest, Encounters::Distance(other, FirstDepth(), rules.specific_bonus).us);
  });
  if (nearest == INT64_MAX) return true;
  // Estimates are no better than the slack: of what is nearer than that, that much is relaxed.
  const int64_t base = std::max(nearest, rules.rtt_slack.us);
  const int64_t seconds = (moment.now - since_).us / 1'000'000;
  return own <= nearest + base * rules.relax_percent / 100 * seconds;
}

bool Introductions::FitsEstimate(const VoteMoment& moment, const OpenGreet& greet) {
  const Encounter* met = encounters_.Find(greet.peer);
  if (met == nullptr) return false;
  const Duration round_trip = std::max(moment.now - greet.sent, Duration{0});
  const Duration difference = round_trip / 2 - met->estimate;
  const Duration allowed = std::max(moment.rules().rtt_slack, round_trip / 2);
  encounters_.NoteRoundTrip(greet.peer, round_trip);
  return difference <= allowed && Duration{0} - difference <= allowed;
}

void Introductions::Rest(const VoteMoment& moment, PeerId peer, NegotiationReject reason) {
  const NegotiationConfig& rules = moment.rules();
  Duration rest = rules.greet_timeout;
  if (reason == NegotiationReject::kBusy) rest = rules.pair_lock;
  if (reason == NegotiationReject::kLatency) rest = rules.widen_after;
  const bool never = reason == NegotiationReject::kDuplicate || reason == NegotiationReject::kBad;
  if (never) rest = rules.ticket_life;
  encounters_.Rest(peer, moment.now + rest);
}

void Introductions::OnLinkDown(PeerId peer) {
  std::erase_if(open_, [peer](const OpenGreet& open) { return open.peer == peer; });
  encounters_.Forget(peer);
}

void Introductions::OnDeadline(const VoteMoment& moment) {
  if (!looking_) return;
  std::erase_if(open_, [&](const OpenGreet& open) {
    if (open.deadline > moment.now) return false;
    encounters_.NoteSilence(open.peer, moment.now, moment.rules().greet_timeout);
    return true;
  });
  if (present_at_ <= moment.now) PresentAll(moment);
  if (widen_at_ <= moment.now) Widen(moment);
}

Time Introductions::NextDeadline() const {
  if (!looking_) return Time::Never();
  Time next = std::min({present_at_, widen_at_, greet_at_});
  for (const OpenGreet& open : open_) next = std::min(next, open.deadline);
  return next;
}

// ---- state ----

void Introductions::CollectPeers(PeerSet& peers) const {
  encounters_.CollectPeers(peers);
  for (const OpenGreet& open : open_) peers.Add(open.peer);
}

template <typename State>
void Introductions::Tell(State& state) const {
  state.Add("stage", stage_);
  state.Add("looking", looking_);
  state.Add("standing", standing_);
  state.Add("accumulated", accumulated_);
  state.Add("patient", patient_);
  state.Add("began", began_);
  state.Add("since", since_);
  state.Add("presents", present_at_);
  state.Add("widens", widen_at_);
  state.Add("greets", greet_at_);
  for (const Joined& at : joined_) {
    state.Part("joined", [&] {
      state.Add("depth", at.depth);
      state.Add("topic", at.topic);
    });
  }
  for (const OpenGreet& open : open_) {
    state.Part("greet", [&] {
      state.Add("to", open.peer);
      state.Add("id", open.id);
      state.Add("sent", open.sent);
    });
  }
  state.Module("encounters", encounters_);
}

void Introductions::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Introductions::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Introductions::HeapBytes() const {
  return joined_.capacity() * sizeof(Joined) + open_.capacity() * sizeof(OpenGreet) +
         encounters_.HeapBytes();
}

}  // namespace core
