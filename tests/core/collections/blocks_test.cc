#include "core/collections/blocks.h"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/codec/canonical.h"
#include "core/collections/election_collections.h"
#include "core/collections/tree_edits.h"
#include "core/crypto/sodium_suite.h"
#include "tests/core/codec/frames.h"
#include "tests/core/collections/arbitrary_block.h"
#include "tests/core/collections/block_store.h"

namespace core {
namespace {

BlockId Filled(uint8_t byte) {
  BlockId id;
  id.bytes.fill(byte);
  return id;
}

std::string Times(std::string_view byte, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += byte;
  return text;
}

// The bytes as any of the four kinds; whatever is accepted must encode to the same bytes.
int AcceptedAs(const Bytes& bytes) {
  int kinds = 0;
  if (const auto header = DecodeHeader(bytes); header.ok())
    kinds += Encode(*header) == bytes ? 1 : 9;
  if (const auto log = DecodeLogBlock(bytes); log.ok()) kinds += Encode(*log) == bytes ? 1 : 9;
  if (const auto trunk = DecodeTrunk(bytes); trunk.ok()) kinds += Encode(*trunk) == bytes ? 1 : 9;
  if (const auto node = DecodeNode(bytes); node.ok()) kinds += Encode(*node) == bytes ? 1 : 9;
  return kinds;
}

std::string Refusal(const Status& status) {
  return std::string(MessageOf(status));
}

TEST(BlocksTest, HeaderBytesArePinned) {
  CollectionHeader header;
  header.name = "ab";
  header.kind = CollectionKind::kTree;
  header.creator.bytes.fill(9);
  header.head = Filled(1);
  header.tail = Filled(2);
  header.trunk = Filled(3);
  EXPECT_EQ(HexOf(Encode(header)), HexOf(BytesFrom("vt/block/header/1")) + "00000002" + "6162" +
                                       "02" + Times("09", 16) + Times("01", 32) + Times("02", 32) +
                                       "01" + Times("03", 32));
}

TEST(BlocksTest, LogBlockBytesArePinned) {
  LogBlock block;
  block.collection = Filled(1);
  block.first_sequence = 32;
  block.prior = LogPrior{.block = Filled(2), .hash = Filled(3).bytes};
  block.entries.push_back(
      {.time_ms = -1, .sequence = 32, .body = LogCheckpoint{.pending = {ActionOf(5)}}});
  block.entries.push_back({.time_ms = 7,
                           .sequence = 33,
                           .body = LogAction{.id = ActionOf(6),
                                             .payload = BytesFrom("p"),
                                             .blocks = {{.block = Filled(4), .revision = 258}},
                                             .collections = {Filled(5)},
                                             .reads = {Filled(6)}}});
  const std::string fixed =
      HexOf(BytesFrom("vt/block/log/1")) + Times("01", 32) + "0000000000000020" + "01" +
      Times("02", 32) + Times("03", 32) + "00000002" + "ffffffffffffffff" + "02" + "00000001" +
      HexOf(ActionOf(5).bytes) + "0000000000000007" + "01" + HexOf(ActionOf(6).bytes) + "00000001" +
      "70" + "00000001" + Times("04", 32) + "0000000000000102" + "00000001" + Times("05", 32) +
      "00000001" + Times("06", 32);
  EXPECT_EQ(HexOf(Encode(block)), fixed + "00");
  const SodiumSuite suite;
  const Digest256 hash = HashOf(suite, block);
  block.next = Filled(8);
  EXPECT_EQ(HexOf(Encode(block)), fixed + "01" + Times("08", 32));
  EXPECT_EQ(HashOf(suite, block), hash) << "the link to the next block is not hashed";
  block.entries.back().time_ms = 8;
  EXPECT_NE(HashOf(suite, block), hash);
}

TEST(BlocksTest, NodeBytesArePinned) {
  TreeNode leaf;
  leaf.collection = Filled(1);
  leaf.low = BytesFrom("a");
  leaf.entries.push_back({.key = BytesFrom("b"), .value = BytesFrom("xy")});
  EXPECT_EQ(HexOf(Encode(leaf)), HexOf(BytesFrom("vt/block/node/1")) + Times("01", 32) + "00" +
                                     "0000000161" + "00000000" + "00000001" + "0000000162" +
                                     "000000027879");
  TreeNode branch;
  branch.collection = Filled(1);
  branch.height = 2;
  branch.children = {Filled(2), Filled(3)};
  branch.separators = {BytesFrom("m")};
  EXPECT_EQ(HexOf(Encode(branch)), HexOf(BytesFrom("vt/block/node/1")) + Times("01", 32) + "02" +
                                       "00000000" + "00000000" + "00000002" + Times("02", 32) +
                                       Times("03", 32) + "000000016d");
  EXPECT_EQ(HexOf(Encode(TreeTrunk{.collection = Filled(1), .root = Filled(2)})),
            HexOf(BytesFrom("vt/block/trunk/1")) + Times("01", 32) + Times("02", 32));
}

TEST(BlocksTest, NoDomainIsAPrefixOfAnother) {
  const std::string_view domains[] = {
      kHeaderIdDomain,  kBlockIdDomain,   kHeaderBlockDomain, kLogBlockDomain, kTrunkBlockDomain,
      kNodeBlockDomain, kTreeEditsDomain, kRegistrantDomain,  kTopicDomain,    kRecordDomain,
      kWithdrawDomain,  kTxDomain,        kTxHashDomain,      kScopeDomain,    kVoteDomain,
      kVotesDomain,     kCommitDomain,    kBlockDomain,       kTombstoneDomain};
  for (const auto& a : domains) {
    for (const auto& b : domains) EXPECT_EQ(b.substr(0, a.size()) == a, &a == &b) << a << " " << b;
  }
}

RC_GTEST_PROP(BlocksTest, DecodingGivesBackWhatWasEncoded, (uint64_t seed)) {
  BlockMaker maker(seed);
  const CollectionHeader header = maker.Header();
  const LogBlock log = maker.Log();
  const TreeTrunk trunk = maker.Trunk();
  const TreeNode node = maker.Node();
  RC_ASSERT(DecodeHeader(Encode(header)).value() == header);
  RC_ASSERT(DecodeLogBlock(Encode(log)).value() == log);
  RC_ASSERT(DecodeTrunk(Encode(trunk)).value() == trunk);
  RC_ASSERT(DecodeNode(Encode(node)).value() == node);
  RC_ASSERT(AcceptedAs(Encode(log)) == 1);
  RC_ASSERT(AcceptedAs(Encode(node)) == 1);
}

RC_GTEST_PROP(BlocksTest, WhatCanBeReadIsWrittenTheSameWay, (uint64_t seed)) {
  BlockMaker maker(seed);
  for (Bytes bytes :
       {Encode(maker.Header()), Encode(maker.Log()), Encode(maker.Trunk()), Encode(maker.Node())}) {
    const auto bit = *rc::gen::inRange<size_t>(0, bytes.size() * 8);
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ (1u << (bit % 8)));
    RC_ASSERT(AcceptedAs(bytes) <= 1);
  }
}

TEST(BlocksTest, TruncatedOrPaddedBytesAreRefused) {
  BlockMaker maker(4);
  for (Bytes bytes :
       {Encode(maker.Header()), Encode(maker.Log()), Encode(maker.Trunk()), Encode(maker.Node())}) {
    ASSERT_EQ(AcceptedAs(bytes), 1);
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(AcceptedAs(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))),
                0);
    }
    bytes.push_back(0);
    EXPECT_EQ(AcceptedAs(bytes), 0);
  }
}

// One wrong thing at a time: each is refused, and the reason says which.
TEST(BlocksTest, NodesThatBreakARuleAreRefusedWithTheReason) {
  TreeNode leaf;
  leaf.low = BytesFrom("b");
  leaf.high = BytesFrom("y");
  leaf.entries = {{.key = BytesFrom("c"), .value = {}}, {.key = BytesFrom("d"), .value = {}}};
  TreeNode branch;
  branch.height = 1;
  branch.low = BytesFrom("b");
  branch.high = BytesFrom("y");
  branch.children = {Filled(1), Filled(2), Filled(3)};
  branch.separators = {BytesFrom("c"), BytesFrom("d")};
  ASSERT_TRUE(DecodeNode(Encode(leaf)).ok());
  ASSERT_TRUE(DecodeNode(Encode(branch)).ok());
  const auto broken = [](TreeNode node, const std::function<void(TreeNode&)>& change) {
    change(node);
    return Refusal(DecodeNode(Encode(node)).status());
  };
  EXPECT_EQ(broken(leaf, [](auto& n) { n.entries[1].key = BytesFrom("c"); }),
            "leaf: keys do not ascend");
  EXPECT_EQ(broken(leaf, [](auto& n) { n.entries[0].key = BytesFrom("a"); }),
            "leaf: key outside of the fences");
  EXPECT_EQ(broken(leaf, [](auto& n) { n.entries[1].key = BytesFrom("y"); }),
            "leaf: key outside of the fences");
  EXPECT_EQ(broken(leaf, [](auto& n) { n.entries[0].key = {}; }), "leaf: empty key");
  EXPECT_EQ(broken(leaf, [](auto& n) { n.entries[0].key = Bytes(65, 'c'); }),
            "leaf: key is too long");
  EXPECT_EQ(broken(leaf, [](auto& n) { n.entries[0].value = Bytes(4097, 'c'); }),
            "leaf: value is too long");
  EXPECT_EQ(broken(leaf, [](auto& n) { n.high = n.low; }), "node: fences do not ascend");
  EXPECT_EQ(broken(branch, [](auto& n) { n.height = kTreeHeightMax + 1; }), "node: too high");
  EXPECT_EQ(broken(branch, [](auto& n) { n.separators[1] = BytesFrom("c"); }),
            "branch: separators do not ascend");
  EXPECT_EQ(broken(branch, [](auto& n) { n.separators[0] = BytesFrom("b"); }),
            "branch: separator outside of the fences");
  EXPECT_EQ(broken(branch,
                   [](auto& n) {
                     n.children.resize(1);
                     n.separators.clear();
                   }),
            "branch: wrong number of children");
}

TEST(BlocksTest, LogBlocksThatBreakARuleAreRefusedWithTheReason) {
  LogBlock block;
  LogAction action{.id = ActionOf(1)};
  action.blocks = {{.block = Filled(1), .revision = 1}, {.block = Filled(2), .revision = 1}};
  action.reads = {Filled(1), Filled(2)};
  block.entries.push_back({.body = action});
  ASSERT_TRUE(DecodeLogBlock(Encode(block)).ok());
  const auto broken = [&](const std::function<void(LogBlock&, LogAction&)>& change) {
    LogBlock copy = block;
    change(copy, std::get<LogAction>(copy.entries[0].body));
    return Refusal(DecodeLogBlock(Encode(copy)).status());
  };
  EXPECT_EQ(broken([](auto&, auto& a) { a.blocks[1].block = Filled(1); }),
            "log entry: blocks do not ascend");
  EXPECT_EQ(broken([](auto&, auto& a) { a.reads[1] = Filled(0); }),
            "log entry: reads too many or unordered");
  EXPECT_EQ(broken([](auto& b, auto&) { b.first_sequence = 32; }),
            "log block: only the first block has no predecessor");
  EXPECT_EQ(broken([](auto& b, auto&) { b.prior = LogPrior{}; }),
            "log block: only the first block has no predecessor");
  EXPECT_EQ(broken([](auto& b, auto&) {
              b.prior = LogPrior{};
              b.first_sequence = uint64_t{1} << 63;
            }),
            "log block: sequence is too large");
}

TEST(BlocksTest, CountsAboveTheLimitAreRefusedBeforeAnythingIsAllocated) {
  LogBlock block;
  block.entries.push_back({.body = LogCheckpoint{}});
  Bytes bytes = Encode(block);
  // The count of entries stands behind domain, collection, sequence and the flag.
  const size_t at = kLogBlockDomain.size() + 32 + 8 + 1;
  ASSERT_EQ(bytes[at + 3], 1);
  for (const uint8_t count : {uint8_t{0}, uint8_t{33}, uint8_t{255}}) {
    bytes[at + 3] = count;
    EXPECT_EQ(Refusal(DecodeLogBlock(bytes).status()), "log block: wrong number of entries");
  }
  bytes[at] = 0xff;
  EXPECT_EQ(Refusal(DecodeLogBlock(bytes).status()), "log block: wrong number of entries");
}

}  // namespace
}  // namespace core
