#include "core/arachnode/repair.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/core/arachnode/ring_rig.h"

namespace core {
namespace {

// Node 0 repairs; node 1, and node 2 where there is one, hold everything. Everybody is in ring 0.
class RepairTest : public testing::Test, protected RingRig {
 protected:
  RepairTest() : RingRig(3) { moment_.now = Time{Seconds(1'000'000).us}; }

  void Meet(uint32_t peer) {
    RingInfo info{.peer = PeerId{peer}, .sequence = 1, .issued_ms = moment_.now_ms()};
    const RingMoment theirs = As(PeerId{peer});
    SignRingInfo(theirs, info);
    ASSERT_TRUE(book_.Learn(moment_, info));
  }

  static Key256 KeyOf(uint64_t seed) {
    Key256 key;
    Random random({.seed = seed});
    random.Fill(key.bytes);
    return key;
  }

  void Hold(Shelf& shelf, const Key256& key, uint64_t revision) {
    effects_.Clear();
    Archive archive;
    archive.revision = revision;
    archive.certificate.record.members.resize(1);
    ASSERT_TRUE(shelf.Put(moment_, {.key = key}, archive, UINT64_MAX / 2));
    const StoreTicket ticket = effects_.stores().back().ticket;
    ASSERT_TRUE(shelf.OnStored(moment_, {ticket, absl::OkStatus(), {}}).done);
    effects_.Clear();
  }

  // Runs one repair; whoever is asked answers at once. `lies`: node 2's digests say that nothing differs.
  void Run(bool lies = false) {
    repair_.Begin(moment_, 0, book_);
    repair_.Advance(moment_, own_, questions_);
    while (repair_.running()) {
      const std::vector<Outgoing> sent(effects_.sends().begin(), effects_.sends().end());
      ASSERT_FALSE(sent.empty()) << "it waits for nothing";
      effects_.Clear();
      for (const Outgoing& outgoing : sent) Answer(outgoing.to[0], outgoing.message, lies);
      repair_.Advance(moment_, own_, questions_);
    }
  }

  void Answer(PeerId peer, const Message& message, bool lies) {
    const auto question = questions_.Answered(peer, message.id);
    if (!question.has_value()) return;
    ++asked_[peer];
    if (const auto* digest = std::get_if<RangeDigestRequest>(&message.body)) {
      const bool hides = lies && peer == PeerId{2};
      const RangeDigest answer = hides ? RangeDigest() : AnswerTo(*digest, theirs_);
      digest_parts_ += answer.buckets.size();
      repair_.OnDigest(*question, answer, own_);
    } else if (const auto* request = std::get_if<RangeRequest>(&message.body)) {
      Range range{
          .blocks = theirs_.Page({request->prefix, request->bits}, request->after, request->limit),
          .more = false};
      range.more = range.blocks.size() == request->limit;
      listed_ += range.blocks.size();
      repair_.OnRange(*question, range, own_);
    } else if (const auto* wanted = std::get_if<ArchiveRequest>(&message.body)) {
      fetched_.insert(wanted->key);
      Hold(own_, wanted->key, theirs_.Find(wanted->key)->revision);
      repair_.wants().OnFetched(*question, true);
    }
  }

  RingBook book_;
  Questions questions_;
  Shelf own_;
  Shelf theirs_;
  Repair repair_;
  std::map<PeerId, int> asked_;
  std::set<Key256> fetched_;
  size_t listed_ = 0;
  size_t digest_parts_ = 0;
};

TEST_F(RepairTest, WhoLacksNothingAsksOnce) {
  for (uint64_t i = 0; i < 2000; ++i) {
    Hold(own_, KeyOf(i), 1);
    Hold(theirs_, KeyOf(i), 1);
  }
  Meet(1);
  Run();
  EXPECT_EQ(asked_[PeerId{1}], 1);
  EXPECT_EQ(digest_parts_, 0u);
  EXPECT_TRUE(fetched_.empty());
}

TEST_F(RepairTest, FindsWhatIsMissingAndWhatIsOld) {
  std::set<Key256> wanted;
  for (uint64_t i = 0; i < 5000; ++i) {
    const bool missing = i % 1000 == 3;
    const bool old = i % 1000 == 7;
    if (!missing) Hold(own_, KeyOf(i), old ? 1 : 2);
    Hold(theirs_, KeyOf(i), 2);
    if (missing || old) wanted.insert(KeyOf(i));
  }
  for (uint64_t i = 9000; i < 9010; ++i)
    Hold(own_, KeyOf(i), 1);  // They lack these: not our business.
  Meet(1);
  Run();
  EXPECT_EQ(fetched_, wanted);
  EXPECT_LT(listed_, 2000u) << "and not the whole list";
}

TEST_F(RepairTest, WhoLostEverythingHasItBackInOneRun) {
  for (uint64_t i = 0; i < 20'000; ++i) Hold(theirs_, KeyOf(i), 1);
  Meet(1);
  Run();
  EXPECT_EQ(fetched_.size(), 20'000u);
  EXPECT_EQ(own_.DigestOfRange({}), theirs_.DigestOfRange({}));
  EXPECT_LT(listed_, 21'000u) << "listed once";
}

TEST_F(RepairTest, OneWhoHidesADifferenceDoesNotHideItFromTheOther) {
  for (uint64_t i = 0; i < 100; ++i) Hold(theirs_, KeyOf(i), 1);
  Meet(1);
  Meet(2);
  for (int i = 0; i < 4 && fetched_.empty(); ++i) Run(true);
  EXPECT_EQ(fetched_.size(), 100u);
}

// Digests made up at random lead nowhere; they must not lead there for long.
TEST_F(RepairTest, DigestsMadeUpCostABoundedNumberOfQuestions) {
  Meet(1);
  repair_.Begin(moment_, 0, book_);
  repair_.Advance(moment_, own_, questions_);
  size_t asked = 0;
  while (repair_.running()) {
    const std::vector<Outgoing> sent(effects_.sends().begin(), effects_.sends().end());
    effects_.Clear();
    for (const Outgoing& outgoing : sent) {
      const auto question = questions_.Answered(outgoing.to[0], outgoing.message.id);
      ASSERT_TRUE(question.has_value());
      ++asked;
      RangeDigest lies;
      for (int i = 0; i < 64; ++i) lies.buckets.push_back({moment_.random.Next(), 1'000'000});
      repair_.OnDigest(*question, lies, own_);
      repair_.OnRange(*question, {}, own_);
    }
    repair_.Advance(moment_, own_, questions_);
  }
  EXPECT_GT(asked, 60u);
  EXPECT_LE(asked, 1024u);
}

// A full node would else fetch, each interval, all that it has no room for.
TEST_F(RepairTest, WhoHasNoRoomStopsFetching) {
  for (uint64_t i = 0; i < 500; ++i) Hold(theirs_, KeyOf(i), 1);
  Meet(1);
  repair_.Begin(moment_, 0, book_);
  repair_.Advance(moment_, own_, questions_);
  size_t fetched = 0;
  while (repair_.running()) {
    const std::vector<Outgoing> sent(effects_.sends().begin(), effects_.sends().end());
    effects_.Clear();
    for (const Outgoing& outgoing : sent) {
      if (!std::holds_alternative<ArchiveRequest>(outgoing.message.body)) {
        Answer(outgoing.to[0], outgoing.message, false);
        continue;
      }
      const auto question = questions_.Answered(outgoing.to[0], outgoing.message.id);
      if (!question.has_value()) continue;
      ++fetched;
      repair_.wants().OnFetched(*question, false);
      repair_.OnUnfit(questions_);
    }
    repair_.Advance(moment_, own_, questions_);
  }
  EXPECT_EQ(fetched, 8u);
}

TEST_F(RepairTest, WhoIsSilentIsLeft) {
  Meet(1);
  repair_.Begin(moment_, 0, book_);
  repair_.Advance(moment_, own_, questions_);
  moment_.now = questions_.NextDeadline();
  const auto silent = questions_.TakeSilent(moment_.now);
  ASSERT_TRUE(silent.has_value());
  repair_.OnSilence(*silent);
  repair_.Advance(moment_, own_, questions_);
  EXPECT_FALSE(repair_.running());
}

}  // namespace
}  // namespace core
