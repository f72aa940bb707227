#include "core/base/rate_limit.h"

#include <utility>

namespace core {
namespace {

constexpr int64_t kMinuteUs = 60'000'000;

int64_t MinuteOf(Time now) {
  return now.us / kMinuteUs;
}

}  // namespace

Time RateLimit::NextMinute(Time now) {
  return Time{(MinuteOf(now) + 1) * kMinuteUs};
}

void RateLimit::Turn(Time now) {
  const int64_t minute = MinuteOf(now);
  if (minute == minute_) return;
  previous_.Clear();
  if (minute == minute_ + 1) std::swap(previous_, current_);
  current_.Clear();
  minute_ = minute;
}

bool RateLimit::Allow(Time now, uint64_t subject, const Terms& terms) {
  Turn(now);
  uint32_t* count = current_.Find(subject);
  const uint32_t* before = previous_.Find(subject);
  const int64_t left_us =
      NextMinute(now) - now > Duration{kMinuteUs} ? kMinuteUs : (NextMinute(now) - now).us;
  const uint64_t carried =
      before == nullptr ? 0 : *before * static_cast<uint64_t>(left_us) / uint64_t{kMinuteUs};
  if (carried + (count == nullptr ? 0 : *count) >= terms.per_minute) return false;
  if (count == nullptr) {
    if (current_.size() >= terms.entries_max) return false;
    count = current_.Insert(subject).first;
  }
  ++*count;
  return true;
}

template <typename State>
void RateLimit::Tell(State& state) const {
  state.Add("minute", minute_);
  const auto add = [&state](std::string_view name) {
    return [&state, name](uint64_t subject, uint32_t count) {
      state.Part(name, [&] {
        state.Add("subject", subject);
        state.Add("count", count);
      });
    };
  };
  current_.ForEach(add("in this minute"));
  previous_.ForEach(add("in the minute before"));
}

void RateLimit::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void RateLimit::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
