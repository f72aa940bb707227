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
    asio::post(*io_, [this, ticket] { records->OnStored({ticket, status}); });
  }

  [[nodiscard]] core::StatusOr<std::optional<core::Bytes>> Get(const core::StoreKey& at) override {
    if (!reads.ok()) return reads;
    const auto found = values.find(at);
    if (found == values.end()) return std::optional<core::Bytes>();
    return std::optional<core::Bytes>(found->second);
  }

  [[nodiscard]] core::StatusOr<std::vector<core::StoreRow>> Scan(const core::ScanRange&) override {
    return std::vector<core::StoreRow>();
  }

  std::map<core::StoreKey, core::Bytes> values;
  core::Status status;
  core::Status reads;
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
