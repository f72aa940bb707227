#include "core/negotiation/pool.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/codec/canonical.h"
#include "core/crypto/modelled_suite.h"
#include "core/negotiation/ticket.h"
#include "core/port/config.h"

namespace core {
namespace {

Key256 KeyOf(uint8_t value) {
  Key256 key;
  key.bytes.fill(value);
  return key;
}

class PoolTest : public testing::Test {
 protected:
  PoolTest() {
    for (uint8_t i = 1; i <= 3; ++i) {
      form_.voters.push_back({.registrant = KeyOf(i).bytes, .sealed = {i}});
      form_.votes.push_back({.nonce = KeyOf(static_cast<uint8_t>(10 + i)), .sealed = {i, i}});
    }
    own_ = {.voter = form_.voters[1], .vote = form_.votes[1]};
    Seal();
  }

  void Seal() { form_.cid = ListsHash(context_, template_, form_.voters, form_.votes); }

  [[nodiscard]] SignObjection Objection() const {
    return ObjectionTo(context_, template_, form_, own_);
  }

  Config config_;
  ModelledSuite suite_{Digest256{1}};
  Context context_{.config = &config_, .suite = &suite_, .network = {}};
  Key256 template_ = KeyOf(99);
  BlockForm form_;
  OwnRecords own_;
};

TEST_F(PoolTest, GoodListsMeetNoObjection) {
  EXPECT_EQ(Objection(), SignObjection::kNone);
}

TEST_F(PoolTest, AnotherOrderIsAnotherCid) {
  std::swap(form_.votes[0], form_.votes[2]);
  EXPECT_EQ(Objection(), SignObjection::kCid);
  Seal();
  EXPECT_EQ(Objection(), SignObjection::kNone);
}

TEST_F(PoolTest, OwnRecordsMustBeThereUnchanged) {
  form_.votes[1].sealed.push_back(7);
  Seal();
  EXPECT_EQ(Objection(), SignObjection::kAltered);
  form_.votes[1].nonce = KeyOf(50);
  Seal();
  EXPECT_EQ(Objection(), SignObjection::kMissing);
}

TEST_F(PoolTest, CountsAndNamesMustFit) {
  form_.votes.push_back({.nonce = KeyOf(40), .sealed = {}});
  Seal();
  EXPECT_EQ(Objection(), SignObjection::kUnequal);
  form_.voters.push_back(form_.voters[0]);
  Seal();
  EXPECT_EQ(Objection(), SignObjection::kDuplicate);
}

TEST_F(PoolTest, ABlockOfTwoIsTooSmall) {
  form_.voters.erase(form_.voters.begin());
  form_.votes.pop_back();
  Seal();
  EXPECT_EQ(Objection(), SignObjection::kSize);
}

TEST_F(PoolTest, ATicketIsGoodForItsNodeItsElectionAndItsTime) {
  const SecretKey registrant = RegistrantSecretOf(context_, SecretKey{});
  Ticket ticket{.template_cid = template_,
                .registrant = {},
                .node = KeyOf(3),
                .pairing_key = KeyOf(4).bytes,
                .attempt = 1,
                .expires_ms = 1000,
                .signature = {}};
  SignTicket(context_, registrant, ticket);
  const TicketUse use{.template_cid = template_, .node = KeyOf(3), .now_ms = 999};
  EXPECT_TRUE(IsGoodTicket(context_, ticket, use));
  EXPECT_FALSE(IsGoodTicket(context_, ticket, {template_, KeyOf(3), 1000}));
  EXPECT_FALSE(IsGoodTicket(context_, ticket, {template_, KeyOf(5), 999}));
  EXPECT_FALSE(IsGoodTicket(context_, ticket, {KeyOf(98), KeyOf(3), 999}));
  const Key256 name = TicketHash(context_, ticket);
  ++ticket.attempt;
  EXPECT_FALSE(IsGoodTicket(context_, ticket, use));
  EXPECT_NE(TicketHash(context_, ticket), name);
}

}  // namespace
}  // namespace core
