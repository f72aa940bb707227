#include "core/routing/bootstrap.h"

#include <algorithm>

#include "core/base/check.h"

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"new",    "seeking",  "waiting",   "filling",
                                        "joined", "renewing", "refreshing"};

constexpr int kEarlyRefreshesMax = 20;

// Uniform in [span - span / share, span + span / share].
Duration Jitter(Duration span, int64_t share, Random& random) {
  const Duration slack = span / share;
  return Duration{random.Between((span - slack).us, (span + slack).us)};
}

}  // namespace

void Bootstrap::StartJoined(Time now, const RoutingConfig& config, Random& random) {
  CHECK(phase_ == Phase::kNew);
  phase_ = Phase::kJoined;
  deadline_ = now + Jitter(config.refresh_interval, 2, random);
}

void Bootstrap::StartSeeking() {
  CHECK(phase_ == Phase::kNew);
  phase_ = Phase::kSeeking;
}

void Bootstrap::OnSelfLookup(Time now, bool answered, const Table& table,
                             const RoutingConfig& config, Random& random) {
  CHECK(phase_ == Phase::kSeeking || phase_ == Phase::kRenewing);
  if (phase_ == Phase::kSeeking && !answered) {
    phase_ = Phase::kWaiting;
    deadline_ = now + Jitter(config.bootstrap_retry, 4, random);
    return;
  }
  const int nearest = table.buckets() - 1;
  const int neighbourhood = table.SharedPrefixWithNearest(table.bucket_size());
  bucket_ = static_cast<int16_t>(phase_ == Phase::kSeeking ? nearest - 1
                                                           : std::min(nearest, neighbourhood));
  phase_ = phase_ == Phase::kSeeking ? Phase::kFilling : Phase::kRefreshing;
}

bool Bootstrap::OnDeadline(Time now) {
  if (now < deadline_) return false;
  CHECK(phase_ == Phase::kWaiting || phase_ == Phase::kJoined);
  deadline_ = Time::Never();
  phase_ = phase_ == Phase::kWaiting ? Phase::kSeeking : Phase::kRenewing;
  return true;
}

int Bootstrap::NextBucket(const Table& table) {
  while (bucket_ >= 0 && running_ < kWalkMax) {
    const int bucket = bucket_--;
    const bool skip = phase_ == Phase::kFilling ? table.IsFull(bucket) : table.LookedUp(bucket);
    if (skip) continue;
    ++running_;
    return bucket;
  }
  return -1;
}

void Bootstrap::OnBucketLookup() {
  CHECK(running_ > 0);
  --running_;
}

void Bootstrap::EndWalk(Time now, const Table& table, const RoutingConfig& config, Random& random) {
  CHECK(WalkEnded());
  const bool first = phase_ == Phase::kFilling;
  phase_ = Phase::kJoined;
  Duration delay = Jitter(config.refresh_interval, first ? 2 : 8, random);
  if (table.size() < 2 * table.bucket_size() && early_refreshes_ < kEarlyRefreshesMax) {
    const Duration early = config.bootstrap_retry * (int64_t{1} << early_refreshes_);
    ++early_refreshes_;
    delay = std::min(delay, Jitter(early, 4, random));
  }
  deadline_ = now + delay;
}

Key256 Bootstrap::RandomIn(int bucket, const NodeId& self_id, Random& random) {
  Key256 tail;
  random.Fill(tail.bytes);
  Key256 target = Splice(self_id, tail, bucket + 1);
  target.FlipBit(bucket);
  return target;
}

template <typename State>
void Bootstrap::Tell(State& state) const {
  state.Add("deadline", deadline_);
  state.Add("phase", phase_, kPhases);
  state.Add("early refreshes", early_refreshes_);
  state.Add("running lookups", running_);
  state.Add("bucket", bucket_);
}

void Bootstrap::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Bootstrap::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
