// The half of Publication that hears: acks, answers, silence and refusals of holders.
#include <algorithm>
#include <utility>

#include "core/matchmaking/publication.h"

namespace core {
namespace {

Tally TallyOf(std::span<Statement> statements) {
  if (statements.empty()) return {};
  Tally tally{.answers = static_cast<uint32_t>(statements.size()),
              .median = MedianOf(statements),
              .least_count = UINT32_MAX,
              .all_truncated = true,
              .any_truncated = false};
  for (const Statement& statement : statements) {
    tally.least_count = std::min(tally.least_count, statement.traffic.count);
    tally.all_truncated = tally.all_truncated && statement.truncated;
    tally.any_truncated = tally.any_truncated || statement.truncated;
  }
  return tally;
}

}  // namespace

HolderState* Publication::HolderOf(const Key256& key, PeerId peer) {
  for (KeyState& at : keys_) {
    if (at.key != key) continue;
    for (HolderState& holder : at.holders) {
      if (holder.peer == peer) return &holder;
    }
  }
  return nullptr;
}

bool Publication::OnAck(const Moment& moment, PeerId from, uint64_t request,
                        const ProvideAck& ack) {
  HolderState* holder = request == record_request_ ? HolderOf(ack.key, from) : nullptr;
  if (holder == nullptr || holder->record_deadline == Time::Never()) return false;
  holder->record_deadline = Time::Never();
  if (ack.retry_after_ms != 0) {
    holder->record_retry = moment.now + holder->BackOff(moment.config(), ack.retry_after_ms);
    holder->sent_sequence = 0;
    return true;
  }
  holder->refusals = 0;
  holder->acked_sequence = holder->sent_sequence;
  holder->acked = ack.traffic;
  return true;
}

bool Publication::OnFound(const Moment& moment, PeerId from, uint64_t request, const Found& found) {
  HolderState* holder = request == question_request_ ? HolderOf(found.key, from) : nullptr;
  if (holder == nullptr || holder->question_deadline == Time::Never()) return false;
  holder->question_deadline = Time::Never();
  holder->round_trip = std::max(moment.now - asked_at_, Duration{0});
  if (found.retry_after_ms != 0) {
    holder->question_retry = moment.now + holder->BackOff(moment.config(), found.retry_after_ms);
    return true;
  }
  holder->refusals = 0;
  holder->answered_round = round_;
  holder->found = {found.traffic, found.truncated};
  return true;
}

bool Publication::Expects(PeerId from, uint64_t request, const Push& push) const {
  if (!question_.subscribe || request != question_request_) return false;
  return std::any_of(keys_.begin(), keys_.end(), [&](const KeyState& at) {
    return at.key == push.key &&
           std::any_of(at.holders.begin(), at.holders.end(),
                       [from](const HolderState& holder) { return holder.peer == from; });
  });
}

// The next nearest peer takes the place of a failed holder, with the standing record and question.
void Publication::Replace(const Moment& moment, KeyState& at, size_t index) {
  at.stale = true;
  at.holders.erase(at.holders.begin() + static_cast<std::ptrdiff_t>(index));
  if (!at.spares.empty()) {
    at.holders.push_back(HolderState{.peer = at.spares[0]});
    std::copy(at.spares.begin() + 1, at.spares.end(), at.spares.begin());
    at.spares.Truncate(at.spares.size() - 1);
    Serve(moment, at);
  } else if (at.holders.empty() && at.token == 0 && at.lookup_deadline == Time::Never()) {
    at.lookup_deadline = moment.now + at.lookup_backoff;
  }
}

void Publication::OnLinkDown(const Moment& moment, PeerId peer) {
  for (KeyState& at : keys_) {
    for (size_t i = 0; i < at.holders.size(); ++i) {
      // An idle link that closes says nothing about a holder that owes no answer.
      if (at.holders[i].peer != peer || !at.holders[i].Waits()) continue;
      Replace(moment, at, i);
      break;
    }
  }
}

void Publication::OnDeadline(const Moment& moment) {
  for (KeyState& at : keys_) {
    if (at.lookup_deadline <= moment.now) {
      at.lookup_deadline = Time::Never();
      at.token = 0;
      Locate(moment, at);
    }
    for (size_t i = 0; i < at.holders.size();) {
      HolderState& holder = at.holders[i];
      const bool silent = std::min(holder.record_deadline, holder.question_deadline) <= moment.now;
      if (silent) {
        Replace(moment, at, i);
        continue;
      }
      ++i;
    }
    const bool retry = std::any_of(at.holders.begin(), at.holders.end(), [&](const HolderState& h) {
      return h.record_retry <= moment.now;
    });
    if (retry) Serve(moment, at);
  }
}

bool Publication::AnnounceComplete() const {
  return std::all_of(keys_.begin(), keys_.end(), [](const KeyState& at) {
    return at.token == 0 && std::all_of(at.holders.begin(), at.holders.end(), [](const auto& h) {
             return h.record_deadline == Time::Never();
           });
  });
}

bool Publication::AskComplete() const {
  return std::all_of(keys_.begin(), keys_.end(), [](const KeyState& at) {
    return at.token == 0 && std::all_of(at.holders.begin(), at.holders.end(), [](const auto& h) {
             return h.question_deadline == Time::Never();
           });
  });
}

Tally Publication::AnnounceTally() const {
  std::vector<Statement> statements;
  for (const KeyState& at : keys_) {
    for (const HolderState& holder : at.holders) {
      if (has_record_ && holder.acked_sequence == record_.sequence) {
        statements.push_back({holder.acked, false});
      }
    }
  }
  return TallyOf(statements);
}

Tally Publication::AskTally() const {
  std::vector<Statement> statements;
  for (const KeyState& at : keys_) {
    for (const HolderState& holder : at.holders) {
      if (round_ != 0 && holder.answered_round == round_) statements.push_back(holder.found);
    }
  }
  return TallyOf(statements);
}

std::vector<Record> Publication::TakeOwnRecords() {
  return std::exchange(own_records_, {});
}

Duration Publication::RoundTripTo(PeerId peer) const {
  for (const KeyState& at : keys_) {
    for (const HolderState& holder : at.holders) {
      if (holder.peer == peer) return holder.round_trip;
    }
  }
  return Duration{-1};
}

Duration Publication::SlowestRoundTrip() const {
  Duration slowest{-1};
  for (const KeyState& at : keys_) {
    for (const HolderState& holder : at.holders) slowest = std::max(slowest, holder.round_trip);
  }
  return slowest;
}

bool Publication::HoldsItself(PeerId self) const {
  return std::any_of(keys_.begin(), keys_.end(), [self](const KeyState& at) {
    return std::any_of(at.holders.begin(), at.holders.end(),
                       [self](const HolderState& holder) { return holder.peer == self; });
  });
}

Time Publication::NextDeadline() const {
  Time next = Time::Never();
  for (const KeyState& at : keys_) {
    next = std::min(next, at.lookup_deadline);
    for (const HolderState& holder : at.holders) next = std::min(next, holder.NextDeadline());
  }
  return next;
}

void Publication::CollectPeers(PeerSet& peers) const {
  for (const KeyState& at : keys_) {
    for (const HolderState& holder : at.holders) peers.Add(holder.peer);
    peers.AddAll(at.spares);
  }
  for (const Record& record : own_records_) peers.Add(record.peer);
}

template <typename State>
void Publication::Tell(State& state) const {
  state.Add("topic", topic_);
  state.Add("specificity", specificity_);
  state.Add("sequence", record_.sequence);
  state.Add("round", round_);
  for (const KeyState& at : keys_) {
    state.Part("key", [&] {
      state.Add("key", at.key);
      state.Add("lookup", at.token);
      state.Add("lookup deadline", at.lookup_deadline);
      for (const HolderState& holder : at.holders) {
        state.Part("holder", [&] {
          state.Add("peer", holder.peer);
          state.Add("asked in round", holder.asked_round);
          state.Add("answered in round", holder.answered_round);
          state.Add("took sequence", holder.acked_sequence);
          state.Add("deadline", holder.NextDeadline());
        });
      }
      state.Add("spares", at.spares);
    });
  }
}

void Publication::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Publication::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Publication::HeapBytes() const {
  size_t bytes = keys_.capacity() * sizeof(KeyState) + own_records_.capacity() * sizeof(Record);
  for (const KeyState& at : keys_) bytes += at.holders.capacity() * sizeof(HolderState);
  return bytes;
}

}  // namespace core
