#include "sim/workflow/export/overlay_files.h"

#include <map>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

using testing::HasSubstr;

class OverlayFilesTest : public testing::Test {
 protected:
  OverlayFilesTest() {
    Group ring;
    ring.name = "ring <&\"1\">";
    ring.count = 3;
    ring.region = "north";
    Group rest;
    rest.name = "rest";
    rest.first = 3;
    rest.count = 2;
    world_.plan.groups = {ring, rest};
    world_.contacts[0] = {{1}, {2}};
    world_.contacts[1] = {{0}};
    world_.contacts[3] = {{0}};
    world_.down.insert(4);
  }

  static int Count(const std::string& text, const std::string& pattern) {
    const std::regex regex(pattern);
    return static_cast<int>(std::distance(std::sregex_iterator(text.begin(), text.end(), regex),
                                          std::sregex_iterator()));
  }

  FakeWorld world_{5};
};

TEST_F(OverlayFilesTest, EveryPeerIsAVertexAndEveryEntryAnEdge) {
  const std::string text = OverlayGraphml(world_, {});
  EXPECT_THAT(text, testing::StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
  EXPECT_EQ(Count(text, "<node id="), 5);
  EXPECT_EQ(Count(text, "<edge id="), 4);
  EXPECT_EQ(Count(text, "source=\"n0\" target=\"n2\""), 1);
  EXPECT_EQ(Count(text, "source=\"n2\" target=\"n0\""), 0) << "entries have a direction";
  EXPECT_THAT(text, HasSubstr("ring &lt;&amp;&quot;1&quot;&gt;"));
  for (const char* name :
       {"peer", "group", "region", "node_id", "up", "honest", "shared_bits", "round_trip_us"})
    EXPECT_EQ(Count(text, "<key id=\"[a-z0-9]+\" for=\"(node|edge)\" attr.name=\"" +
                              std::string(name) + "\""),
              1)
        << name;
  EXPECT_EQ(Count(text, "100000</data>"), 4) << "the round trip of every edge";
}

TEST_F(OverlayFilesTest, GraphvizGetsTheSameGraph) {
  const std::string text = OverlayDot(world_, {});
  EXPECT_THAT(text, testing::StartsWith("digraph G {"));
  EXPECT_EQ(Count(text, "->"), 4);
  EXPECT_EQ(Count(text, "0->2 "), 1);
  EXPECT_THAT(text, HasSubstr("up=0"));
  EXPECT_THAT(text, HasSubstr("group=\"ring <&\\\"1\\\">\""));
}

TEST_F(OverlayFilesTest, OfOnePeerItsNeighbours) {
  const std::string text = OverlayDot(world_, Selection(std::vector<core::PeerId>{{1}}));
  EXPECT_EQ(Count(text, "->"), 2);
  EXPECT_EQ(Count(text, "group="), 2);
  EXPECT_EQ(Count(OverlayDot(world_, Selection(std::vector<core::PeerId>{{4}})), "group="), 1)
      << "alone, but asked for";
}

}  // namespace
}  // namespace sim
