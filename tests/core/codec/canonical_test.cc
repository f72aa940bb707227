#include "core/codec/canonical.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/codec/arbitrary_message.h"
#include "tests/core/codec/frames.h"

namespace core {
namespace {

Key256 Filled(uint8_t byte) {
  Key256 key;
  key.bytes.fill(byte);
  return key;
}

std::string Times(std::string_view byte, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += byte;
  return text;
}

std::vector<uint8_t> SigningBytes(const Record& record, const Key256& network = Filled(1),
                                  const NodeId& owner = Filled(2)) {
  std::vector<uint8_t> bytes = {9, 9, 9};
  RecordSigningBytes(network, record, owner, bytes);
  return bytes;
}

TEST(CanonicalTest, RecordBytesArePinned) {
  Record record;
  record.topic = Filled(3);
  record.role = Role::kMatcher;
  record.specificity = 7;
  record.budget = 0x0405;
  record.want = 6;
  record.ttl_ms = 90'000;
  record.sequence = 0x0102030405060708;
  record.attached_ms = -1;
  record.capabilities.Add("gpu");
  record.capabilities.Add("");
  record.signature.fill(0xff);
  EXPECT_EQ(HexOf(SigningBytes(record)), "76742f6d6d2f7265636f72642f31" + Times("01", 32) +
                                             Times("03", 32) + "01" +
                                             "00000002"
                                             "00000003677075"
                                             "00000000"
                                             "0405"
                                             "0006" +
                                             Times("02", 32) +
                                             "0102030405060708"
                                             "00015f90"
                                             "07"
                                             "ffffffffffffffff");
}

TEST(CanonicalTest, WithdrawBytesArePinned) {
  Withdraw withdraw;
  withdraw.key = Filled(4);
  withdraw.topic = Filled(3);
  withdraw.sequence = 258;
  std::vector<uint8_t> bytes;
  WithdrawSigningBytes(Filled(1), withdraw, Filled(2), bytes);
  EXPECT_EQ(HexOf(bytes), "76742f6d6d2f77697468647261772f31" + Times("01", 32) + Times("04", 32) +
                              Times("03", 32) + Times("02", 32) + "0000000000000102");
}

TEST(CanonicalTest, TopicBytesArePinned) {
  std::vector<uint8_t> bytes;
  TopicHashBytes(Filled(1), "task", "", bytes);
  EXPECT_EQ(HexOf(bytes), "76742f6d6d2f31" + Times("01", 32) +
                              "000000047461736b"
                              "00000000");
}

TEST(CanonicalTest, TheBorderBetweenKindAndLabelCounts) {
  std::vector<uint8_t> left;
  std::vector<uint8_t> right;
  TopicHashBytes(Filled(1), "ab", "c", left);
  TopicHashBytes(Filled(1), "a", "bc", right);
  EXPECT_NE(left, right);
}

TEST(CanonicalTest, NoDomainIsAPrefixOfAnother) {
  const std::string_view domains[] = {
      kTopicDomain,     kRecordDomain,    kWithdrawDomain,   kTxDomain,
      kTxHashDomain,    kScopeDomain,     kVoteDomain,       kVotesDomain,
      kCommitDomain,    kBlockDomain,     kBlockNameDomain,  kTombstoneDomain,
      kRingInfoDomain,  kTicketDomain,    kSeedDomain,       kSeedGrantDomain,
      kVoteListsDomain, kBlockSignDomain, kWholeBlockDomain, kNegotiationTopicDomain,
      kVoterTokenDomain};
  for (const auto& a : domains) {
    for (const auto& b : domains) EXPECT_EQ(b.substr(0, a.size()) == a, &a == &b) << a << " " << b;
  }
}

// Injective: the bytes give back everything that went in.
RC_GTEST_PROP(CanonicalTest, RecordBytesDetermineTheRecord, (const Record& record)) {
  const std::vector<uint8_t> bytes = SigningBytes(record);
  Record read;
  read.peer = record.peer;
  read.signature = record.signature;
  Key256 network;
  NodeId owner;
  RC_ASSERT(ReadRecordSigningBytes(bytes, network, read, owner));
  RC_ASSERT(read == record);
  RC_ASSERT(network == Filled(1));
  RC_ASSERT(owner == Filled(2));
}

// ... and there is no second encoding of the same record.
RC_GTEST_PROP(CanonicalTest, WhatCanBeReadIsWrittenTheSameWay, (const Record& record)) {
  std::vector<uint8_t> bytes = SigningBytes(record);
  const auto bit = *rc::gen::inRange<size_t>(0, bytes.size() * 8);
  bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ (1u << (bit % 8)));
  Record read;
  Key256 network;
  NodeId owner;
  if (ReadRecordSigningBytes(bytes, network, read, owner)) {
    RC_ASSERT(SigningBytes(read, network, owner) == bytes);
    RC_ASSERT(bytes != SigningBytes(record));
  }
}

TEST(CanonicalTest, TruncatedOrPaddedRecordBytesAreRefused) {
  const Record record =
      std::get<Provide>(SampleMessage(Body(Provide{}).index(), 3, 5, 0).body).record;
  std::vector<uint8_t> bytes = SigningBytes(record);
  Record read;
  Key256 network;
  NodeId owner;
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ReadRecordSigningBytes(std::span(bytes).first(size), network, read, owner));
  }
  bytes.push_back(0);
  EXPECT_FALSE(ReadRecordSigningBytes(bytes, network, read, owner));
}

RC_GTEST_PROP(CanonicalTest, TransactionBytesCanBeReadBack, (uint64_t seed)) {
  const Message message = SampleMessage(Body(TxSubmit{}).index(), seed, 5, 0);
  const auto* submit = std::get_if<TxSubmit>(&message.body);
  std::vector<uint8_t> bytes;
  TransactionSigningBytes(Filled(7), submit->transaction, bytes);
  Transaction read;
  read.signature = submit->transaction.signature;
  Key256 network;
  RC_ASSERT(ReadTransactionSigningBytes(bytes, network, read));
  RC_ASSERT(read == submit->transaction);
  RC_ASSERT(network == Filled(7));
  bytes.push_back(0);
  RC_ASSERT(!ReadTransactionSigningBytes(bytes, network, read));
}

// A vote is on one transaction of one network and says one thing: any difference changes the bytes.
TEST(CanonicalTest, VotesOfOtherKindsReasonsAndTransactionsDiffer) {
  std::vector<std::vector<uint8_t>> all;
  for (const uint8_t network : {uint8_t{1}, uint8_t{2}}) {
    for (const uint8_t tx : {uint8_t{3}, uint8_t{4}}) {
      for (const auto kind : {VoteKind::kApprove, VoteKind::kConflict}) {
        for (const uint8_t winner : {uint8_t{5}, uint8_t{6}}) {
          all.emplace_back();
          const Vote vote{.kind = kind, .winner = Filled(winner)};
          VoteSigningBytes(Filled(network), Filled(tx), vote, all.back());
        }
      }
    }
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
}

// "Membership binding": two sets of members, two transactions.
TEST(CanonicalTest, AHashCoversTheMembers) {
  TxRecord record;
  record.members = {{Filled(1), {}}, {Filled(2), {}}};
  std::vector<uint8_t> both;
  TxHashBytes(Filled(9), record, both);
  record.members.pop_back();
  std::vector<uint8_t> one;
  TxHashBytes(Filled(9), record, one);
  EXPECT_NE(both, one);
  record.members = {{Filled(1), {}}, {Filled(3), {}}};
  std::vector<uint8_t> other;
  TxHashBytes(Filled(9), record, other);
  EXPECT_NE(both, other);
}

TEST(CanonicalTest, NoContentHasTheBytesOfATombstone) {
  std::vector<uint8_t> tombstone;
  TombstoneBytes(Filled(1), tombstone);
  std::vector<uint8_t> content;
  ContentBytes(Filled(1).bytes, content);
  EXPECT_NE(content, tombstone);
  ContentBytes({}, content);
  EXPECT_NE(content, tombstone);
}

TEST(CanonicalTest, BytesOfAWholeBlockArePinned) {
  const VoterRecord voter{.registrant = Filled(0xaa).bytes, .sealed = {1, 2}};
  const VoteRecord vote{.nonce = Filled(0xbb), .sealed = {3}};
  BlockSignature signature{.registrant = voter.registrant, .signature = {}};
  signature.signature.fill(0xcc);
  std::vector<uint8_t> bytes;
  VoteBlockBytes(Filled(0xdd), {&voter, 1}, {&vote, 1}, {&signature, 1}, bytes);
  EXPECT_EQ(HexOf(bytes), "76742f766f74652d626c6f636b2f31" + Times("dd", 32) +  //
                              "00000001" + Times("bb", 32) +
                              "00000001"
                              "03" +  //
                              "00000001" +
                              Times("aa", 32) +
                              "00000002"
                              "0102" +  //
                              "00000001" +
                              Times("aa", 32) + Times("cc", 64));
}

TEST(CanonicalTest, AfterAFailureTheReaderGivesZeros) {
  const std::vector<uint8_t> bytes = {1, 2, 3, 4, 5};
  CanonicalReader reader(bytes);
  EXPECT_EQ(reader.U16(), 0x0102);
  EXPECT_EQ(reader.U32(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.U8(), 0);
  EXPECT_EQ(reader.Key(), Key256{});
  EXPECT_TRUE(reader.Text(10).empty());
  EXPECT_FALSE(reader.Finished());
}

TEST(CanonicalTest, TheReaderHoldsTextsToTheirLimit) {
  std::vector<uint8_t> bytes;
  CanonicalWriter(bytes).Text("four");
  CanonicalReader accepts(bytes);
  EXPECT_EQ(accepts.Text(4), "four");
  EXPECT_TRUE(accepts.Finished());
  CanonicalReader refuses(bytes);
  EXPECT_TRUE(refuses.Text(3).empty() || !refuses.ok());
  EXPECT_FALSE(refuses.ok());
}

}  // namespace
}  // namespace core
