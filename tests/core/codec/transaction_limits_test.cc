// The limits and ranges of the messages about blocks: at the limit a frame is accepted, one beyond it is
// refused with a text that names the field. The frames are made with the generated classes, which know
// no limits.
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

#include "core/codec/transactions.pb.h"
#include "core/codec/wire.h"
#include "tests/core/codec/frames.h"
#include "tests/core/codec/test_directory.h"

namespace core {
namespace {

namespace pb = orbweaver::wire;

std::string Filled(size_t size) {
  return std::string(size, 'x');
}

pb::Transaction GoodTransaction() {
  pb::Transaction transaction;
  transaction.set_id(Filled(16));
  transaction.set_action(pb::TX_ACTION_PUT);
  transaction.set_of(Filled(16));
  for (const auto set :
       {&pb::Transaction::set_block<std::string>, &pb::Transaction::set_base_hash<std::string>,
        &pb::Transaction::set_content_hash<std::string>, &pb::Transaction::set_tail<std::string>,
        &pb::Transaction::set_scope<std::string>, &pb::Transaction::set_client<std::string>}) {
    (transaction.*set)(Filled(32));
  }
  transaction.set_signature(Filled(64));
  return transaction;
}

pb::TxRecord GoodRecord(size_t members = 1) {
  pb::TxRecord record;
  *record.mutable_transaction() = GoodTransaction();
  for (size_t i = 0; i < members; ++i) {
    pb::Member& member = *record.add_members();
    member.set_id(Filled(32));
    member.set_key(Filled(32));
  }
  return record;
}

pb::Vote GoodVote() {
  pb::Vote vote;
  vote.set_kind(pb::VOTE_KIND_APPROVE);
  vote.set_winner(Filled(32));
  vote.set_signature(Filled(64));
  return vote;
}

pb::CommitAck GoodAck() {
  pb::CommitAck ack;
  ack.set_signature(Filled(64));
  return ack;
}

pb::Certificate GoodCertificate() {
  pb::Certificate certificate;
  *certificate.mutable_record() = GoodRecord();
  *certificate.add_votes() = GoodVote();
  *certificate.add_acks() = GoodAck();
  return certificate;
}

// Of ValueErrors: taken at the limit, and refused beyond it.
std::pair<std::string, std::string> Refused(const std::string& error) {
  return {"", error};
}

class TransactionLimitsTest : public testing::Test {
 protected:
  TransactionLimitsTest() { directory_.Open(); }

  // What the decoder has against the body; "" when it takes it.
  template <typename Core, typename Proto>
  std::string ErrorOf(const Proto& body) {
    const DecodeError error =
        wire_.Decode(FrameAround(TypeOf<Core>(), body.SerializeAsString()), message_);
    EXPECT_TRUE(error.ok() || error == DecodeError::kMalformed);
    return error.text;
  }

  template <typename Edit>
  std::string TransactionError(const Edit& edit) {
    pb::TxSubmit submit;
    *submit.mutable_transaction() = GoodTransaction();
    edit(*submit.mutable_transaction());
    return ErrorOf<TxSubmit>(submit);
  }

  template <typename Edit>
  std::string CertificateError(const Edit& edit) {
    pb::TxOutcome outcome;
    *outcome.mutable_certificate() = GoodCertificate();
    edit(*outcome.mutable_certificate());
    return ErrorOf<TxOutcome>(outcome);
  }

  template <typename Edit>
  std::string VoteError(const Edit& edit) {
    return CertificateError([&](pb::Certificate& c) { edit(*c.mutable_votes(0)); });
  }

  // What the decoder has against a value of 512 KiB, and of a byte more.
  template <typename Core, typename Proto>
  std::pair<std::string, std::string> ValueErrors(Proto body) {
    body.set_value(Filled(limits::kBlockBytesMax));
    const std::string at = ErrorOf<Core>(body);
    body.set_value(Filled(limits::kBlockBytesMax + 1));
    return {at, ErrorOf<Core>(body)};
  }

  TestDirectory directory_{kTestPeers};
  Wire wire_{TestNetwork(), directory_};
  Message message_;
};

TEST_F(TransactionLimitsTest, TheModelsOfThisTestAreAccepted) {
  EXPECT_EQ(TransactionError([](pb::Transaction&) {}), "");
  EXPECT_EQ(CertificateError([](pb::Certificate&) {}), "");
}

TEST_F(TransactionLimitsTest, FixedSizesOfATransactionAreExact) {
  for (const size_t size : {size_t{0}, size_t{15}, size_t{17}}) {
    EXPECT_EQ(TransactionError([&](pb::Transaction& t) { t.set_id(Filled(size)); }),
              "transaction.id: missing or not 16 bytes");
    EXPECT_EQ(TransactionError([&](pb::Transaction& t) { t.set_of(Filled(size)); }),
              "transaction.of: missing or not 16 bytes");
  }
  for (const size_t size : {size_t{0}, size_t{31}, size_t{33}}) {
    const auto error = [&](auto set) {
      return TransactionError([&](pb::Transaction& t) { (t.*set)(Filled(size)); });
    };
    EXPECT_EQ(error(&pb::Transaction::set_block<std::string>),
              "transaction.block: missing or not 32 bytes");
    EXPECT_EQ(error(&pb::Transaction::set_base_hash<std::string>),
              "transaction.base_hash: missing or not 32 bytes");
    EXPECT_EQ(error(&pb::Transaction::set_content_hash<std::string>),
              "transaction.content_hash: missing or not 32 bytes");
    EXPECT_EQ(error(&pb::Transaction::set_tail<std::string>),
              "transaction.tail: missing or not 32 bytes");
    EXPECT_EQ(error(&pb::Transaction::set_scope<std::string>),
              "transaction.scope: missing or not 32 bytes");
    EXPECT_EQ(error(&pb::Transaction::set_client<std::string>),
              "transaction.client: missing or not 32 bytes");
  }
  for (const size_t size : {size_t{0}, size_t{63}, size_t{65}}) {
    EXPECT_EQ(TransactionError([&](pb::Transaction& t) { t.set_signature(Filled(size)); }),
              "transaction.signature: missing or not 64 bytes");
    EXPECT_EQ(VoteError([&](pb::Vote& v) { v.set_signature(Filled(size)); }),
              "vote.signature: missing or not 64 bytes");
    EXPECT_EQ(CertificateError(
                  [&](pb::Certificate& c) { c.mutable_acks(0)->set_signature(Filled(size)); }),
              "commit_ack.signature: missing or not 64 bytes");
  }
}

TEST_F(TransactionLimitsTest, MissingPartsAreNamed) {
  EXPECT_EQ(ErrorOf<TxSubmit>(pb::TxSubmit()), "tx_submit.transaction: missing");
  EXPECT_EQ(ErrorOf<TxPromise>(pb::TxPromise()), "tx_promise.record: missing");
  EXPECT_EQ(ErrorOf<TxVote>(pb::TxVote()), "tx_vote.tx: missing or not 32 bytes");
  EXPECT_EQ(ErrorOf<TxRefusal>(pb::TxRefusal()), "tx_refusal.tx: missing or not 32 bytes");
  EXPECT_EQ(ErrorOf<TxCommit>(pb::TxCommit()), "tx_commit.record: missing");
  EXPECT_EQ(ErrorOf<TxCommitAck>(pb::TxCommitAck()), "tx_commit_ack.tx: missing or not 32 bytes");
  EXPECT_EQ(ErrorOf<TxOutcome>(pb::TxOutcome()), "tx_outcome.certificate: missing");
  EXPECT_EQ(ErrorOf<TxResolve>(pb::TxResolve()), "tx_resolve.record: missing");
  EXPECT_EQ(ErrorOf<TxStatus>(pb::TxStatus()), "tx_status.id: missing or not 16 bytes");
  EXPECT_EQ(ErrorOf<TxStatusReply>(pb::TxStatusReply()),
            "tx_status_reply.id: missing or not 16 bytes");
  EXPECT_EQ(ErrorOf<TxResult>(pb::TxResult()), "tx_result.id: missing or not 16 bytes");
  EXPECT_EQ(ErrorOf<BlockGet>(pb::BlockGet()), "block_get.block: missing or not 32 bytes");
  EXPECT_EQ(ErrorOf<BlockReply>(pb::BlockReply()), "block_reply.block: missing or not 32 bytes");
  EXPECT_EQ(ErrorOf<DoubleVote>(pb::DoubleVote()), "double_vote.first: missing");
  pb::DoubleVote half;
  *half.mutable_first() = GoodCertificate();
  EXPECT_EQ(ErrorOf<DoubleVote>(half), "double_vote.second: missing");
  EXPECT_EQ(CertificateError([](pb::Certificate& c) { c.clear_record(); }),
            "certificate.record: missing");
  EXPECT_EQ(CertificateError([](pb::Certificate& c) { c.mutable_record()->clear_transaction(); }),
            "tx_record.transaction: missing");
}

TEST_F(TransactionLimitsTest, WordsAreKnownOnes) {
  const auto action = [&](int value) {
    return TransactionError(
        [&](pb::Transaction& t) { t.set_action(static_cast<pb::TxAction>(value)); });
  };
  const auto kind = [&](int value) {
    return VoteError([&](pb::Vote& v) { v.set_kind(static_cast<pb::VoteKind>(value)); });
  };
  const auto reason = [&](int value) {
    return VoteError([&](pb::Vote& v) { v.set_reason(static_cast<pb::RejectReason>(value)); });
  };
  for (int value = 1; value <= 6; ++value) EXPECT_EQ(action(value), "");
  for (const int value : {0, 7, -1}) EXPECT_EQ(action(value), "transaction.action: not 1 to 6");
  for (int value = 1; value <= 4; ++value) EXPECT_EQ(kind(value), "");
  for (const int value : {0, 5, -1}) EXPECT_EQ(kind(value), "vote.kind: not 1 to 4");
  for (int value = 0; value <= 9; ++value) EXPECT_EQ(reason(value), "");
  for (const int value : {10, -1}) EXPECT_EQ(reason(value), "vote.reason: above 9");
}

TEST_F(TransactionLimitsTest, WordsOfAnswersAreKnownOnes) {
  pb::TxRefusal refusal;
  refusal.set_tx(Filled(32));
  for (const int reason : {0, 10}) {
    refusal.set_reason(static_cast<pb::RejectReason>(reason));
    EXPECT_EQ(ErrorOf<TxRefusal>(refusal), "tx_refusal.reason: not 1 to 9");
  }
  pb::TxStatusReply status;
  status.set_id(Filled(16));
  for (const int state : {0, 5}) {
    status.set_state(static_cast<pb::TxState>(state));
    EXPECT_EQ(ErrorOf<TxStatusReply>(status), "tx_status_reply.state: not 1 to 4");
  }
  pb::TxResult result;
  result.set_id(Filled(16));
  for (const int verdict : {0, 7}) {
    result.set_verdict(static_cast<pb::TxVerdict>(verdict));
    EXPECT_EQ(ErrorOf<TxResult>(result), "tx_result.verdict: not 1 to 6");
  }
  result.set_verdict(pb::TX_VERDICT_STALE);
  result.set_reason(static_cast<pb::RejectReason>(10));
  EXPECT_EQ(ErrorOf<TxResult>(result), "tx_result.reason: above 9");
  result.set_reason(pb::REJECT_REASON_NO_ROOM);
  EXPECT_EQ(ErrorOf<TxResult>(result), "");
}

TEST_F(TransactionLimitsTest, NumbersFitTheirFields) {
  const auto priority = [&](uint32_t value) {
    return TransactionError([&](pb::Transaction& t) { t.set_priority(value); });
  };
  const auto attempt = [&](uint32_t value) {
    return TransactionError([&](pb::Transaction& t) { t.set_attempt(value); });
  };
  EXPECT_EQ(priority(limits::kPriorityMax), "");
  EXPECT_EQ(priority(limits::kPriorityMax + 1), "transaction.priority: above 8");
  EXPECT_EQ(attempt(65'535), "");
  EXPECT_EQ(attempt(65'536), "transaction.attempt: above 65535");
  EXPECT_EQ(VoteError([](pb::Vote& v) { v.set_member(15); }), "");
  EXPECT_EQ(VoteError([](pb::Vote& v) { v.set_member(16); }), "vote.member: above 15");
  EXPECT_EQ(CertificateError([](pb::Certificate& c) { c.mutable_acks(0)->set_member(16); }),
            "commit_ack.member: above 15");
}

TEST_F(TransactionLimitsTest, ListsHaveAtMostSixteenEntries) {
  const auto members = [&](size_t count) {
    return CertificateError([&](pb::Certificate& c) { *c.mutable_record() = GoodRecord(count); });
  };
  EXPECT_EQ(members(limits::kMembersMax), "");
  EXPECT_EQ(members(limits::kMembersMax + 1), "tx_record.members: above 16");
  pb::TxCommit commit;
  *commit.mutable_record() = GoodRecord();
  pb::Certificate certificate = GoodCertificate();
  for (size_t i = 1; i < limits::kMembersMax; ++i) {
    *certificate.add_votes() = GoodVote();
    *certificate.add_acks() = GoodAck();
  }
  for (size_t i = 0; i < limits::kMembersMax; ++i) *commit.add_votes() = GoodVote();
  EXPECT_EQ(CertificateError([&](pb::Certificate& c) { c = certificate; }), "");
  EXPECT_EQ(ErrorOf<TxCommit>(commit), "");
  *commit.add_votes() = GoodVote();
  EXPECT_EQ(ErrorOf<TxCommit>(commit), "tx_commit.votes: above 16");
  pb::Certificate voted = certificate;
  *voted.add_votes() = GoodVote();
  EXPECT_EQ(CertificateError([&](pb::Certificate& c) { c = voted; }),
            "certificate.votes: above 16");
  *certificate.add_acks() = GoodAck();
  EXPECT_EQ(CertificateError([&](pb::Certificate& c) { c = certificate; }),
            "certificate.acks: above 16");
}

TEST_F(TransactionLimitsTest, AValueHasAtMostHalfAMebibyte) {
  pb::TxSubmit submit;
  *submit.mutable_transaction() = GoodTransaction();
  EXPECT_EQ(ValueErrors<TxSubmit>(submit), Refused("tx_submit.value: above 524288 bytes"));
  pb::TxPromise promise;
  *promise.mutable_record() = GoodRecord();
  EXPECT_EQ(ValueErrors<TxPromise>(promise), Refused("tx_promise.value: above 524288 bytes"));
  pb::TxCommit commit;
  *commit.mutable_record() = GoodRecord();
  EXPECT_EQ(ValueErrors<TxCommit>(commit), Refused("tx_commit.value: above 524288 bytes"));
  pb::TxOutcome outcome;
  *outcome.mutable_certificate() = GoodCertificate();
  EXPECT_EQ(ValueErrors<TxOutcome>(outcome), Refused("tx_outcome.value: above 524288 bytes"));
}

TEST_F(TransactionLimitsTest, AReplyAboutABlockKeepsItsRanges) {
  pb::BlockReply reply;
  reply.set_block(Filled(32));
  reply.set_state(pb::BLOCK_STATE_PRESENT);
  reply.set_hash(Filled(32));
  reply.set_prior_hash(Filled(32));
  EXPECT_EQ(ValueErrors<BlockReply>(reply), Refused("block_reply.value: above 524288 bytes"));
  for (const int state : {0, 7}) {
    pb::BlockReply other = reply;
    other.set_state(static_cast<pb::BlockState>(state));
    EXPECT_EQ(ErrorOf<BlockReply>(other), "block_reply.state: not 1 to 6");
  }
  reply.set_cluster(16);
  EXPECT_EQ(ErrorOf<BlockReply>(reply), "");
  reply.set_cluster(17);
  EXPECT_EQ(ErrorOf<BlockReply>(reply), "block_reply.cluster: above 16");
  reply.set_cluster(0);
  reply.set_hash(Filled(31));
  EXPECT_EQ(ErrorOf<BlockReply>(reply), "block_reply.hash: missing or not 32 bytes");
}

// A certificate that is there has members; an empty one must be left out.
TEST_F(TransactionLimitsTest, AnOptionalCertificateIsWholeOrAbsent) {
  pb::TxStatusReply reply;
  reply.set_id(Filled(16));
  reply.set_state(pb::TX_STATE_UNKNOWN);
  EXPECT_EQ(ErrorOf<TxStatusReply>(reply), "");
  *reply.mutable_certificate() = GoodCertificate();
  EXPECT_EQ(ErrorOf<TxStatusReply>(reply), "");
  EXPECT_FALSE(std::get<TxStatusReply>(message_.body).certificate.empty());
  reply.mutable_certificate()->mutable_record()->clear_members();
  EXPECT_EQ(ErrorOf<TxStatusReply>(reply), "tx_status_reply.certificate: empty");
}

}  // namespace
}  // namespace core
