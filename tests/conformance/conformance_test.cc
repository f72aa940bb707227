// The simulator and real nodes decide alike; and a simulator that differs from the nodes is found out.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "tests/conformance/body.h"
#include "tests/conformance/runs.h"

namespace conformance {
namespace {

std::vector<std::string> Found(const Played& played) {
  return Disagreements(played.scenario, played.simulated.cast, played.simulated.account,
                       played.real);
}

// What the scenario is there for has happened: a comparison of nothings would agree.
void ExpectConformance(const std::string& name, size_t peers, size_t matched, size_t holdings) {
  const Played& played = Play(name);
  const std::string found = Joined(Found(played));
  EXPECT_EQ(found, "");
  for (size_t i = 0; i < played.tapes.size() && !found.empty(); ++i) {
    ADD_FAILURE() << "the log of peer " << i << ":\n" << played.tapes[i].log;
  }
  EXPECT_EQ(played.real.settled.size(), peers);
  const auto count = std::count_if(
      played.real.reports.begin(), played.real.reports.end(),
      [](const Report& report) { return std::holds_alternative<core::Matched>(report.what); });
  EXPECT_EQ(static_cast<size_t>(count), matched);
  size_t held = 0;
  for (const core::SettledState& state : played.real.settled) held += state.holdings.size();
  EXPECT_EQ(held, holdings);
}

TEST(ConformanceTest, FivePeersDecideAsInTheSimulator) {
  ExpectConformance("five_peers", 5, 3, 3);
}

TEST(ConformanceTest, TenPeersDecideAsInTheSimulator) {
  ExpectConformance("ten_peers", 10, 7, 18);
}

TEST(ConformanceTest, TwentyPeersDecideAsInTheSimulator) {
  ExpectConformance("twenty_peers", 20, 13, 21);
}

// How the real calls ended, and how many blocks lie how often.
void ExpectCalls(const std::string& name, const std::map<core::CallOutcome, size_t>& ends,
                 size_t held) {
  const Played& played = Play(name);
  const std::string found = Joined(Found(played));
  EXPECT_EQ(found, "");
  for (size_t i = 0; i < played.tapes.size() && !found.empty(); ++i) {
    ADD_FAILURE() << "the log of peer " << i << ":\n" << played.tapes[i].log;
  }
  std::map<core::CallOutcome, size_t> real;
  for (const Report& report : played.real.reports) {
    if (const auto* call = std::get_if<core::CallFinished>(&report.what)) ++real[call->outcome];
  }
  EXPECT_EQ(real, ends);
  size_t blocks = 0;
  for (const core::SettledState& state : played.real.settled) blocks += state.blocks.size();
  EXPECT_EQ(blocks, held);
}

using enum core::CallOutcome;

TEST(ConformanceTest, FiveWritersDecideAsInTheSimulator) {
  ExpectCalls("five_writers", {{kCommitted, 6}, {kFound, 7}, {kStale, 5}}, 10);
}

TEST(ConformanceTest, TenWritersDecideAsInTheSimulator) {
  ExpectCalls("ten_writers", {{kCommitted, 6}, {kFound, 7}, {kStale, 1}}, 12);
}

TEST(ConformanceTest, EightLendersDecideAsInTheSimulator) {
  ExpectCalls("eight_lenders", {{kCommitted, 6}, {kFound, 1}}, 20);
  const Played& played = Play("eight_lenders");
  size_t archives = 0;
  std::map<uint8_t, size_t> rings;
  for (const core::SettledState& state : played.real.settled) {
    archives += state.archives.size();
    if (state.place.has_value()) ++rings[state.place->ring];
  }
  EXPECT_EQ(rings, (std::map<uint8_t, size_t>{{0, 6}, {1, 1}}));  // One has left.
  EXPECT_GE(archives, 30u);  // Six hold all five blocks, the small one those of its half.
  size_t handed = 0;
  for (const Report& report : played.real.reports) {
    const auto* end = std::get_if<core::HandoffEnded>(&report.what);
    handed += end != nullptr && end->done ? 1u : 0u;
  }
  EXPECT_EQ(handed, 2u);
}

// ---- planted disagreements: the nodes' run against a simulator with another configuration ----

std::string FoundWith(const Changes& changes, const std::string& name = "five_peers") {
  const Played& played = Play(name);
  const auto simulated = Simulate(LoadScenario(name, changes));
  EXPECT_TRUE(simulated.ok());
  if (!simulated.ok()) return "";
  return Joined(Disagreements(played.scenario, simulated->cast, simulated->account, played.real));
}

TEST(PlantedDisagreementTest, TheSameConfigurationAgrees) {
  EXPECT_EQ(FoundWith({}), "");
}

TEST(PlantedDisagreementTest, AnotherBucketSizeIsFound) {
  EXPECT_NE(FoundWith({{"protocol.routing.bucket_size", "1"}}).find("contact only on nodes"),
            std::string::npos);
}

TEST(PlantedDisagreementTest, AnotherNumberOfHoldersIsFound) {
  EXPECT_NE(FoundWith({{"protocol.matchmaking.holders", "2"}}).find("held record only on nodes"),
            std::string::npos);
}

TEST(PlantedDisagreementTest, AnotherSpecificityIsFound) {
  const std::string found = FoundWith({{"protocol.matchmaking.neighbours", "1"}});
  EXPECT_NE(found.find("matcher at specificity 1"), std::string::npos) << found;
}

TEST(PlantedDisagreementTest, ASeekerWithoutTimeIsFound) {
  const std::string found = FoundWith({{"workload[2].patience", "1ms"}});
  EXPECT_NE(found.find("simulator: out of patience, nodes: satisfied"), std::string::npos) << found;
}

TEST(PlantedDisagreementTest, AnotherClusterSizeIsFound) {
  const std::string found =
      FoundWith({{"protocol.transactions.cluster_size", "4"}}, "five_writers");
  EXPECT_NE(found.find("held block only on nodes"), std::string::npos) << found;
}

TEST(PlantedDisagreementTest, AnotherBaseIsFound) {
  const std::string found = FoundWith({{"workload[1].base", "1"}}, "five_writers");
  EXPECT_NE(found.find("simulator: stale revision 0, hash 0, nodes: committed revision 1"),
            std::string::npos)
      << found;
}

TEST(PlantedDisagreementTest, AnotherContentIsFound) {
  const std::string found = FoundWith({{"workload[1].size", "65B"}}, "five_writers");
  EXPECT_NE(found.find("simulator: committed revision 1, hash"), std::string::npos) << found;
}

TEST(PlantedDisagreementTest, ANodeWithMoreRoomIsFound) {
  const std::string found = FoundWith({{"workload[1].capacity", "20MiB"}}, "eight_lenders");
  EXPECT_NE(found.find("rings: peer 6: simulator: joining ring 16, joining ring 0, filled, active "
                       "ring 0; nodes: joining ring 16, joining ring 0, filled, active ring 0, "
                       "moving ring 1 from 0"),
            std::string::npos)
      << found;
}

TEST(PlantedDisagreementTest, OtherIdentitiesAreFound) {
  EXPECT_NE(FoundWith({{"seed", "6"}}), "");
}

}  // namespace
}  // namespace conformance
