#include "core/crypto/combined_key.h"

#include <algorithm>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include <gtest/gtest.h>
#include <sodium.h>

#include "core/crypto/sodium_suite.h"
#include "tests/core/crypto/hex.h"

namespace core {
namespace {

using Bytes = std::vector<uint8_t>;

template <typename Array>
Array ArrayOfHex(const std::string& hex) {
  Array array{};
  const Bytes bytes = BytesOfHex(hex);
  EXPECT_EQ(bytes.size(), array.size());
  std::copy_n(bytes.begin(), std::min(bytes.size(), array.size()), array.begin());
  return array;
}

class CombinedKeyTest : public testing::Test {
 protected:
  DrawnBytes Draw() {
    DrawnBytes drawn;
    for (uint8_t& byte : drawn) byte = static_cast<uint8_t>(random_());
    return drawn;
  }

  // A key of so many owners, whose secrets are kept in the order of their keys.
  CombinedKey Owners(size_t count) {
    std::vector<GroupElement> keys;
    secrets_.clear();
    for (size_t i = 0; i < count; ++i) secrets_.push_back(GroupSecretFrom(Draw()));
    std::sort(secrets_.begin(), secrets_.end(), [](const GroupSecret& a, const GroupSecret& b) {
      return GroupKeyOf(a) < GroupKeyOf(b);
    });
    for (const GroupSecret& secret : secrets_) keys.push_back(GroupKeyOf(secret));
    std::shuffle(keys.begin(), keys.end(), random_);
    return CombinedKey::Of(keys).value();
  }

  std::vector<OpeningShare> Shares(const CombinedKey& key, const SealedRecord& sealed) const {
    std::vector<OpeningShare> shares;
    for (const GroupSecret& secret : secrets_)
      shares.push_back(key.ShareOf(secret, sealed).value());
    return shares;
  }

  static GroupSecret CopyOf(const GroupSecret& secret) {
    return GroupSecret(std::as_const(secret).bytes());
  }

  SodiumSuite suite_;  // Starts the library.
  std::mt19937_64 random_{7};
  std::vector<GroupSecret> secrets_;
  const SealingContext context_ = {1, 2, 3};
  const Bytes record_ = {'a', ' ', 'v', 'o', 't', 'e'};
};

TEST_F(CombinedKeyTest, AgreesWithAnIndependentComputation) {
  std::ifstream file(ORBWEAVER_SOURCE_DIR "/tests/core/crypto/vectors/combined_key.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  ASSERT_EQ(vectors.size(), 4U);
  for (const nlohmann::json& vector : vectors) {
    std::vector<GroupElement> keys;
    std::vector<GroupSecret> secrets;
    for (const nlohmann::json& drawn : vector["drawn"]) {
      secrets.push_back(GroupSecretFrom(ArrayOfHex<DrawnBytes>(drawn)));
      keys.push_back(GroupKeyOf(secrets.back()));
    }
    const CombinedKey key = CombinedKey::Of(keys).value();
    EXPECT_EQ(key.key(), ArrayOfHex<GroupElement>(vector["combined"]));
    const auto context = ArrayOfHex<SealingContext>(vector["context"]);
    const Bytes record = BytesOfHex(vector["record"].get<std::string>());
    const SealedRecord sealed =
        key.Seal(context, record, ArrayOfHex<DrawnBytes>(vector["drawn_once"])).value();
    EXPECT_EQ(sealed.ephemeral, ArrayOfHex<GroupElement>(vector["ephemeral"]));
    EXPECT_EQ(Bytes(sealed.box.begin(), sealed.box.end()),
              BytesOfHex(vector["box"].get<std::string>()));
    for (size_t i = 0; i < keys.size(); ++i) {
      EXPECT_EQ(key.owners()[i], ArrayOfHex<GroupElement>(vector["owners"][i]));
    }
    for (const GroupSecret& secret : secrets) {
      const OpeningShare share = key.ShareOf(secret, sealed).value();
      const nlohmann::json& told = vector["shares"][key.OwnerOf(GroupKeyOf(secret)).value()];
      EXPECT_EQ(share.element, ArrayOfHex<GroupElement>(told[0]));
      EXPECT_EQ(share.challenge, ArrayOfHex<GroupElement>(told[1]));
      EXPECT_EQ(share.response, ArrayOfHex<GroupElement>(told[2]));
    }
  }
}

TEST_F(CombinedKeyTest, OpensByAllSharesAndByAllSecrets) {
  for (const size_t count : {1U, 2U, 3U, 16U, 64U}) {
    const CombinedKey key = Owners(count);
    const SealedRecord sealed = key.Seal(context_, record_, Draw()).value();
    EXPECT_EQ(key.OpenByShares(context_, sealed, Shares(key, sealed)), record_);
    EXPECT_EQ(key.OpenBySecrets(context_, sealed, secrets_), record_);
    std::shuffle(secrets_.begin(), secrets_.end(), random_);
    EXPECT_EQ(key.OpenBySecrets(context_, sealed, secrets_), record_);
  }
}

TEST_F(CombinedKeyTest, OneMissingOwnerKeepsItShut) {
  const CombinedKey key = Owners(3);
  const SealedRecord sealed = key.Seal(context_, record_, Draw()).value();
  std::vector<OpeningShare> shares = Shares(key, sealed);
  shares[2] = shares[1];
  EXPECT_EQ(key.OpenByShares(context_, sealed, shares), std::nullopt);
  shares.pop_back();
  EXPECT_EQ(key.OpenByShares(context_, sealed, shares), std::nullopt);
  secrets_[2] = CopyOf(secrets_[1]);
  EXPECT_EQ(key.OpenBySecrets(context_, sealed, secrets_), std::nullopt);
  secrets_[2] = GroupSecretFrom(Draw());
  EXPECT_EQ(key.OpenBySecrets(context_, sealed, secrets_), std::nullopt);
  secrets_.pop_back();
  EXPECT_EQ(key.OpenBySecrets(context_, sealed, secrets_), std::nullopt);
}

TEST_F(CombinedKeyTest, AShareBelongsToItsOwnerAndItsRecord) {
  const CombinedKey key = Owners(2);
  const SealedRecord sealed = key.Seal(context_, record_, Draw()).value();
  const SealedRecord other = key.Seal(context_, record_, Draw()).value();
  const OpeningShare share = key.ShareOf(secrets_[0], sealed).value();
  EXPECT_TRUE(key.IsShareOf(0, sealed, share));
  EXPECT_FALSE(key.IsShareOf(1, sealed, share));
  EXPECT_FALSE(key.IsShareOf(0, other, share));
  EXPECT_EQ(key.ShareOf(GroupSecretFrom(Draw()), sealed), std::nullopt);
}

TEST_F(CombinedKeyTest, EveryChangedBitOfAShareIsRefused) {
  const CombinedKey key = Owners(2);
  const SealedRecord sealed = key.Seal(context_, record_, Draw()).value();
  const OpeningShare share = key.ShareOf(secrets_[0], sealed).value();
  for (size_t bit = 0; bit < 3 * 256; ++bit) {
    OpeningShare changed = share;
    auto& part = bit < 256 ? changed.element : bit < 512 ? changed.challenge : changed.response;
    part[bit % 256 / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    EXPECT_FALSE(key.IsShareOf(0, sealed, changed)) << bit;
  }
}

TEST_F(CombinedKeyTest, ABoxOpensInItsContextOnly) {
  const CombinedKey key = Owners(2);
  SealedRecord sealed = key.Seal(context_, record_, Draw()).value();
  EXPECT_EQ(key.OpenBySecrets({1, 2, 4}, sealed, secrets_), std::nullopt);
  sealed.box[500] ^= 1;
  EXPECT_EQ(key.OpenBySecrets(context_, sealed, secrets_), std::nullopt);
}

TEST_F(CombinedKeyTest, BoxesOfDifferentRecordsLookAlike) {
  const CombinedKey key = Owners(2);
  const Bytes longest(kSealedBytesMax, 7);
  for (const Bytes& record : {Bytes(), record_, longest}) {
    const SealedRecord sealed = key.Seal(context_, record, Draw()).value();
    EXPECT_EQ(key.OpenBySecrets(context_, sealed, secrets_), record);
  }
  EXPECT_EQ(key.Seal(context_, Bytes(kSealedBytesMax + 1), Draw()).status().message(),
            "sealed record: 1023 bytes, above 1022");
  EXPECT_NE(key.Seal(context_, record_, Draw()).value(),
            key.Seal(context_, record_, Draw()).value());
}

// What is sealed to the election's key is sealed again for pairing, with the nonce beside it.
TEST_F(CombinedKeyTest, ABallotFitsARecordThatIsSealedAgain) {
  const CombinedKey key = Owners(2);
  const Bytes longest(kBallotBytesMax, 7);
  const SealedBallot inner = key.Seal<kBallotBytesMax>(context_, longest, Draw()).value();
  Bytes record(32, 1);
  const Bytes bytes = inner.ToBytes();
  record.insert(record.end(), bytes.begin(), bytes.end());
  const SealedRecord outer = key.Seal(context_, record, Draw()).value();
  const Bytes opened = key.OpenByShares(context_, outer, Shares(key, outer)).value();
  EXPECT_EQ(opened, record);
  const auto again = SealedBallot::FromBytes(std::span(opened).subspan(32));
  EXPECT_EQ(again, inner);
  EXPECT_EQ(key.OpenBySecrets(context_, *again, secrets_), longest);
  EXPECT_EQ(SealedBallot::FromBytes(opened), std::nullopt) << "32 bytes too many";
  EXPECT_EQ(key.Seal<kBallotBytesMax>(context_, Bytes(513), Draw()).status().message(),
            "sealed record: 513 bytes, above 512");
}

TEST_F(CombinedKeyTest, WhatIsNoKeyIsRefused) {
  const GroupElement good = GroupKeyOf(GroupSecretFrom(Draw()));
  GroupElement negative = good;  // An encoding that no element has.
  negative[0] |= 1;
  const auto error_of = [](std::vector<GroupElement> keys) {
    return std::string(CombinedKey::Of(keys).status().message());
  };
  EXPECT_EQ(error_of({}), "combined key: not of 1 to 64 keys");
  EXPECT_EQ(error_of({good, good}), "combined key: a key twice");
  EXPECT_EQ(error_of({good, GroupElement{}}), "combined key: bytes that are no key");
  EXPECT_EQ(error_of({good, negative}), "combined key: bytes that are no key");
  std::vector<GroupElement> many;
  for (int i = 0; i < 65; ++i) many.push_back(GroupKeyOf(GroupSecretFrom(Draw())));
  EXPECT_EQ(error_of(many), "combined key: not of 1 to 64 keys");
}

TEST_F(CombinedKeyTest, NothingThatOthersSendEndsTheProgram) {
  const CombinedKey key = Owners(2);
  SealedRecord sealed = key.Seal(context_, record_, Draw()).value();
  std::vector<GroupSecret> disclosed;
  disclosed.push_back(CopyOf(secrets_[0]));
  disclosed.emplace_back();  // Zero.
  EXPECT_EQ(key.OpenBySecrets(context_, sealed, disclosed), std::nullopt);
  EXPECT_FALSE(key.IsShareOf(0, sealed, OpeningShare{}));
  sealed.ephemeral.fill(0xff);
  EXPECT_EQ(key.ShareOf(secrets_[0], sealed), std::nullopt);
  EXPECT_EQ(key.OpenBySecrets(context_, sealed, secrets_), std::nullopt);
  const std::vector<OpeningShare> none(2);
  EXPECT_EQ(key.OpenByShares(context_, sealed, none), std::nullopt);
}

// Attack: the latecomer knows A and gives out X' = xG - A. The plain sum A + X' is xG, which it opens alone.
TEST_F(CombinedKeyTest, ARogueKeyBreaksThePlainSumAndNotTheCombination) {
  const GroupSecret victim = GroupSecretFrom(Draw());
  const GroupSecret rogue = GroupSecretFrom(Draw());
  const GroupElement a = GroupKeyOf(victim);
  const GroupElement own = GroupKeyOf(rogue);
  GroupElement given;
  ASSERT_EQ(crypto_core_ristretto255_sub(given.data(), own.data(), a.data()), 0);
  GroupElement sum;
  ASSERT_EQ(crypto_core_ristretto255_add(sum.data(), a.data(), given.data()), 0);
  EXPECT_EQ(sum, own);  // The plain sum is the attacker's own key.

  const GroupElement keys[] = {a, given};
  const CombinedKey combined = CombinedKey::Of(keys).value();
  EXPECT_NE(combined.key(), own);
  const SealedRecord sealed = combined.Seal(context_, record_, Draw()).value();
  std::vector<GroupSecret> alone;
  alone.push_back(CopyOf(rogue));
  EXPECT_EQ(CombinedKey::Of(std::vector<GroupElement>{own})
                .value()
                .OpenBySecrets(context_, sealed, alone),
            std::nullopt);
  EXPECT_EQ(combined.ShareOf(rogue, sealed), std::nullopt);
}

}  // namespace
}  // namespace core
