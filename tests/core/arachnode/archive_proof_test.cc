#include "core/arachnode/archive_proof.h"

#include <gtest/gtest.h>

#include "tests/core/arachnode/proven_archive.h"
#include "tests/core/arachnode/ring_rig.h"

namespace core {
namespace {

// Five members whose ids have nothing to do with the key: the whole of a young network.
class ArchiveProofTest : public testing::Test, protected RingRig {
 protected:
  ArchiveProofTest() : RingRig(5) {
    BlockId block;
    block.bytes.fill(7);
    archive_ = ProvenArchive(*this, block, 3);
  }

  [[nodiscard]] bool IsProvenAmong(uint64_t peers) {
    moment_.peers = peers;
    return IsProven(moment_, archive_);
  }

  Archive archive_;
};

TEST_F(ArchiveProofTest, WhatAYoungNetworkDecidedIsTakenWhenItHasGrownAThousandfold) {
  EXPECT_TRUE(IsProvenAmong(5));
  EXPECT_TRUE(IsProvenAmong(100));
  EXPECT_TRUE(IsProvenAmong(10'000));
}

TEST_F(ArchiveProofTest, MembersThatCanNeverHaveBeenTheClusterProveNothing) {
  EXPECT_FALSE(IsProvenAmong(1'000'000'000));
}

TEST_F(ArchiveProofTest, ContentsAndVotesAreWhatTheCertificateSays) {
  Archive other = archive_;
  other.value.push_back(1);
  EXPECT_FALSE(IsProven(moment_, other));
  other = archive_;
  other.deleted = true;
  EXPECT_FALSE(IsProven(moment_, other));
  other = archive_;
  other.revision += 1;
  EXPECT_FALSE(IsProven(moment_, other));
  other = archive_;
  other.block.bytes[0] ^= 1;
  EXPECT_FALSE(IsProven(moment_, other));
  other = archive_;
  other.certificate.votes.resize(2);
  EXPECT_FALSE(IsProven(moment_, other));
}

}  // namespace
}  // namespace core
