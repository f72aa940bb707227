#include "sim/workflow/divergence.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/network/swarm.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

using testing::HasSubstr;

Checkpoint At(int64_t second, uint64_t value) {
  return {WorldTime{second * 1'000'000}, {value, value}};
}

Side Drawn(const Overrides& overrides, const SessionOptions& options) {
  return {std::make_shared<const Scenario>(
              WithDrawnFaults(LoadOrFail("tests/sim/world/planted_block_bugs.json", overrides))),
          options,
          {}};
}

const SessionOptions kAlone{1, 1, WorldTime{10'000'000}, nullptr};
const SessionOptions kMany{2, 7, WorldTime{10'000'000}, nullptr};

TEST(DivergenceTest, TheLastAgreementIsBeforeTheFirstDifference) {
  EXPECT_EQ(LastAgreement({At(1, 5), At(2, 6), At(3, 7)}, {At(1, 5), At(2, 6), At(3, 8)}).us,
            2'000'000);
  EXPECT_EQ(LastAgreement({At(1, 5)}, {At(1, 6)}).us, 0);
  EXPECT_EQ(LastAgreement({At(1, 5), At(2, 6)}, {At(1, 5)}).us, 1'000'000);
}

TEST(DivergenceTest, TheFirstDifferingEventIsShownWithItsContext) {
  const std::string text = PartingText({{"a\n", "b\n"}, {"c\n", "d\n"}, {}}, "1", "2");
  EXPECT_THAT(text, HasSubstr("     a\n     b\n  1  c\n  2  d\n"));
  EXPECT_THAT(PartingText({{"a\n"}, {"b\n", ""}, {}}, "1", "2"), HasSubstr("2  (nothing more)"));
  EXPECT_THAT(PartingText({{"a\n"}, {}, {}}, "1", "2"), HasSubstr("no line shows"));
}

TEST(DivergenceTest, EqualRunsDoNotPart) {
  const auto parting = FindParting(Drawn({}, kAlone), Drawn({}, kMany), WorldTime{0});
  ASSERT_TRUE(parting.ok());
  EXPECT_FALSE(parting->has_value());
}

TEST(DivergenceTest, ASettingParts) {
  const std::string fault = R"([{"at":"7500ms","do":"crash","who":"members[0]"}])";
  for (const int64_t from : {0, 4'000'000}) {
    const auto parting = FindParting(Drawn({{"faults", "[]"}}, kAlone),
                                     Drawn({{"faults", fault}}, kMany), WorldTime{from});
    ASSERT_TRUE(parting.ok());
    ASSERT_TRUE(parting->has_value());
    EXPECT_EQ((*parting)->at.us, 7'500'000);
    EXPECT_EQ((*parting)->before.size(), 3u);
    EXPECT_THAT((*parting)->lines[1], HasSubstr("0 ! stopped"));
  }
}

TEST(DivergenceTest, SeedsPart) {
  const auto parting =
      FindParting(Drawn({{"seed", "7"}}, kAlone), Drawn({{"seed", "1000"}}, kAlone), WorldTime{0});
  ASSERT_TRUE(parting.ok());
  EXPECT_TRUE(parting->has_value());
}

}  // namespace
}  // namespace sim
