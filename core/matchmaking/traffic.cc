#include "core/matchmaking/traffic.h"

#include <algorithm>

namespace core {
namespace {

constexpr int64_t kMinuteUs = 60'000'000;
constexpr uint64_t kMicro = 1'000'000;
constexpr uint64_t kContentionCap = 4 * kMicro;

uint32_t MinuteOf(Time now) {
  return static_cast<uint32_t>(now.us / kMinuteUs);
}

template <typename Field>
uint32_t MedianField(std::span<Statement> statements, Field field) {
  const size_t middle = (statements.size() - 1) / 2;
  const auto by_field = [field](const Statement& a, const Statement& b) {
    return a.traffic.*field < b.traffic.*field;
  };
  std::nth_element(statements.begin(), statements.begin() + static_cast<std::ptrdiff_t>(middle),
                   statements.end(), by_field);
  return statements[middle].traffic.*field;
}

uint64_t Contention(const StayQuestion& q, uint64_t expected_micro) {
  const uint64_t arrivals = std::max<uint32_t>(q.traffic.arrivals_per_min, 1);
  if (q.traffic.wanted == 0) {
    return std::min(kMicro + uint64_t{q.traffic.queries_per_min} * 3 * kMicro / arrivals,
                    kContentionCap);
  }
  const uint64_t supply = uint64_t{std::max(q.have, q.traffic.count)} * kMicro + expected_micro;
  const uint64_t demand = uint64_t{q.traffic.wanted} * kMicro;
  if (demand <= supply) return kMicro;
  return std::min(demand / std::max<uint64_t>(supply / kMicro, 1), kContentionCap);
}

}  // namespace

void MinuteCounter::Add(Time now) {
  const uint32_t minute = MinuteOf(now);
  if (minute != minute_) {
    previous_ = minute == minute_ + 1 ? current_ : 0;
    current_ = 0;
    minute_ = minute;
  }
  if (current_ < UINT32_MAX) ++current_;
}

uint32_t MinuteCounter::PerMinute(Time now) const {
  const uint32_t minute = MinuteOf(now);
  uint64_t current = current_;
  uint64_t previous = previous_;
  if (minute != minute_) {
    previous = minute == minute_ + 1 ? current_ : 0;
    current = 0;
  }
  const int64_t into = std::max<int64_t>(now.us % kMinuteUs, 0);
  const uint64_t share = static_cast<uint64_t>(kMinuteUs - into);
  return static_cast<uint32_t>(
      std::min<uint64_t>(current + previous * share / uint64_t{kMinuteUs}, UINT32_MAX));
}

template <typename State>
void MinuteCounter::Tell(State& state) const {
  state.Add("minute", minute_);
  state.Add("in it", current_);
  state.Add("before it", previous_);
}

void MinuteCounter::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void MinuteCounter::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

Traffic MedianOf(std::span<Statement> statements) {
  if (statements.empty()) return {};
  return {.count = MedianField(statements, &Traffic::count),
          .arrivals_per_min = MedianField(statements, &Traffic::arrivals_per_min),
          .queries_per_min = MedianField(statements, &Traffic::queries_per_min),
          .wanted = MedianField(statements, &Traffic::wanted)};
}

StayAnswer StayOrMove(const StayQuestion& q) {
  StayAnswer answer;
  // Fields of a remote statement may be anything: the cap keeps the products below 2^64.
  const uint64_t arrivals = std::min<uint32_t>(q.traffic.arrivals_per_min, 1'000'000);
  const int64_t patience_ms = std::clamp<int64_t>(q.patience_left.us / 1000, 0, 3'600'000);
  const uint64_t in_time = arrivals * static_cast<uint64_t>(patience_ms) * kMicro / 60'000;
  const uint64_t permille = q.accept_ratio.numerator * 1000 / q.accept_ratio.denominator;
  answer.expected_micro = in_time / 1000 * permille;
  answer.contention_micro = Contention(q, answer.expected_micro);
  answer.threshold_micro = q.want * answer.contention_micro;
  answer.stay = q.have * kMicro + answer.expected_micro >= answer.threshold_micro;
  return answer;
}

int NarrowingBits(uint32_t count) {
  int bits = 1;
  while (bits < 27 && uint64_t{count} > uint64_t{32} << bits) ++bits;
  return bits;
}

Ratio NarrowingShare(uint32_t count, uint32_t room) {
  if (count <= room) return {0, 1};
  return {std::min(uint64_t{count - room} * 2, uint64_t{count}), count};
}

}  // namespace core
