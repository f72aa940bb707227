#include "core/matchmaking/publication.h"

#include <algorithm>
#include <utility>

#include "core/matchmaking/record_check.h"
#include "core/matchmaking/rendezvous.h"

namespace core {
namespace {

constexpr size_t kHoldersMax = 8;

size_t HolderCount(const MatchmakingConfig& config) {
  return static_cast<size_t>(std::clamp(config.holders, 1, static_cast<int>(kHoldersMax)));
}

// How long a holder may ponder over a request before it is of no use to the asker.
uint32_t RequestTtlMs(const Moment& moment) {
  return static_cast<uint32_t>(moment.context.config->routing.response_timeout.us / 1000);
}

template <typename Body>
void SendToAll(const Moment& moment, std::span<const PeerId> to, uint64_t id, const Body& body) {
  if (to.empty()) return;
  Message& message = moment.effects.Send(to);
  message.id = id;
  message.sent_ms = moment.now_ms();
  message.ttl_ms = RequestTtlMs(moment);
  message.body = body;
}

}  // namespace

void Publication::Open(const Moment& moment, const Key256& topic, uint8_t specificity) {
  *this = Publication();
  topic_ = topic;
  specificity_ = specificity;
  SyncKeys(moment);
  for (KeyState& at : keys_) Locate(moment, at);
}

// Salted roots change with the epoch: keys that ended are left to expire, new ones join.
void Publication::SyncKeys(const Moment& moment) {
  const LevelKeys wanted =
      KeysAt(moment.context, moment.now, moment.self_id(), topic_, specificity_);
  std::erase_if(keys_, [&](const KeyState& at) {
    return std::find(wanted.begin(), wanted.end(), at.key) == wanted.end();
  });
  for (const Key256& key : wanted) {
    const bool known =
        std::any_of(keys_.begin(), keys_.end(), [&](const KeyState& at) { return at.key == key; });
    if (known) continue;
    keys_.emplace_back();
    keys_.back().key = key;
    keys_.back().lookup_backoff = moment.config().backoff_base;
  }
}

void Publication::Locate(const Moment& moment, KeyState& at) {
  if (at.token != 0) return;
  // The top bit marks lookups of matchmaking.
  at.token = moment.random.Next() | uint64_t{1} << 63;
  at.lookup_deadline = moment.now + moment.config().locate_timeout;
  moment.locator.Lookup(moment, at.key, at.token);
}

bool Publication::OnLookup(const Moment& moment, uint64_t token, std::span<const PeerId> nearest) {
  const auto at = std::find_if(keys_.begin(), keys_.end(),
                               [token](const KeyState& k) { return k.token == token; });
  if (token == 0 || at == keys_.end()) return false;
  at->token = 0;
  if (nearest.empty()) {
    at->lookup_deadline = moment.now + at->lookup_backoff;
    at->lookup_backoff = std::min(at->lookup_backoff * 2, moment.config().backoff_cap);
    return true;
  }
  Settle(moment, *at, nearest);
  return true;
}

void Publication::Settle(const Moment& moment, KeyState& at, std::span<const PeerId> nearest) {
  at.lookup_deadline = Time::Never();
  at.lookup_backoff = moment.config().backoff_base;
  at.located_at = moment.now;
  at.stale = false;
  at.spares.clear();
  std::vector<HolderState> holders;
  for (const PeerId peer : nearest) {
    if (holders.size() == HolderCount(moment.config())) {
      if (!at.spares.full()) at.spares.push_back(peer);
      continue;
    }
    const auto known = std::find_if(at.holders.begin(), at.holders.end(),
                                    [peer](const HolderState& h) { return h.peer == peer; });
    holders.push_back(known == at.holders.end() ? HolderState{.peer = peer} : *known);
  }
  at.holders = std::move(holders);
  Serve(moment, at);
}

void Publication::Announce(const Moment& moment, const Record& record) {
  SyncKeys(moment);
  record_ = record;
  has_record_ = true;
  record_request_ = moment.random.Next();
  for (KeyState& at : keys_) {
    at.observed = false;
    Refresh(moment, at);
  }
}

void Publication::Ask(const Moment& moment, const Find& question, Duration subscription) {
  SyncKeys(moment);
  question_ = question;
  subscription_ = subscription;
  question_request_ = moment.random.Next();
  asked_at_ = moment.now;
  ++round_;
  for (KeyState& at : keys_) Refresh(moment, at);
}

// Uses the known holders at once, and looks them up anew when they are too few or too old.
void Publication::Refresh(const Moment& moment, KeyState& at) {
  const bool old = at.located_at + moment.config().holder_cache <= moment.now;
  const bool waits_for_retry = at.token == 0 && at.lookup_deadline != Time::Never();
  if ((at.stale || old) && !waits_for_retry) Locate(moment, at);
  Serve(moment, at);
}

void Publication::Serve(const Moment& moment, KeyState& at) {
  for (HolderState& holder : at.holders) {
    if (holder.peer == moment.self) ServeItself(moment, at, holder);
  }
  if (has_record_) SendRecord(moment, at);
  if (round_ != 0) SendQuestion(moment, at);
}

void Publication::ObservePublished(const Moment& moment, KeyState& at) {
  if (at.observed) return;
  at.observed = true;
  moment.effects.Observe(Published{.topic = topic_,
                                   .key = at.key,
                                   .role = record_.role,
                                   .specificity = record_.specificity,
                                   .sequence = record_.sequence});
}

void Publication::SendRecord(const Moment& moment, KeyState& at) {
  FixedList<PeerId, kHoldersMax> to;
  for (HolderState& holder : at.holders) {
    const bool refused = holder.record_retry != Time::Never() && holder.record_retry > moment.now;
    if (holder.peer == moment.self || refused || holder.sent_sequence == record_.sequence) continue;
    holder.sent_sequence = record_.sequence;
    holder.record_retry = Time::Never();
    holder.record_deadline = moment.now + moment.context.config->routing.response_timeout;
    to.push_back(holder.peer);
  }
  if (to.empty()) return;
  requests_ += static_cast<uint32_t>(to.size());
  ObservePublished(moment, at);
  SendToAll(moment, {to.begin(), to.size()}, record_request_,
            Provide{.key = at.key, .record = record_});
}

void Publication::SendQuestion(const Moment& moment, KeyState& at) {
  FixedList<PeerId, kHoldersMax> to;
  for (HolderState& holder : at.holders) {
    const bool refused = holder.question_retry > moment.now;
    if (holder.peer == moment.self || refused || holder.asked_round == round_) continue;
    holder.asked_round = round_;
    holder.question_deadline = moment.now + moment.context.config->routing.response_timeout;
    to.push_back(holder.peer);
  }
  if (to.empty()) return;
  requests_ += static_cast<uint32_t>(to.size());
  question_.key = at.key;
  SendToAll(moment, {to.begin(), to.size()}, question_request_, question_);
  // A subscription lives as long as its request, so a subscribing request must live that long.
  if (question_.subscribe) {
    moment.effects.sends().back().message.ttl_ms =
        static_cast<uint32_t>(std::max<int64_t>(subscription_.us / 1000, RequestTtlMs(moment)));
  }
}

void Publication::ServeItself(const Moment& moment, KeyState& at, HolderState& holder) {
  const bool waits = holder.record_retry != Time::Never() && holder.record_retry > moment.now;
  if (has_record_ && !waits && holder.acked_sequence != record_.sequence) {
    ObservePublished(moment, at);
    holder.record_retry = Time::Never();
    const auto ack = moment.rendezvous.Take(moment, moment.self, Provide{at.key, record_});
    if (ack.has_value() && ack->retry_after_ms == 0) {
      holder.acked_sequence = record_.sequence;
      holder.acked = ack->traffic;
    } else if (ack.has_value()) {
      holder.record_retry = moment.now + holder.BackOff(moment.config(), ack->retry_after_ms);
    }
  }
  if (round_ == 0 || holder.answered_round == round_) return;
  question_.key = at.key;
  Found found;
  moment.rendezvous.Answer(moment, moment.self, question_, found);
  holder.answered_round = round_;
  holder.found = {found.traffic, found.truncated};
  std::move(found.records.begin(), found.records.end(), std::back_inserter(own_records_));
}

void Publication::Withdraw(const Moment& moment) {
  if (!has_record_) return;
  has_record_ = false;
  for (KeyState& at : keys_) {
    FixedList<PeerId, kHoldersMax> to;
    bool itself = false;
    for (HolderState& holder : at.holders) {
      holder.record_deadline = Time::Never();
      holder.record_retry = Time::Never();
      if (holder.peer == moment.self) itself = true;
      if (holder.peer != moment.self && holder.sent_sequence != 0) to.push_back(holder.peer);
    }
    if (to.empty() && !itself) continue;
    const core::Withdraw withdraw = SignedWithdraw(moment, at.key, record_);
    if (itself) moment.rendezvous.OnWithdraw(moment, moment.self, withdraw);
    SendToAll(moment, {to.begin(), to.size()}, moment.random.Next(), withdraw);
    requests_ += static_cast<uint32_t>(to.size());
  }
}

}  // namespace core
