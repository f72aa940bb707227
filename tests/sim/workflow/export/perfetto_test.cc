#include <map>
#include <set>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/sim/workflow/export/exported_run.h"

namespace sim {
namespace {

using Json = nlohmann::json;

class PerfettoTest : public ExportedRun {
 protected:
  Json Events(std::vector<uint32_t> peers = {}) {
    // A damaged message would come from nowhere.
    Overrides world = kExportedWorld;
    world.emplace_back("network.corrupt", "0%");
    const std::string capsule = MakeCapsule(world);
    EXPECT_EQ(Exported({.capsule = capsule, .perfetto = At("run.json"), .peers = std::move(peers)}),
              ExitCode::kPass)
        << error_.str();
    const Json trace = Json::parse(TextOf(At("run.json")), nullptr, false);
    EXPECT_FALSE(trace.is_discarded());
    EXPECT_EQ(trace.value("displayTimeUnit", ""), "ms");
    return trace.is_discarded() ? Json::array() : trace["traceEvents"];
  }
};

TEST_F(PerfettoTest, EveryEventIsWellFormedAndOnATrackWithAName) {
  std::set<std::pair<int, int>> threads;
  std::set<int> processes;
  std::map<std::string, int> phases;
  for (const Json& event : Events()) {
    const std::string phase = event.at("ph");
    ++phases[phase];
    const int pid = event.at("pid");
    if (phase == "M") {
      EXPECT_TRUE(event.at("args").at("name").is_string());
      if (event.at("name") == "process_name") processes.insert(pid);
      if (event.at("name") == "thread_name") {
        EXPECT_TRUE(threads.emplace(pid, event.at("tid")).second);
      }
      continue;
    }
    EXPECT_GE(event.at("ts").get<int64_t>(), 0);
    EXPECT_LE(event.at("ts").get<int64_t>(), 12'000'000);
    EXPECT_TRUE(event.at("name").is_string());
    EXPECT_TRUE(processes.contains(pid));
    EXPECT_TRUE(threads.contains({pid, event.at("tid")})) << "named before it is used";
  }
  for (const char* phase : {"M", "X", "s", "f", "b", "e", "i", "C"})
    EXPECT_GT(phases[phase], 0) << phase;
  EXPECT_EQ(phases.size(), 8u);
}

TEST_F(PerfettoTest, TimesDoNotFallOnAnyTrack) {
  std::map<std::tuple<int, int, std::string>, int64_t> last;
  for (const Json& event : Events()) {
    const std::string phase = event.at("ph");
    if (phase == "M" || phase == "b") continue;  // A begin stands before its end: see below.
    const std::string counter = phase == "C" ? event.at("name").get<std::string>() : "";
    const bool slice = phase == "e";
    int64_t& before = last[{event.at("pid"), slice ? -1 : event.at("tid").get<int>(), counter}];
    EXPECT_GE(event.at("ts").get<int64_t>(), before) << event.dump();
    before = event.at("ts");
  }
}

TEST_F(PerfettoTest, OperationsBeginAndEnd) {
  std::map<std::string, Json> open;
  std::map<std::string, int> kinds;
  std::map<std::string, int> outcomes;
  for (const Json& event : Events()) {
    if (event.at("ph") == "b") {
      EXPECT_TRUE(open.emplace(event.at("id"), event).second) << "an id of its own";
      ++kinds[event.at("name")];
      ++outcomes[event.at("args").at("outcome")];
    } else if (event.at("ph") == "e") {
      const Json begin = open.at(event.at("id"));
      EXPECT_EQ(begin.at("name"), event.at("name"));
      EXPECT_EQ(begin.at("cat"), event.at("cat"));
      EXPECT_EQ(begin.at("pid"), event.at("pid"));
      EXPECT_GE(event.at("ts").get<int64_t>(), begin.at("ts").get<int64_t>());
      open[event.at("id")] = nullptr;
    }
  }
  for (const auto& [id, begin] : open) EXPECT_TRUE(begin.is_null()) << id << " never ends";
  for (const char* kind : {"put", "get", "transact", "match", "task", "lookup"})
    EXPECT_GT(kinds[kind], 0) << kind;
  EXPECT_GT(outcomes["committed"], 0);
  EXPECT_GT(outcomes["stopped"], 0) << "a writer crashes while it writes";
}

TEST_F(PerfettoTest, FlowsLeadFromASendingToAnArrivalInsideSlices) {
  std::map<std::string, int64_t> sent;
  std::set<std::tuple<int, int64_t, std::string>> slices;
  int arrived = 0;
  for (const Json& event : Events()) {
    const std::string phase = event.at("ph");
    if (phase == "X") slices.emplace(event.at("tid"), event.at("ts"), event.at("name"));
    if (phase != "s" && phase != "f") continue;
    EXPECT_TRUE(slices.contains({event.at("tid"), event.at("ts"), event.at("name")}));
    if (phase == "s") sent[event.at("id")] = event.at("ts");
    if (phase == "s") continue;
    ++arrived;
    ASSERT_TRUE(sent.contains(event.at("id"))) << event.dump();
    EXPECT_GE(event.at("ts").get<int64_t>(), sent[event.at("id")] + 1000) << "the smallest delay";
    EXPECT_EQ(event.at("bp"), "e");
  }
  EXPECT_GT(arrived, 1000);
}

TEST_F(PerfettoTest, FaultsAreInstantsThatSayWhatTheyAre) {
  std::vector<std::string> faults;
  for (const Json& event : Events()) {
    if (event.at("name") != "fault_began") continue;
    EXPECT_EQ(event.at("s"), "g");
    faults.push_back(event.at("args").at("fault").at("do"));
  }
  EXPECT_THAT(faults, testing::ElementsAre("restart", "isolate", "crash"));
}

TEST_F(PerfettoTest, OfOnePeerOnlyWhatConcernsIt) {
  int slices = 0;
  for (const Json& event : Events({11})) {
    if (event.at("ph") != "X") continue;
    ++slices;
    EXPECT_TRUE(event.at("args").at("from") == 11 || event.at("args").at("to") == 11);
  }
  EXPECT_GT(slices, 50);
}

}  // namespace
}  // namespace sim
