#include "sim/world/warm_tables.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/modelled_suite.h"

namespace sim {
namespace {

Scenario PeersOnly(uint32_t count) {
  Scenario scenario;
  Group group;
  group.name = "peers";
  group.count = count;
  scenario.groups.push_back(group);
  return scenario;
}

class WarmTablesTest : public testing::Test {
 protected:
  static constexpr uint32_t kPeers = 3000;
  static constexpr int kBucket = 16;

  WarmTablesTest()
      : suite_(core::Digest256{9}),
        directory_(PeersOnly(kPeers), 5, suite_, std::vector<std::vector<core::Key256>>(1)) {
    for (uint32_t i = 0; i < kPeers; ++i) members_.push_back(core::PeerId{i});
  }

  // How many peers share exactly `prefix` bits with `peer`.
  std::array<uint32_t, 257> Census(core::PeerId peer) const {
    std::array<uint32_t, 257> census{};
    for (const core::PeerId other : members_) {
      if (other != peer) ++census[static_cast<size_t>(Prefix(peer, other))];
    }
    return census;
  }

  int Prefix(core::PeerId a, core::PeerId b) const {
    return core::CommonPrefix(directory_.NodeIdOf(a), directory_.NodeIdOf(b));
  }

  core::ModelledSuite suite_;
  WorldDirectory directory_;
  std::vector<core::PeerId> members_;
};

TEST_F(WarmTablesTest, EveryBucketIsAsFullAsTheNetworkAllows) {
  const WarmTables tables(directory_, members_, 5, kBucket);
  for (const uint32_t value : {0u, 17u, 1234u, kPeers - 1}) {
    const core::PeerId peer{value};
    std::vector<core::PeerId> contacts;
    tables.ContactsFor(peer, contacts);
    std::array<uint32_t, 257> found{};
    for (const core::PeerId contact : contacts) ++found[static_cast<size_t>(Prefix(peer, contact))];
    const auto census = Census(peer);
    for (size_t bucket = 0; bucket < 257; ++bucket) {
      EXPECT_EQ(found[bucket], std::min<uint32_t>(census[bucket], kBucket)) << "bucket " << bucket;
    }
  }
}

TEST_F(WarmTablesTest, ContactsAreDistinctAndNeverTheOwner) {
  const WarmTables tables(directory_, members_, 5, kBucket);
  for (uint32_t value = 0; value < 200; ++value) {
    std::vector<core::PeerId> contacts;
    tables.ContactsFor(core::PeerId{value}, contacts);
    const std::set<core::PeerId> distinct(contacts.begin(), contacts.end());
    EXPECT_EQ(distinct.size(), contacts.size());
    EXPECT_FALSE(distinct.contains(core::PeerId{value}));
  }
}

TEST_F(WarmTablesTest, TheSeedDrawsTheSample) {
  std::vector<core::PeerId> one;
  std::vector<core::PeerId> again;
  std::vector<core::PeerId> other;
  WarmTables(directory_, members_, 5, kBucket).ContactsFor(core::PeerId{3}, one);
  WarmTables(directory_, members_, 5, kBucket).ContactsFor(core::PeerId{3}, again);
  WarmTables(directory_, members_, 6, kBucket).ContactsFor(core::PeerId{3}, other);
  EXPECT_EQ(one, again);
  EXPECT_NE(one, other);
}

}  // namespace
}  // namespace sim
