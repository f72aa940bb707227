// The flooder: extra requests at its rate, and not more.
#include <cstdint>
#include <variant>

#include <gtest/gtest.h>

#include "tests/sim/world/adversaries/role_bench.h"

namespace sim {
namespace {

struct Sent {
  int finds = 0;
  int provides = 0;
};

// Steps an idle peer every 10 ms for ten seconds after it has met somebody.
Sent FloodForTenSeconds(RoleBench& bench) {
  Sent sent;
  bench.Step({});
  for (int64_t ms = 10; ms <= 10'000; ms += 10) {
    for (const core::Outgoing& out : bench.Idle({ms * 1000}).sends()) {
      EXPECT_EQ(out.to.size(), 1u);
      EXPECT_EQ(out.to.front(), core::PeerId{kAsker});
      EXPECT_EQ(out.message.sent_ms, ms);
      sent.finds += std::holds_alternative<core::Find>(out.message.body) ? 1 : 0;
      sent.provides += std::holds_alternative<core::Provide>(out.message.body) ? 1 : 0;
    }
  }
  return sent;
}

TEST(FlooderTest, SendsFindsAtItsPaceToWhomItMet) {
  RoleBench bench(Spec("flooder", {{"per_second", "200"}}));
  const Sent sent = FloodForTenSeconds(bench);
  EXPECT_EQ(sent.finds, 2000);
  EXPECT_EQ(sent.provides, 0);
}

TEST(FlooderTest, TheRateThinsItsPace) {
  RoleBench bench(Spec("flooder", {{"per_second", "200"}}, {1, 4}));
  EXPECT_NEAR(FloodForTenSeconds(bench).finds, 500, 80);
}

TEST(FlooderTest, PublishesItsOwnRecordAtRandomKeys) {
  RoleBench bench(Spec("flooder", {{"what", "provide"}, {"per_second", "100"}}));
  bench.Step({});
  core::Effects& effects = bench.Idle({500'000});
  ASSERT_EQ(effects.sends().size(), 50u);
  const auto& first = std::get<core::Provide>(effects.sends()[0].message.body);
  const auto& second = std::get<core::Provide>(effects.sends()[1].message.body);
  EXPECT_EQ(first.record, RecordOf(kSelf));
  EXPECT_EQ(second.record, RecordOf(kSelf));
  EXPECT_NE(first.key, second.key);
  EXPECT_NE(effects.sends()[0].message.id, effects.sends()[1].message.id);
}

TEST(FlooderTest, BothComeInTurn) {
  RoleBench bench(Spec("flooder", {{"what", "both"}, {"per_second", "100"}}));
  const Sent sent = FloodForTenSeconds(bench);
  EXPECT_EQ(sent.finds, 500);
  EXPECT_EQ(sent.provides, 500);
}

TEST(FlooderTest, WithoutContactsItIsQuietAndAsksForNoStep) {
  RoleBench bench(Spec("flooder"));
  EXPECT_TRUE(bench.Idle({0}).sends().empty());
  EXPECT_TRUE(bench.Idle({900'000}).sends().empty());
  EXPECT_EQ(bench.role().NextDeadline(), core::Time::Never());
}

TEST(FlooderTest, AsksForStepsOfItsOwnOnceItKnowsSomebody) {
  RoleBench bench(Spec("flooder"));
  bench.Step({1'000'000});
  EXPECT_EQ(bench.role().NextDeadline().us, 1'100'000);
  EXPECT_EQ(bench.Idle(bench.role().NextDeadline()).sends().size(), 5u);
  EXPECT_EQ(bench.role().NextDeadline().us, 1'200'000);
}

TEST(FlooderTest, APauseOrAJumpOfTheClockBringsNoBurst) {
  RoleBench bench(Spec("flooder", {{"per_second", "1000"}}));
  bench.Step({1'000'000});
  EXPECT_TRUE(bench.Idle({3'600'000'000}).sends().empty());
  EXPECT_TRUE(bench.Idle({5'000'000}).sends().empty());
  EXPECT_EQ(bench.Idle({5'100'000}).sends().size(), 100u);
}

TEST(FlooderTest, ManyStepsAtOnceSendNoMoreThanOne) {
  RoleBench bench(Spec("flooder", {{"per_second", "1000"}}));
  bench.Step({});
  size_t sent = 0;
  for (int i = 0; i < 1000; ++i) sent += bench.Idle({100'000}).sends().size();
  EXPECT_EQ(sent, 100u);
}

}  // namespace
}  // namespace sim
