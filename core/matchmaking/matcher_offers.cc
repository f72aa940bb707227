// The half of Matcher that acts on what was found: candidates, offers, partners.
//
// Two matchers that seek each other may offer at the same moment. One match comes of it: the offer
// of the lower node id stands. The lower side answers the other's offer by sending its own again,
// the higher side drops its own and accepts.
#include <algorithm>
#include <string_view>

#include "core/matchmaking/matcher.h"
#include "core/matchmaking/record_check.h"

namespace core {
namespace {

// A copy comes within a second or two, and in a crowd a hundred others are declined by then.
constexpr size_t kRefusedMax = 256;

}  // namespace

void SendDecline(const Moment& moment, PeerId to, uint64_t request, const TaskId& task,
                 DeclineReason reason) {
  moment.effects.Observe(TaskDeclined{.task = task, .matcher = to, .reason = reason});
  Message& reply = moment.effects.Send(to);
  reply.id = request;
  reply.sent_ms = moment.now_ms();
  reply.body = Decline{task, reason};
}

void SendAccept(const Moment& moment, PeerId to, uint64_t request, const TaskId& task) {
  Message& reply = moment.effects.Send(to);
  reply.id = request;
  reply.sent_ms = moment.now_ms();
  reply.body = Accept{task};
}

void SendDone(const Moment& moment, PeerId to, const TaskId& task) {
  Message& message = moment.effects.Send(to);
  message.id = moment.random.Next();
  message.sent_ms = moment.now_ms();
  message.body = Done{task};
}

void Matcher::TakeRecords(const Moment& moment, PeerId holder, std::span<const Record> records) {
  TakeServed(
      moment,
      {.holder = holder,
       .topic = topic_,
       .role = command_.seek,
       .filter = &command_.filter,
       .records = records},
      [this](const Record& record) { return candidates_.HasRoom() && candidates_.IsNews(record); },
      [&](const Record& record) {
        candidates_.Add(moment, record);
        candidates_.NoteRoundTrip(record.peer, publication_.RoundTripTo(record.peer));
      });
}

std::vector<Matcher::OpenOffer>::iterator Matcher::OfferTo(PeerId peer) {
  return std::find_if(offers_.begin(), offers_.end(),
                      [peer](const OpenOffer& offer) { return offer.to == peer; });
}

void Matcher::MakeOffers(const Moment& moment) {
  if (!Searching()) return;
  const Duration left = deadline_ - moment.now;
  // Before the last level, offers wait until one round of them can complete the match.
  const bool now = specificity() == 0 || left <= moment.config().offer_expiry * 2 ||
                   candidates_.CountUsable(moment.now) >= Missing();
  while (now && Missing() > 0) {
    const std::optional<PeerId> best = candidates_.Best(moment);
    if (!best.has_value()) return;
    OpenOffer offer{.task = {},
                    .to = *best,
                    .expires = moment.now + moment.config().offer_expiry,
                    .lapses = moment.now + OfferWait(moment)};
    moment.random.Fill(offer.task.bytes);
    candidates_.MarkOffered(*best);
    offers_.push_back(offer);
    moment.effects.Observe(Offered{.task = offer.task, .worker = *best});
    SendOffer(moment, offer);
  }
}

// As a lookup treats a slow peer: after a quarter of the response timeout the next one is asked,
// unless even the holders take that long; in time for a second try.
Duration Matcher::OfferWait(const Moment& moment) const {
  const Duration usual = moment.context.config->routing.response_timeout / 4;
  return std::min(std::max(usual, publication_.SlowestRoundTrip() * 2),
                  moment.config().offer_expiry / 2);
}

void Matcher::SendOffer(const Moment& moment, const OpenOffer& open) {
  ++requests_;
  Message& message = moment.effects.Send(open.to);
  message.id = moment.random.Next();
  message.sent_ms = moment.now_ms();
  message.ttl_ms = static_cast<uint32_t>(moment.config().offer_expiry.us / 1000);
  Offer& offer = message.body.emplace<Offer>();
  offer.task = open.task;
  offer.topic = topic_;
  offer.kind = command_.topic.kind.substr(0, limits::kTaskKindBytesMax);
  offer.expires_ms = open.expires.us / 1000;
}

void Matcher::AddPartner(const Moment& moment, PeerId peer, const TaskId& task) {
  partners_.push_back({task, peer});
  candidates_.MarkPartner(peer);
  moment.effects.Observe(Matched{.topic = topic_, .task = task, .partner = peer});
}

// What an offer's end leads to, whichever end it was.
void Matcher::AfterOffer(const Moment& moment) {
  if (partners_.size() >= command_.want) return Finish(moment, MatchEnd::kSatisfied);
  if (phase_ == Phase::kClosing && offers_.empty()) return Finish(moment, MatchEnd::kPatience);
  MakeOffers(moment);
}

// The offer or its answer may be lost; a copy of an offer is answered as before. True: sent again. A seeker's place is kept
// until the copy had its time: it may stop seeking on its yes. A worker that is not needed any more is told so.
bool Matcher::Repeat(const Moment& moment, OpenOffer& offer) {
  if (offer.repeated || offer.expires <= moment.now) return false;
  offer.repeated = true;
  offer.lapses = moment.now + OfferWait(moment);
  SendOffer(moment, offer);
  return true;
}

void Matcher::ExpireOffers(const Moment& moment) {
  const size_t before = offers_.size();
  bool lapsed = false;
  for (OpenOffer& offer : offers_) {
    if (offer.expires <= moment.now) candidates_.MarkGone(offer.to);
    if (offer.lapsed || offer.lapses > moment.now) continue;
    if (Repeat(moment, offer) && command_.seek == Role::kMatcher) continue;
    offer.lapsed = true;
    lapsed = true;
  }
  std::erase_if(offers_, [&](const OpenOffer& offer) { return offer.expires <= moment.now; });
  if (offers_.size() == before && !lapsed) return;
  declines_ += static_cast<uint32_t>(before - offers_.size());
  AfterOffer(moment);
}

bool Matcher::OnAccept(const Moment& moment, PeerId from, const Accept& accept) {
  const bool known = std::any_of(partners_.begin(), partners_.end(), [&](const Partner& partner) {
    return partner.peer == from && partner.task == accept.task;
  });
  if (known) return true;  // A duplicate.
  const auto offer = OfferTo(from);
  if (offer == offers_.end() || offer->task != accept.task) return false;
  if (offer->lapsed && Missing() == 0) {
    offers_.erase(offer);
    candidates_.MarkGone(from);
    return false;
  }
  offers_.erase(offer);
  ++accepts_;
  AddPartner(moment, from, accept.task);
  AfterOffer(moment);
  return true;
}

bool Matcher::OnDecline(const Moment& moment, PeerId from, const Decline& decline) {
  const auto offer = OfferTo(from);
  if (phase_ == Phase::kFinished || offer == offers_.end() || offer->task != decline.task) {
    return false;
  }
  offers_.erase(offer);
  ++declines_;
  if (decline.reason == DeclineReason::kBusy) {
    // The spread keeps seekers that were refused together from returning together.
    const int64_t interval_us = std::max<int64_t>(moment.config().requery_interval.us, 1);
    const Duration spread{
        static_cast<int64_t>(moment.random.Below(static_cast<uint64_t>(interval_us)))};
    candidates_.MarkBusy(from, moment.now + moment.config().requery_interval / 2 + spread);
  } else {
    candidates_.MarkGone(from);
  }
  AfterOffer(moment);
  return true;
}

// A partner gives the match back; the number is short again.
bool Matcher::OnDone(const Moment&, PeerId from, const Done& done) {
  if (phase_ == Phase::kFinished) return false;
  const size_t before = partners_.size();
  std::erase_if(partners_, [&](const Partner& partner) {
    return partner.peer == from && partner.task == done.task;
  });
  if (partners_.size() == before) return false;
  candidates_.MarkGone(from);
  Refuse(done.task);
  return true;
}

// No copy of this offer is accepted any more.
void Matcher::Refuse(const TaskId& task) {
  if (refused_.size() == kRefusedMax) refused_.erase(refused_.begin());
  refused_.push_back(task);
}

bool Matcher::OnOffer(const Moment& moment, PeerId from, uint64_t request, const Offer& offer) {
  if (offer.topic != topic_ || command_.seek != Role::kMatcher) return false;
  const auto partner = std::find_if(partners_.begin(), partners_.end(),
                                    [from](const Partner& p) { return p.peer == from; });
  if (partner != partners_.end()) {
    // A duplicate is answered as before; any other offer of a partner was overtaken by ours.
    if (partner->task == offer.task) SendAccept(moment, from, request, offer.task);
    return true;
  }
  if (phase_ == Phase::kFinished) return false;
  // Never yes after no: the other side may have chosen somebody else on the no.
  if (std::find(refused_.begin(), refused_.end(), offer.task) != refused_.end()) {
    SendDecline(moment, from, request, offer.task, DeclineReason::kBusy);
    return true;
  }
  const auto own = OfferTo(from);
  if (own != offers_.end()) {
    const bool stands = !own->lapsed || Missing() > 0;
    if (stands && moment.self_id() < moment.context.directory->NodeIdOf(from)) {
      own->lapsed = false;
      own->lapses = moment.now + OfferWait(moment);
      SendOffer(moment, *own);
      return true;
    }
    offers_.erase(own);
  }
  Agree(moment, from, request, offer);
  return true;
}

void Matcher::Agree(const Moment& moment, PeerId from, uint64_t request, const Offer& offer) {
  const Candidate* known = candidates_.Find(from);
  const int64_t tolerance_ms = moment.config().clock_tolerance.us / 1000;
  const bool expired = moment.now_ms() - tolerance_ms > offer.expires_ms;
  const bool unfiltered = command_.filter.must.empty() && command_.filter.must_not.empty();
  if (expired) {
    SendDecline(moment, from, request, offer.task, DeclineReason::kGone);
  } else if (Missing() == 0) {
    Refuse(offer.task);
    SendDecline(moment, from, request, offer.task, DeclineReason::kBusy);
  } else if (known == nullptr && !unfiltered) {
    // Its record was never seen here, so nothing says that it passes.
    SendDecline(moment, from, request, offer.task, DeclineReason::kFilter);
  } else {
    SendAccept(moment, from, request, offer.task);
    AddPartner(moment, from, offer.task);
    AfterOffer(moment);
  }
}

}  // namespace core
