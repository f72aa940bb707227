#include "core/collections/collection_calls.h"

#include <vector>

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "core/collections/tree_edits.h"
#include "tests/core/collections/block_store.h"

namespace core {
namespace {

// One client whose commands are answered by hand from a store.
class CollectionCallsTest : public ::testing::Test {
 protected:
  CollectionCallsTest()
      : collection_(suite_, CollectionTestNetwork(),
                    {.name = "Registrants", .kind = CollectionKind::kTree}, rule_) {}

  CollectionMoment Now() { return {.now = now_, .random = random_, .wishes = wishes_}; }

  ActionId Put(uint64_t number, uint8_t key) {
    const std::vector<TreeEdit> edits = {
        {.kind = TreeEdit::Kind::kPut, .key = {key}, .value = BytesFrom("v")}};
    EXPECT_TRUE(collection_.Act(ActionOf(number), EncodeEdits(edits).value()).ok());
    return ActionOf(number);
  }

  [[nodiscard]] std::vector<Command> Commands() {
    std::vector<Command> commands;
    calls_.TakeWishes(wishes_, next_request_, commands);
    return commands;
  }

  bool Observe(const Observation& observation) {
    return calls_.OnObservation(Now(), observation, collection_);
  }

  // As a peer answers: the content, then the end.
  void Answer(const GetCommand& get) {
    const FetchedBlock block = store_.Read(get.block);
    if (block.bytes.has_value()) {
      BlockRead read;
      read.request = get.request;
      read.block = get.block;
      read.revision = block.revision;
      read.value = *block.bytes;
      EXPECT_TRUE(Observe(read));
    }
    EXPECT_TRUE(Observe(Finished(get.request, CallOutcome::kFound, block.revision,
                                 block.revision != 0 && !block.bytes.has_value())));
  }

  void Answer(const TransactCommand& transact) {
    ChangeSet changes;
    changes.writes = transact.writes;
    changes.tail = transact.tail;
    const bool done = store_.Apply(changes);
    EXPECT_TRUE(Observe(Finished(transact.request,
                                 done ? CallOutcome::kCommitted : CallOutcome::kStale, 1, false)));
  }

  // Answers until nothing is asked any more.
  void Run() {
    for (auto commands = Commands(); !commands.empty(); commands = Commands()) {
      for (const Command& command : commands) {
        if (const auto* get = std::get_if<GetCommand>(&command)) Answer(*get);
        if (const auto* transact = std::get_if<TransactCommand>(&command)) Answer(*transact);
      }
    }
  }

  static CallFinished Finished(uint64_t request, CallOutcome outcome, uint64_t revision,
                               bool deleted) {
    CallFinished finished;
    finished.request = request;
    finished.outcome = outcome;
    finished.revision = revision;
    finished.deleted = deleted;
    return finished;
  }

  SodiumSuite suite_;
  ReplayAll rule_;
  Collection collection_;
  CollectionCalls calls_;
  BlockStore store_;
  CollectionWishes wishes_;
  Random random_{StreamKey{.seed = 1}};
  Time now_{1'000'000};
  uint64_t next_request_ = 500;
};

TEST_F(CollectionCallsTest, ASyncIsGetsAndOneTransaction) {
  const ActionId id = Put(1, 7);
  collection_.Sync(Now());
  auto commands = Commands();
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(std::get<GetCommand>(commands[0]).block, collection_.header());
  EXPECT_EQ(std::get<GetCommand>(commands[0]).request, 500u);
  Answer(std::get<GetCommand>(commands[0]));
  commands = Commands();
  ASSERT_EQ(commands.size(), 1u);
  const auto& transact = std::get<TransactCommand>(commands[0]);
  EXPECT_EQ(transact.tail, collection_.header()) << "a collection is created header first";
  EXPECT_EQ(transact.writes.size(), 4u);
  EXPECT_EQ(transact.writes[0].block, transact.tail);
  Answer(transact);
  ASSERT_EQ(wishes_.reports.size(), 1u);
  EXPECT_EQ(wishes_.reports[0].id, id);
  EXPECT_EQ(wishes_.ended, SyncEnd::kDone);
  EXPECT_EQ(calls_.open(), 0u);
}

TEST_F(CollectionCallsTest, ManySyncsEndInOrder) {
  for (uint64_t i = 1; i <= 100; ++i) {
    Put(i, static_cast<uint8_t>(i));
    collection_.Sync(Now());
    Run();
    ASSERT_EQ(collection_.pending_count(), 0u) << i;
  }
  Draft view(suite_, store_.blocks(), collection_.header());
  EXPECT_TRUE(CheckLog(view).ok());
}

TEST_F(CollectionCallsTest, AnswersThatAreNoneMakeItWait) {
  Put(1, 7);
  collection_.Sync(Now());
  // The second one says that there is content, and never brought it.
  const std::vector<CallFinished> answers = {Finished(500, CallOutcome::kUnavailable, 0, false),
                                             Finished(501, CallOutcome::kFound, 3, false),
                                             Finished(502, CallOutcome::kExpired, 3, false)};
  for (const CallFinished& answer : answers) {
    const auto commands = Commands();
    ASSERT_EQ(commands.size(), 1u);
    ASSERT_EQ(std::get<GetCommand>(commands[0]).request, answer.request);
    EXPECT_TRUE(Observe(answer));
    EXPECT_EQ(collection_.phase(), Collection::Phase::kWaiting);
    now_ = collection_.NextDeadline();
    collection_.OnDeadline(Now());
  }
  Run();
  EXPECT_EQ(collection_.pending_count(), 0u);
}

TEST_F(CollectionCallsTest, OthersCallsAreLeftAlone) {
  EXPECT_FALSE(Observe(Finished(500, CallOutcome::kFound, 1, false)));
  EXPECT_FALSE(Observe(BlockRead{}));
  EXPECT_FALSE(Observe(Joined{}));
}

TEST_F(CollectionCallsTest, EachEndOfATransactionIsTakenForWhatItIs) {
  struct Case {
    CallOutcome outcome;
    Collection::Phase phase;
    size_t pending;
  };

  const std::vector<Case> cases = {{CallOutcome::kCommitted, Collection::Phase::kIdle, 0},
                                   {CallOutcome::kStale, Collection::Phase::kWaiting, 1},
                                   {CallOutcome::kConflict, Collection::Phase::kWaiting, 1},
                                   {CallOutcome::kRejected, Collection::Phase::kIdle, 0},
                                   {CallOutcome::kUnavailable, Collection::Phase::kWaiting, 1},
                                   {CallOutcome::kNoRoom, Collection::Phase::kWaiting, 1},
                                   {CallOutcome::kInDoubt, Collection::Phase::kWaiting, 1}};
  for (const Case& c : cases) {
    collection_ = Collection(suite_, CollectionTestNetwork(),
                             {.name = "Registrants", .kind = CollectionKind::kTree}, rule_);
    Put(1, 7);
    collection_.Sync(Now());
    Answer(std::get<GetCommand>(Commands().at(0)));
    const auto commands = Commands();
    ASSERT_EQ(commands.size(), 1u);
    wishes_.Clear();
    EXPECT_TRUE(
        Observe(Finished(std::get<TransactCommand>(commands[0]).request, c.outcome, 1, false)));
    EXPECT_EQ(collection_.phase(), c.phase) << static_cast<int>(c.outcome);
    EXPECT_EQ(collection_.pending_count(), c.pending) << static_cast<int>(c.outcome);
    const bool rejected = c.outcome == CallOutcome::kRejected;
    if (rejected) {
      EXPECT_EQ(wishes_.reports.at(0).end, ActionEnd::kRejected);
    }
    wishes_.Clear();
  }
}

}  // namespace
}  // namespace core
