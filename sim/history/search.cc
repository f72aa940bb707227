#include "sim/history/search.h"

#include <algorithm>

namespace sim {
namespace {

constexpr uint32_t kMustEnd = 0;
constexpr uint32_t kOptionalEnd = 1;
constexpr uint32_t kNone = UINT32_MAX;

void SetBit(std::vector<uint64_t>& bits, uint32_t rank, bool on) {
  const uint64_t bit = uint64_t{1} << (rank % 64);
  if (on) {
    bits[rank / 64] |= bit;
  } else {
    bits[rank / 64] &= ~bit;
  }
}

}  // namespace

std::vector<Span> SpansOf(const History& history) {
  std::vector<Span> spans;
  for (uint32_t i = 0; i < history.calls.size(); ++i) {
    const Call& call = history.calls[i];
    if (call.outcome == Call::Outcome::kFailed) continue;
    const bool happened = call.outcome == Call::Outcome::kOk;
    spans.push_back({i, call.invoked, happened ? call.ended : kNeverEnded});
  }
  return spans;
}

Search::Search(Model& model, std::span<const Span> spans, const SearchBudget& budget)
    : model_(model), budget_(budget), spans_(spans.begin(), spans.end()), visited_(budget.words) {
  // A read that need not have happened says nothing.
  std::erase_if(spans_, [&](const Span& span) {
    return span.returned == kNeverEnded && model_.OnlyReads(span.call);
  });
  Link(spans_);
}

void Search::Append(uint32_t& last, const Entry& entry) {
  const auto index = static_cast<uint32_t>(entries_.size());
  entries_.push_back(entry);
  entries_[index].previous = last;
  entries_[last].next = index;
  last = index;
}

// Merges invocations and returns by place.
void Search::Link(std::span<const Span> spans) {
  struct Return {
    uint32_t place = 0;
    uint32_t entry = 0;  // Of the invocation.
  };

  entries_.resize(2);
  std::vector<Return> returns;
  uint32_t last_must = kMustEnd;
  uint32_t last_optional = kOptionalEnd;
  uint32_t optional_count = 0;
  // A heap of the returns to come, the earliest first.
  const auto later = [](const Return& a, const Return& b) { return a.place > b.place; };
  const auto place_returns = [&](uint32_t before) {
    while (!returns.empty() && returns.front().place < before) {
      std::pop_heap(returns.begin(), returns.end(), later);
      const Return due = returns.back();
      returns.pop_back();
      const auto index = static_cast<uint32_t>(entries_.size());
      Append(last_must, {entries_[due.entry].span, due.place, 0, 0, index, 0, true});
      entries_[due.entry].mate = index;
    }
  };
  for (uint32_t i = 0; i < spans.size(); ++i) {
    place_returns(spans[i].invoked);
    const bool must = spans[i].returned != kNeverEnded;
    uint32_t& count = must ? must_left_ : optional_count;
    Append(must ? last_must : last_optional, {i, spans[i].invoked, 0, 0, kNone, count++, must});
    if (!must) continue;
    returns.push_back({spans[i].returned, last_must});
    std::push_heap(returns.begin(), returns.end(), later);
  }
  place_returns(kNone);
  entries_[last_must].next = kMustEnd;
  entries_[last_optional].next = kOptionalEnd;
  done_.assign(must_left_ / 64 + 1, 0);
  optional_.assign((optional_count + 63) / 64, 0);
}

void Search::Lift(uint32_t entry) {
  for (const uint32_t one : {entry, entries_[entry].mate}) {
    if (one == kNone) continue;
    entries_[entries_[one].previous].next = entries_[one].next;
    entries_[entries_[one].next].previous = entries_[one].previous;
  }
  const Entry& taken = entries_[entry];
  SetBit(taken.must ? done_ : optional_, taken.rank, true);
  if (!taken.must) return;
  --must_left_;
  behind_done_ = std::max(behind_done_, taken.rank / 64 + 1);
  while (done_[first_open_] == ~uint64_t{0}) ++first_open_;
}

// In the reverse order of Lift.
void Search::Drop(uint32_t entry) {
  const Entry& taken = entries_[entry];
  for (const uint32_t one : {taken.mate, entry}) {
    if (one == kNone) continue;
    entries_[entries_[one].previous].next = one;
    entries_[entries_[one].next].previous = one;
  }
  SetBit(taken.must ? done_ : optional_, taken.rank, false);
  if (!taken.must) return;
  ++must_left_;
  first_open_ = std::min(first_open_, taken.rank / 64);
  while (behind_done_ > 0 && done_[behind_done_ - 1] == 0) --behind_done_;
}

Visited::Answer Search::Enter() {
  if (visited_.size() >= budget_.configurations) return Visited::Answer::kFull;
  key_.clear();
  key_.push_back(uint64_t{state_} << 32 | first_open_);
  key_.insert(key_.end(), optional_.begin(), optional_.end());
  for (uint32_t word = first_open_; word < behind_done_; ++word) key_.push_back(done_[word]);
  return visited_.Insert(key_);
}

// The optional call at or behind `entry`, if it was invoked before the first return.
uint32_t Search::WithinReach(uint32_t entry) const {
  if (entry == kOptionalEnd) return kNone;
  uint32_t first_return = entries_[kMustEnd].next;
  while (first_return != kMustEnd && entries_[first_return].mate != first_return)
    first_return = entries_[first_return].next;
  if (first_return == kMustEnd || entries_[entry].place < entries_[first_return].place)
    return entry;
  return kNone;
}

uint32_t Search::FirstOptional() {
  return WithinReach(entries_[kOptionalEnd].next);
}

// A read that fits before all others: nothing else will be tried then.
uint32_t Search::FirstCandidate() {
  const uint32_t first = entries_[kMustEnd].next;
  if (first == kMustEnd) return FirstOptional();
  for (uint32_t entry = first; entries_[entry].mate != entry; entry = entries_[entry].next) {
    const uint32_t call = spans_[entries_[entry].span].call;
    if (model_.OnlyReads(call) && model_.Fits(call, state_)) return entry;
  }
  return first;
}

uint32_t Search::NextCandidate(uint32_t entry) {
  if (!entries_[entry].must) return WithinReach(entries_[entry].next);
  const uint32_t next = entries_[entry].next;
  // An invocation without its return behind it cannot be the last of those that must.
  if (entries_[next].mate != next) return next;
  blocked_at_ = std::max(blocked_at_, entries_[next].place);
  return FirstOptional();
}

Search::Step Search::Try(uint32_t entry) {
  const uint32_t call = spans_[entries_[entry].span].call;
  if (!model_.Fits(call, state_)) return Step::kRefused;
  const Model::State before = state_;
  const bool alone = model_.OnlyReads(call);
  state_ = model_.After(call, state_);
  // What need not have happened and changes nothing need not be tried.
  if (!entries_[entry].must && state_ == before) return Step::kRefused;
  Lift(entry);
  const Visited::Answer answer = Enter();
  if (answer == Visited::Answer::kNew) {
    taken_.push_back({entry, before, alone});
    return Step::kTaken;
  }
  Drop(entry);
  state_ = before;
  if (answer == Visited::Answer::kFull) return Step::kFull;
  return alone ? Step::kDead : Step::kRefused;
}

// Takes calls back until there is another candidate; kNone: there is none left at all.
uint32_t Search::Back() {
  while (!taken_.empty()) {
    const Taken last = taken_.back();
    taken_.pop_back();
    Drop(last.entry);
    state_ = last.before;
    const uint32_t next = last.alone ? kNone : NextCandidate(last.entry);
    if (next != kNone) return next;
  }
  return kNone;
}

void Search::Note(std::vector<Final>& finals) {
  for (const Final& final : finals) {
    if (final.state == state_) return;
  }
  Final found{state_, std::nullopt};
  Model::State after = state_;
  for (size_t i = taken_.size(); i-- > 0 && !found.set_by.has_value();) {
    if (taken_[i].before != after) found.set_by = spans_[entries_[taken_[i].entry].span].call;
    after = taken_[i].before;
  }
  finals.push_back(found);
}

Search::Answer Search::Walk(Model::State initial, std::vector<Final>* finals) {
  state_ = initial;
  if (Enter() == Visited::Answer::kFull) return Answer::kUnknown;
  bool entered = true;
  uint32_t entry = kNone;
  while (true) {
    if (entered && must_left_ == 0) {
      if (finals == nullptr) return Answer::kYes;
      Note(*finals);
    }
    if (entered) entry = FirstCandidate();
    entered = false;
    const Step step = entry == kNone ? Step::kDead : Try(entry);
    if (step == Step::kFull) return Answer::kUnknown;
    if (step == Step::kTaken) {
      entered = true;
      continue;
    }
    entry = step == Step::kDead ? Back() : NextCandidate(entry);
    if (entry == kNone) entry = Back();
    if (entry == kNone) return Answer::kNo;
  }
}

Search::Answer Search::Run(Model::State initial) {
  return Walk(initial, nullptr);
}

std::optional<std::vector<Search::Final>> Search::Explore(Model::State initial) {
  std::vector<Final> finals;
  if (Walk(initial, &finals) == Answer::kUnknown) return std::nullopt;
  return finals;
}

std::optional<Model::State> Search::StateBefore(uint32_t call) const {
  for (const Taken& taken : taken_) {
    if (spans_[entries_[taken.entry].span].call == call) return taken.before;
  }
  return std::nullopt;
}

}  // namespace sim
