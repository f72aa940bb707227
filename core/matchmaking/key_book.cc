#include "core/matchmaking/key_book.h"

#include <algorithm>

#include "core/matchmaking/record_check.h"
#include "core/port/names.h"

namespace core {
namespace {

// Fresh records remembered between two pushes; a busier key is found by the safety poll.
constexpr size_t kFreshMax = 64;

bool Matches(Time now, const FindTerms& terms, const HeldRecord& held) {
  return held.record.role == terms.role && held.expires > now && held.record.peer != terms.asker &&
         Passes(*terms.filter, held.record);
}

}  // namespace

void KeyBook::CountIn(const Record& record) {
  ++(record.role == Role::kWorker ? workers_ : matchers_);
  if (record.role == Role::kMatcher) wanted_ += record.want;
}

void KeyBook::CountOut(const Record& record) {
  --(record.role == Role::kWorker ? workers_ : matchers_);
  if (record.role == Role::kMatcher) wanted_ -= record.want;
}

HeldRecord& KeyBook::Put(const Record& record, Time now, Time expires) {
  const auto [held, added] = records_.Insert(record.peer);
  if (!added) CountOut(held->record);
  held->record = record;
  held->received = now;
  held->expires = expires;
  CountIn(record);
  return *held;
}

void KeyBook::Erase(PeerId owner) {
  const HeldRecord* held = records_.Find(owner);
  if (held == nullptr) return;
  CountOut(held->record);
  records_.Erase(owner);
}

bool KeyBook::Select(Time now, const FindTerms& terms, std::vector<Record>& out) const {
  struct Row {
    Time received;
    uint32_t index;
    const Record* record;
  };

  std::vector<Row> rows;
  rows.reserve(std::min(records_.size(), size_t{1024}));
  records_.ForEach([&](PeerId, const HeldRecord& held) {
    if (!Matches(now, terms, held)) return;
    rows.push_back({held.received, static_cast<uint32_t>(rows.size()), &held.record});
  });
  const size_t taken = std::min(rows.size(), terms.limit);
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(taken), rows.end(),
                    [](const Row& a, const Row& b) {
                      return a.received != b.received ? a.received > b.received : a.index < b.index;
                    });
  out.reserve(out.size() + taken);
  for (size_t i = 0; i < taken; ++i) out.push_back(*rows[i].record);
  return rows.size() > taken;
}

void KeyBook::SelectFresh(Time now, const FindTerms& terms, std::vector<Record>& out) const {
  for (const PeerId owner : fresh_) {
    const HeldRecord* held = records_.Find(owner);
    if (held == nullptr || out.size() >= terms.limit || !Matches(now, terms, *held)) continue;
    out.push_back(held->record);
  }
}

Traffic KeyBook::TrafficFor(Role role, Time now) const {
  const bool workers = role == Role::kWorker;
  return Traffic{
      .count = workers ? workers_ : matchers_,
      .arrivals_per_min = (workers ? worker_arrivals_ : matcher_arrivals_).PerMinute(now),
      .queries_per_min = queries_.PerMinute(now),
      .wanted = wanted_};
}

bool KeyBook::Subscribe(const Subscription& subscription, size_t subscriptions_max, Time now) {
  Unsubscribe(subscription.peer);
  std::erase_if(subscriptions_, [now](const Subscription& s) { return s.until <= now; });
  if (subscriptions_.size() >= subscriptions_max) return false;
  subscriptions_.push_back(subscription);
  return true;
}

void KeyBook::Unsubscribe(PeerId peer) {
  std::erase_if(subscriptions_, [peer](const Subscription& s) { return s.peer == peer; });
}

bool KeyBook::MarkFresh(PeerId owner) {
  const bool first = fresh_.empty();
  const bool known = std::find(fresh_.begin(), fresh_.end(), owner) != fresh_.end();
  if (!known && fresh_.size() < kFreshMax) fresh_.push_back(owner);
  return first;
}

void KeyBook::AppendHoldings(const Directory& directory, std::vector<Holding>& out) const {
  records_.ForEach([&](PeerId owner, const HeldRecord& held) {
    out.push_back({.key = key_,
                   .topic = held.record.topic,
                   .owner = directory.NodeIdOf(owner),
                   .role = held.record.role,
                   .specificity = held.record.specificity});
  });
}

void KeyBook::CollectPeers(PeerSet& peers) const {
  records_.ForEach([&](PeerId owner, const HeldRecord&) { peers.Add(owner); });
  for (const Subscription& subscription : subscriptions_) peers.Add(subscription.peer);
  peers.AddAll(fresh_);
}

template <typename State>
void KeyBook::Tell(State& state) const {
  state.Add("key", key_);
  records_.ForEach([&](PeerId owner, const HeldRecord& held) {
    state.Part("record", [&] {
      state.Add("owner", owner);
      state.Show("role", held.record.role);
      state.Add("sequence", held.record.sequence);
      state.Add("expires", held.expires);
      state.Add("signature", held.record.signature);
    });
  });
  for (const Subscription& s : subscriptions_) {
    state.Part("subscription", [&] {
      state.Add("peer", s.peer);
      state.Add("request", s.request);
      state.Add("until", s.until);
    });
  }
  state.Add("fresh", fresh_);
  state.Module("workers that came", worker_arrivals_);
  state.Module("matchers that came", matcher_arrivals_);
  state.Module("queries", queries_);
  state.Add("wanted", wanted_);
}

void KeyBook::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void KeyBook::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t KeyBook::HeapBytes() const {
  size_t bytes = records_.HeapBytes() + subscriptions_.capacity() * sizeof(Subscription) +
                 fresh_.capacity() * sizeof(PeerId);
  records_.ForEach(
      [&](PeerId, const HeldRecord& held) { bytes += held.record.capabilities.HeapBytes(); });
  return bytes;
}

}  // namespace core
