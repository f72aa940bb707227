#include "core/matchmaking/worker.h"

#include <algorithm>
#include <utility>

#include "core/matchmaking/matcher.h"
#include "core/matchmaking/record_check.h"

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"", "renewing", "resting", "gone"};

constexpr int kStartBelow = 2;
constexpr uint8_t kThinRenewals = 2;

}  // namespace

Worker::Worker(const Key256& topic, const WorkCommand& command, Tasks tasks)
    : topic_(topic), command_(command), tasks_(std::move(tasks)) {
  tasks_.SetBudget(command.budget);
}

void Worker::Begin(const Moment& moment) {
  const int shared = moment.locator.SharedPrefix(moment.config().neighbours);
  const auto start = static_cast<uint8_t>(std::clamp(shared - kStartBelow, 0, 255));
  moment.effects.Observe(Respecified{.topic = topic_,
                                     .role = Role::kWorker,
                                     .from = start,
                                     .to = start,
                                     .cause = RespecifyCause::kStart});
  publication_.Open(moment, topic_, start);
  Renew(moment);
}

void Worker::Renew(const Moment& moment) {
  phase_ = Phase::kRenewing;
  const Duration ttl = moment.config().worker_ttl;
  Record record;
  record.topic = topic_;
  record.role = Role::kWorker;
  record.specificity = specificity();
  // At capacity the record stays, with budget 0, so that the place is not lost.
  record.budget = tasks_.left();
  record.ttl_ms = static_cast<uint32_t>(ttl.us / 1000);
  record.capabilities = command_.capabilities;
  SignRecord(moment, record);
  publication_.Announce(moment, record);
  // A tenth earlier at random: workers that came together do not renew together for ever.
  const Duration third = std::max(ttl / 3, Milliseconds(100));
  const auto early =
      static_cast<int64_t>(moment.random.Below(static_cast<uint64_t>(third.us / 10)));
  renew_at_ = moment.now + third - Duration{early};
  // Complete at once: there is nobody to ask, so nobody answered.
  if (publication_.AnnounceComplete()) phase_ = Phase::kResting;
}

void Worker::Conclude(const Moment& moment) {
  if (phase_ != Phase::kRenewing) return;
  const Tally tally = publication_.AnnounceTally();
  if (tally.answers > 0 && leaving_ != nullptr) {
    leaving_->Withdraw(moment);
    leaving_.reset();
  }
  phase_ = Phase::kResting;
  if (tally.answers > 0) Adapt(moment);
}

bool Worker::Adapt(const Moment& moment) {
  const MatchmakingConfig& config = moment.config();
  const uint32_t count = publication_.AnnounceTally().median.count;
  const bool renewal = !std::exchange(first_at_key_, false);
  if (count >= config.low_water) thin_in_a_row_ = 0;
  if (count > config.high_water && specificity() < 255 && moment.now >= narrow_after_) {
    if (!moment.random.Chance(NarrowingShare(count, config.high_water))) return false;
    widen_after_ = moment.now + config.narrow_hold;
    Move(moment, static_cast<uint8_t>(specificity() + 1), RespecifyCause::kCrowd);
    return true;
  }
  if (count >= config.low_water || !renewal) return false;
  if (thin_in_a_row_ < kThinRenewals) ++thin_in_a_row_;
  if (thin_in_a_row_ < kThinRenewals || specificity() == 0) return false;
  if (moment.now < widen_after_) return false;
  narrow_after_ = moment.now + config.narrow_hold;
  Move(moment, static_cast<uint8_t>(specificity() - 1), RespecifyCause::kThin);
  return true;
}

void Worker::Move(const Moment& moment, uint8_t to, RespecifyCause cause) {
  moment.effects.Observe(Respecified{
      .topic = topic_, .role = Role::kWorker, .from = specificity(), .to = to, .cause = cause});
  thin_in_a_row_ = 0;
  first_at_key_ = true;
  // Positions are kept, so half of all moves lead to the key where the worker already is.
  const bool same_keys =
      KeysAt(moment.context, moment.now, moment.self_id(), topic_, to) ==
      KeysAt(moment.context, moment.now, moment.self_id(), topic_, specificity());
  if (same_keys) return publication_.Respecify(to);
  if (leaving_ != nullptr) leaving_->Withdraw(moment);
  leaving_ = std::make_unique<Publication>(std::move(publication_));
  publication_.Open(moment, topic_, to);
  Renew(moment);
}

void Worker::Leave(const Moment& moment) {
  if (phase_ == Phase::kGone) return;
  phase_ = Phase::kGone;
  publication_.Withdraw(moment);
  if (leaving_ != nullptr) leaving_->Withdraw(moment);
  leaving_.reset();
  publication_ = Publication();
}

bool Worker::OnLookup(const Moment& moment, uint64_t token, std::span<const PeerId> nearest) {
  if (!publication_.OnLookup(moment, token, nearest)) return false;
  if (publication_.AnnounceComplete()) Conclude(moment);
  return true;
}

bool Worker::OnProvideAck(const Moment& moment, PeerId from, uint64_t request,
                          const ProvideAck& ack) {
  if (!publication_.OnAck(moment, from, request, ack)) return false;
  if (publication_.AnnounceComplete()) Conclude(moment);
  return true;
}

bool Worker::OnOffer(const Moment& moment, PeerId from, uint64_t request, const Offer& offer) {
  if (offer.topic != topic_ || phase_ == Phase::kGone) return false;
  const std::string_view kind(command_.topic.kind);
  std::optional<DeclineReason> refusal = DeclineReason::kFilter;
  bool repeated = false;
  if (offer.kind == kind.substr(0, limits::kTaskKindBytesMax)) {
    refusal = tasks_.Accept(moment, from, offer, repeated);
  }
  if (refusal.has_value()) {
    SendDecline(moment, from, request, offer.task, *refusal);
  } else {
    SendAccept(moment, from, request, offer.task);
  }
  return true;
}

bool Worker::OnDone(const Moment& moment, PeerId from, const Done& done) {
  return tasks_.Finish(moment, from, done.task);
}

void Worker::OnLinkDown(const Moment& moment, PeerId peer) {
  if (phase_ == Phase::kGone) return;
  publication_.OnLinkDown(moment, peer);
  if (publication_.AnnounceComplete()) Conclude(moment);
}

void Worker::OnDeadline(const Moment& moment) {
  tasks_.OnDeadline(moment);
  if (phase_ == Phase::kGone) return;
  publication_.OnDeadline(moment);
  if (publication_.AnnounceComplete()) Conclude(moment);
  if (renew_at_ <= moment.now) Renew(moment);
}

Time Worker::NextDeadline() const {
  if (phase_ == Phase::kGone) return tasks_.NextDeadline();
  return std::min({publication_.NextDeadline(), tasks_.NextDeadline(), renew_at_});
}

void Worker::CollectPeers(PeerSet& peers) const {
  publication_.CollectPeers(peers);
  if (leaving_ != nullptr) leaving_->CollectPeers(peers);
  tasks_.CollectPeers(peers);
}

template <typename State>
void Worker::Tell(State& state) const {
  state.Add("topic", topic_);
  state.Add("phase", phase_, kPhases);
  state.Add("thin in a row", thin_in_a_row_);
  state.Add("first at key", first_at_key_);
  state.Add("renews", renew_at_);
  state.Add("narrows from", narrow_after_);
  state.Add("widens from", widen_after_);
  state.Module("publication", publication_);
  if (leaving_ != nullptr) state.Module("leaving", *leaving_);
  state.Module("tasks", tasks_);
}

void Worker::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Worker::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Worker::HeapBytes() const {
  size_t bytes = publication_.HeapBytes() + tasks_.HeapBytes();
  if (leaving_ != nullptr) bytes += sizeof(Publication) + leaving_->HeapBytes();
  return bytes;
}

}  // namespace core
