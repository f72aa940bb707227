#include "node/host/node_records.h"

#include <deque>
#include <map>
#include <utility>

#include <gtest/gtest.h>

#include "core/crypto/sodium_suite.h"
#include "tests/node/host/host_rig.h"

namespace node {
namespace {

// A store in memory that completes through the loop, and may be told to refuse.
class MemoryStorage : public core::Storage {
 public:
  explicit MemoryStorage(asio::io_context& io) : io_(&io) {}

  void Commit(core::StoreTicket ticket, core::StoreBatch batch) override {
    if (status.ok()) {
      for (core::StoreWrite& write : batch.writes) values[write.at] = std::move(*write.value);
    }
    asio::post(*io_, [this, ticket, told = status] {
      const auto of_core = records->OnStored({ticket, told});
      if (of_core.has_value()) core.push_back(*of_core);
    });
  }

  [[nodiscard]] core::StatusOr<std::optional<core::Bytes>> Get(const core::StoreKey& at) override {
    if (!reads.ok()) return reads;
    const auto found = values.find(at);
    if (found == values.end()) return std::optional<core::Bytes>();
    return std::optional<core::Bytes>(found->second);
  }

  // Pages of two rows.
  [[nodiscard]] core::StatusOr<std::vector<core::StoreRow>> Scan(
      const core::ScanRange& range) override {
    if (!scans.ok()) return scans;
    std::vector<core::StoreRow> page;
    for (const auto& [at, value] : values) {
      const bool behind = !range.after.has_value() || at.key > *range.after;
      if (at.table == range.table && behind && page.size() < 2) page.push_back({at.key, value});
    }
    return page;
  }

  std::vector<core::Stored> core;  // What the host would be told.
  std::map<core::StoreKey, core::Bytes> values;
  core::Status status;
  core::Status reads;
  core::Status scans;
  NodeRecords* records = nullptr;

 private:
  asio::io_context* io_;
};

class NodeRecordsTest : public testing::Test {
 protected:
  NodeRecordsTest() { storage_.records = &records_; }

  // As after a restart.
  NodeRecords& Again() {
    storage_.records = &again_;
    return again_;
  }

  core::Contact MakeContact(uint64_t number) {
    core::Random random({.seed = number, .purpose = core::Purpose::kTest});
    core::Contact contact;
    random.Fill(contact.public_key);
    contact.node_id.bytes = suite_.Sha256(contact.public_key);
    contact.addresses.push_back(core::Address("192.0.2.1:" + std::to_string(number)));
    contact.addresses.push_back(core::Address("node.example:1"));
    return contact;
  }

  asio::io_context io_;
  core::SodiumSuite suite_;
  MemorySink sink_;
  Log log_{{.level = LogLevel::kDebug, .format = LogFormat::kText}, sink_, ReadClocks};
  MemoryStorage storage_{io_};
  NodeRecords records_{storage_, io_, suite_, log_};
  NodeRecords again_{storage_, io_, suite_, log_};
};

TEST_F(NodeRecordsTest, EveryLifeHasAHigherIncarnation) {
  ASSERT_TRUE(records_.Open().ok());
  EXPECT_EQ(records_.NextIncarnation(), 1u);
  EXPECT_EQ(records_.NextIncarnation(), 2u);
  records_.Drain();
  ASSERT_TRUE(Again().Open().ok());
  EXPECT_EQ(again_.NextIncarnation(), 3u);
}

TEST_F(NodeRecordsTest, ALifeThatStartedNothingCountsToo) {
  ASSERT_TRUE(records_.Open().ok());
  ASSERT_TRUE(Again().Open().ok());
  EXPECT_EQ(again_.NextIncarnation(), 2u);
}

TEST_F(NodeRecordsTest, WithoutAStoreThatWritesThereIsNoLife) {
  storage_.status = core::ResourceExhausted("store: no room");
  EXPECT_TRUE(absl::IsResourceExhausted(records_.Open()));
}

TEST_F(NodeRecordsTest, AFullDiskIsReportedAndHealsByItself) {
  ASSERT_TRUE(records_.Open().ok());
  storage_.status = core::ResourceExhausted("store: no room");
  records_.SavePeers({1, 2, 3});
  records_.Drain();
  EXPECT_TRUE(absl::IsResourceExhausted(records_.Health()));
  EXPECT_NE(sink_.text.find("the store refused to write"), std::string::npos);
  storage_.status = absl::OkStatus();
  records_.SavePeers({1, 2, 3});
  records_.Drain();
  EXPECT_TRUE(records_.Health().ok());
  EXPECT_EQ(*again_.LoadPeers(), (core::Bytes{1, 2, 3}));
}

core::StoreRequest Putting(uint64_t ticket, uint16_t table, uint8_t key) {
  core::StoreRequest request{{ticket}, {}};
  request.batch.Put({core::TableId{table}, {key}}, {key, key});
  return request;
}

TEST_F(NodeRecordsTest, BatchesOfTheCoreKeepTheirTicketsAndOrderAmongTheNodesOwn) {
  ASSERT_TRUE(records_.Open().ok());
  records_.Store(Putting(700, 32, 1));
  records_.SavePeers({1});
  records_.Store(Putting(2, 63, 2));
  records_.Drain();
  ASSERT_EQ(storage_.core.size(), 2u);
  EXPECT_EQ(storage_.core[0].ticket, core::StoreTicket{700});
  EXPECT_EQ(storage_.core[1].ticket, core::StoreTicket{2});
  EXPECT_TRUE(storage_.core[1].status.ok());
}

TEST_F(NodeRecordsTest, TheCoreCannotWriteIntoTheNodesTable) {
  ASSERT_TRUE(records_.Open().ok());
  records_.Store(Putting(1, 32, 1));
  core::StoreRequest foreign = Putting(2, kNodeTable.value, 1);
  foreign.batch.Put({core::TableId{32}, {9}}, {9});
  records_.Store(foreign);
  records_.Store(Putting(3, 96, 1));
  records_.Drain();
  ASSERT_EQ(storage_.core.size(), 3u);
  EXPECT_TRUE(storage_.core[0].status.ok());
  EXPECT_TRUE(absl::IsInvalidArgument(storage_.core[1].status));
  EXPECT_TRUE(absl::IsInvalidArgument(storage_.core[2].status));
  EXPECT_TRUE(records_.Health().ok()) << "that is no trouble of the store";
  EXPECT_EQ(storage_.values.size(), 2u) << "the incarnation, and the row of the first batch";
}

TEST_F(NodeRecordsTest, ABatchReadsWhatThoseBeforeItWrote) {
  ASSERT_TRUE(records_.Open().ok());
  records_.Store(Putting(1, 64, 5));
  core::StoreRequest reading{{2}, {}};
  reading.batch.reads = {{core::TableId{64}, {5}}, {core::TableId{64}, {6}}};
  records_.Store(reading);
  records_.Drain();
  ASSERT_EQ(storage_.core.size(), 2u);
  EXPECT_TRUE(storage_.core[0].found.empty());
  ASSERT_EQ(storage_.core[1].found.size(), 2u);
  EXPECT_EQ(storage_.core[1].found[0], (core::Bytes{5, 5}));
  EXPECT_EQ(storage_.core[1].found[1], std::nullopt);
  EXPECT_TRUE(records_.LoadRows()->empty()) << "bulk rows do not come with a start";
}

TEST_F(NodeRecordsTest, ARequirementThatDoesNotHoldIsNoTroubleOfTheStore) {
  ASSERT_TRUE(records_.Open().ok());
  storage_.status = core::FailedPrecondition("requirement 0");
  records_.Store(Putting(1, 32, 1));
  records_.Drain();
  EXPECT_TRUE(absl::IsFailedPrecondition(storage_.core.at(0).status));
  EXPECT_TRUE(records_.Health().ok());
}

TEST_F(NodeRecordsTest, AStartFindsAllRowsOfTheCoreAscending) {
  ASSERT_TRUE(records_.Open().ok());
  EXPECT_TRUE(records_.LoadRows()->empty());
  for (uint8_t key = 5; key > 0; --key) records_.Store(Putting(key, 33, key));
  records_.Store(Putting(9, 32, 200));
  records_.Drain();
  for (NodeRecords* records : {&records_, &Again()}) {
    if (records == &again_) {
      ASSERT_TRUE(again_.Open().ok());
    }
    const auto rows = records->LoadRows();
    ASSERT_TRUE(rows.ok());
    ASSERT_EQ(rows->size(), 6u);
    EXPECT_EQ(rows->front().at, (core::StoreKey{core::TableId{32}, {200}}));
    EXPECT_EQ(rows->back().at, (core::StoreKey{core::TableId{33}, {5}}));
    EXPECT_EQ(rows->back().value, (core::Bytes{5, 5}));
  }
}

TEST_F(NodeRecordsTest, ADamagedRowOfTheCoreEndsTheStart) {
  // The first read is the incarnation's.
  storage_.scans = core::DataLoss("store: table 33, key 05: damaged");
  EXPECT_TRUE(absl::IsDataLoss(records_.Open()));
}

TEST_F(NodeRecordsTest, RoutesComeBackAsTheyWere) {
  std::vector<core::Contact> routes;
  for (uint64_t i = 0; i < Host::kRoutesMax; ++i) routes.push_back(MakeContact(i));
  records_.SaveRoutes(routes);
  records_.Drain();
  EXPECT_EQ(again_.LoadRoutes(), routes);
}

TEST_F(NodeRecordsTest, NothingKeptIsNothing) {
  EXPECT_TRUE(records_.LoadRoutes().empty());
  EXPECT_FALSE(records_.LoadPeers().has_value());
  EXPECT_TRUE(sink_.text.empty());
}

TEST_F(NodeRecordsTest, DamagedRoutesAreRefusedAtEveryByte) {
  const core::Bytes good = EncodeRoutes(std::vector<core::Contact>{MakeContact(1), MakeContact(2)});
  ASSERT_TRUE(DecodeRoutes(good, suite_).ok());
  for (size_t size = 0; size < good.size(); ++size) {
    ASSERT_FALSE(DecodeRoutes(std::span(good).first(size), suite_).ok()) << size;
  }
  core::Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(DecodeRoutes(longer, suite_).ok());
  core::Bytes bomb = good;
  bomb[12] = 0xff;  // The count.
  EXPECT_TRUE(absl::IsDataLoss(DecodeRoutes(bomb, suite_).status()));
}

TEST_F(NodeRecordsTest, ADamagedStoreCostsTheRoutesAndTheBookNotTheNode) {
  storage_.reads = core::DataLoss("store: row damaged");
  EXPECT_TRUE(records_.LoadRoutes().empty());
  EXPECT_FALSE(records_.LoadPeers().has_value());
  EXPECT_NE(sink_.text.find("the routes are lost"), std::string::npos);
  EXPECT_NE(sink_.text.find("the peer book is lost"), std::string::npos);
  EXPECT_TRUE(absl::IsDataLoss(records_.Open()));
}

}  // namespace
}  // namespace node
