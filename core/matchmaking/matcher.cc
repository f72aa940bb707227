#include "core/matchmaking/matcher.h"

#include <algorithm>

#include "core/matchmaking/record_check.h"
#include "core/matchmaking/traffic.h"

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"", "asking", "pausing", "staying", "closing", "finished"};

}  // namespace

Matcher::Matcher(const Key256& topic, const MatchCommand& command, const MatchmakingConfig& config)
    : topic_(topic),
      command_(command),
      candidates_(std::max<size_t>(config.high_water, size_t{command.want} * 2)) {
  // A worker without budget can accept nothing.
  if (command_.seek == Role::kWorker && command_.filter.min_budget == 0) {
    command_.filter.min_budget = 1;
  }
}

void Matcher::Begin(const Moment& moment) {
  started_ = moment.now;
  deadline_ = moment.now + std::clamp(command_.patience, Duration{0}, Minutes(int64_t{24} * 60));
  moment.effects.Observe(MatchStarted{.topic = topic_,
                                      .seek = command_.seek,
                                      .want = command_.want,
                                      .patience = command_.patience});
  if (command_.want == 0) return Finish(moment, MatchEnd::kSatisfied);
  const int shared = moment.locator.SharedPrefix(moment.config().neighbours);
  const auto c0 = static_cast<uint8_t>(std::clamp(shared, 0, 255));
  moment.effects.Observe(Respecified{.topic = topic_,
                                     .role = Role::kMatcher,
                                     .from = c0,
                                     .to = c0,
                                     .cause = RespecifyCause::kStart});
  EnterLevel(moment, c0);
}

bool Matcher::Searching() const {
  return phase_ == Phase::kAsking || phase_ == Phase::kPausing || phase_ == Phase::kStaying;
}

uint32_t Matcher::Missing() const {
  const auto open = std::count_if(offers_.begin(), offers_.end(),
                                  [](const OpenOffer& offer) { return !offer.lapsed; });
  const size_t taken = partners_.size() + static_cast<size_t>(open);
  return command_.want > taken ? static_cast<uint32_t>(command_.want - taken) : 0;
}

// Levels that galloping still has before it, this one excluded.
uint32_t Matcher::LevelsLeft() const {
  uint32_t levels = 0;
  uint32_t step = gallop_;
  for (uint32_t c = specificity(); c > 0; ++levels, step *= 2) c -= std::min(c, step);
  return levels;
}

void Matcher::EnterLevel(const Moment& moment, uint8_t specificity) {
  // Older publications expire by themselves: they let a peer that is one step more specific find
  // us. One that would long outlive the level is taken back.
  const Duration stale = moment.config().matcher_ttl;
  if (levels_ > 0 && Milliseconds(publication_.record().ttl_ms) > stale * 2) {
    publication_.Withdraw(moment);
  }
  requests_ += publication_.requests();
  ++levels_;
  publication_.Open(moment, topic_, specificity);
  phase_ = Phase::kAsking;
  phase_deadline_ = Time::Never();
  const Duration left = std::max(deadline_ - moment.now, Duration{0});
  level_deadline_ = moment.now + left / (int64_t{LevelsLeft()} + 1);
  Renew(moment);
  Ask(moment);
}

// Publishes for as long as the matcher means to stay here, within [matcher_ttl, worker_ttl]; so a
// renewal is needed only by the most patient, and the holders' registration rate is kept.
void Matcher::Renew(const Moment& moment) {
  const MatchmakingConfig& config = moment.config();
  const Duration stay = level_deadline_ - moment.now;
  const Duration ttl =
      std::max(config.matcher_ttl, std::min(stay, std::max(config.worker_ttl, config.matcher_ttl)));
  Record record;
  record.topic = topic_;
  record.role = Role::kMatcher;
  record.specificity = specificity();
  record.want = command_.want;
  record.ttl_ms = static_cast<uint32_t>(ttl.us / 1000);
  record.capabilities = command_.capabilities;
  SignRecord(moment, record);
  publication_.Announce(moment, record);
  renew_at_ = moment.now + ttl < level_deadline_ ? moment.now + ttl / 3 : Time::Never();
}

bool Matcher::Subscribes(const Moment& moment) const {
  return moment.config().push && specificity() == 0 && !publication_.HoldsItself(moment.self);
}

void Matcher::Ask(const Moment& moment) {
  Find question;
  question.role_wanted = command_.seek;
  question.filter = command_.filter;
  question.limit = static_cast<uint16_t>(
      std::clamp<size_t>(moment.config().reply_limit, 1, limits::kRecordsMax));
  question.subscribe = Subscribes(moment);
  judged_ = false;
  publication_.Ask(moment, question, deadline_ - moment.now);
  const std::vector<Record> own = publication_.TakeOwnRecords();
  TakeRecords(moment, moment.self, own);
}

// A false crowd costs a seeker its way to the others, a crowd denied one step: so every holder that
// answers must say it.
bool Matcher::IsCrowd(const Moment& moment, const Tally& tally) const {
  const bool crowd = tally.all_truncated || tally.least_count > moment.config().high_water;
  return !disproved_ && crowd && specificity() < 255;
}

bool Matcher::WantsToStay(const Moment& moment, const Tally& tally) const {
  if (tally.answers == 0 || moment.now >= level_deadline_) return false;
  StayQuestion question;
  question.traffic = tally.median;
  if (command_.seek == Role::kMatcher) {
    // The own registration is among what the holders count.
    question.traffic.count -= std::min(question.traffic.count, 1u);
    question.traffic.arrivals_per_min -= std::min(question.traffic.arrivals_per_min, 1u);
  }
  question.accept_ratio = {uint64_t{accepts_} + 1, uint64_t{accepts_} + declines_ + 1};
  question.patience_left = deadline_ - moment.now;
  question.want = command_.want;
  question.have =
      static_cast<uint32_t>(command_.want - Missing()) + candidates_.CountUsable(moment.now);
  return StayOrMove(question).stay;
}

void Matcher::Judge(const Moment& moment) {
  judged_ = true;
  MakeOffers(moment);
  const Tally tally = publication_.AskTally();
  const bool enough = candidates_.CountUsable(moment.now) >= Missing();
  if (enough) return Stay(moment);
  if (IsCrowd(moment, tally)) return Narrow(moment, tally.least_count);
  if (specificity() == 0 || WantsToStay(moment, tally)) return Stay(moment);
  phase_ = Phase::kPausing;
  const Duration halved = command_.patience / (int64_t{1} << std::min<uint32_t>(levels_, 40));
  const Duration pause = std::min(moment.config().requery_interval, halved);
  phase_deadline_ = std::min(moment.now + pause, std::max(level_deadline_, moment.now));
}

void Matcher::Stay(const Moment& moment) {
  phase_ = Phase::kStaying;
  const MatchmakingConfig& config = moment.config();
  const Duration interval = Subscribes(moment) ? config.safety_poll : config.requery_interval;
  phase_deadline_ = moment.now + interval;
  // The mandatory last look, early enough that an offer can still be accepted.
  const Time last_look = deadline_ - config.requery_interval;
  if (phase_deadline_ > last_look && !final_query_ && last_look > moment.now) {
    phase_deadline_ = last_look;
  }
  // Enough was found although the level's time is over: it goes on from query to query.
  if (level_deadline_ <= moment.now) level_deadline_ = phase_deadline_;
}

void Matcher::Widen(const Moment& moment) {
  const uint8_t from = specificity();
  const auto to = static_cast<uint8_t>(std::max<int>(from - gallop_, 0));
  disproved_ = disproved_ || narrowed_;
  narrowed_ = false;
  if (moment.config().gallop && gallop_ < 128) gallop_ = static_cast<uint8_t>(gallop_ * 2);
  moment.effects.Observe(Respecified{.topic = topic_,
                                     .role = Role::kMatcher,
                                     .from = from,
                                     .to = to,
                                     .cause = RespecifyCause::kThin});
  EnterLevel(moment, to);
}

void Matcher::Narrow(const Moment& moment, uint32_t count) {
  const uint8_t from = specificity();
  const auto to = static_cast<uint8_t>(std::min(from + NarrowingBits(count), 255));
  gallop_ = 1;
  narrowed_ = true;
  moment.effects.Observe(Respecified{.topic = topic_,
                                     .role = Role::kMatcher,
                                     .from = from,
                                     .to = to,
                                     .cause = RespecifyCause::kCrowd});
  EnterLevel(moment, to);
}

void Matcher::Finish(const Moment& moment, MatchEnd end) {
  phase_ = Phase::kFinished;
  publication_.Withdraw(moment);
  requests_ += publication_.requests();
  // Copies of partners' messages may be under way; whoever has a partner answers them for a while.
  const bool lingers = !partners_.empty() && end != MatchEnd::kLeft;
  phase_deadline_ = lingers ? moment.now + moment.config().offer_expiry : Time::Never();
  publication_ = Publication();
  offers_.clear();
  moment.effects.Observe(MatchFinished{.topic = topic_,
                                       .end = end,
                                       .wanted = command_.want,
                                       .partners = static_cast<uint16_t>(partners_.size()),
                                       .requests = requests_,
                                       .levels = levels_,
                                       .took = moment.now - started_});
}

void Matcher::Leave(const Moment& moment) {
  if (phase_ == Phase::kFinished) return;
  // Partners have no more use for the task; open offers find nobody when they are accepted.
  for (const Partner& partner : partners_) SendDone(moment, partner.peer, partner.task);
  Finish(moment, MatchEnd::kLeft);
}

bool Matcher::OnLookup(const Moment& moment, uint64_t token, std::span<const PeerId> nearest,
                       uint32_t requests) {
  if (!publication_.OnLookup(moment, token, nearest)) return false;
  requests_ += requests;
  TakeRecords(moment, moment.self, publication_.TakeOwnRecords());
  if (Searching() && !judged_ && publication_.AskComplete()) Judge(moment);
  return true;
}

bool Matcher::OnProvideAck(const Moment& moment, PeerId from, uint64_t request,
                           const ProvideAck& ack) {
  return publication_.OnAck(moment, from, request, ack);
}

bool Matcher::OnFound(const Moment& moment, PeerId from, uint64_t request, const Found& found) {
  if (!publication_.OnFound(moment, from, request, found)) return false;
  if (!Searching()) return true;
  TakeRecords(moment, from, found.records);
  candidates_.NoteRoundTrip(from, publication_.RoundTripTo(from));
  if (phase_ != Phase::kPausing && !judged_ && publication_.AskComplete()) {
    Judge(moment);
  } else {
    MakeOffers(moment);
  }
  return true;
}

bool Matcher::OnPush(const Moment& moment, PeerId from, uint64_t request, const Push& push) {
  if (!publication_.Expects(from, request, push)) return false;
  if (!Searching()) return true;
  TakeRecords(moment, from, push.records);
  MakeOffers(moment);
  return true;
}

void Matcher::OnLinkDown(const Moment& moment, PeerId peer) {
  if (phase_ == Phase::kFinished) return;
  publication_.OnLinkDown(moment, peer);
  const auto offer = OfferTo(peer);
  const bool offered = offer != offers_.end();
  if (offered) offers_.erase(offer);
  const Candidate* known = candidates_.Find(peer);
  // A failed dial is a removal; a partner stays one, its link may idle.
  if (known != nullptr && known->state != CandidateState::kPartner) candidates_.MarkGone(peer);
  if (offered) AfterOffer(moment);
  if (Searching() && phase_ != Phase::kPausing && !judged_ && publication_.AskComplete()) {
    Judge(moment);
  }
}

void Matcher::OnDeadline(const Moment& moment) {
  if (phase_ == Phase::kFinished) {
    if (phase_deadline_ <= moment.now) phase_deadline_ = Time::Never();
    return;
  }
  publication_.OnDeadline(moment);
  ExpireOffers(moment);
  if (phase_ == Phase::kFinished) return;
  if (phase_ == Phase::kClosing) {
    if (phase_deadline_ <= moment.now) Finish(moment, MatchEnd::kPatience);
    return;
  }
  if (deadline_ <= moment.now) {
    if (offers_.empty()) return Finish(moment, MatchEnd::kPatience);
    phase_ = Phase::kClosing;
    phase_deadline_ = deadline_ + moment.config().requery_interval;
    return;
  }
  OnSearchDeadline(moment);
}

void Matcher::OnSearchDeadline(const Moment& moment) {
  if (renew_at_ <= moment.now) Renew(moment);
  if (phase_ == Phase::kPausing) {
    if (phase_deadline_ > moment.now) return;
    // Answers that came late may have brought enough.
    return candidates_.CountUsable(moment.now) >= Missing() ? Stay(moment) : Widen(moment);
  }
  const bool late = level_deadline_ <= moment.now && specificity() != 0;
  if (!judged_ && (publication_.AskComplete() || late)) return Judge(moment);
  if (phase_ != Phase::kStaying) return;
  if (late && candidates_.CountUsable(moment.now) < Missing()) return Judge(moment);
  if (late) level_deadline_ = phase_deadline_;
  if (phase_deadline_ > moment.now) return;
  if (deadline_ - moment.config().requery_interval <= moment.now) final_query_ = true;
  Ask(moment);
  Stay(moment);
  if (!judged_ && publication_.AskComplete()) Judge(moment);
}

Time Matcher::NextDeadline() const {
  if (phase_ == Phase::kFinished) return phase_deadline_;
  Time next = std::min({publication_.NextDeadline(), phase_deadline_, deadline_});
  if (phase_ == Phase::kClosing) next = std::min(publication_.NextDeadline(), phase_deadline_);
  if (Searching()) next = std::min(next, renew_at_);
  const bool limited = phase_ == Phase::kAsking || phase_ == Phase::kStaying;
  if (limited && specificity() != 0) next = std::min(next, level_deadline_);
  for (const OpenOffer& offer : offers_) {
    next = std::min(next, offer.lapsed ? offer.expires : offer.lapses);
  }
  return next;
}

std::vector<PeerId> Matcher::Partners() const {
  std::vector<PeerId> peers;
  peers.reserve(partners_.size());
  for (const Partner& partner : partners_) peers.push_back(partner.peer);
  return peers;
}

void Matcher::CollectPeers(PeerSet& peers) const {
  publication_.CollectPeers(peers);
  candidates_.CollectPeers(peers);
  for (const OpenOffer& offer : offers_) peers.Add(offer.to);
  for (const Partner& partner : partners_) peers.Add(partner.peer);
}

template <typename State>
void Matcher::Tell(State& state) const {
  state.Add("topic", topic_);
  state.Add("phase", phase_, kPhases);
  state.Show("want", command_.want);
  state.Add("gallop", gallop_);
  state.Add("narrowed", narrowed_);
  state.Add("disproved", disproved_);
  state.Add("judged", judged_);
  state.Add("deadline", deadline_);
  state.Add("level deadline", level_deadline_);
  state.Add("phase deadline", phase_deadline_);
  state.Add("renews", renew_at_);
  state.Module("publication", publication_);
  state.Module("candidates", candidates_);
  for (const OpenOffer& offer : offers_) {
    state.Part("offer", [&] {
      state.Add("task", offer.task.bytes);
      state.Add("to", offer.to);
      state.Add("expires", offer.expires);
      state.Add("lapsed", offer.lapsed);
    });
  }
  for (const Partner& partner : partners_) {
    state.Part("partner", [&] {
      state.Add("peer", partner.peer);
      state.Show("task", partner.task.bytes);
    });
  }
  for (const TaskId& task : refused_) state.Add("refused", task.bytes);
}

void Matcher::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Matcher::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Matcher::HeapBytes() const {
  return publication_.HeapBytes() + candidates_.HeapBytes() +
         offers_.capacity() * sizeof(OpenOffer) + partners_.capacity() * sizeof(Partner) +
         refused_.capacity() * sizeof(TaskId);
}

}  // namespace core
