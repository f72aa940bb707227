#include "core/transactions/journal.h"

#include <algorithm>
#include <utility>

namespace core {
namespace {

constexpr std::string_view kSteps[] = {"nobody",          "vote",      "decision",
                                       "pend propagated", "promising", "committing"};

}  // namespace

void Journal::HandOver(const TxMoment& moment, Entry& entry) {
  entry.ticket = StoreTicket{kModule | ++last_};
  moment.effects.Store(entry.ticket, entry.batch);
}

void Journal::Commit(const TxMoment& moment, StoreBatch batch, Due due) {
  entries_.push_back({.ticket = {}, .batch = std::move(batch), .due = std::move(due)});
  if (retry_at_ == Time::Never()) HandOver(moment, entries_.back());
}

void Journal::OnStored(const TxMoment& moment, const Stored& stored, std::vector<Due>& ready) {
  // Completions come in order, so it is the first or one that was handed over again since.
  if (entries_.empty() || entries_.front().ticket != stored.ticket) return;
  if (stored.status.ok()) {
    failures_ = 0;
    ready.push_back(std::move(entries_.front().due));
    entries_.erase(entries_.begin());
    return;
  }
  moment.effects.Observe(
      StoreFailed{.ticket = stored.ticket.value, .tries = static_cast<uint16_t>(failures_ + 1)});
  Duration wait = moment.config().ack_retry;
  for (uint16_t i = 0; i < failures_ && wait < moment.config().ack_retry_cap; ++i) wait = wait * 2;
  if (failures_ < 64) ++failures_;
  for (Entry& entry : entries_) entry.ticket = {};
  retry_at_ = moment.now + std::min(wait, moment.config().ack_retry_cap);
}

void Journal::OnDeadline(const TxMoment& moment) {
  if (retry_at_ > moment.now) return;
  retry_at_ = Time::Never();
  for (Entry& entry : entries_) HandOver(moment, entry);
}

template <typename State>
void Journal::Tell(State& state) const {
  state.Add("last ticket", last_);
  state.Add("failures", failures_);
  state.Add("retries", retry_at_);
  for (const Entry& entry : entries_) {
    state.Part("batch", [&] {
      state.Add("ticket", entry.ticket.value);
      state.Add("waiting", entry.due.step, kSteps);
      state.Add("tx", entry.due.tx);
    });
  }
}

void Journal::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Journal::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Journal::HeapBytes() const {
  size_t bytes = entries_.capacity() * sizeof(Entry);
  for (const Entry& entry : entries_) {
    bytes += entry.batch.ByteCount() + entry.due.facts.capacity() * sizeof(Observation);
  }
  return bytes;
}

}  // namespace core
