#include "sim/world/adversaries/roles.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/world/adversaries/role_bench.h"

namespace sim {
namespace {

std::string Refusal(const AdversarySpec& spec) {
  return std::string(core::MessageOf(CheckRole(spec)));
}

TEST(RolesTest, TheTableIsSortedAndEveryRoleIsMadeByItsName) {
  std::string last;
  for (const RoleInfo& role : RoleTable()) {
    EXPECT_LT(last, role.name);
    last = role.name;
    EXPECT_FALSE(role.about.empty());
    RoleBench bench(Spec(last));
    EXPECT_EQ(CheckRole(Spec(last)), core::Status());
  }
}

TEST(RolesTest, WithRateZeroEveryRoleIsHonest) {
  for (const RoleInfo& role : RoleTable()) {
    RoleBench bench(Spec(std::string(role.name), {}, {0, 1}));
    for (int64_t i = 0; i < 50; ++i) {
      core::Effects& effects = bench.Step({i * 50'000});
      EXPECT_EQ(effects.sends().size(), size_t{kKinds}) << role.name;
      EXPECT_TRUE(Changed(effects).empty()) << role.name;
    }
    EXPECT_EQ(bench.role().NextDeadline(), core::Time::Never());
  }
}

TEST(RolesTest, EachSeedAndIncarnationMisbehavesOnOtherOccasions) {
  InventedDirectory directory(100);
  core::Context context;
  context.directory = &directory;
  const auto pattern = [&](uint64_t seed, uint32_t incarnation) {
    auto role = MakeRole(Spec("silent_holder", {}, {1, 2}), {.self = {kSelf},
                                                             .context = &context,
                                                             .seed = seed,
                                                             .incarnation = incarnation,
                                                             .accomplices = {},
                                                             .ghosts = {}});
    std::string steps;
    for (int i = 0; i < 40; ++i) {
      core::Effects effects;
      SendEveryKind(effects);
      (*role)->After({}, core::Wake{}, effects);
      steps += static_cast<char>('0' + Changed(effects).size());
    }
    return steps;
  };
  EXPECT_EQ(pattern(1, 0), pattern(1, 0));
  EXPECT_NE(pattern(1, 0), pattern(2, 0));
  EXPECT_NE(pattern(1, 0), pattern(1, 1));
}

TEST(RolesTest, UnknownRolesAndSettingsAreRefusedWithWhatIsAllowed) {
  EXPECT_EQ(
      Refusal(Spec("silent")),
      "adversary: found role \"silent\", allowed: double_signer, false_holder, flooder, forger, "
      "lying_holder, lying_replica, lying_router, ring_liar, sequential_coordinator, "
      "silent_holder, "
      "slow_filler, withholding_holder");
  EXPECT_EQ(Refusal(Spec("silent_holder", {{"loud", "yes"}})),
            "adversary silent_holder: unknown option \"loud\", allowed: none");
  EXPECT_EQ(Refusal(Spec("flooder", {{"speed", "9"}})),
            "adversary flooder: unknown option \"speed\", allowed: per_second, what");
  EXPECT_EQ(Refusal(Spec("lying_holder", {{"lie", "white"}})),
            "adversary lying_holder: lie is \"white\", allowed: over, under, flipping");
  for (const char* count : {"0", "65", "4x", "", "-1", "99999999999999999999"}) {
    EXPECT_EQ(Refusal(Spec("forger", {{"count", count}})),
              "adversary forger: count is \"" + std::string(count) + "\", allowed: 1 to 64");
  }
  EXPECT_EQ(Refusal(Spec("forger", {}, {3, 2})), "adversary forger: rate is 3/2, allowed: 0 to 1");
}

TEST(RolesTest, GhostsMustExistToBeNamed) {
  InventedDirectory directory(10);
  core::Context context;
  context.directory = &directory;
  const RoleContext role_context{.self = {kSelf},
                                 .context = &context,
                                 .seed = 1,
                                 .incarnation = 0,
                                 .accomplices = {},
                                 .ghosts = {}};
  EXPECT_FALSE(MakeRole(Spec("lying_router", {{"names", "ghosts"}}), role_context).ok());
  EXPECT_TRUE(MakeRole(Spec("lying_router"), role_context).ok());
}

}  // namespace
}  // namespace sim
