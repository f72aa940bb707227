#include "core/election/election.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/election/small_election.h"

namespace core {
namespace {

std::string ErrorOf(Election election, const ElectionEntry& entry) {
  return std::string(election.Apply(entry).message());
}

ElectionEntry RevisionOf(const SmallElection& small, const ElectionTemplate& next) {
  ElectionEntry entry = EntryOfRevision(next, small.id(), small.TimeOf(Phase::kRegistration) + 1);
  small.Certify(entry);
  return entry;
}

ElectionTemplate Next(const SmallElection& small) {
  ElectionTemplate next = small.definition;
  next.revision = 1;
  next.prior = TemplateCid(small.suite, small.definition);
  return next;
}

TEST(EntryTest, HasOneEncoding) {
  SmallElection small(1);
  small.DealAll();
  for (const ElectionEntry& entry : small.entries) {
    const Bytes bytes = Encode(entry);
    EXPECT_LE(bytes.size(), kPayloadBytesMax);
    EXPECT_EQ(DecodeElectionEntry(bytes).value(), entry);
    for (size_t size = 0; size < bytes.size(); size += 5) {
      EXPECT_FALSE(DecodeElectionEntry(std::span(bytes).first(size)).ok());
    }
    for (size_t bit = 0; bit < bytes.size() * 8; bit += 13) {
      Bytes changed = bytes;
      changed[bit / 8] = static_cast<uint8_t>(changed[bit / 8] ^ (1u << (bit % 8)));
      const auto other = DecodeElectionEntry(changed);
      if (other.ok()) {
        EXPECT_EQ(Encode(*other), changed) << bit;
      }
    }
  }
  ElectionEntry twice = small.entries[0];
  twice.endorsements.push_back(twice.endorsements[0]);
  EXPECT_EQ(DecodeElectionEntry(Encode(twice)).status().message(),
            "entry: endorsements do not ascend");
}

TEST(ElectionTest, BeginsWithARevisionOfMostAuthorities) {
  const SmallElection small(1);
  const auto error_of = [&](const ElectionEntry& entry) {
    return std::string(Election::Of(small.suite, entry).status().message());
  };
  EXPECT_EQ(error_of(small.entries[0]), "");
  EXPECT_EQ(small.Replay().definition(), small.definition);
  EXPECT_EQ(small.id(), TemplateCid(small.suite, small.definition));
  const int64_t early = small.TimeOf(Phase::kRegistration) - 1;
  ElectionEntry alone = EntryOfRevision(small.definition, {}, early);
  small.Certify(alone, 1);
  EXPECT_EQ(error_of(alone), "election entry: 1 signers, needed 2");
  ElectionEntry stranger = EntryOfRevision(small.definition, {}, early);
  Endorse(small.suite, small.signers[0], stranger);
  EXPECT_EQ(error_of(stranger), "election entry: signer 0 is not entitled");
  ElectionEntry forged = small.entries[0];
  forged.time_ms -= 1;
  EXPECT_EQ(error_of(forged), "election entry: the signature of signer 0 is wrong");
  ElectionEntry doubled = small.entries[0];
  doubled.endorsements[1] = doubled.endorsements[0];
  EXPECT_EQ(error_of(doubled), "election entry: signers do not ascend") << "one is no majority";
  ElectionEntry late = EntryOfRevision(small.definition, {}, small.TimeOf(Phase::kVoting));
  small.Certify(late);
  EXPECT_EQ(error_of(late), "election entry: the first revision comes after voting began");
}

TEST(ElectionTest, ARevisionOfHoldersStartsTheDealingsAnew) {
  SmallElection small(2);
  small.DealAll();
  Election election = small.Replay();
  EXPECT_TRUE(election.KeyIsReady());
  ElectionTemplate next = Next(small);
  next.name = "Another name";
  ASSERT_TRUE(election.Apply(RevisionOf(small, next)).ok());
  EXPECT_EQ(election.definition(), next);
  EXPECT_EQ(election.terms().template_cid, TemplateCid(small.suite, next));
  EXPECT_TRUE(election.KeyIsReady()) << "the same holders";
  ElectionTemplate after = next;
  after.revision = 2;
  after.prior = TemplateCid(small.suite, next);
  after.threshold = 3;
  ASSERT_TRUE(election.Apply(RevisionOf(small, after)).ok());
  EXPECT_EQ(election.Key().status().message(), "election key: key holder 0 has not dealt");
  EXPECT_EQ(
      ErrorOf(election, small.entries[1]),
      "election entry: signed at 3600000000000, before the revision in force at 3600000000001")
      << "a dealing of before";
}

TEST(ElectionTest, EveryHolderMustDeal) {
  SmallElection small(3);
  const ElectionEntry dealing = small.DealingBy(1);
  Election election = small.Replay();
  ASSERT_TRUE(election.Apply(dealing).ok());
  EXPECT_EQ(election.Key().status().message(), "election key: key holder 0 has not dealt");
  EXPECT_FALSE(election.Disclose().ok());
  EXPECT_EQ(ErrorOf(election, dealing), "election entry: key holder 1 has dealt already");

  ElectionEntry others = small.DealingBy(0);
  others.endorsements.clear();
  Endorse(small.suite, small.signers[2], others);
  EXPECT_EQ(ErrorOf(election, others), "dealing: of another secret than the dealer's");
  ElectionEntry late = small.DealingBy(0);
  late.time_ms = small.TimeOf(Phase::kVoting);
  late.endorsements.clear();
  Endorse(small.suite, small.signers[0], late);
  EXPECT_EQ(ErrorOf(election, late), "election entry: kind 2 in the phase voting");
}

TEST(ElectionTest, AShownBadPartPutsTheDealerOut) {
  SmallElection small(4);
  small.DealAll();
  const KeySharing sharing = small.Replay().sharing();
  Dealing bad = sharing.Deal(small.holder_secrets[1], small.Draw());
  bad.shares[2] = sharing.Deal(small.holder_secrets[1], small.Draw()).shares[2];
  small.entries.resize(4);  // Without confirmations.
  ElectionEntry& entry = small.entries[2];
  entry.body = BodyOf(bad);
  entry.endorsements.clear();
  Endorse(small.suite, small.signers[1], entry);
  Election election = small.Replay();
  EXPECT_TRUE(election.Key().ok()) << "nobody has complained";

  const auto complain = [&](size_t dealer, size_t by, const OpeningShare& opening) {
    ElectionEntry complaint =
        EntryOfComplaint(election, {.dealer = static_cast<uint8_t>(dealer), .opening = opening},
                         small.TimeOf(Phase::kRegistration));
    Endorse(small.suite, small.signers[by], complaint);
    return complaint;
  };
  const auto opening = sharing.Complaint(1, bad, small.holder_secrets[2]);
  ASSERT_TRUE(opening.has_value());
  EXPECT_EQ(ErrorOf(election, complain(1, 0, *opening)),
            "election entry: a complaint about key holder 1 that shows nothing");
  EXPECT_EQ(ErrorOf(election, complain(0, 2, *opening)),
            "election entry: a complaint about key holder 0 that shows nothing");
  EXPECT_EQ(ErrorOf(election, complain(7, 2, *opening)),
            "election entry: a complaint about key holder 7, who has not dealt");
  ASSERT_TRUE(election.Apply(complain(1, 2, *opening)).ok());
  EXPECT_TRUE(election.IsOut(1));
  EXPECT_EQ(election.Key().status().message(), "election key: key holder 1 dealt badly");
}

// A dealer who deals badly at the last moment: nobody complains in time, and nobody votes.
TEST(ElectionTest, TheKeyIsReadyWhenAllHoldersHaveTheirShares) {
  SmallElection small(9);
  small.DealAll();
  EXPECT_TRUE(small.Replay().KeyIsReady());
  const ElectionEntry last = small.entries.back();
  small.entries.pop_back();
  Election election = small.Replay();
  EXPECT_TRUE(election.Key().ok());
  EXPECT_FALSE(election.KeyIsReady());
  ElectionEntry others = last;
  others.body = small.entries.back().body;
  others.endorsements.clear();
  Endorse(small.suite, small.signers[2], others);
  EXPECT_EQ(ErrorOf(election, others), "election entry: key holder 2 does not show its share");
  small.entries.resize(3);  // One holder has not dealt.
  EXPECT_EQ(ErrorOf(small.Replay(), last), "election key: key holder 2 has not dealt");
}

TEST(ElectionTest, TheThresholdOfReleasesDiscloses) {
  SmallElection small(5);
  small.DealAll();
  Election election = small.Replay();
  ElectionEntry early =
      EntryOfRelease(election, small.ScalarOf(election, 1), small.TimeOf(Phase::kAccruing));
  Endorse(small.suite, small.signers[1], early);
  EXPECT_EQ(ErrorOf(election, early), "election entry: kind 5 in the phase accruing");
  ASSERT_TRUE(election.Apply(small.ReleaseBy(1)).ok());
  EXPECT_EQ(election.Disclose().status().message(),
            "released key: 1 shares, not 2 of different owners");
  EXPECT_EQ(ErrorOf(election, small.ReleaseBy(1)),
            "election entry: key holder 1 has released already");
  ElectionEntry wrong =
      EntryOfRelease(election, small.ScalarOf(election, 1), small.TimeOf(Phase::kKeyRelease));
  Endorse(small.suite, small.signers[2], wrong);
  EXPECT_EQ(ErrorOf(election, wrong), "election entry: key holder 2 releases a wrong share");
  ASSERT_TRUE(election.Apply(small.ReleaseBy(0)).ok());
  EXPECT_TRUE(election.Disclose().ok());
  ASSERT_TRUE(election.Apply(small.ReleaseBy(2)).ok());
  EXPECT_TRUE(election.Disclose().ok()) << "one more than needed";

  ElectionTemplate next = Next(small);
  EXPECT_EQ(ErrorOf(election, RevisionOf(small, next)),
            "election entry: a revision after a release")
      << "dated back";
}

TEST(ElectionTest, AnEntryOfAnotherElectionIsRefused) {
  SmallElection small(6);
  SmallElection other(7);
  other.DealAll();
  EXPECT_EQ(ErrorOf(small.Replay(), other.entries[1]), "election entry: of another election");
}

// Whatever stands in an entry, it is applied or refused; and what is refused changes nothing.
RC_GTEST_PROP(ElectionTest, HostileBodiesAreRefused,
              (const std::vector<uint8_t>& body, uint8_t kind, uint8_t phase)) {
  SmallElection small(8);
  small.DealAll();
  Election election = small.Replay();
  ElectionEntry entry{.kind = static_cast<ElectionEntryKind>(1 + kind % 5),
                      .election = election.id(),
                      .time_ms = small.TimeOf(static_cast<Phase>(1 + phase % 8)),
                      .body = body,
                      .endorsements = {}};
  if (entry.kind == ElectionEntryKind::kRevision) {
    small.Certify(entry);
  } else {
    Endorse(small.suite, small.signers[phase % 3], entry);
  }
  RC_ASSERT(!election.Apply(entry).ok());
  RC_ASSERT(election.KeyIsReady());
  RC_ASSERT(election.releases().empty());
}

}  // namespace
}  // namespace core
