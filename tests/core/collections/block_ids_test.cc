#include "core/collections/block_ids.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "core/crypto/sodium_suite.h"
#include "tests/core/codec/frames.h"
#include "tests/core/collections/block_store.h"
#include "tests/core/crypto/hex.h"

namespace core {
namespace {

TEST(BlockIdsTest, AHeaderLiesAtTheHashOfNetworkAndName) {
  const SodiumSuite suite;
  const std::string text = HexOf(BytesFrom("vt/coll")) + HexOf(CollectionTestNetwork().bytes) +
                           "00000005" + HexOf(BytesFrom("Votes"));
  EXPECT_EQ(HeaderIdOf(suite, CollectionTestNetwork(), "Votes").bytes,
            suite.Sha256(BytesOfHex(text)));
}

TEST(BlockIdsTest, ABlockLiesAtTheHashOfHeaderCreatorAndNumber) {
  const SodiumSuite suite;
  const BlockId header = HeaderIdOf(suite, CollectionTestNetwork(), "Votes");
  const std::string text = HexOf(BytesFrom("vt/block/id/1")) + HexOf(header.bytes) +
                           HexOf(ActionOf(258).bytes) + "00000007";
  EXPECT_EQ(BlockIdOf(suite, header, ActionOf(258), 7).bytes, suite.Sha256(BytesOfHex(text)));
}

TEST(BlockIdsTest, EveryPartCounts) {
  const SodiumSuite suite;
  Key256 other_network = CollectionTestNetwork();
  other_network.FlipBit(255);
  const BlockId header = HeaderIdOf(suite, CollectionTestNetwork(), "a");
  const std::set<BlockId> ids = {header,
                                 HeaderIdOf(suite, CollectionTestNetwork(), "b"),
                                 HeaderIdOf(suite, other_network, "a"),
                                 BlockIdOf(suite, header, ActionOf(1), 0),
                                 BlockIdOf(suite, header, ActionOf(1), 1),
                                 BlockIdOf(suite, header, ActionOf(2), 0),
                                 BlockIdOf(suite, other_network, ActionOf(1), 0)};
  EXPECT_EQ(ids.size(), 7u);
}

}  // namespace
}  // namespace core
