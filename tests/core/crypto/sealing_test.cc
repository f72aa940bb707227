// What every sealing owes: who opens and who does not, for both implementations alike.
#include "core/crypto/sealing.h"

#include <algorithm>
#include <fstream>
#include <random>
#include <set>
#include <string>

#include "nlohmann/json.hpp"
#include <gtest/gtest.h>
#include <sodium.h>

#include "core/base/hash.h"
#include "core/crypto/modelled_sealing.h"
#include "core/crypto/ristretto_sealing.h"
#include "tests/core/codec/frames.h"
#include "tests/core/crypto/hex.h"

namespace core {
namespace {

using Bytes = std::vector<uint8_t>;

DrawnBytes DrawnBy(std::mt19937_64& random) {
  DrawnBytes drawn;
  for (uint8_t& byte : drawn) byte = static_cast<uint8_t>(random());
  return drawn;
}

GroupSecret CopyOf(const GroupSecret& secret) {
  return GroupSecret(secret.bytes());
}

template <typename Array>
Array ArrayOfHex(const std::string& hex) {
  Array array{};
  const Bytes bytes = BytesOfHex(hex);
  EXPECT_EQ(bytes.size(), array.size());
  std::copy_n(bytes.begin(), std::min(bytes.size(), array.size()), array.begin());
  return array;
}

enum class Kind { kRistretto, kModelled };

class SealingTest : public testing::TestWithParam<Kind> {
 protected:
  const Sealing& sealing() const {
    if (GetParam() == Kind::kModelled) return modelled_;
    return ristretto_;
  }

  DrawnBytes Drawn() { return DrawnBy(random_); }

  GroupSecret Secret() { return sealing().SecretFrom(Drawn()); }

  // So many owners; owners_[i] belongs to secrets_[i].
  void MakeOwners(size_t count) {
    owners_.clear();
    secrets_.clear();
    for (size_t i = 0; i < count; ++i) {
      secrets_.push_back(Secret());
      owners_.push_back(sealing().KeyOf(secrets_.back()));
    }
  }

  SealedBytes Sealed(const Bytes& record) {
    return sealing().Seal(owners_, context_, record, Drawn()).value();
  }

  std::vector<OpeningShare> Shares(const SealedBytes& sealed) const {
    std::vector<OpeningShare> shares;
    for (const GroupSecret& secret : secrets_) {
      shares.push_back(sealing().ShareOf(owners_, sealed, secret).value());
    }
    return shares;
  }

  std::optional<Bytes> OpenedWith(const SealedBytes& sealed, Secrets secrets) const {
    const auto opened = sealing().OpenWithSecrets(owners_, context_, {&sealed, 1}, secrets);
    if (!opened.has_value()) return {};
    EXPECT_EQ(opened->size(), 1U);
    return opened->front();
  }

  RistrettoSealing ristretto_;
  ModelledSealing modelled_{Digest256{7}};
  std::mt19937_64 random_{7};
  std::vector<GroupElement> owners_;
  std::vector<GroupSecret> secrets_;
  const SealingContext context_ = {1, 2, 3};
  const SealingContext elsewhere_ = {1, 2, 4};
  const Bytes record_ = {'a', ' ', 'v', 'o', 't', 'e', ',', ' ', 's', 'e', 'a', 'l', 'e', 'd'};
};

TEST_P(SealingTest, BallotsAreOfOneSizeWhateverTheyHold) {
  MakeOwners(3);
  for (const size_t size : {size_t{0}, size_t{1}, size_t{128}, kBallotBytesMax}) {
    const auto sealed = sealing().SealBallot(owners_, context_, Bytes(size, 5), Drawn());
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(sealed->size(), kSealedBallotBytes);
  }
  EXPECT_FALSE(sealing().SealBallot(owners_, context_, Bytes(kBallotBytesMax + 1), Drawn()).ok());
  EXPECT_FALSE(sealing().SealBallot({}, context_, record_, Drawn()).ok());
}

TEST(RistrettoSealingTest, BallotsAreWhatTheOwnersOfTheElectionsKeyOpen) {
  std::mt19937_64 random(3);
  const RistrettoSealing sealing;
  std::vector<GroupSecret> secrets;
  std::vector<GroupElement> owners;
  for (int i = 0; i < 2; ++i) {
    secrets.push_back(sealing.SecretFrom(DrawnBy(random)));
    owners.push_back(sealing.KeyOf(secrets.back()));
  }
  const SealingContext context = {4};
  const Bytes answers = {1, 2, 3};
  const auto sealed = sealing.SealBallot(owners, context, answers, DrawnBy(random));
  ASSERT_TRUE(sealed.ok());
  const auto box = SealedBallot::FromBytes(*sealed);
  ASSERT_TRUE(box.has_value());
  const auto key = CombinedKey::Of(owners);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->OpenBySecrets(context, *box, secrets), answers);
  EXPECT_FALSE(key->OpenBySecrets({5}, *box, secrets).has_value());
}

TEST_P(SealingTest, ASecretHasOneKey) {
  const DrawnBytes drawn = Drawn();
  const GroupSecret secret = sealing().SecretFrom(drawn);
  const GroupElement key = sealing().KeyOf(secret);
  EXPECT_EQ(sealing().KeyOf(sealing().SecretFrom(drawn)), key);
  EXPECT_TRUE(sealing().IsSecretOf(key, secret));
  EXPECT_FALSE(sealing().IsSecretOf(key, Secret()));
  EXPECT_FALSE(sealing().IsSecretOf(key, GroupSecret()));
  EXPECT_FALSE(sealing().IsSecretOf(GroupElement{}, GroupSecret()));
  for (size_t bit = 0; bit < 256; ++bit) {
    GroupSecret changed = CopyOf(secret);
    changed.bytes()[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    EXPECT_FALSE(sealing().IsSecretOf(key, changed)) << bit;
  }
}

TEST_P(SealingTest, OpensWithAllSecretsAndWithAllShares) {
  for (const size_t count : {size_t{1}, size_t{2}, size_t{3}, size_t{16}}) {
    MakeOwners(count);
    const SealedBytes sealed = Sealed(record_);
    EXPECT_EQ(OpenedWith(sealed, secrets_), record_);
    EXPECT_EQ(sealing().OpenWithShares(owners_, context_, sealed, Shares(sealed)), record_);
    std::shuffle(secrets_.begin(), secrets_.end(), random_);
    EXPECT_EQ(OpenedWith(sealed, secrets_), record_);
    std::shuffle(owners_.begin(), owners_.end(), random_);
    EXPECT_EQ(OpenedWith(sealed, secrets_), record_);
  }
}

TEST_P(SealingTest, AListOpensInItsOrderOrNotAtAll) {
  MakeOwners(3);
  std::vector<SealedBytes> list;
  for (uint8_t i = 0; i < 5; ++i) list.push_back(Sealed({i}));
  const auto opened = sealing().OpenWithSecrets(owners_, context_, list, secrets_);
  EXPECT_EQ(opened, (std::vector<Bytes>{{0}, {1}, {2}, {3}, {4}}));
  list[3][100] ^= 1;
  EXPECT_EQ(sealing().OpenWithSecrets(owners_, context_, list, secrets_), std::nullopt);
}

TEST_P(SealingTest, OneMissingOwnerKeepsItShut) {
  MakeOwners(3);
  const SealedBytes sealed = Sealed(record_);
  std::vector<OpeningShare> shares = Shares(sealed);
  std::swap(shares[0], shares[2]);
  EXPECT_EQ(sealing().OpenWithShares(owners_, context_, sealed, shares), std::nullopt);
  std::swap(shares[0], shares[2]);
  shares[2] = shares[1];
  EXPECT_EQ(sealing().OpenWithShares(owners_, context_, sealed, shares), std::nullopt);
  shares.pop_back();
  EXPECT_EQ(sealing().OpenWithShares(owners_, context_, sealed, shares), std::nullopt);
  // Nor is a part of the owners enough where only they are named.
  const Owners two = std::span(owners_).first(2);
  EXPECT_EQ(sealing().OpenWithShares(two, context_, sealed, shares), std::nullopt);
  EXPECT_EQ(sealing().OpenWithSecrets(two, context_, {&sealed, 1}, std::span(secrets_).first(2)),
            std::nullopt);

  EXPECT_EQ(OpenedWith(sealed, std::span(secrets_).first(2)), std::nullopt);
  secrets_[2] = CopyOf(secrets_[1]);
  EXPECT_EQ(OpenedWith(sealed, secrets_), std::nullopt);
  secrets_[2] = Secret();
  EXPECT_EQ(OpenedWith(sealed, secrets_), std::nullopt);
  secrets_[2] = GroupSecret();
  EXPECT_EQ(OpenedWith(sealed, secrets_), std::nullopt);
}

TEST_P(SealingTest, AShareBelongsToItsOwnerAndItsRecord) {
  MakeOwners(2);
  const SealedBytes sealed = Sealed(record_);
  const OpeningShare share = sealing().ShareOf(owners_, sealed, secrets_[0]).value();
  EXPECT_TRUE(sealing().IsShareOf(owners_, sealed, owners_[0], share));
  EXPECT_FALSE(sealing().IsShareOf(owners_, sealed, owners_[1], share));
  EXPECT_FALSE(sealing().IsShareOf(owners_, Sealed(record_), owners_[0], share));
  const GroupElement stranger = sealing().KeyOf(Secret());
  EXPECT_FALSE(sealing().IsShareOf(owners_, sealed, stranger, share));
  EXPECT_EQ(sealing().ShareOf(owners_, sealed, Secret()), std::nullopt);
  EXPECT_EQ(sealing().ShareOf(owners_, sealed, GroupSecret()), std::nullopt);
  std::reverse(owners_.begin(), owners_.end());
  EXPECT_TRUE(sealing().IsShareOf(owners_, sealed, owners_[1], share));
  owners_[0] = stranger;
  EXPECT_FALSE(sealing().IsShareOf(owners_, sealed, owners_[1], share));
}

TEST_P(SealingTest, EveryChangedBitOfAShareIsRefused) {
  MakeOwners(2);
  const SealedBytes sealed = Sealed(record_);
  const OpeningShare share = sealing().ShareOf(owners_, sealed, secrets_[0]).value();
  for (size_t bit = 0; bit < 3 * 256; ++bit) {
    OpeningShare changed = share;
    auto& part = bit < 256 ? changed.element : bit < 512 ? changed.challenge : changed.response;
    part[bit % 256 / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    EXPECT_FALSE(sealing().IsShareOf(owners_, sealed, owners_[0], changed)) << bit;
  }
}

TEST_P(SealingTest, OpensInItsContextOnly) {
  MakeOwners(2);
  const SealedBytes sealed = Sealed(record_);
  EXPECT_EQ(sealing().OpenWithSecrets(owners_, elsewhere_, {&sealed, 1}, secrets_), std::nullopt);
  EXPECT_EQ(sealing().OpenWithShares(owners_, elsewhere_, sealed, Shares(sealed)), std::nullopt);
  const SealedBytes layer = sealing().SealTo(owners_[0], context_, record_, Drawn()).value();
  EXPECT_EQ(sealing().OpenAt(secrets_[0], elsewhere_, layer), std::nullopt);
}

TEST_P(SealingTest, ChangedBytesDoNotOpen) {
  MakeOwners(2);
  const SealedBytes sealed = Sealed(record_);
  const std::vector<OpeningShare> shares = Shares(sealed);
  for (size_t bit = 0; bit < sealed.size() * 8; bit += bit < 256 ? 1 : 61) {
    SealedBytes changed = sealed;
    changed[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    EXPECT_EQ(OpenedWith(changed, secrets_), std::nullopt) << bit;
    EXPECT_EQ(sealing().OpenWithShares(owners_, context_, changed, shares), std::nullopt) << bit;
  }
  SealedBytes resized = sealed;
  resized.push_back(0);
  EXPECT_EQ(OpenedWith(resized, secrets_), std::nullopt);
  resized.resize(sealed.size() - 1);
  EXPECT_EQ(OpenedWith(resized, secrets_), std::nullopt);
}

// N12: neither length nor contents tell one record from another.
TEST_P(SealingTest, RecordsOfEveryLengthLookAlike) {
  MakeOwners(2);
  for (const size_t size : {size_t{0}, size_t{1}, size_t{500}, kSealedBytesMax}) {
    const Bytes record(size, 7);
    const SealedBytes sealed = Sealed(record);
    EXPECT_EQ(sealed.size(), kSealedRecordBytes);
    EXPECT_EQ(OpenedWith(sealed, secrets_), record);
    // Of 1,072 uniform bytes 4.2 are 7, and more than 30 never.
    EXPECT_LT(std::count(sealed.begin(), sealed.end(), 7), 30);
    EXPECT_LT(std::count(sealed.begin(), sealed.end(), 0), 30);
  }
  EXPECT_FALSE(sealing().Seal(owners_, context_, Bytes(kSealedBytesMax + 1), Drawn()).ok());
}

TEST_P(SealingTest, IsAFunctionOfWhatItIsGiven) {
  MakeOwners(2);
  const DrawnBytes drawn = Drawn();
  const DrawnBytes other = Drawn();
  const auto sealed = [&](const SealingContext& context, const DrawnBytes& with) {
    return sealing().Seal(owners_, context, record_, with).value();
  };
  const auto layer = [&](const SealingContext& context, const DrawnBytes& with) {
    return sealing().SealTo(owners_[0], context, record_, with).value();
  };
  EXPECT_EQ(sealed(context_, drawn), sealed(context_, drawn));
  EXPECT_NE(sealed(context_, drawn), sealed(context_, other));
  EXPECT_NE(sealed(context_, drawn), sealed(elsewhere_, drawn));
  EXPECT_EQ(layer(context_, drawn), layer(context_, drawn));
  EXPECT_NE(layer(context_, drawn), layer(context_, other));
  EXPECT_NE(layer(context_, drawn), layer(elsewhere_, drawn));
}

TEST_P(SealingTest, WhatIsNoKeyIsRefused) {
  MakeOwners(65);
  const auto refused = [&](Owners owners) {
    return !sealing().Seal(owners, context_, record_, Drawn()).ok();
  };
  const GroupElement good = owners_[0];
  EXPECT_FALSE(refused(std::span(owners_).first(64)));
  EXPECT_TRUE(refused(owners_));
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused(std::vector<GroupElement>{good, owners_[1], good}));
  GroupElement full;
  full.fill(0xff);
  EXPECT_TRUE(sealing().IsKey(good));
  for (const GroupElement& bad : {GroupElement{}, full}) {
    EXPECT_FALSE(sealing().IsKey(bad));
    EXPECT_TRUE(refused(std::vector<GroupElement>{good, bad}));
    EXPECT_EQ(sealing().SealTo(bad, context_, record_, Drawn()).status().message(),
              "layer: to bytes that are no key");
  }
}

TEST_P(SealingTest, ALayerOpensForItsReceiverAlone) {
  MakeOwners(2);
  for (const size_t size : {size_t{0}, size_t{32}, size_t{1023}, size_t{1024}, kLayeredBytesMax}) {
    Bytes bytes(size);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random_());
    const SealedBytes sealed = sealing().SealTo(owners_[0], context_, bytes, Drawn()).value();
    EXPECT_EQ(sealed.size(), size + kLayerBytes);
    EXPECT_EQ(sealing().OpenAt(secrets_[0], context_, sealed), bytes);
    EXPECT_EQ(sealing().OpenAt(secrets_[1], context_, sealed), std::nullopt);
    EXPECT_EQ(sealing().OpenAt(GroupSecret(), context_, sealed), std::nullopt);
    for (size_t bit = 0; bit < sealed.size() * 8; bit += bit < 256 ? 1 : 61) {
      SealedBytes changed = sealed;
      changed[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
      EXPECT_EQ(sealing().OpenAt(secrets_[0], context_, changed), std::nullopt) << bit;
    }
    EXPECT_EQ(sealing().OpenAt(secrets_[0], context_, std::span(sealed).first(size / 2)),
              std::nullopt);
  }
  const Bytes above(kLayeredBytesMax + 1);
  EXPECT_EQ(sealing().SealTo(owners_[0], context_, above, Drawn()).status().message(),
            "layer: above 4096 bytes");
}

TEST_P(SealingTest, ASealedRecordFitsFifteenLayers) {
  MakeOwners(16);
  const SealedBytes record = Sealed(record_);
  SealedBytes onion = record;
  for (size_t i = 16; i > 1; --i) {
    onion = sealing().SealTo(owners_[i - 1], context_, onion, Drawn()).value();
  }
  EXPECT_EQ(onion.size(), kSealedRecordBytes + 15 * kLayerBytes);
  for (size_t i = 1; i < 16; ++i) onion = sealing().OpenAt(secrets_[i], context_, onion).value();
  EXPECT_EQ(onion, record);
}

TEST_P(SealingTest, NothingThatOthersSendEndsTheProgram) {
  MakeOwners(2);
  for (size_t round = 0; round < 300; ++round) {
    Bytes bytes(round % 3 == 0 ? kSealedRecordBytes : random_() % 2000);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random_());
    std::vector<GroupSecret> told(2);
    for (uint8_t& byte : told[0].bytes()) byte = static_cast<uint8_t>(random_());
    GroupElement key;
    for (uint8_t& byte : key) byte = static_cast<uint8_t>(random_());
    EXPECT_EQ(OpenedWith(bytes, secrets_), std::nullopt);
    EXPECT_EQ(OpenedWith(bytes, told), std::nullopt);
    EXPECT_EQ(sealing().OpenWithShares(owners_, context_, bytes, std::vector<OpeningShare>(2)),
              std::nullopt);
    EXPECT_FALSE(sealing().IsShareOf(owners_, bytes, owners_[0], {key, key, key}));
    EXPECT_FALSE(sealing().IsShareOf(std::span(&key, 1), bytes, key, {key, key, key}));
    EXPECT_EQ(sealing().ShareOf(std::span(&key, 1), bytes, told[0]), std::nullopt);
    EXPECT_FALSE(sealing().IsSecretOf(key, told[0]));
    EXPECT_EQ(sealing().OpenAt(told[0], context_, bytes), std::nullopt);
  }
}

INSTANTIATE_TEST_SUITE_P(EverySealing, SealingTest,
                         testing::Values(Kind::kRistretto, Kind::kModelled),
                         [](const auto& each) -> std::string {
                           if (each.param == Kind::kRistretto) return "Ristretto";
                           return "Modelled";
                         });

// Attack: the latecomer knows A and gives out X' = xG - A, so that the plain sum of the keys is its own.
TEST(RistrettoSealingTest, ARogueKeyOpensNothing) {
  const RistrettoSealing sealing;
  std::mt19937_64 random(1);
  std::vector<GroupSecret> rogue;
  rogue.push_back(sealing.SecretFrom(DrawnBy(random)));
  const GroupElement victim = sealing.KeyOf(sealing.SecretFrom(DrawnBy(random)));
  const GroupElement own = sealing.KeyOf(rogue[0]);
  GroupElement given;
  ASSERT_EQ(crypto_core_ristretto255_sub(given.data(), own.data(), victim.data()), 0);
  const GroupElement owners[] = {victim, given};
  const SealingContext context{};
  const SealedBytes sealed = sealing.Seal(owners, context, {}, DrawnBy(random)).value();
  const auto opened = [&](Owners of) {
    return sealing.OpenWithSecrets(of, context, {&sealed, 1}, rogue).has_value();
  };
  EXPECT_FALSE(opened(owners));
  EXPECT_FALSE(opened({&own, 1}));
  EXPECT_FALSE(opened({&given, 1}));
  EXPECT_EQ(sealing.ShareOf(owners, sealed, rogue[0]), std::nullopt);
}

TEST(RistrettoSealingTest, LayersAgreeWithAnIndependentComputation) {
  std::ifstream file(ORBWEAVER_SOURCE_DIR "/tests/core/crypto/vectors/sealing.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  const RistrettoSealing sealing;
  ASSERT_EQ(vectors["layers"].size(), 3U);
  for (const nlohmann::json& vector : vectors["layers"]) {
    const GroupSecret secret = sealing.SecretFrom(ArrayOfHex<DrawnBytes>(vector["drawn"]));
    const GroupElement key = sealing.KeyOf(secret);
    EXPECT_EQ(key, ArrayOfHex<GroupElement>(vector["key"]));
    const auto context = ArrayOfHex<SealingContext>(vector["context"]);
    const Bytes bytes = BytesOfHex(vector["bytes"].get<std::string>());
    const Bytes sealed = BytesOfHex(vector["sealed"].get<std::string>());
    const auto once = ArrayOfHex<DrawnBytes>(vector["drawn_once"]);
    EXPECT_EQ(sealing.SealTo(key, context, bytes, once).value(), sealed);
    EXPECT_EQ(sealing.OpenAt(secret, context, sealed), bytes);
  }
}

TEST(ModelledSealingTest, AnotherRunOpensNothing) {
  const ModelledSealing here(Digest256{7});
  const ModelledSealing there(Digest256{8});
  std::mt19937_64 random(1);
  std::vector<GroupSecret> secret;
  secret.push_back(here.SecretFrom(DrawnBy(random)));
  const GroupElement key = here.KeyOf(secret[0]);
  const SealedBytes sealed = here.Seal({&key, 1}, {}, {}, DrawnBy(random)).value();
  EXPECT_TRUE(here.OpenWithSecrets({&key, 1}, {}, {&sealed, 1}, secret).has_value());
  EXPECT_FALSE(there.OpenWithSecrets({&key, 1}, {}, {&sealed, 1}, secret).has_value());
  EXPECT_NE(there.KeyOf(secret[0]), key);
  EXPECT_FALSE(there.Seal({&key, 1}, {}, {}, DrawnBy(random)).ok());
}

// Goldens of modelled runs follow from these.
TEST(ModelledSealingTest, ValuesArePinned) {
  const ModelledSealing sealing(Digest256{7});
  const GroupSecret secret = sealing.SecretFrom(DrawnBytes{9});
  const GroupElement key = sealing.KeyOf(secret);
  EXPECT_EQ(HexOf(key), "802137600521d343992c254df16ba2820836fcfdc01e7c2d4413919183a92542");
  const Bytes bytes = {1, 2, 3};
  EXPECT_EQ(HexOf(sealing.SealTo(key, {4}, bytes, DrawnBytes{5}).value()),
            "e8c139449f4363cccabd8c237afa784369d488aa8118e5d6b3e0ba7ff01c76cd0a1295dc3beeada40dbd7f"
            "4d1f4b3d54ed2ebf");
  const SealedBytes sealed = sealing.Seal({&key, 1}, {4}, bytes, DrawnBytes{5}).value();
  EXPECT_EQ(HashBytes(sealed), 2471170934984232182U);
  const OpeningShare share = sealing.ShareOf({&key, 1}, sealed, secret).value();
  EXPECT_EQ(HexOf(share.response),
            "0b3a9a2be460429c398b87c86d7b3ae51f2f2296982aed3bac0b8ed0f5ea3f68");
}

TEST(DrawTest, AgreesWithAnIndependentComputation) {
  std::ifstream file(ORBWEAVER_SOURCE_DIR "/tests/core/crypto/vectors/sealing.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  ASSERT_EQ(vectors["draws"].size(), 2U);
  for (const nlohmann::json& vector : vectors["draws"]) {
    EXPECT_EQ(Draw(ArrayOfHex<Digest256>(vector["seed"]), vector["label"].get<std::string>(),
                   vector["counter"].get<uint64_t>()),
              ArrayOfHex<DrawnBytes>(vector["drawn"]));
  }
}

TEST(DrawTest, NoTwoUsesShareBytes) {
  std::set<DrawnBytes> seen;
  for (uint8_t seed = 0; seed < 4; ++seed) {
    for (const std::string_view label : {"", "a", "ab", "b"}) {
      for (uint64_t counter = 0; counter < 300; ++counter) {
        EXPECT_TRUE(seen.insert(Draw(Digest256{seed}, label, counter)).second);
      }
    }
  }
  EXPECT_EQ(seen.size(), 4U * 4 * 300);
}

}  // namespace
}  // namespace core
