// Scenario 3, enumerated: the coordinator crashes at each batch of its write, on both sides of it, and every subset of the others
// (of seven members: every number of them) no longer hears it from its promises or from its commits on. Scenario 8, enumerated:
// a member crashes at each of its batches, with each class of disk. Scenario 36, enumerated: the client of a transaction on five blocks
// vanishes at each moment of its call.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

bool IsOfBlocks(std::string_view check) {
  return check.starts_with("BR-") || check.starts_with("TX-");
}

struct Ends {
  int64_t stopped = 0;
  int64_t committed = 0;
  int64_t applied = 0;
  bool resolved = false;  // By members who asked each other.
  uint64_t double_votes = 0;
  uint64_t others = 0;  // Violations of everything else about blocks.
  std::string first;
};

Ends RunWith(const std::string& file, Overrides overrides) {
  overrides.emplace_back("crypto", "modelled");
  Session session(LoadOrFail(file, std::move(overrides)), {1, 0, WorldTime::Never(), nullptr});
  RunQuietly(session);
  Ends ends;
  ends.stopped = session.metrics().Value("peers.stopped").value_or(-1);
  ends.committed = session.metrics().Value("calls.committed").value_or(-1);
  ends.applied = session.metrics().Value("revisions.applied").value_or(-1);
  ends.resolved = session.metrics().Value("resolutions.started").value_or(0) > 0;
  for (const Checker* checker : session.checkers()) {
    const std::string_view id = checker->info().id;
    if (!IsOfBlocks(id) || checker->violations() == 0) continue;
    (id == "TX-3" ? ends.double_votes : ends.others) += checker->violations();
    ends.first =
        std::string(id) + ": " + checker->first()->expected + " / " + checker->first()->found;
  }
  return ends;
}

std::string CrashAtStore(uint32_t member, int nth, const char* side, const std::string& more) {
  return R"({"at":"0s","do":"crash_at_store","who":"members[)" + std::to_string(member) +
         R"(]","nth":)" + std::to_string(nth) + R"(,"side":")" + side + "\"" + more + "}";
}

// ---- scenario 3 ----

constexpr uint32_t kCoordinator = 3;
constexpr int kBatches = 6;  // Of the coordinator's write, and one more than there are.

struct CoordinatorCase {
  uint32_t members;
  const char* promises_leave;  // Right before that.
  const char* commits_leave;
};

// Sets of members that do not hear the coordinator, in group algebra.
std::vector<std::string> DeafSets(uint32_t members) {
  std::vector<uint32_t> others;
  for (uint32_t i = 0; i < members; ++i) {
    if (i != kCoordinator) others.push_back(i);
  }
  std::vector<std::string> sets;
  for (uint32_t bits = 0; bits < (1u << others.size()); ++bits) {
    const bool prefix = (bits & (bits + 1)) == 0;
    if (members > 4 && !prefix) continue;
    std::string set;
    for (size_t i = 0; i < others.size(); ++i) {
      if ((bits >> i & 1) == 0) continue;
      set += (set.empty() ? "members[" : " + members[") + std::to_string(others[i]) + "]";
    }
    sets.push_back(set);
  }
  return sets;
}

class CoordinatorCrashTest : public testing::TestWithParam<CoordinatorCase> {};

TEST_P(CoordinatorCrashTest, EveryWriteEndsTheSameWayEverywhere) {
  const CoordinatorCase& each = GetParam();
  const std::string members = std::to_string(each.members);
  int crashed = 0;
  int committed = 0;
  int resolved = 0;
  for (const char* from : {each.promises_leave, each.commits_leave}) {
    for (const std::string& deaf : DeafSets(each.members)) {
      for (int nth = 1; nth <= kBatches; ++nth) {
        for (const char* side : {"before", "after"}) {
          std::string faults = "[" + CrashAtStore(kCoordinator, nth, side, R"(,"for":"20s")");
          if (!deaf.empty()) {
            faults += std::string(R"(,{"at":")") + from +
                      R"(","for":"40s","do":"partition","between":["members[3]",")" + deaf +
                      R"("],"one_way":true})";
          }
          const Ends ends = RunWith("scenarios/coordinator_crash.json",
                                    {{"faults", faults + "]"},
                                     {"groups.members.count", members},
                                     {"protocol.transactions.cluster_size", members}});
          EXPECT_EQ(ends.others + ends.double_votes, 0u)
              << ends.first << " in " << faults << "] with " << members << " members";
          EXPECT_GE(ends.committed, 1) << "the second write, at least, in " << faults;
          crashed += static_cast<int>(ends.stopped);
          committed += ends.committed == 2 ? 1 : 0;
          resolved += ends.resolved ? 1 : 0;
        }
      }
    }
  }
  // Every batch of the write was met, and members had to find out the end without the coordinator.
  const int runs = 2 * static_cast<int>(DeafSets(each.members).size()) * 2 * kBatches;
  EXPECT_GE(crashed, runs * 3 / 6);
  EXPECT_GT(committed, 0);
  EXPECT_GT(resolved, 0);
}

INSTANTIATE_TEST_SUITE_P(Sizes, CoordinatorCrashTest,
                         testing::Values(CoordinatorCase{4, "5130ms", "5170ms"},
                                         CoordinatorCase{7, "5170ms", "5210ms"}),
                         [](const auto& one) { return std::to_string(one.param.members); });

// ---- scenario 8 ----

// What comes of a disk that keeps nothing is scenarios/crash_forgets_votes.json.
class CrashRecoverTest : public testing::TestWithParam<const char*> {};

TEST_P(CrashRecoverTest, AMemberStandsByItsVote) {
  int64_t crashed = 0;
  for (const uint32_t member : {0u, 1u, kCoordinator}) {
    for (int nth = 1; nth <= 5; ++nth) {
      for (const char* side : {"before", "after"}) {
        const std::string keeps = std::string(R"(,"for":"2s","keeps":")") + GetParam() + "\"";
        std::string faults = "[" + CrashAtStore(member, nth, side, keeps);
        if (member != kCoordinator)
          faults += "," + CrashAtStore(kCoordinator, 3, "before", R"(,"for":"30s")");
        const Ends ends = RunWith("scenarios/crash_recover.json", {{"faults", faults + "]"}});
        crashed += ends.stopped;
        EXPECT_EQ(ends.others + ends.double_votes, 0u) << ends.first << " in " << faults;
        EXPECT_GE(ends.committed, 1) << faults;
      }
    }
  }
  EXPECT_GT(crashed, 3 * 5);
}

INSTANTIATE_TEST_SUITE_P(Disks, CrashRecoverTest, testing::Values("everything", "synced", "some"),
                         [](const auto& one) { return std::string(one.param); });

// ---- scenario 36 ----

TEST(PartialLandingTest, AClientThatVanishesLandsEverywhereOrNowhere) {
  constexpr int64_t kRevisions = 5 * 4;  // Blocks and members of each.
  int landed = 0;
  int came_to_nothing = 0;
  for (int ms = 5010; ms <= 5660; ms += 10) {
    const std::string faults =
        R"([{"at":")" + std::to_string(ms) + R"(ms","do":"crash","who":"vanishing"}])";
    const Ends ends = RunWith("scenarios/partial_landing.json", {{"faults", faults}});
    EXPECT_EQ(ends.stopped, 1) << faults;
    EXPECT_EQ(ends.others + ends.double_votes, 0u) << ends.first << " in " << faults;
    EXPECT_GE(ends.committed, 1) << "the second transaction, in " << faults;
    landed += ends.applied == 2 * kRevisions ? 1 : 0;
    came_to_nothing += ends.applied == kRevisions ? 1 : 0;
    EXPECT_TRUE(ends.applied == kRevisions || ends.applied == 2 * kRevisions)
        << ends.applied << " revisions in " << faults;
  }
  EXPECT_GT(landed, 5);
  EXPECT_GT(came_to_nothing, 5);
}

}  // namespace
}  // namespace sim
