// Stored state as an input of real nodes: a core that stores, over real TCP and, where it matters, a real store.
#include <algorithm>
#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "core/recording/replayer.h"
#include "node/host/node_records.h"
#include "node/service/status_json.h"
#include "node/storage/durable_storage.h"
#include "tests/node/base/scratch_folder.h"
#include "tests/node/host/host_rig.h"

namespace node {
namespace {

constexpr core::TableId kTable{40};
constexpr core::Duration kEvery = core::Milliseconds(20);

core::StoreKey KeyOf(uint32_t number) {
  return {kTable, {static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)}};
}

// What one peer was told, over all its incarnations.
struct Told {
  std::vector<size_t> starts;  // Rows of each.
  std::vector<core::Stored> completions;
  uint32_t handed_over = 0;
  bool joins = true;  // False: the peer hears nothing, and so finds nobody.
};

// The peer of the network, which stores a numbered row every kEvery besides.
class StoringPeer : public core::Peer {
 public:
  StoringPeer(core::PeerId self, const core::Context& context, const core::SecretKey& secret,
              core::Random random, Told& told)
      : Peer(self, context, secret, random), told_(&told) {}

  void Step(core::Time now, const core::Input& input, core::Effects& effects) override {
    if (told_->joins) Peer::Step(now, input, effects);
    if (const auto* start = std::get_if<core::Start>(&input)) {
      told_->starts.push_back(start->rows.size());
      for (const core::StoredRow& row : start->rows)
        state_.Add(std::span<const uint8_t>(row.value));
      next_ = static_cast<uint32_t>(start->rows.size());
      due_ = now + kEvery;
    } else if (const auto* stored = std::get_if<core::Stored>(&input)) {
      told_->completions.push_back(*stored);
      state_.Add(stored->ticket.value);
      state_.Add(static_cast<uint64_t>(stored->status.code()));
    } else if (now >= due_) {
      core::StoreBatch batch;
      batch.Put(KeyOf(next_), core::Bytes(100, static_cast<uint8_t>(next_)));
      effects.Store({uint64_t{1} << 56 | next_++}, std::move(batch));
      ++told_->handed_over;
      due_ = now + kEvery;
    }
  }

  [[nodiscard]] core::Time NextDeadline() const override {
    return std::min(due_, Peer::NextDeadline());
  }

  void Digest(core::Hasher& hasher) const override {
    Peer::Digest(hasher);
    const core::Fingerprint state = state_.Result();
    hasher.Add(state.high);
    hasher.Add(state.low);
    hasher.Add(next_);
  }

 private:
  Told* told_;
  core::Hasher state_;
  uint32_t next_ = 0;
  core::Time due_ = core::Time::Never();
};

MakePeer Storing(Told& told) {
  return [&told](core::PeerId self, const core::Context& context, const core::SecretKey& secret,
                 core::Random random) -> std::unique_ptr<core::Peer> {
    return std::make_unique<StoringPeer>(self, context, secret, random, told);
  };
}

// Tickets 0, 1, 2, ... of module 1.
void ExpectInOrder(const std::vector<core::Stored>& completions) {
  for (size_t i = 0; i < completions.size(); ++i) {
    ASSERT_EQ(completions[i].ticket.value, uint64_t{1} << 56 | i);
  }
}

TEST(StoredStateTest, EachBatchIsCompletedOnceAndInOrder) {
  Told told;
  HostRig rig;
  rig.make_peer = Storing(told);
  rig.Add();
  ASSERT_TRUE(rig.RunUntil([&] { return told.completions.size() >= 20; }));
  ExpectInOrder(told.completions);
  EXPECT_EQ(rig.place(0).memory.rows.size(), told.completions.size());
}

TEST(StoredStateTest, AHostThatIsBegunAgainFindsItsRows) {
  Told told;
  HostRig rig;
  rig.make_peer = Storing(told);
  rig.Add();
  ASSERT_TRUE(rig.RunUntil([&] { return told.completions.size() >= 10; }));
  ASSERT_TRUE(rig.End(0));
  rig.Begin(0);
  ASSERT_TRUE(rig.RunUntil([&] { return told.starts.size() == 2; }));
  EXPECT_GE(told.starts[1], 10u);
  EXPECT_EQ(told.starts[1], told.handed_over) << "open batches were stored by the end";
}

// An incarnation begins within one process when who never found its neighbours hears of somebody new.
TEST(StoredStateTest, TheNextIncarnationWaitsForTheBatchesOfTheOneBefore) {
  Told told;
  told.joins = false;
  HostRig rig;
  rig.make_peer = Storing(told);
  rig.Add();
  FakeMemory& memory = rig.place(0).memory;
  memory.hold = true;
  rig.make_peer = nullptr;
  rig.Add({rig.SeedOf(0)});
  ASSERT_TRUE(
      rig.RunUntil([&] { return memory.open.size() >= 2 && rig.at(0).Status().connections == 1; }));
  rig.place(0).steady_offset = rig.place(0).steady_offset + Host::kJoinPatience;
  ASSERT_TRUE(rig.RunUntil([&] { return rig.at(0).Status().core_bytes == 0; }));
  const size_t open = memory.open.size();
  for (size_t i = 0; i < open; ++i) {
    EXPECT_EQ(told.starts.size(), 1u) << "not before the last one";
    memory.CompleteOne();
  }
  EXPECT_TRUE(told.completions.empty()) << "who asked is gone";
  ASSERT_EQ(told.starts.size(), 2u);
  EXPECT_EQ(told.starts[1], open);
  memory.hold = false;
  ASSERT_TRUE(rig.RunUntil([&] { return !told.completions.empty(); }));
  EXPECT_EQ(told.completions[0].ticket.value, uint64_t{1} << 56 | open);
}

TEST(StoredStateTest, CallsEndWithTheirIncarnation) {
  Told told;
  told.joins = false;  // Nothing that it is asked comes to an end.
  HostRig rig;
  rig.make_peer = Storing(told);
  rig.Add();
  rig.make_peer = nullptr;
  rig.Add({rig.SeedOf(0)});
  core::PutCommand put;
  put.request = 1;
  core::GetCommand get;
  get.request = 2;
  ASSERT_TRUE(rig.RunUntil([&] { return rig.at(0).Status().connections == 1; }));
  ASSERT_TRUE(rig.at(0).Submit(put).ok());
  ASSERT_TRUE(rig.at(0).Submit(get).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(rig.at(0).Submit(get)));
  rig.place(0).steady_offset = rig.place(0).steady_offset + Host::kJoinPatience;
  ASSERT_TRUE(rig.RunUntil([&] { return told.starts.size() == 2; }));
  const auto ends = rig.All<core::CallFinished>();
  ASSERT_EQ(ends.size(), 2u);
  EXPECT_EQ(ends[0].second.request, 1u);
  EXPECT_EQ(ends[0].second.outcome, core::CallOutcome::kInDoubt);
  EXPECT_EQ(ends[1].second.request, 2u);
  EXPECT_EQ(ends[1].second.outcome, core::CallOutcome::kUnavailable);
  EXPECT_TRUE(rig.at(0).Submit(get).ok()) << "its number is free again";
}

TEST(StoredStateTest, ACoreWithoutItsRowsDoesNotStartAndStartsWhenTheyCanBeRead) {
  Told told;
  HostRig rig;
  rig.make_peer = Storing(told);
  rig.Add();
  ASSERT_TRUE(rig.RunUntil([&] { return !told.completions.empty(); }));
  ASSERT_TRUE(rig.End(0));
  rig.place(0).memory.reads = core::DataLoss("store: table 40, key 0000: damaged");
  rig.Begin(0);
  EXPECT_EQ(rig.at(0).phase(), HostPhase::kSeeking);
  EXPECT_EQ(NotReady(rig.at(0).Status()),
            "what the node has stored is damaged: store: table 40, key 0000: damaged");
  EXPECT_EQ(told.starts.size(), 1u);
  EXPECT_FALSE(rig.at(0).Submit(core::LookupCommand{}).ok());
  rig.place(0).memory.reads = absl::OkStatus();
  ASSERT_TRUE(rig.RunUntil([&] { return told.starts.size() == 2; }));
  EXPECT_EQ(NotReady(rig.at(0).Status()), "");
}

TEST(StoredStateTest, WhatThePeerWasToldReplaysToTheSameStates) {
  Told told;
  HostRig rig;
  rig.recorder = core::RecorderLimits{};
  rig.make_peer = Storing(told);
  rig.Add();
  ASSERT_TRUE(rig.RunUntil([&] { return told.completions.size() >= 10; }));
  ASSERT_TRUE(rig.End(0));
  rig.Begin(0);
  const size_t before = told.completions.size();
  rig.place(0).memory.health = core::ResourceExhausted("the disk is full");
  ASSERT_TRUE(rig.RunUntil([&] { return told.completions.size() >= before + 5; }));
  rig.place(0).memory.health = absl::OkStatus();
  ASSERT_TRUE(rig.RunUntil([&] { return told.completions.size() >= before + 15; }));
  const std::vector<uint8_t> file = RecordingOf(rig.at(0));
  const core::SodiumSuite suite;
  auto replayer = core::Replayer::Open("host", file, suite);
  ASSERT_TRUE(replayer.ok()) << core::MessageOf(replayer.status());
  core::Replayer& replay = **replayer;
  Told again;
  StoringPeer peer(replay.header().self, replay.context(), replay.secret(), replay.random(), again);
  FeedAll(replay, peer);
  EXPECT_FALSE(replay.divergence().has_value()) << replay.divergence()->found;
  EXPECT_EQ(replay.fed(), rig.at(0).Status().steps);
  EXPECT_EQ(again.starts, std::vector<size_t>{told.starts.at(1)});
  EXPECT_EQ(again.completions.size(), told.completions.size() - before);
  EXPECT_GE(std::count_if(again.completions.begin(), again.completions.end(),
                          [](const auto& each) { return !each.status.ok(); }),
            5);
}

// ---- a real store ----

// As node/host/node.cc puts them together.
class StoredNode {
 public:
  StoredNode(const std::filesystem::path& file, Told& told) {
    auto opened = DurableStorage::Open({file}, [this](std::vector<core::Stored> stored) {
      asio::post(io_, [this, stored = std::move(stored)] { OnStored(stored); });
    });
    EXPECT_TRUE(opened.ok()) << core::MessageOf(opened.status());
    storage_ = *std::move(opened);
    records_ = std::make_unique<NodeRecords>(*storage_, io_, suite_, log_);
    opened_ = records_->Open();
    if (!opened_.ok()) return;
    HostOptions options;
    options.version = "test";
    options.seed = told.starts.size() + 1;
    options.transport.channels = {kCoreChannel, kDiscoveryChannel};
    options.make_peer = Storing(told);
    host_ = std::make_unique<Host>(io_, options, identity_, suite_, *records_, log_, [this] {
      Moment moment = ReadClocks();
      moment.steady = moment.steady + steady_offset;
      return moment;
    });
    EXPECT_TRUE(host_->Open().ok());
    host_->Begin();
  }

  ~StoredNode() {
    host_.reset();
    storage_.reset();
  }

  [[nodiscard]] bool RunUntil(const std::function<bool()>& condition) {
    return node::RunUntil(io_, condition);
  }

  [[nodiscard]] const core::Status& opened() const { return opened_; }

  [[nodiscard]] Host& host() { return *host_; }

  [[nodiscard]] NodeRecords& records() { return *records_; }

  core::Duration steady_offset;

 private:
  void OnStored(const std::vector<core::Stored>& stored) {
    for (const core::Stored& one : stored) {
      const auto of_core = records_->OnStored(one);
      if (of_core.has_value()) host_->OnStored(*of_core);
    }
  }

  asio::io_context io_;
  core::SodiumSuite suite_;
  Identity identity_{SecretOf(1), DrawKey(), HostRig::kNetwork};
  MemorySink sink_;
  Log log_{{.level = LogLevel::kDebug, .format = LogFormat::kText}, sink_, ReadClocks};
  std::unique_ptr<DurableStorage> storage_;
  std::unique_ptr<NodeRecords> records_;
  std::unique_ptr<Host> host_;
  core::Status opened_;
};

TEST(StoredStateTest, ANodeFindsInItsStoreWhatItsPeerWasToldIsDurable) {
  const ScratchFolder folder;
  Told told;
  {
    StoredNode node(folder / "store.db", told);
    ASSERT_TRUE(node.RunUntil([&] { return told.completions.size() >= 10; }));
    ExpectInOrder(told.completions);
  }
  const size_t durable = told.completions.size();
  StoredNode node(folder / "store.db", told);
  ASSERT_TRUE(node.RunUntil([&] { return told.completions.size() >= durable + 5; }));
  ASSERT_EQ(told.starts.size(), 2u);
  EXPECT_EQ(told.starts[0], 0u);
  EXPECT_GE(told.starts[1], durable);
}

// The limit on the size of files stands for a disk without room.
class NoRoom {
 public:
  NoRoom() {
    EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &before_), 0);
    handler_ = signal(SIGXFSZ, SIG_IGN);
    struct rlimit none = before_;
    none.rlim_cur = 0;
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  }

  ~NoRoom() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

  NoRoom(const NoRoom&) = delete;
  NoRoom& operator=(const NoRoom&) = delete;

 private:
  struct rlimit before_ {};

  sighandler_t handler_ = SIG_DFL;
};

TEST(StoredStateTest, WithoutRoomTheNodeIsDegradedAndSaysSoAndRecoversByItself) {
  const ScratchFolder folder;
  Told told;
  StoredNode node(folder / "store.db", told);
  ASSERT_TRUE(node.RunUntil(
      [&] { return !told.completions.empty() && NotReady(node.host().Status()).empty(); }));
  size_t refused = 0;
  {
    const NoRoom no_room;
    const size_t before = told.completions.size();
    ASSERT_TRUE(node.RunUntil([&] { return told.completions.size() >= before + 3; }));
    refused = before + 2;
    EXPECT_TRUE(absl::IsResourceExhausted(told.completions[refused].status))
        << told.completions[refused].status;
    EXPECT_THAT(NotReady(node.host().Status()),
                testing::StartsWith("what the node learns is not stored: store "));
    EXPECT_EQ(node.host().phase(), HostPhase::kJoined) << "it serves on";
  }
  ASSERT_TRUE(node.RunUntil([&] { return told.completions.back().status.ok(); }));
  EXPECT_EQ(NotReady(node.host().Status()), "");
  EXPECT_EQ(told.starts.size(), 1u) << "without a restart";
  ExpectInOrder(told.completions);
}

TEST(StoredStateTest, ADamagedRowOfTheCoreKeepsTheNodeFromStarting) {
  const ScratchFolder folder;
  Told told;
  {
    StoredNode node(folder / "store.db", told);
    ASSERT_TRUE(node.RunUntil([&] { return told.completions.size() >= 3; }));
  }
  // The value of row 1, which is 100 bytes of 1, in the store's file: closing it has emptied the log.
  std::string file = TextOfFile(folder / "store.db");
  const size_t at = file.find(std::string(100, 1));
  ASSERT_NE(at, std::string::npos);
  file[at + 50] = 2;
  WriteText(folder / "store.db", file);
  const StoredNode node(folder / "store.db", told);
  EXPECT_TRUE(absl::IsDataLoss(node.opened())) << node.opened();
  EXPECT_EQ(told.starts.size(), 1u);
}

}  // namespace
}  // namespace node
