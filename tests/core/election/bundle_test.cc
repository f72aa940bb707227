#include "core/election/bundle.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/election/bundle_of.h"

namespace core {
namespace {

// One election of twenty blocks, held once: what tests change is a copy of its bundle.
const SmallElection& Held() {
  static const SmallElection* const kHeld = [] {
    auto* small = new SmallElection(1);
    small->Hold(20);
    return small;
  }();
  return *kHeld;
}

const ElectionBundle& Good() {
  static const ElectionBundle* const kGood = new ElectionBundle(BundleOf(Held()));
  return *kGood;
}

std::vector<Finding> Findings(const ElectionBundle& bundle) {
  return VerifyBundle(Held().suite, bundle, Held().id());
}

std::vector<std::string> PlacesIn(const ElectionBundle& bundle) {
  std::vector<std::string> places;
  for (const Finding& finding : Findings(bundle)) places.push_back(finding.place);
  return places;
}

std::string Hex(const Key256& key) {
  std::string hex;
  for (const uint8_t byte : key.bytes) {
    hex.push_back("0123456789abcdef"[byte >> 4]);
    hex.push_back("0123456789abcdef"[byte & 15]);
  }
  return hex;
}

using Places = std::vector<std::string>;

TEST(BundleTest, AGoodOneVerifiesAfterDecoding) {
  const Bytes bytes = Encode(Good());
  const ElectionBundle decoded = DecodeBundle(bytes).value();
  EXPECT_EQ(decoded, Good());
  EXPECT_TRUE(Findings(decoded).empty());
  EXPECT_TRUE(IsClean(decoded.report));
  EXPECT_EQ(decoded.report.slices.front().votes, Held().truth.size());
}

TEST(BundleTest, OfAnotherElectionIsNotTheOneAskedFor) {
  const auto found = VerifyBundle(Held().suite, Good(), Key256{});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].place, "entry 0");
}

TEST(BundleTest, SaysInWhichSliceTheTallyDiffers) {
  ElectionBundle bundle = Good();
  ++bundle.tally[2].questions[0].options[1];
  EXPECT_EQ(PlacesIn(bundle), Places{"tally " + bundle.tally[2].prefix});
  bundle = Good();
  ++bundle.tally[0].questions[0].options[1];
  EXPECT_EQ(PlacesIn(bundle), Places{"tally root"});
  bundle = Good();
  bundle.tally.pop_back();
  EXPECT_EQ(PlacesIn(bundle), Places{"tally"});
}

// Whoever changes the blocks and counts again gets a result that nobody has certified.
TEST(BundleTest, AResultThatWasCountedAgainIsNotCertified) {
  ElectionBundle bundle = Good();
  for (RollEntry& entry : bundle.roll) {
    if (entry.registrant.votes[0].by == bundle.blocks.back().cid) entry.registrant.votes.clear();
  }
  bundle.blocks.pop_back();
  const Election election = Held().Replay();
  const DisclosedKey key = election.Disclose().value();
  bundle.tally = CountAll(election.terms(), key, bundle.blocks);
  bundle.report =
      Validate(election.terms(), Roll::Of(bundle.roll).value(), key, bundle.blocks, bundle.tally);
  EXPECT_TRUE(IsClean(bundle.report));
  EXPECT_EQ(Findings(bundle),
            (std::vector<Finding>{{.place = "certification", .what = "of another report"}}));
  bundle.entries.pop_back();
  EXPECT_EQ(Findings(bundle),
            (std::vector<Finding>{{.place = "certification", .what = "there is none"}}));
}

// An honest report about bad blocks, certified: it says so, and so does the verifier.
TEST(BundleTest, AnomaliesAreFoundInACertifiedReport) {
  SmallElection small(2);
  small.Hold(3);
  const Key256 cid = small.blocks[1].cid;
  small.blocks[1].block.signatures[2] = {};
  const ElectionBundle bundle = BundleOf(small);
  EXPECT_FALSE(IsClean(bundle.report));
  EXPECT_EQ(VerifyBundle(small.suite, bundle, small.id()),
            (std::vector<Finding>{
                {.place = "block " + Hex(cid) + ", voter 2", .what = "bad signature"}}));
  EXPECT_EQ(bundle.report.slices[0].counts[static_cast<size_t>(AnomalyKind::kBadSignature) - 1],
            1U);
}

TEST(BundleTest, SaysWhichEntryIsRefused) {
  ElectionBundle bundle = Good();
  std::swap(bundle.entries[1].endorsements, bundle.entries[2].endorsements);
  const Places places = PlacesIn(bundle);
  ASSERT_GE(places.size(), 2U);
  EXPECT_EQ(places[0], "entry 1");
  EXPECT_EQ(places[1], "entry 2");
  bundle = Good();
  bundle.entries.erase(bundle.entries.begin() + 7);  // A release.
  EXPECT_EQ(PlacesIn(bundle), Places{"key"});
  bundle.entries.clear();
  EXPECT_EQ(PlacesIn(bundle), Places{"entries"});
}

TEST(BundleTest, ListsThatDoNotAscendAreRefused) {
  ElectionBundle bundle = Good();
  std::swap(bundle.blocks[3], bundle.blocks[4]);
  EXPECT_EQ(DecodeBundle(Encode(bundle)).status().message(), "bundle: block 4 does not ascend");
  EXPECT_EQ(PlacesIn(bundle), Places{"blocks"});
  bundle = Good();
  bundle.roll.push_back(bundle.roll.back());
  EXPECT_EQ(DecodeBundle(Encode(bundle)).status().message(),
            "bundle: registrant " + std::to_string(bundle.roll.size() - 1) + " does not ascend");
  EXPECT_EQ(PlacesIn(bundle), Places{"roll"});
}

TEST(BundleTest, ATruncatedOneIsRefused) {
  const Bytes bytes = Encode(Good());
  for (size_t size = 0; size < bytes.size(); size += 997) {
    EXPECT_FALSE(DecodeBundle(std::span(bytes).first(size)).ok()) << size;
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_EQ(DecodeBundle(longer).status().message(), "bundle: not an encoding of one");
}

RC_GTEST_PROP(BundleTest, AnyFlippedBitIsFound, (uint64_t seed)) {
  static const Bytes* const kBytes = new Bytes(Encode(Good()));
  Random random(StreamKey{.seed = seed});
  Bytes bytes = *kBytes;
  const uint64_t bit = random.Below(bytes.size() * 8);
  bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ (1u << (bit % 8)));
  const auto bundle = DecodeBundle(bytes);
  if (!bundle.ok()) {
    RC_TAG("refused");
    return;
  }
  RC_TAG("found");
  RC_ASSERT(!Findings(*bundle).empty());
}

}  // namespace
}  // namespace core
