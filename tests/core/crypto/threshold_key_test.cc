#include "core/crypto/threshold_key.h"

#include <algorithm>
#include <fstream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"
#include <gtest/gtest.h>

#include "core/crypto/sodium_suite.h"
#include "tests/core/crypto/hex.h"

namespace core {
namespace {

using Bytes = std::vector<uint8_t>;

template <typename Array>
Array ArrayOfHex(const nlohmann::json& hex) {
  Array array{};
  const Bytes bytes = BytesOfHex(hex.get<std::string>());
  EXPECT_EQ(bytes.size(), array.size());
  std::copy_n(bytes.begin(), std::min(bytes.size(), array.size()), array.begin());
  return array;
}

void ExpectOpening(const OpeningShare& opening, const nlohmann::json& told) {
  EXPECT_EQ(opening.element, ArrayOfHex<GroupElement>(told[0]));
  EXPECT_EQ(opening.challenge, ArrayOfHex<GroupScalar>(told[1]));
  EXPECT_EQ(opening.response, ArrayOfHex<GroupScalar>(told[2]));
}

// Owners in the order of their keys, who have dealt to each other.
class Owners {
 public:
  Owners(size_t count, size_t threshold, uint64_t seed) : random_(seed) {
    for (size_t i = 0; i < count; ++i) secrets_.push_back(GroupSecretFrom(Draw()));
    Share(threshold, {1, 2, 3});
    for (size_t i = 0; i < count; ++i) dealings.push_back(sharing->Deal(secrets_[i], Draw()));
  }

  // Owners of a vector.
  explicit Owners(const nlohmann::json& vector) {
    for (const nlohmann::json& drawn : vector["drawn"]) {
      secrets_.push_back(GroupSecretFrom(ArrayOfHex<DrawnBytes>(drawn)));
    }
    Share(vector["threshold"], ArrayOfHex<SealingContext>(vector["context"]));
    for (size_t i = 0; i < secrets_.size(); ++i) {
      const auto drawn = ArrayOfHex<DrawnBytes>(vector["dealings"][i]["drawn"]);
      dealings.push_back(sharing->Deal(secrets_[i], drawn));
    }
  }

  DrawnBytes Draw() {
    DrawnBytes drawn;
    for (uint8_t& byte : drawn) byte = static_cast<uint8_t>(random_());
    return drawn;
  }

  [[nodiscard]] const GroupSecret& secret(size_t owner) const { return secrets_[owner]; }

  [[nodiscard]] ThresholdKey Key() const { return ThresholdKey::Of(*sharing, dealings).value(); }

  // What an owner knows once all have dealt.
  [[nodiscard]] GroupSecret ShareOf(size_t owner) const {
    std::vector<GroupSecret> received;
    for (size_t dealer = 0; dealer < dealings.size(); ++dealer) {
      received.push_back(sharing->Received(dealer, dealings[dealer], secrets_[owner]).value());
    }
    return Key().ShareOf(received);
  }

  [[nodiscard]] OwnersRelease ReleaseOf(size_t owner) const {
    const GroupSecret share = ShareOf(owner);
    OwnersRelease release{.owner = owner};
    std::copy(share.bytes().begin(), share.bytes().end(), release.share.begin());
    return release;
  }

  template <size_t kBytes>
  [[nodiscard]] OwnersOpening OpeningOf(size_t owner, const SealedBox<kBytes>& sealed) const {
    return {.owner = owner, .share = Key().OpeningOf(ShareOf(owner), sealed.ephemeral).value()};
  }

  std::optional<KeySharing> sharing;
  std::vector<Dealing> dealings;

 private:
  void Share(size_t threshold, const SealingContext& context) {
    std::sort(secrets_.begin(), secrets_.end(), [](const GroupSecret& a, const GroupSecret& b) {
      return GroupKeyOf(a) < GroupKeyOf(b);
    });
    std::vector<GroupElement> keys;
    for (const GroupSecret& secret : secrets_) keys.push_back(GroupKeyOf(secret));
    sharing.emplace(KeySharing::Of(CombinedKey::Of(keys).value(), threshold, context).value());
  }

  std::mt19937_64 random_{1};
  std::vector<GroupSecret> secrets_;
};

class ThresholdKeyTest : public testing::Test {
 protected:
  SodiumSuite suite_;  // Starts the library.
  const SealingContext context_ = {4, 5, 6};
  const Bytes record_ = {'a', ' ', 'v', 'o', 't', 'e'};
};

TEST_F(ThresholdKeyTest, AgreesWithAnIndependentComputation) {
  std::ifstream file(ORBWEAVER_SOURCE_DIR "/tests/core/crypto/vectors/threshold_key.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  ASSERT_EQ(vectors.size(), 3U);
  for (const nlohmann::json& vector : vectors) {
    const Owners owners(vector);
    const ThresholdKey key = owners.Key();
    EXPECT_EQ(owners.sharing->key().key(), ArrayOfHex<GroupElement>(vector["combined"]));
    const SealedBallot sealed =
        owners.sharing->key()
            .Seal<kBallotBytesMax>(ArrayOfHex<SealingContext>(vector["context"]),
                                   BytesOfHex(vector["record"].get<std::string>()),
                                   ArrayOfHex<DrawnBytes>(vector["drawn_once"]))
            .value();
    EXPECT_EQ(sealed.ToBytes(), BytesOfHex(vector["sealed"].get<std::string>()));
    for (size_t i = 0; i < owners.dealings.size(); ++i) {
      const nlohmann::json& dealing = vector["dealings"][i];
      ASSERT_EQ(dealing["commitments"].size(), owners.dealings[i].commitments.size());
      for (size_t k = 0; k < owners.dealings[i].commitments.size(); ++k) {
        EXPECT_EQ(owners.dealings[i].commitments[k],
                  ArrayOfHex<GroupElement>(dealing["commitments"][k]));
      }
      for (size_t j = 0; j < owners.dealings.size(); ++j) {
        EXPECT_EQ(owners.dealings[i].shares[j].ToBytes(),
                  BytesOfHex(dealing["shares"][j].get<std::string>()));
      }
      EXPECT_EQ(key.share_keys()[i], ArrayOfHex<GroupElement>(vector["share_keys"][i]));
      EXPECT_EQ(owners.ReleaseOf(i).share, ArrayOfHex<GroupScalar>(vector["shares"][i]));
      ExpectOpening(owners.OpeningOf(i, sealed).share, vector["openings"][i]);
      ExpectOpening(key.PossessionOf(owners.ShareOf(i)), vector["possessions"][i]);
    }
  }
}

// Every set of three of five opens, by openings and by releases; no set of two does.
TEST_F(ThresholdKeyTest, AnyThresholdOfOwnersOpensAndFewerDoNot) {
  Owners owners(5, 3, 7);
  const ThresholdKey key = owners.Key();
  const SealedBallot sealed =
      owners.sharing->key().Seal<kBallotBytesMax>(context_, record_, owners.Draw()).value();
  size_t opened = 0;
  for (unsigned set = 0; set < 32; ++set) {
    std::vector<OwnersOpening> openings;
    std::vector<OwnersRelease> releases;
    for (size_t owner = 0; owner < 5; ++owner) {
      if ((set >> owner & 1) == 0) continue;
      openings.push_back(owners.OpeningOf(owner, sealed));
      releases.push_back(owners.ReleaseOf(owner));
    }
    const bool enough = openings.size() >= 3;
    EXPECT_EQ(key.Open(context_, sealed, openings).has_value(), enough) << set;
    const auto disclosed = key.Disclose(releases);
    ASSERT_EQ(disclosed.ok(), enough) << set;
    if (!enough) continue;
    EXPECT_EQ(key.Open(context_, sealed, openings), record_);
    EXPECT_EQ(disclosed->Open(context_, sealed), record_);
    EXPECT_EQ(disclosed->Open({9}, sealed), std::nullopt) << "another context";
    ++opened;
  }
  EXPECT_EQ(opened, 16U);
}

TEST_F(ThresholdKeyTest, SharesOfOneSharingAreNoneOfAnother) {
  const Owners three(3, 3, 8);
  const Owners two(3, 2, 8);
  const std::vector<OwnersRelease> releases = {three.ReleaseOf(0), three.ReleaseOf(1)};
  EXPECT_TRUE(three.Key().IsRelease(releases[0]));
  EXPECT_FALSE(two.Key().IsRelease(releases[0])) << "shares of another sharing of the same secrets";
  EXPECT_FALSE(two.Key().Disclose(releases).ok());
}

TEST_F(ThresholdKeyTest, AWrongShareNamesItsOwner) {
  Owners owners(3, 2, 9);
  const ThresholdKey key = owners.Key();
  const SealedBallot sealed =
      owners.sharing->key().Seal<kBallotBytesMax>(context_, record_, owners.Draw()).value();
  OwnersOpening wrong = owners.OpeningOf(2, sealed);
  EXPECT_TRUE(key.IsOpening(sealed.ephemeral, wrong));
  wrong.owner = 1;
  EXPECT_FALSE(key.IsOpening(sealed.ephemeral, wrong));
  EXPECT_EQ(key.Open(context_, sealed, std::vector{owners.OpeningOf(0, sealed), wrong}),
            std::nullopt);
  wrong.owner = 3;
  EXPECT_FALSE(key.IsOpening(sealed.ephemeral, wrong)) << "no owner";

  OwnersRelease release = owners.ReleaseOf(1);
  release.share[0] ^= 1;
  EXPECT_EQ(key.Disclose(std::vector{owners.ReleaseOf(0), release}).status().message(),
            "released key: the share of owner 1 is wrong");
  EXPECT_EQ(key.Disclose(std::vector{owners.ReleaseOf(0), owners.ReleaseOf(0)}).status().message(),
            "released key: 2 shares, not 2 of different owners");
  EXPECT_FALSE(key.IsRelease({.owner = 3}));
}

TEST_F(ThresholdKeyTest, AnOwnerShowsThatItHasItsShare) {
  const Owners owners(3, 2, 13);
  const ThresholdKey key = owners.Key();
  OwnersOpening shown{.owner = 1, .share = key.PossessionOf(owners.ShareOf(1))};
  EXPECT_TRUE(key.IsPossession(shown));
  shown.owner = 0;
  EXPECT_FALSE(key.IsPossession(shown)) << "somebody else's";
  Owners again(3, 2, 13);
  again.dealings[2] = again.sharing->Deal(again.secret(2), again.Draw());
  EXPECT_FALSE(again.Key().IsPossession({.owner = 1, .share = key.PossessionOf(owners.ShareOf(1))}))
      << "of other dealings";
}

// A dealer who gives one owner something else than he commits to: the owner proves it, and nobody can
// prove it of a good dealing.
TEST_F(ThresholdKeyTest, ABadDealingIsProvenByItsReceiverAlone) {
  Owners owners(4, 2, 10);
  const KeySharing& sharing = *owners.sharing;
  EXPECT_EQ(sharing.Complaint(1, owners.dealings[1], owners.secret(2)), std::nullopt);
  const Dealing other = sharing.Deal(owners.secret(1), owners.Draw());
  Dealing bad = owners.dealings[1];
  bad.shares[2] = other.shares[2];
  EXPECT_TRUE(sharing.Check(1, bad).ok()) << "nobody but the receiver sees it";
  EXPECT_TRUE(sharing.Received(1, bad, owners.secret(3)).has_value());
  EXPECT_EQ(sharing.Received(1, bad, owners.secret(2)), std::nullopt);
  const auto complaint = sharing.Complaint(1, bad, owners.secret(2));
  ASSERT_TRUE(complaint.has_value());
  EXPECT_TRUE(sharing.IsComplaint(1, bad, 2, *complaint));
  EXPECT_FALSE(sharing.IsComplaint(1, bad, 3, *complaint)) << "somebody else's";

  const CombinedKey box_key = CombinedKey::Of(sharing.key().owners().subspan(2, 1)).value();
  const auto good = box_key.ShareOf(owners.secret(2), owners.dealings[1].shares[2]);
  EXPECT_FALSE(sharing.IsComplaint(1, owners.dealings[1], 2, good.value()));
  Dealing noise = owners.dealings[1];
  noise.shares[2].box.fill(7);
  EXPECT_TRUE(
      sharing.IsComplaint(1, noise, 2, sharing.Complaint(1, noise, owners.secret(2)).value()));
}

TEST_F(ThresholdKeyTest, WhatAnybodyCanSeeOfABadDealingIsRefused) {
  const Owners owners(3, 2, 11);
  const KeySharing& sharing = *owners.sharing;
  const auto error_of = [&](size_t dealer, const Dealing& dealing) {
    return std::string(sharing.Check(dealer, dealing).message());
  };
  const Dealing& good = owners.dealings[0];
  EXPECT_EQ(error_of(0, good), "");
  EXPECT_EQ(error_of(1, good), "dealing: of another secret than the dealer's");
  Dealing bad = good;
  bad.commitments.pop_back();
  EXPECT_EQ(error_of(0, bad), "dealing: 1 commitments, not 2");
  bad = good;
  bad.shares.pop_back();
  EXPECT_EQ(error_of(0, bad), "dealing: 2 shares, not 3");
  bad = good;
  bad.commitments[1].fill(0xff);
  EXPECT_EQ(error_of(0, bad), "dealing: commitments that are no elements or cancel each other out");
  bad.commitments[1].fill(0);  // A polynomial of a lower degree.
  EXPECT_EQ(error_of(0, bad), "dealing: commitments that are no elements or cancel each other out");
  bad = good;
  bad.shares[1].ephemeral.fill(0xff);
  EXPECT_EQ(error_of(0, bad), "dealing: share 1 has no ephemeral");
  EXPECT_EQ(KeySharing::Of(sharing.key(), 4, context_).status().message(),
            "key sharing: threshold 4, not from 1 to 3");
  EXPECT_EQ(KeySharing::Of(sharing.key(), 0, context_).status().message(),
            "key sharing: threshold 0, not from 1 to 3");
  EXPECT_EQ(ThresholdKey::Of(sharing, std::vector{good}).status().message(),
            "threshold key: 1 dealings of 3 owners");
}

TEST_F(ThresholdKeyTest, ADealingIsGoodForOneElectionOnly) {
  const Owners owners(3, 2, 12);
  const KeySharing another = KeySharing::Of(owners.sharing->key(), 2, {8}).value();
  EXPECT_EQ(another.Received(0, owners.dealings[0], owners.secret(1)), std::nullopt);
}

}  // namespace
}  // namespace core
