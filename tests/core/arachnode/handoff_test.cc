#include "core/arachnode/handoff.h"

#include <algorithm>

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

  RingMoment As(PeerId peer) {
    return {{.now = moment_.now,
             .self = peer,
             .context = context_,
             .secret = identities_.SecretOf(peer),
             .random = random_,
             .effects = effects_,
             .clusters = near_,
             .conduct = conduct_,
             .mail = mail_,
             .journal = journal_},
            1};
  }

  // Held at once.
  void Hold(const Key256& key) {
    Archive archive;
    archive.block = key;
    archive.revision = 1;
    archive.certificate.record.members.resize(1);
    ASSERT_TRUE(shelf_.Put(moment_, {.key = key}, archive, kRoom));
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

  // Everybody who was asked has all but `missing`.
  void Answer(const std::vector<Asked>& asked, const std::vector<KeyedRevision>& missing = {}) {
    for (const Asked& each : asked) {
      const auto question = questions_.Answered(each.peer, each.id);
      ASSERT_TRUE(question.has_value());
      handoff_.OnConfirm(moment_, *question, Confirm{.infos = {}, .missing = missing}, book_,
                         shelf_);
    }
    handoff_.Advance(moment_, book_, shelf_, questions_);
  }

  void Begin() {
    handoff_.Begin(moment_, KeyRange{});
    handoff_.Advance(moment_, book_, shelf_, questions_);
  }

  RingBook book_;
  Questions questions_;
  Shelf shelf_;
  Handoff handoff_;
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
  moment_.now = handoff_.NextDeadline();
  effects_.Clear();
  handoff_.OnDeadline(moment_);
  handoff_.Advance(moment_, book_, shelf_, questions_);
  Answer(TakeAsked());
  EXPECT_EQ(handoff_.TakeEnd(), Handoff::End::kDone);
}

TEST_F(HandoffTest, ItFailsWhenTooFewHaveABlockForTooLong) {
  Hold(KeyAt(100));
  effects_.Clear();
  Begin();
  for (int i = 0; i < 3; ++i) {
    Answer(TakeAsked(), {{KeyAt(100), 1}});
    if (!handoff_.running()) break;
    moment_.now = handoff_.NextDeadline();
    handoff_.OnDeadline(moment_);
    handoff_.Advance(moment_, book_, shelf_, questions_);
  }
  EXPECT_EQ(handoff_.TakeEnd(), Handoff::End::kFailed);
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
