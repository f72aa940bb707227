// The admission gate (1.4.3): who may decide about a block, and who may say what is in it.
#include <algorithm>

#include <gtest/gtest.h>

#include "core/transactions/certificate.h"
#include "core/transactions/cluster.h"
#include "tests/core/transactions/transactions_net.h"

namespace core {
namespace {

// The fewest members of a peer's own view that can commit together, over all declared clusters of up
// to K members that the peer admits; K + 1 when it admits none.
size_t FewestApproversOfTheView(int cluster, int admission_percent, int approve_percent) {
  TransactionsConfig config;
  config.admission_percent = admission_percent;
  config.approve_percent = approve_percent;
  const auto view_size = static_cast<size_t>(cluster);
  TransactionsNet net({.seed = 1,
                       .nodes = 2 * static_cast<uint32_t>(cluster),
                       .cluster = cluster,
                       .config = config});
  const BlockId block = TestBlock(1);
  const std::vector<PeerId> near = net.ClusterOf(block, 2 * view_size);
  size_t fewest = view_size + 1;
  net.Run(near[0], [&](Transactions&, const TxMoment& moment) {
    for (size_t common = 1; common <= view_size; ++common) {
      for (size_t strangers = 0; common + strangers <= view_size; ++strangers) {
        std::vector<PeerId> declared(near.begin(), near.begin() + static_cast<ptrdiff_t>(common));
        declared.insert(declared.end(), near.end() - static_cast<ptrdiff_t>(strangers), near.end());
        if (!IsAdmissible(moment, block, MembersOf(moment, declared))) continue;
        const size_t approvals = QuorumOf(config, declared.size()).approvals;
        fewest = std::min(fewest, approvals - std::min(approvals, strangers));
      }
    }
  });
  return fewest;
}

TEST(AdmissionTest, TwoAdmittedQuorumsAlwaysMeet) {
  for (int cluster = 3; cluster <= 16; ++cluster) {
    const size_t fewest = FewestApproversOfTheView(cluster, 75, 75);
    EXPECT_GT(2 * fewest, static_cast<size_t>(cluster)) << "K = " << cluster;
    EXPECT_LE(fewest, static_cast<size_t>(cluster)) << "K = " << cluster << ": nothing is admitted";
  }
}

// Seven of ten have a quorum of six, as eight have; but four acks, and a read may miss four.
TEST(AdmissionTest, FewerThanTheShareAreNotAdmitted) {
  TransactionsNet net({.seed = 1, .nodes = 12, .cluster = 10, .config = {}});
  const BlockId block = TestBlock(1);
  const std::vector<PeerId> near = net.ClusterOf(block, 10);
  net.Run(near[0], [&](Transactions&, const TxMoment& moment) {
    const std::span<const PeerId> all(near);
    EXPECT_FALSE(IsAdmissible(moment, block, MembersOf(moment, all.first(7))));
    EXPECT_TRUE(IsAdmissible(moment, block, MembersOf(moment, all.first(8))));
  });
}

// 2 a q = 0.72: two quorums that share nobody are both admitted.
TEST(AdmissionTest, BelowTheEdgeTwoQuorumsCanMiss) {
  EXPECT_LE(2 * FewestApproversOfTheView(10, 60, 60), 10u);
}

TEST(AdmissionTest, AnswersOfAReadMeetTheAcksOfEveryAdmittedCluster) {
  const TransactionsConfig config;
  for (size_t view = 3; view <= 16; ++view) {
    const Quorum whole = QuorumOf(config, view);
    for (size_t present = ShareOf(view, config.admission_percent); present <= view; ++present) {
      EXPECT_GT(whole.answers + QuorumOf(config, present).majority, view) << view << ' ' << present;
    }
    EXPECT_GT(2 * whole.answers, view);
    EXPECT_LE(whole.answers, view);
  }
}

// Twenty peers are cut so that two of the ten members are on the small side.
class CutTest : public testing::Test {
 protected:
  CutTest() {
    members = net.ClusterOf(block, 20);
    const auto at = [this](size_t place) {
      return members.begin() + static_cast<ptrdiff_t>(place);
    };
    small.assign(at(8), at(10));
    small.insert(small.end(), at(14), at(20));
    inside = small.back();
    outside = members[12];
  }

  CallFinished Put(PeerId client, uint64_t base, uint8_t value) {
    net.Command(client, PutCommand{.request = ++requests,
                                   .block = block,
                                   .base_revision = base,
                                   .value = TestValue(value)});
    net.RunFor(Seconds(20));
    return net.Finished(client, requests).value_or(CallFinished{});
  }

  CallFinished Get(PeerId client) {
    net.Command(client, GetCommand{.request = ++requests, .block = block, .revision = 0});
    net.RunFor(Seconds(20));
    return net.Finished(client, requests).value_or(CallFinished{});
  }

  TransactionsNet net{{.seed = 9, .nodes = 20, .cluster = 10, .config = {}}};
  BlockId block = TestBlock(1);
  std::vector<PeerId> members;  // Nearest first; the first ten are the cluster.
  std::vector<PeerId> small;
  PeerId inside;
  PeerId outside;
  uint64_t requests = 0;
};

TEST_F(CutTest, TheSmallSideAnswersNoRead) {
  ASSERT_EQ(Put(outside, 0, 'x').outcome, CallOutcome::kCommitted);
  net.Cut(small);
  EXPECT_EQ(Get(inside).outcome, CallOutcome::kUnavailable);
  EXPECT_EQ(Get(outside).revision, 1u);
  net.Heal();
  const CallFinished healed = Get(inside);
  EXPECT_EQ(healed.outcome, CallOutcome::kFound);
  EXPECT_EQ(healed.revision, 1u);
}

TEST_F(CutTest, TheSmallSideDoesNotCallABlockAbsent) {
  net.Cut(small);
  EXPECT_EQ(Get(inside).outcome, CallOutcome::kUnavailable);
  const CallFinished absent = Get(outside);
  EXPECT_EQ(absent.outcome, CallOutcome::kFound);
  EXPECT_EQ(absent.revision, 0u);
}

TEST_F(CutTest, TheSmallSideWritesNothingAndLocksNobody) {
  net.Cut(small);
  EXPECT_EQ(Put(inside, 0, 'y').outcome, CallOutcome::kUnavailable);
  EXPECT_EQ(Put(outside, 0, 'x').outcome, CallOutcome::kCommitted);
  EXPECT_EQ(net.rules().locks(), 0u);
  net.Heal();
  EXPECT_EQ(Get(inside).hash, Get(outside).hash);
  EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
}

// Half and half: neither side may decide.
TEST_F(CutTest, NoHalfOfAClusterDecides) {
  const std::vector<PeerId> half(members.begin(), members.begin() + 5);
  net.Cut(half);
  EXPECT_EQ(Put(half[0], 0, 'x').outcome, CallOutcome::kUnavailable);
  EXPECT_EQ(Put(members[7], 0, 'y').outcome, CallOutcome::kUnavailable);
  EXPECT_EQ(Get(half[0]).outcome, CallOutcome::kUnavailable);
  EXPECT_EQ(Get(members[7]).outcome, CallOutcome::kUnavailable);
  EXPECT_TRUE(net.All<RevisionApplied>().empty());
}

// Planted: with the reference implementation's memory of nobody both sides write the same revision.
TEST_F(CutTest, WhoForgetsTheAbsentForks) {
  net.ForgetTheAbsent();
  net.Cut(small);
  EXPECT_EQ(Put(inside, 0, 'y').outcome, CallOutcome::kCommitted);
  EXPECT_EQ(Put(outside, 0, 'x').outcome, CallOutcome::kCommitted);
  EXPECT_GT(net.rules().CountOf("BR-2"), 0u);
}

// ---- a client that pends more than it may ----

class PendQuotaTest : public testing::Test {
 protected:
  static TransactionsConfig ThreeEach() {
    TransactionsConfig config;
    config.open_per_client = 3;
    config.attempts = 2;
    return config;
  }

  CallFinished Write(PeerId client, uint8_t blocks) {
    TransactCommand transact{.request = ++requests, .writes = {}, .tail = TestBlock(1)};
    for (uint8_t number = 1; number <= blocks; ++number) {
      transact.writes.push_back({.block = TestBlock(number),
                                 .base_revision = 0,
                                 .erase = false,
                                 .value = TestValue(number)});
    }
    net.Command(client, transact);
    net.RunFor(Seconds(20));
    return net.Finished(client, requests).value_or(CallFinished{});
  }

  // All nodes are members of all blocks.
  TransactionsNet net{{.seed = 2, .nodes = 4, .cluster = 4, .config = ThreeEach()}};
  uint64_t requests = 0;
};

TEST_F(PendQuotaTest, AsManyAsItMayAreCommitted) {
  EXPECT_EQ(Write(PeerId{0}, 3).outcome, CallOutcome::kCommitted);
  EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
}

// One too many is refused by every member, and leaves nothing behind.
TEST_F(PendQuotaTest, OneMoreIsRefused) {
  EXPECT_NE(Write(PeerId{0}, 4).outcome, CallOutcome::kCommitted);
  EXPECT_TRUE(net.All<RevisionApplied>().empty());
  EXPECT_EQ(net.All<PendTaken>().size(), net.All<PendDropped>().size());
  EXPECT_EQ(net.at(PeerId{1}).voter().repository().PendCount(), 0u);
  EXPECT_EQ(Write(PeerId{1}, 3).outcome, CallOutcome::kCommitted);
  EXPECT_TRUE(net.rules().clean()) << net.rules().Report();
}

}  // namespace
}  // namespace core
