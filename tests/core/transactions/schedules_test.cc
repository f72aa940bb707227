// 36,000 random schedules of the lock rules: messages are lost, repeated and reordered without bound,
// disks refuse, members and coordinators crash at any point and come back with what was durable.
// Under our rules nothing may be violated, and after calm no lock is left.
#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/core/transactions/transactions_net.h"

namespace core {
namespace {

struct Totals {
  size_t acknowledged = 0;
  size_t commits = 0;
  size_t aborts = 0;
  size_t resolutions = 0;
  size_t votes = 0;
};

void Ask(TransactionsNet& net, uint64_t request, uint32_t nodes) {
  Random& random = net.random();
  const PeerId client{static_cast<uint32_t>(random.Below(nodes))};
  if (!net.IsUp(client)) return;
  const BlockId block = TestBlock(static_cast<uint8_t>(1 + random.Below(2)));
  const uint64_t base = random.Below(3);
  const uint64_t kind = random.Below(10);
  if (kind < 6) {
    net.Command(client, PutCommand{.request = request,
                                   .block = block,
                                   .base_revision = base,
                                   .value = TestValue(static_cast<uint8_t>(random.Below(256)))});
  } else if (kind < 7) {
    net.Command(client, DeleteCommand{.request = request, .block = block, .base_revision = base});
  } else {
    net.Command(client, GetCommand{.request = request, .block = block, .revision = 0});
  }
}

void RunSchedule(uint64_t seed, Totals& totals) {
  const int cluster = 4 + static_cast<int>(seed % 3);
  const auto nodes = static_cast<uint32_t>(cluster + 1);
  TransactionsConfig config;
  config.lifetime = Seconds(8);
  TransactionsNet net({.seed = seed, .nodes = nodes, .cluster = cluster, .config = config});
  uint64_t request = 0;
  for (int burst = 0; burst < 3; ++burst) {
    for (int i = 0; i < 2; ++i) Ask(net, ++request, nodes);
    net.RunRandom({.steps = 120});
  }
  net.Calm(Minutes(3));
  net.rules().JudgeCalls();
  ASSERT_TRUE(net.rules().clean()) << "seed " << seed << "\n" << net.rules().Report();
  ASSERT_EQ(net.rules().locks(), 0u) << "seed " << seed << ": a lock is left";
  totals.acknowledged += net.rules().acknowledged();
  totals.commits += net.rules().commits();
  totals.aborts += net.rules().aborts();
  totals.resolutions += net.rules().resolutions();
  totals.votes += net.rules().votes();
}

class SchedulesTest : public testing::TestWithParam<uint64_t> {};

constexpr uint64_t kSchedules = 36'000;
constexpr uint64_t kSlices = 12;

TEST_P(SchedulesTest, NoScheduleViolatesALockRule) {
  Totals totals;
  const char* chosen = std::getenv("ORBWEAVER_SCHEDULE");
  if (chosen != nullptr) return RunSchedule(std::strtoull(chosen, nullptr, 10), totals);
  for (uint64_t i = GetParam(); i < kSchedules; i += kSlices) {
    RunSchedule(1 + i, totals);
    if (HasFatalFailure()) return;
  }
  // The schedules are worth something: things were committed, aborted and resolved.
  EXPECT_GT(totals.commits, kSchedules / kSlices / 2);
  EXPECT_GT(totals.aborts, kSchedules / kSlices / 10);
  EXPECT_GT(totals.resolutions, kSchedules / kSlices / 10);
  EXPECT_GT(totals.acknowledged, kSchedules / kSlices / 2);
  RecordProperty("votes", static_cast<int>(totals.votes));
  RecordProperty("commits", static_cast<int>(totals.commits));
  RecordProperty("aborts", static_cast<int>(totals.aborts));
  RecordProperty("resolutions", static_cast<int>(totals.resolutions));
}

INSTANTIATE_TEST_SUITE_P(Slice, SchedulesTest, testing::Range<uint64_t>(0, kSlices));

}  // namespace
}  // namespace core
