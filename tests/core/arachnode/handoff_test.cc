#include "core/arachnode/handoff.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/core/arachnode/ring_rig.h"

namespace core {
namespace {

constexpr uint64_t kRoom = 1'000'000;
constexpr uint32_t kPeers = 8;

Key256 KeyAt(uint8_t first) {
  Key256 key;
  key.bytes[0] = first;
  return key;
}

// This node hands everything off; peers 1 to 7 are settled in ring 0.
class HandoffTest : public testing::Test, protected RingRig {
 protected:
  HandoffTest() : RingRig(kPeers) {
    moment_.now = Time{Seconds(1'000'000).us};
    for (uint32_t i = 1; i < kPeers; ++i) {
      RingInfo info{.peer = PeerId{i}, .sequence = 1, .issued_ms = moment_.now_ms()};
      const RingMoment theirs = As(PeerId{i});
      SignRingInfo(theirs, info);
      EXPECT_TRUE(book_.Learn(moment_, info));
    }
  }

  // Held at once.
  void Hold(const Key256& key) {
    Archive archive;
    archive.block = key;
    archive.revision = 1;
    archive.certificate.record.members.resize(1);
    ASSERT_TRUE(shelf_.Put(moment_, {.key = key}, archive, kRoom));
    archives_[key] = archive;
    const StoreTicket ticket = effects_.stores().back().ticket;
    ASSERT_TRUE(shelf_.OnStored(moment_, {ticket, absl::OkStatus(), {}}).done);
    handoff_.OnKept({key, 1});
  }

  struct Asked {
    PeerId peer;
    uint64_t id = 0;
    ConfirmRequest request;
  };

  std::vector<Asked> TakeAsked() {
    std::vector<Asked> asked;
    for (const Outgoing& outgoing : effects_.sends()) {
      const auto* request = std::get_if<ConfirmRequest>(&outgoing.message.body);
      if (request != nullptr) asked.push_back({outgoing.to[0], outgoing.message.id, *request});
    }
    effects_.Clear();
    return asked;
  }

  // Everybody who was asked has all but `missing`, and all but the liars can show it.
  void Answer(const std::vector<Asked>& asked, const std::vector<KeyedRevision>& missing = {},
              const std::set<PeerId>& liars = {}) {
    for (const Asked& each : asked) {
      const auto question = questions_.Answered(each.peer, each.id);
      ASSERT_TRUE(question.has_value());
      handoff_.OnConfirm(moment_, *question, Confirm{.infos = {}, .missing = missing}, Ways());
    }
    handoff_.Advance(moment_, Ways());
    Read();
    Show(liars);
    handoff_.Advance(moment_, Ways());
  }

  // The disk answers the reads of challenges.
  void Read() {
    const auto stores = std::vector(effects_.stores().begin(), effects_.stores().end());
    for (const auto& [ticket, batch] : stores) {
      Stored stored{ticket, absl::OkStatus(), {}};
      for (const StoreKey& wanted : batch.reads) {
        Key256 key;
        std::copy(wanted.key.begin(), wanted.key.end(), key.bytes.begin());
        stored.found.push_back(EncodeRow(archives_.at(key)));
      }
      const ShelfEnd end = shelf_.OnStored(moment_, stored);
      if (end.task.use != ShelfTask::Use::kChecked) continue;
      EXPECT_FALSE(challenges_.OnRead(moment_, end, questions_).has_value());
    }
  }

  void Show(const std::set<PeerId>& liars) {
    std::vector<Outgoing> sends(effects_.sends().begin(), effects_.sends().end());
    for (const Outgoing& outgoing : sends) {
      const auto* challenge = std::get_if<HoldingChallenge>(&outgoing.message.body);
      if (challenge == nullptr) continue;
      const PeerId prover = outgoing.to[0];
      const auto question = questions_.Answered(prover, outgoing.message.id);
      ASSERT_TRUE(question.has_value());
      HoldingProof proof{.block = challenge->block, .state = ArchiveState::kHeld, .proof = {}};
      if (!liars.contains(prover)) {
        proof.proof = HoldingProofOf(context_, archives_.at(challenge->block.key), challenge->nonce,
                                     identities_.NodeIdOf(prover));
      }
      const auto end = challenges_.OnProof(*question, proof);
      ASSERT_TRUE(end.has_value());
      handoff_.OnChallenged(*end);
      ++shown_;
    }
  }

  void Begin() {
    handoff_.Begin(moment_, KeyRange{});
    handoff_.Advance(moment_, Ways());
  }

  void Resume() {
    moment_.now = handoff_.NextDeadline();
    effects_.Clear();
    handoff_.OnDeadline(moment_, Ways());
    handoff_.Advance(moment_, Ways());
  }

  Handoff::Ways Ways() { return {book_, shelf_, questions_, challenges_, pushes_}; }

  RingBook book_;
  Questions questions_;
  Shelf shelf_;
  Challenges challenges_;
  PushLimit pushes_;
  Handoff handoff_;
  std::map<Key256, Archive> archives_;
  int shown_ = 0;
};

TEST_F(HandoffTest, IsDoneWhenTheFloorOfHoldersHasEachBlock) {
  Hold(KeyAt(1));
  Hold(KeyAt(200));
  effects_.Clear();
  Begin();
  const auto asked = TakeAsked();
  for (const Key256& key : {KeyAt(1), KeyAt(200)}) {
    const auto about = [&](const Asked& each) {
      return std::any_of(each.request.blocks.begin(), each.request.blocks.end(),
                         [&](const KeyedRevision& block) { return block.key == key; });
    };
    EXPECT_EQ(std::count_if(asked.begin(), asked.end(), about), 6) << "the floor and three more";
  }
  EXPECT_EQ(handoff_.TakeEnd(), Handoff::End::kNone);
  Answer(asked);
  EXPECT_EQ(handoff_.TakeEnd(), Handoff::End::kDone);
  EXPECT_EQ(handoff_.confirmed(), 2u);
  EXPECT_EQ(shown_, 7) << "each of those asked shows one block";
}

// Four of six cannot show what they said that they hold: two are left, under the floor.
TEST_F(HandoffTest, WhoCannotShowABlockDoesNotCount) {
  Hold(KeyAt(100));
  effects_.Clear();
  Begin();
  for (int i = 0; i < 3; ++i) {
    const auto asked = TakeAsked();
    ASSERT_EQ(asked.size(), 6u);
    std::set<PeerId> liars;
    for (size_t liar = 0; liar < 4; ++liar) liars.insert(asked[liar].peer);
    Answer(asked, {}, liars);
    if (handoff_.running()) Resume();
  }
  EXPECT_EQ(handoff_.TakeEnd(), Handoff::End::kTooFew);
  EXPECT_EQ(handoff_.stuck(), KeyAt(100));
}

// Found by full nodes that moved: what a try asks about counts, not what an earlier one asked the same holder.
// Honest ones were challenged about blocks that they had said they lack, and taken for liars.
TEST_F(HandoffTest, NobodyIsAWitnessOfWhatItWasNotAskedAbout) {
  Hold(KeyAt(1));
  Hold(KeyAt(200));
  effects_.Clear();
  Begin();
  Answer(TakeAsked(), {{KeyAt(200), 1}});
  Resume();
  const auto again = TakeAsked();
  for (const Asked& each : again) {
    EXPECT_EQ(each.request.blocks, (std::vector<KeyedRevision>{{KeyAt(200), 1}}));
  }
  shown_ = 0;
  Answer(again, {{KeyAt(200), 1}});
  EXPECT_EQ(shown_, 0) << "nobody said that it holds anything";
}

TEST_F(HandoffTest, WhoIsDoubtedIsNotAsked) {
  book_.Doubt(moment_.now, PeerId{3});
  Hold(KeyAt(100));
  effects_.Clear();
  Begin();
  const auto asked = TakeAsked();
  EXPECT_EQ(asked.size(), 6u);
  for (const Asked& each : asked) EXPECT_NE(each.peer, PeerId{3});
}

// Nobody answers, and the tries would go on: the bound on a move ends it, and says so.
TEST_F(HandoffTest, ItEndsWhenItTakesTooLong) {
  config_.arachnode.confirm_tries = 1000;
  Hold(KeyAt(100));
  effects_.Clear();
  Begin();
  const Time begun = moment_.now;
  for (int i = 0; i < 1000 && handoff_.running(); ++i) {
    Answer(TakeAsked(), {{KeyAt(100), 1}});
    Resume();
  }
  EXPECT_EQ(handoff_.TakeEnd(), Handoff::End::kTooLong);
  EXPECT_EQ(moment_.now - begun, config_.arachnode.move_max);
  EXPECT_EQ(questions_.CountOf(Asker::kHandoff), 0u);
}

// False not-found: who always lacks a block gets it twice a minute, and no block goes out more than 8 times.
TEST_F(HandoffTest, ABlockIsPushedAFewTimesAMinute) {
  config_.arachnode.confirm_tries = 1000;
  config_.arachnode.confirm_timeout = Seconds(2);
  moment_.now = RateLimit::NextMinute(moment_.now);
  Hold(KeyAt(100));
  effects_.Clear();
  Begin();
  const Time end = moment_.now + Seconds(50);
  size_t pushed = 0;
  int tries = 0;
  for (; moment_.now < end; ++tries) {
    const auto asked = TakeAsked();
    for (const Asked& each : asked) {
      const auto question = questions_.Answered(each.peer, each.id);
      handoff_.OnConfirm(moment_, *question, Confirm{.infos = {}, .missing = {{KeyAt(100), 1}}},
                         Ways());
    }
    pushed += effects_.stores().size();
    handoff_.Advance(moment_, Ways());
    Resume();
  }
  EXPECT_GT(tries, 20);
  EXPECT_EQ(pushed, PushLimit::kPerBlock);
}

TEST_F(HandoffTest, NothingHeldIsDoneAtOnce) {
  Begin();
  EXPECT_EQ(handoff_.TakeEnd(), Handoff::End::kDone);
}

// Found by nodes that moved without dwelling: a block that came within the move lay behind the cursor.
TEST_F(HandoffTest, ABlockThatComesWithinTheMoveIsConfirmedToo) {
  Hold(KeyAt(100));
  effects_.Clear();
  Begin();
  const auto first = TakeAsked();
  Hold(KeyAt(5));
  effects_.Clear();
  Answer(first);
  EXPECT_EQ(handoff_.TakeEnd(), Handoff::End::kNone);
  const auto second = TakeAsked();
  ASSERT_FALSE(second.empty());
  EXPECT_EQ(second[0].request.blocks[0].key, KeyAt(5));
  Answer(second);
  EXPECT_EQ(handoff_.TakeEnd(), Handoff::End::kDone);
  EXPECT_EQ(handoff_.confirmed(), 2u);
}

TEST_F(HandoffTest, WhoLacksABlockGetsItAndTheTryIsRepeated) {
  Hold(KeyAt(100));
  effects_.Clear();
  Begin();
  Answer(TakeAsked(), {{KeyAt(100), 1}});
  EXPECT_EQ(handoff_.TakeEnd(), Handoff::End::kNone);
  EXPECT_EQ(effects_.stores().size(), 6u) << "a read for each that lacks it";
  Resume();
  Answer(TakeAsked());
  EXPECT_EQ(handoff_.TakeEnd(), Handoff::End::kDone);
}

TEST_F(HandoffTest, ItFailsWhenTooFewHaveABlockForTooLong) {
  Hold(KeyAt(100));
  effects_.Clear();
  Begin();
  for (int i = 0; i < 3; ++i) {
    Answer(TakeAsked(), {{KeyAt(100), 1}});
    if (handoff_.running()) Resume();
  }
  EXPECT_EQ(handoff_.TakeEnd(), Handoff::End::kTooFew);
  EXPECT_EQ(handoff_.stuck(), KeyAt(100));
}

// Two neighbours that shed the same half must not count each other.
TEST_F(HandoffTest, WhoMovesOutOfTheKeysItselfIsNotAsked) {
  const NodeId& id = identities_.NodeIdOf(PeerId{3});
  Key256 shed = id;
  shed.FlipBit(0);
  RingInfo moving{.peer = PeerId{3},
                  .sequence = 2,
                  .status = RingStatus::kMoving,
                  .ring = 1,
                  .from = 0,
                  .issued_ms = moment_.now_ms()};
  const RingMoment theirs = As(PeerId{3});
  SignRingInfo(theirs, moving);
  ASSERT_TRUE(book_.Learn(moment_, moving));
  Hold(shed);
  effects_.Clear();
  Begin();
  for (const Asked& each : TakeAsked()) EXPECT_NE(each.peer, PeerId{3});
}

}  // namespace
}  // namespace core
