#include "core/collections/merkle.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/sodium_suite.h"
#include "tests/core/codec/frames.h"
#include "tests/core/crypto/hex.h"

namespace core {
namespace {

// The reference leaves, roots and proofs of the Certificate Transparency project
// (certificate-transparency, cpp/merkletree/merkle_tree_test.cc; transparency-dev/merkle,
// testonly/constants.go).
constexpr std::string_view kLeaves[] = {"",
                                        "00",
                                        "10",
                                        "2021",
                                        "3031",
                                        "40414243",
                                        "5051525354555657",
                                        "606162636465666768696a6b6c6d6e6f"};
constexpr std::string_view kRoots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

struct PublishedProof {
  uint64_t first = 0;  // The leaf's index, or the old size.
  uint64_t size = 0;
  std::vector<std::string> hashes;
};

const std::string_view kLeaf0 = kRoots[1];
const std::string_view kPair01 = kRoots[2];
const std::string_view kFour03 = kRoots[4];
constexpr std::string_view kLeaf1 =
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
constexpr std::string_view kLeaf4 =
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
constexpr std::string_view kPair23 =
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
constexpr std::string_view kPair45 =
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
constexpr std::string_view kPair67 =
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
constexpr std::string_view kFour47 =
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";

std::vector<PublishedProof> PublishedInclusions() {
  const auto s = [](std::string_view text) { return std::string(text); };
  return {{.first = 0, .size = 1, .hashes = {}},
          {.first = 0, .size = 8, .hashes = {s(kLeaf1), s(kPair23), s(kFour47)}},
          {.first = 5, .size = 8, .hashes = {s(kLeaf4), s(kPair67), s(kFour03)}},
          {.first = 2, .size = 3, .hashes = {s(kPair01)}},
          {.first = 1, .size = 5, .hashes = {s(kLeaf0), s(kPair23), s(kLeaf4)}}};
}

std::vector<PublishedProof> PublishedConsistencies() {
  const auto s = [](std::string_view text) { return std::string(text); };
  return {{.first = 1, .size = 1, .hashes = {}},
          {.first = 1, .size = 8, .hashes = {s(kLeaf1), s(kPair23), s(kFour47)}},
          {.first = 6, .size = 8, .hashes = {s(kPair45), s(kPair67), s(kFour03)}},
          {.first = 2, .size = 5, .hashes = {s(kPair23), s(kLeaf4)}}};
}

std::vector<std::string> Hexes(const MerkleProof& proof) {
  std::vector<std::string> texts;
  for (const Digest256& hash : proof) texts.push_back(HexOf(hash));
  return texts;
}

class MerkleTest : public ::testing::Test {
 protected:
  [[nodiscard]] Digest256 Leaf(uint64_t i) const {
    if (i < std::size(kLeaves)) return MerkleLeafHash(suite_, BytesOfHex(kLeaves[i]));
    const std::vector<uint8_t> bytes = {static_cast<uint8_t>(i), static_cast<uint8_t>(i >> 8)};
    return MerkleLeafHash(suite_, bytes);
  }

  [[nodiscard]] MerkleTree TreeOf(uint64_t size) const {
    MerkleTree tree(suite_);
    for (uint64_t i = 0; i < size; ++i) tree.Add(Leaf(i));
    return tree;
  }

  // RFC 6962, 2.1, word by word: slow, and nothing like the code under test.
  [[nodiscard]] Digest256 Definition(uint64_t low,
                                     uint64_t high) const {  // NOLINT(misc-no-recursion)
    if (low == high) return suite_.Sha256({});
    if (high - low == 1) return Leaf(low);
    uint64_t k = 1;
    while (2 * k < high - low) k *= 2;
    return MerkleNodeHash(suite_, Definition(low, low + k), Definition(low + k, high));
  }

  SodiumSuite suite_;
};

TEST_F(MerkleTest, RootsAreThePublishedOnes) {
  const MerkleTree tree = TreeOf(8);
  for (uint64_t size = 0; size <= 8; ++size) {
    EXPECT_EQ(HexOf(tree.HeadAt(size).root), kRoots[size]) << size;
    EXPECT_EQ(TreeOf(size).Head(), tree.HeadAt(size));
  }
}

TEST_F(MerkleTest, ProofsAreThePublishedOnes) {
  const MerkleTree tree = TreeOf(8);
  for (const PublishedProof& proof : PublishedInclusions()) {
    EXPECT_EQ(Hexes(tree.InclusionProof(proof.first, proof.size)), proof.hashes)
        << proof.first << " in " << proof.size;
  }
  for (const PublishedProof& proof : PublishedConsistencies()) {
    EXPECT_EQ(Hexes(tree.ConsistencyProof(proof.first, proof.size)), proof.hashes)
        << proof.first << " to " << proof.size;
  }
}

TEST_F(MerkleTest, RootsFollowTheDefinitionForEverySize) {
  const MerkleTree tree = TreeOf(70);
  for (uint64_t size = 0; size <= 70; ++size) {
    ASSERT_EQ(tree.HeadAt(size).root, Definition(0, size)) << size;
  }
}

TEST_F(MerkleTest, EveryProofOfEverySizeHolds) {
  constexpr uint64_t kSizes = 40;
  const MerkleTree tree = TreeOf(kSizes);
  for (uint64_t size = 1; size <= kSizes; ++size) {
    const TreeHead head = tree.HeadAt(size);
    for (uint64_t i = 0; i < size; ++i) {
      ASSERT_TRUE(VerifyInclusion(suite_, head, i, Leaf(i), tree.InclusionProof(i, size)));
      ASSERT_TRUE(
          VerifyConsistency(suite_, tree.HeadAt(i + 1), head, tree.ConsistencyProof(i + 1, size)));
    }
  }
}

// Whether any one-bit change of a proof, and any change of its length, is accepted by `verify`.
template <typename Verify>
int ForgeriesAccepted(const MerkleProof& proof, Verify&& verify) {
  int accepted = 0;
  for (size_t bit = 0; bit < proof.size() * 256; ++bit) {
    MerkleProof forged = proof;
    forged[bit / 256][bit / 8 % 32] ^= static_cast<uint8_t>(1u << (bit % 8));
    accepted += verify(forged) ? 1 : 0;
  }
  for (size_t at = 0; at < proof.size(); ++at) {
    MerkleProof shorter = proof;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(at));
    accepted += verify(shorter) ? 1 : 0;
    MerkleProof longer = proof;
    longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(at), proof[at]);
    accepted += verify(longer) ? 1 : 0;
  }
  MerkleProof longer = proof;
  longer.push_back(Digest256{});
  return accepted + (verify(longer) ? 1 : 0);
}

TEST_F(MerkleTest, EveryWrongBitOfAnInclusionProofIsRefused) {
  const MerkleTree tree = TreeOf(9);
  for (uint64_t size = 1; size <= 9; ++size) {
    const TreeHead head = tree.HeadAt(size);
    for (uint64_t i = 0; i < size; ++i) {
      const MerkleProof proof = tree.InclusionProof(i, size);
      EXPECT_EQ(ForgeriesAccepted(proof,
                                  [&](const MerkleProof& forged) {
                                    return VerifyInclusion(suite_, head, i, Leaf(i), forged);
                                  }),
                0);
      for (size_t bit = 0; bit < 256; ++bit) {
        TreeHead other = head;
        other.root[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
        Digest256 leaf = Leaf(i);
        leaf[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
        ASSERT_FALSE(VerifyInclusion(suite_, other, i, Leaf(i), proof));
        ASSERT_FALSE(VerifyInclusion(suite_, head, i, leaf, proof));
      }
      for (uint64_t other = 0; other < 12; ++other) {
        ASSERT_EQ(VerifyInclusion(suite_, head, other, Leaf(i), proof), other == i);
      }
    }
  }
}

TEST_F(MerkleTest, EveryWrongBitOfAConsistencyProofIsRefused) {
  const MerkleTree tree = TreeOf(9);
  for (uint64_t size = 1; size <= 9; ++size) {
    for (uint64_t old_size = 1; old_size <= size; ++old_size) {
      const TreeHead head = tree.HeadAt(size);
      const TreeHead old = tree.HeadAt(old_size);
      const MerkleProof proof = tree.ConsistencyProof(old_size, size);
      EXPECT_EQ(ForgeriesAccepted(proof,
                                  [&](const MerkleProof& forged) {
                                    return VerifyConsistency(suite_, old, head, forged);
                                  }),
                0)
          << old_size << " to " << size;
      for (size_t bit = 0; bit < 256; ++bit) {
        TreeHead other_head = head;
        other_head.root[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
        TreeHead other_old = old;
        other_old.root[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
        ASSERT_FALSE(VerifyConsistency(suite_, old, other_head, proof));
        ASSERT_FALSE(VerifyConsistency(suite_, other_old, head, proof));
      }
    }
  }
}

TEST_F(MerkleTest, HeadsThatCannotBeAreRefused) {
  const MerkleTree tree = TreeOf(8);
  const TreeHead head = tree.Head();
  EXPECT_FALSE(VerifyInclusion(suite_, tree.HeadAt(0), 0, Leaf(0), {}));
  EXPECT_FALSE(VerifyConsistency(suite_, tree.HeadAt(0), head, {}));
  EXPECT_FALSE(VerifyConsistency(suite_, head, tree.HeadAt(4), {}));
  EXPECT_FALSE(VerifyConsistency(suite_, tree.HeadAt(4), head, {}));
  EXPECT_FALSE(VerifyInclusion(suite_, {.size = ~uint64_t{0}, .root = head.root}, 0, Leaf(0),
                               tree.InclusionProof(0, 8)));
}

// Why a head carries its size: the root and the proof alone do not say it.
TEST_F(MerkleTest, AProofCanHoldForAnotherSize) {
  const MerkleTree tree = TreeOf(8);
  const TreeHead lie = {.size = 7, .root = tree.Head().root};
  EXPECT_TRUE(VerifyInclusion(suite_, lie, 0, Leaf(0), tree.InclusionProof(0, 8)));
}

// A leaf that looks like a node is not taken for one.
TEST_F(MerkleTest, LeavesAndNodesAreHashedApart) {
  const Digest256 left = Leaf(0);
  const Digest256 right = Leaf(1);
  std::vector<uint8_t> both(left.begin(), left.end());
  both.insert(both.end(), right.begin(), right.end());
  EXPECT_NE(MerkleLeafHash(suite_, both), MerkleNodeHash(suite_, left, right));
}

}  // namespace
}  // namespace core
