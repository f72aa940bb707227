#include "core/election/receipt.h"

#include <gtest/gtest.h>

#include "tests/core/election/bundle_of.h"

namespace core {
namespace {

TEST(ReceiptTest, EveryVoterCanProveItsVoteWasCounted) {
  SmallElection small(6);
  small.Hold(9);
  const TreeHead head = TreeOfBlocks(small.suite, small.blocks).Head();
  EXPECT_EQ(head, BundleOf(small).report.blocks) << "what authorities certify";
  size_t verified = 0;
  for (const CommittedBlock& block : small.blocks) {
    for (const VoteRecord& vote : block.block.votes) {
      const auto receipt = ReceiptFor(small.suite, small.blocks, vote.nonce);
      ASSERT_TRUE(receipt.has_value());
      EXPECT_TRUE(VerifyReceipt(small.suite, head, vote, *receipt));
      ++verified;
    }
  }
  EXPECT_EQ(verified, small.truth.size());
  EXPECT_EQ(ReceiptFor(small.suite, small.blocks, small.DrawKey()), std::nullopt);
}

TEST(ReceiptTest, EveryChangedBitIsRefused) {
  SmallElection small(8);
  small.Hold(6);
  const TreeHead head = TreeOfBlocks(small.suite, small.blocks).Head();
  const VoteRecord vote = small.blocks[1].block.votes[2];
  const Bytes bytes = Encode(ReceiptFor(small.suite, small.blocks, vote.nonce).value());
  EXPECT_LE(bytes.size(), 400u);
  EXPECT_TRUE(VerifyReceipt(small.suite, head, vote, DecodeReceipt(bytes).value()));
  size_t decoded = 0;
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes changed = bytes;
    changed[bit / 8] = static_cast<uint8_t>(changed[bit / 8] ^ (1u << (bit % 8)));
    const auto receipt = DecodeReceipt(changed);
    if (!receipt.ok()) continue;
    ++decoded;
    EXPECT_FALSE(VerifyReceipt(small.suite, head, vote, *receipt)) << bit;
  }
  EXPECT_GT(decoded, 1000u);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeReceipt(std::span(bytes).first(size)).ok()) << size;
  }
}

TEST(ReceiptTest, ProvesNothingElse) {
  SmallElection small(7);
  small.Hold(5);
  const TreeHead head = TreeOfBlocks(small.suite, small.blocks).Head();
  const VoteRecord vote = small.blocks[2].block.votes[1];
  const Receipt receipt = ReceiptFor(small.suite, small.blocks, vote.nonce).value();
  VoteRecord altered = vote;
  altered.sealed[0] ^= 1;
  EXPECT_FALSE(VerifyReceipt(small.suite, head, altered, receipt));
  Receipt other = receipt;
  other.cid.bytes[0] ^= 1;
  EXPECT_FALSE(VerifyReceipt(small.suite, head, vote, other));
  other = receipt;
  other.block = 3;
  EXPECT_FALSE(VerifyReceipt(small.suite, head, vote, other));
  other = receipt;
  other.vote = 0;
  EXPECT_FALSE(VerifyReceipt(small.suite, head, vote, other));
  other = receipt;
  ++other.votes.size;
  EXPECT_FALSE(VerifyReceipt(small.suite, head, vote, other));
  small.blocks.erase(small.blocks.begin() + 2);
  EXPECT_FALSE(
      VerifyReceipt(small.suite, TreeOfBlocks(small.suite, small.blocks).Head(), vote, receipt))
      << "a block that was left out";
}

}  // namespace
}  // namespace core
