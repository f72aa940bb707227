// Each rule of the body, broken by hand in an account that conforms.
#include "tests/conformance/body.h"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "tests/conformance/runs.h"

namespace conformance {
namespace {

// The simulated account of the scenario against itself, one of the two changed.
std::string FoundAfter(const std::function<void(Account&)>& change,
                       const std::string& name = "five_peers") {
  const sim::Scenario scenario = LoadScenario(name);
  const auto simulated = Simulate(scenario);
  EXPECT_TRUE(simulated.ok());
  if (!simulated.ok()) return "";
  Account changed = simulated->account;
  change(changed);
  return Joined(Disagreements(scenario, simulated->cast, simulated->account, changed));
}

// The n-th report of this kind.
template <typename Kind>
Kind& At(Account& account, size_t n) {
  for (Report& report : account.reports) {
    auto* said = std::get_if<Kind>(&report.what);
    if (said != nullptr && n-- == 0) return *said;
  }
  ADD_FAILURE() << "no such report";
  static Kind none;
  return none;
}

template <typename Kind>
void Drop(Account& account) {
  const auto found =
      std::find_if(account.reports.begin(), account.reports.end(),
                   [](const Report& report) { return std::holds_alternative<Kind>(report.what); });
  ASSERT_NE(found, account.reports.end());
  account.reports.erase(found);
}

void ExpectFound(const std::string& what, const std::function<void(Account&)>& change,
                 const std::string& name = "five_peers") {
  const std::string found = FoundAfter(change, name);
  EXPECT_NE(found.find(what), std::string::npos) << "found:\n" << found;
}

TEST(BodyTest, AnAccountConformsToItself) {
  EXPECT_EQ(FoundAfter([](Account&) {}), "");
}

TEST(BodyTest, FindsWhoDidNotJoinOrJoinedTwice) {
  ExpectFound("joined 0 times", [](Account& a) { Drop<core::Joined>(a); });
  ExpectFound("joined 2 times", [](Account& a) { a.reports.push_back({0, core::Joined{}}); });
}

TEST(BodyTest, FindsMatchesThatDidNotEndOnce) {
  ExpectFound("ended 0 times", [](Account& a) { Drop<core::MatchFinished>(a); });
  ExpectFound("ended 2 times", [](Account& a) {
    for (const Report& report : a.reports) {
      if (!std::holds_alternative<core::MatchFinished>(report.what)) continue;
      a.reports.push_back(Report(report));
      return;
    }
  });
}

TEST(BodyTest, FindsWrongPartners) {
  ExpectFound("does not take part in that role",
              [](Account& a) { At<core::Matched>(a, 0).partner.value ^= 4; });
  ExpectFound("has more partners than it wanted", [](Account& a) {
    for (const Report& report : a.reports) {
      if (!std::holds_alternative<core::Matched>(report.what)) continue;
      a.reports.push_back(Report(report));
      return;
    }
  });
  ExpectFound("does not know of it", [](Account& a) { Drop<core::TaskAccepted>(a); });
  ExpectFound("does not know of it",
              [](Account& a) { At<core::TaskAccepted>(a, 0).task.bytes[3] ^= 1; });
  ExpectFound("miscounts its partners",
              [](Account& a) { At<core::MatchFinished>(a, 0).partners = 9; });
}

TEST(BodyTest, FindsWrongEnds) {
  ExpectFound("partners",
              [](Account& a) { At<core::MatchFinished>(a, 0).end = core::MatchEnd::kLeft; });
  ExpectFound("simulator: 1 partners, nodes: 0", [](Account& a) { Drop<core::Matched>(a); });
}

TEST(BodyTest, FindsMisconduct) {
  ExpectFound("a bad frame of peer 2", [](Account& a) {
    a.reports.push_back({1, core::BadFrame{.from = core::PeerId{2}}});
  });
  ExpectFound("a refused record of peer 3", [](Account& a) {
    core::RecordRefused refused;
    refused.owner = core::PeerId{3};
    a.reports.push_back({1, refused});
  });
  ExpectFound("the lost standing of peer 4", [](Account& a) {
    a.reports.push_back({1, core::StandingFell{.peer = core::PeerId{4}}});
  });
  ExpectFound("cannot listen", [](Account& a) { a.troubles.push_back("cannot listen"); });
}

TEST(BodyTest, FindsOtherStates) {
  ExpectFound("before the first operation: peer 1: contact only in the simulator",
              [](Account& a) { a.ready[1].contacts.pop_back(); });
  ExpectFound("at the end: peer 1: contact only on nodes: a stranger",
              [](Account& a) { a.settled[1].contacts.push_back(core::NodeId{{9}}); });
  ExpectFound("at the end: peer 1: open topic only in the simulator: draw/map",
              [](Account& a) { a.settled[1].topics.clear(); });
  ExpectFound("at the end: peer 2: joined in one arm only",
              [](Account& a) { a.settled[2].joined = false; });
  ExpectFound("held record only in the simulator: draw/map worker", [](Account& a) {
    for (core::SettledState& state : a.settled) state.holdings.clear();
  });
  ExpectFound("another number of peers", [](Account& a) { a.settled.pop_back(); });
}

// ---- what both arms cannot play ----

TEST(BodyTest, RefusesScenariosThatNodesCannotPlay) {
  EXPECT_EQ(Joined(Obstacles(LoadScenario("five_peers"))), "");
  const std::vector<std::pair<std::string, std::function<void(sim::Scenario&)>>> cases = {
      {"a warm bootstrap", [](sim::Scenario& s) { s.warm = true; }},
      {"modelled cryptography", [](sim::Scenario& s) { s.modelled_crypto = true; }},
      {"faults", [](sim::Scenario& s) { s.faults.emplace_back(); }},
      {"planted bugs", [](sim::Scenario& s) { s.plant.emplace_back("x"); }},
      {"churn", [](sim::Scenario& s) { s.groups[0].churn.on = true; }},
      {"an adversary", [](sim::Scenario& s) { s.groups[0].adversary.role = "x"; }},
      {"clocks that are off", [](sim::Scenario& s) { s.groups[0].clock.drift_ppm = 1; }},
      {"repeated", [](sim::Scenario& s) { s.workload[0].every = core::Seconds(1); }},
      {"twice in translate/letter", [](sim::Scenario& s) { s.workload.push_back(s.workload[0]); }}};
  for (const auto& [what, change] : cases) {
    sim::Scenario scenario = LoadScenario("five_peers");
    change(scenario);
    EXPECT_NE(Joined(Obstacles(scenario)).find(what), std::string::npos) << what;
  }
}

// ---- writers ----

void EachCall(Account& account, const std::function<void(core::CallFinished&)>& change) {
  for (Report& report : account.reports) {
    if (auto* call = std::get_if<core::CallFinished>(&report.what)) change(*call);
  }
}

TEST(BodyTest, AnAccountOfWritersConformsToItself) {
  EXPECT_EQ(FoundAfter([](Account&) {}, "five_writers"), "");
  EXPECT_EQ(FoundAfter([](Account&) {}, "ten_writers"), "");
}

TEST(BodyTest, FindsCallsThatDidNotEndOnce) {
  ExpectFound("call 1: ended only in the simulator", Drop<core::CallFinished>, "five_writers");
  ExpectFound(
      "call 1 ended twice",
      [](Account& a) {
        const auto first = std::find_if(a.reports.begin(), a.reports.end(), [](const Report& one) {
          return std::holds_alternative<core::CallFinished>(one.what);
        });
        a.reports.push_back(Report(*first));
      },
      "five_writers");
}

TEST(BodyTest, FindsAnotherEndRevisionOrContent) {
  const auto end_all_in_doubt = [](Account& a) {
    EachCall(a, [](core::CallFinished& call) { call.outcome = core::CallOutcome::kInDoubt; });
  };
  ExpectFound("simulator: committed revision 1", end_all_in_doubt, "ten_writers");
  const auto raise = [](Account& a) { EachCall(a, [](core::CallFinished& c) { ++c.revision; }); };
  ExpectFound("nodes: committed revision 2", raise, "ten_writers");
  const auto stain = [](Account& a) {
    EachCall(a, [](core::CallFinished& c) { c.hash.bytes[0] ^= 1; });
  };
  ExpectFound("nodes: found revision 2, hash", stain, "ten_writers");
}

TEST(BodyTest, FindsARaceThatEndedOtherwise) {
  const auto change = [](Account& a) {
    EachCall(a, [](core::CallFinished& call) {
      if (call.outcome == core::CallOutcome::kStale) call.outcome = core::CallOutcome::kConflict;
    });
  };
  ExpectFound(
      "a contested block: simulator: committed committed stale stale stale, nodes: committed "
      "committed conflict conflict conflict",
      change, "five_writers");
}

TEST(BodyTest, FindsABlockThatLiesElsewhere) {
  ExpectFound(
      "held block only in the simulator", [](Account& a) { a.settled[2].blocks.clear(); },
      "five_writers");
  ExpectFound(
      "another number of pends", [](Account& a) { ++a.settled[0].pends; }, "five_writers");
}

TEST(BodyTest, AnAccountOfLendersConformsToItself) {
  EXPECT_EQ(FoundAfter([](Account&) {}, "eight_lenders"), "");
}

TEST(BodyTest, FindsAnotherWayThroughTheRings) {
  ExpectFound(
      "rings: peer 6: simulator: joining ring 16, joining ring 0, filled, active ring 0, moving "
      "ring 1 from 0, handed off, active ring 1; nodes: ",
      [](Account& a) {
        for (Report& report : a.reports) {
          auto* handed = std::get_if<core::HandoffEnded>(&report.what);
          if (handed != nullptr && report.peer == 6) handed->done = false;
        }
      },
      "eight_lenders");
  ExpectFound(
      "filled, active ring 0; nodes: nowhere",
      [](Account& a) {
        std::erase_if(a.reports, [](const Report& report) {
          const bool rings = std::holds_alternative<core::RingChanged>(report.what) ||
                             std::holds_alternative<core::FillEnded>(report.what);
          return rings && report.peer == 7;
        });
      },
      "eight_lenders");
}

TEST(BodyTest, FindsAnotherPlaceOrArchive) {
  ExpectFound(
      "at the end: peer 6: another place in the rings",
      [](Account& a) { a.settled[6].place->ring = 2; }, "eight_lenders");
  ExpectFound(
      "at the end: peer 7: archive only in the simulator",
      [](Account& a) { a.settled[7].archives.pop_back(); }, "eight_lenders");
}

}  // namespace
}  // namespace conformance
