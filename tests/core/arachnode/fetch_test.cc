#include "core/arachnode/fetch.h"

#include <algorithm>
#include <map>
#include <optional>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/arachnode/archive_proof.h"
#include "tests/core/arachnode/proven_archive.h"

namespace core {
namespace {

// Peer 0 seeks; the others say what Say() tells them to.
class FetchTest : public testing::Test, protected RingRig {
 protected:
  FetchTest() : RingRig(8) {
    moment_.now = Time{Seconds(1'000'000).us};
    block_.bytes.fill(7);
    key_ = RingKeyOf(moment_, block_);
  }

  // A node whose ring of this depth has the key; `known`: the root has heard of it.
  PeerId Holder(uint8_t ring, bool known = true) {
    const PeerId peer = identities_.AddNear(key_, ring, random_);
    if (known) {
      EXPECT_TRUE(book_.Learn(moment_, InfoOf(peer, ring)));
    }
    return peer;
  }

  RingInfo InfoOf(PeerId peer, uint8_t ring, RingStatus status = RingStatus::kActive) {
    RingInfo info{.peer = peer,
                  .sequence = 1,
                  .status = status,
                  .ring = ring,
                  .from = ring,
                  .issued_ms = moment_.now_ms()};
    SignRingInfo(As(peer), info);
    return info;
  }

  void Find(bool to_make = false, uint8_t outermost = limits::kRingMax) {
    fetch_.Find(moment_, {.block = block_, .to_make = to_make, .known = 0}, outermost);
    Advance();
  }

  // Of which it is known that this is the latest revision.
  void FindValue(uint64_t revision) {
    fetch_.Find(moment_, {.block = block_, .to_make = false, .known = revision}, limits::kRingMax);
    Advance();
  }

  void Advance() { fetch_.Advance(moment_, book_, shelf_, questions_); }

  struct Asked {
    PeerId peer;
    uint64_t id = 0;
    Body body;
  };

  // What was asked since the last call.
  std::vector<Asked> TakeAsked() {
    std::vector<Asked> asked;
    for (const Outgoing& outgoing : effects_.sends()) {
      if (outgoing.message.id == 0) {
        const auto* store = std::get_if<ArchiveStore>(&outgoing.message.body);
        if (store != nullptr) pushed_[outgoing.to[0]] = store->archive.revision;
        continue;
      }
      asked.push_back({outgoing.to[0], outgoing.message.id, outgoing.message.body});
    }
    for (const Observation& what : effects_.observations()) {
      if (const auto* ended = std::get_if<FetchEnded>(&what)) told_ = *ended;
      refused_ += std::holds_alternative<ArchiveRefused>(what) ? 1 : 0;
    }
    effects_.Clear();
    return asked;
  }

  struct Word {
    ArchiveState state = ArchiveState::kNotHeld;
    uint64_t revision = 0;
    std::vector<RingInfo> infos = {};
    bool silent = false;
    bool forged = false;
  };

  void Answer(const Asked& asked, const Word& word) {
    const auto question = questions_.Answered(asked.peer, asked.id);
    ASSERT_TRUE(question.has_value());
    if (word.silent) {
      book_.Forget(asked.peer);
      return fetch_.OnSilence(moment_, *question);
    }
    book_.LearnAll(moment_, word.infos);
    if (const auto* confirm = std::get_if<ConfirmRequest>(&asked.body)) {
      Confirm answer;
      const KeyedRevision& wanted = confirm->blocks.at(0);
      if (word.revision < wanted.revision) answer.missing.push_back(wanted);
      return fetch_.OnConfirm(*question, answer);
    }
    ArchiveReply reply{.key = key_, .state = word.state, .archive = {}, .infos = word.infos};
    if (word.revision > 0) {
      reply.state = ArchiveState::kHeld;
      reply.archive = ProvenArchive(*this, block_, word.revision);
      if (word.forged) reply.archive.certificate.votes.pop_back();
      if (word.forged) reply.archive.certificate.votes.pop_back();
    }
    fetch_.OnArchive(moment_, *question, reply, book_);
  }

  // Everybody answers what `words` says of it; the others that they do not hold it. Returns the end.
  SoughtBlock Run() {
    for (int round = 0; round < 100; ++round) {
      const std::vector<Asked> asked = TakeAsked();
      EXPECT_LE(asked.size(), static_cast<size_t>(config_.arachnode.fetch_width));
      contacts_ += asked.size();
      for (const Asked& each : asked) Answer(each, words_[each.peer]);
      Advance();
      const std::vector<SoughtBlock> ended = fetch_.TakeEnded();
      if (ended.empty()) continue;
      EXPECT_EQ(ended.size(), 1u);
      EXPECT_TRUE(TakeAsked().empty()) << "asks after its end";
      return ended[0];
    }
    ADD_FAILURE() << "a search that never ends";
    return {};
  }

  BlockId block_;
  Key256 key_;
  RingBook book_;
  Questions questions_;
  Shelf shelf_;
  Fetch fetch_;
  std::map<PeerId, Word> words_;
  std::map<PeerId, uint64_t> pushed_;
  std::optional<FetchEnded> told_;
  size_t contacts_ = 0;
  int refused_ = 0;
};

// Scenario 18: what only an outer ring still has, of which only a failing node knows.
TEST_F(FetchTest, FindsWhatOnlyAnOuterRingHasThroughThoseWhoFail) {
  std::vector<PeerId> inner;
  for (int i = 0; i < 10; ++i) inner.push_back(Holder(0));
  const PeerId outer = Holder(9, false);
  words_[inner[4]].infos = {InfoOf(outer, 9)};
  words_[outer] = {.revision = 3};
  Find();
  const SoughtBlock fetched = Run();
  EXPECT_EQ(fetched.end, FetchEnd::kFound);
  EXPECT_EQ(fetched.archive, ProvenArchive(*this, block_, 3));
  EXPECT_LE(contacts_, 24u);
  ASSERT_TRUE(told_.has_value());
  EXPECT_EQ(told_->contacts, contacts_);
  EXPECT_GE(pushed_.size(), 3u) << "who lacks it and was asked gets it";
  EXPECT_FALSE(pushed_.contains(outer));
}

TEST_F(FetchTest, InnerRingsAloneMissIt) {
  for (int i = 0; i < 10; ++i) Holder(0);
  words_[Holder(9)] = {.revision = 3};
  Find(false, 8);
  EXPECT_EQ(Run().end, FetchEnd::kAbsent);
}

TEST_F(FetchTest, TheMostGranularRingIsAskedFirst) {
  Holder(0);
  Holder(2);
  const PeerId outer = Holder(6);
  const PeerId middle = Holder(4);
  config_.arachnode.fetch_width = 2;
  Find();
  const std::vector<Asked> asked = TakeAsked();
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0].peer, outer);
  EXPECT_EQ(asked[1].peer, middle);
}

// A block that is there has three holders: two that are silent cannot be all of them.
TEST_F(FetchTest, AbsentIsTheWordOfAllWhoAnswerWhileFewerThanTheFloorAreSilent) {
  std::vector<PeerId> holders;
  for (int i = 0; i < 8; ++i) holders.push_back(Holder(0));
  words_[holders[2]].silent = true;
  words_[holders[3]].silent = true;
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kAbsent);
  moment_.now = moment_.now + config_.arachnode.absent_keep;
  words_[holders[1]].state = ArchiveState::kDamaged;
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kUnknown) << "it held the block once, or says so";
}

TEST_F(FetchTest, TheFloorOfSilentHoldersAndHalfOfAllLeaveItUnknown) {
  for (int i = 0; i < 7; ++i) words_[Holder(0)].silent = i < 4;
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kUnknown);
}

TEST_F(FetchTest, MostHoldersSpeakForTheSilentOnes) {
  for (int i = 0; i < 9; ++i) words_[Holder(0)].silent = i < 4;
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kAbsent);
}

// The book forgets the silent one; what two of three say would be all that is known.
TEST_F(FetchTest, AfterASilenceAbsentNeedsTheFloorOfHolders) {
  std::vector<PeerId> holders;
  for (int i = 0; i < 3; ++i) holders.push_back(Holder(0));
  words_[holders[0]].silent = true;
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kUnknown);
  moment_.now = moment_.now + config_.arachnode.absent_keep;
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kUnknown);
  moment_.now = moment_.now + config_.transactions.absence_keep;
  for (const PeerId holder : holders) {
    RingInfo info = InfoOf(holder, 0);
    info.sequence = 2;
    SignRingInfo(As(holder), info);
    EXPECT_TRUE(book_.Learn(moment_, info));
  }
  words_[holders[0]].silent = false;
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kAbsent);
}

TEST_F(FetchTest, WhoSaysThatItHasMovedIsNoHolderAnyMore) {
  const PeerId moved = Holder(0);
  words_[moved] = {.state = ArchiveState::kNotMine, .infos = {}};
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kUnknown) << "no holder has said anything";
  moment_.now = moment_.now + config_.arachnode.absent_keep;
  Holder(0);
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kAbsent);
}

TEST_F(FetchTest, WhereEverybodyIsStillJoiningABlockIsAbsent) {
  for (int i = 0; i < 3; ++i) {
    const PeerId joiner = identities_.AddNear(key_, 2, random_);
    EXPECT_TRUE(book_.Learn(moment_, InfoOf(joiner, 2, RingStatus::kJoining)));
    words_[joiner].state = ArchiveState::kNotMine;
  }
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kAbsent);
}

TEST_F(FetchTest, WhereEverybodyFellSilentItIsUnknown) {
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kUnknown);
  EXPECT_EQ(contacts_, 0u);
}

TEST_F(FetchTest, WhereOthersAnswerForOtherKeysItIsUnknown) {
  Key256 far = key_;
  far.FlipBit(0);
  const PeerId stranger = identities_.AddNear(far, 8, random_);
  EXPECT_TRUE(book_.Learn(moment_, InfoOf(stranger, 1)));
  words_[stranger].state = ArchiveState::kNotMine;
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kUnknown);
  EXPECT_EQ(contacts_, 1u) << "it might know a holder";
  Find(true);
  EXPECT_EQ(Run().end, FetchEnd::kSpared) << "and nobody may be kept from writing";
}

TEST_F(FetchTest, AsksNoMoreThanItMay) {
  for (int i = 0; i < 16; ++i) Holder(0);
  for (int i = 0; i < 16; ++i) Holder(1);
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kAbsent) << "so many speak for the others";
  EXPECT_EQ(contacts_, 24u);
}

TEST_F(FetchTest, SilentHoldersOfACrowdLeaveItUnknown) {
  for (int i = 0; i < 32; ++i) {
    const PeerId holder = Holder(static_cast<uint8_t>(i % 2));
    words_[holder].silent = i % 2 == 1;
  }
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kUnknown);
}

// A holder that is behind answers first: its revision must not become the cluster's latest.
TEST_F(FetchTest, TakesTheLatestThatAHolderHas) {
  const PeerId behind = Holder(4);
  const PeerId ahead = Holder(0);
  for (int i = 0; i < 4; ++i) words_[Holder(0)] = {.revision = 4};
  words_[behind] = {.revision = 4};
  words_[ahead] = {.revision = 5};
  Find();
  const SoughtBlock fetched = Run();
  EXPECT_EQ(fetched.end, FetchEnd::kFound);
  EXPECT_EQ(fetched.archive.revision, 5u);
}

TEST_F(FetchTest, AValueOfAKnownRevisionIsComparedWithNobodys) {
  for (int i = 0; i < 8; ++i) words_[Holder(0)] = {.revision = 4};
  FindValue(4);
  const SoughtBlock found = Run();
  EXPECT_EQ(found.end, FetchEnd::kFound);
  EXPECT_EQ(found.archive.revision, 4u);
  EXPECT_EQ(contacts_, static_cast<size_t>(config_.arachnode.fetch_width));
}

TEST_F(FetchTest, WhoDoesNotKnowTheRevisionMakesASharedSearchCompare) {
  for (int i = 0; i < 8; ++i) words_[Holder(0)] = {.revision = 4};
  FindValue(4);
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kFound);
  EXPECT_EQ(contacts_, 8u);
}

TEST_F(FetchTest, AnOlderRevisionThanTheKnownOneDoesNotEndTheSearch) {
  for (int i = 0; i < 8; ++i) words_[Holder(0)] = {.revision = i == 7 ? 4u : 3u};
  FindValue(4);
  EXPECT_EQ(Run().archive.revision, 4u);
}

TEST_F(FetchTest, BelievesNoArchiveWithoutItsProof) {
  for (int i = 0; i < 3; ++i) words_[Holder(3)] = {.revision = 9, .forged = true};
  words_[Holder(0)] = {.revision = 2};
  Find();
  const SoughtBlock fetched = Run();
  EXPECT_EQ(fetched.archive.revision, 2u);
  EXPECT_EQ(refused_, 3);
}

TEST_F(FetchTest, QuestionsAboutOneBlockShareASearchAndItsMiss) {
  Holder(0);
  Find();
  Find();
  EXPECT_EQ(TakeAsked().size(), 1u);
  moment_.now = moment_.now + config_.arachnode.fetch_time;
  Advance();
  ASSERT_EQ(fetch_.TakeEnded().size(), 1u);
  EXPECT_EQ(TakeAsked().size(), 0u);
  Find();
  const std::vector<SoughtBlock> ended = fetch_.TakeEnded();
  ASSERT_EQ(ended.size(), 1u) << "remembered";
  EXPECT_EQ(ended[0].end, FetchEnd::kUnknown);
  moment_.now = moment_.now + config_.arachnode.absent_keep;
  Find();
  EXPECT_TRUE(fetch_.TakeEnded().empty());
  EXPECT_EQ(TakeAsked().size(), 1u);
}

TEST_F(FetchTest, BeforeABlockIsMadeTheFloorOfHoldersSuffices) {
  for (int i = 0; i < 12; ++i) Holder(0);
  Find(true);
  EXPECT_EQ(Run().end, FetchEnd::kSpared);
  EXPECT_EQ(contacts_, 3u);
  Find();
  EXPECT_EQ(Run().end, FetchEnd::kAbsent) << "which is no answer to a reader";
}

TEST_F(FetchTest, TheOwnShelfIsReadFirst) {
  Holder(0);
  const Archive archive = ProvenArchive(*this, block_, 6);
  ASSERT_TRUE(shelf_.Put(moment_, {.key = key_}, archive, 1'000'000));
  const StoreTicket put = effects_.stores().back().ticket;
  ASSERT_TRUE(shelf_.OnStored(moment_, {put, absl::OkStatus(), {}}).done);
  TakeAsked();
  config_.arachnode.fetch_width = 1;
  Find();
  EXPECT_TRUE(TakeAsked().empty());
  fetch_.OnRead(moment_, 1, archive);
  Advance();
  const SoughtBlock fetched = Run();
  EXPECT_EQ(fetched.archive.revision, 6u);
  EXPECT_EQ(contacts_, 1u) << "the holder was asked for a later one";
}

// Whatever the holders say: what a truthful one has is found at its latest; absent is the word of all who
// answer, of the floor at least when somebody is silent, and of more than are silent or than the floor.
RC_GTEST_FIXTURE_PROP(FetchTest, EndsAsTheHoldersHaveIt, ()) {
  const auto holders = *rc::gen::inRange(0, 11);
  uint64_t latest = 0;
  int silent = 0;
  int without = 0;
  for (int i = 0; i < holders; ++i) {
    const PeerId peer = Holder(static_cast<uint8_t>(*rc::gen::inRange(0, 6)));
    Word& word = words_[peer];
    word.silent = *rc::gen::inRange(0, 5) == 0;
    word.forged = *rc::gen::inRange(0, 5) == 0;
    word.revision = *rc::gen::inRange<uint64_t>(0, 4);
    if (!word.silent && !word.forged) latest = std::max(latest, word.revision);
    silent += word.silent ? 1 : 0;
    without += !word.silent && word.revision == 0 ? 1 : 0;
  }
  Find();
  const SoughtBlock fetched = Run();
  RC_ASSERT(contacts_ <= 24u);
  RC_ASSERT((fetched.end == FetchEnd::kFound) == (latest > 0));
  RC_ASSERT(fetched.archive.revision == latest);
  const bool agreed = without > 0 && without + silent == holders &&
                      (silent == 0 || (silent < std::max(3, without) && without >= 3));
  RC_ASSERT((fetched.end == FetchEnd::kAbsent) == agreed);
}

}  // namespace
}  // namespace core
