// Every limit of core/codec/limits.h and every range of a field: at the limit a frame is accepted,
// one beyond it is refused with a text that names the field. The frames are made with the generated
// classes, which know no limits.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/codec/matchmaking.pb.h"
#include "core/codec/routing.pb.h"
#include "core/codec/wire.h"
#include "tests/core/codec/frames.h"
#include "tests/core/codec/test_directory.h"

namespace core {
namespace {

namespace pb = orbweaver::wire;

std::string Filled(size_t size, char byte = 'x') {
  return std::string(size, byte);
}

class WireLimitsTest : public testing::Test {
 protected:
  WireLimitsTest() { directory_.Open(); }

  static pb::Contact GoodContact(char byte = 'n') {
    pb::Contact contact;
    contact.set_node_id(Filled(32, byte));
    contact.set_public_key(Filled(32, 'p'));
    contact.add_addresses("a");
    return contact;
  }

  static pb::Record GoodRecord() {
    pb::Record record;
    record.set_topic(Filled(32));
    *record.mutable_owner() = GoodContact();
    record.set_role(pb::ROLE_WORKER);
    record.set_signature(Filled(64));
    return record;
  }

  static pb::Provide GoodProvide() {
    pb::Provide provide;
    provide.set_key(Filled(32));
    *provide.mutable_record() = GoodRecord();
    return provide;
  }

  static pb::Find GoodFind() {
    pb::Find find;
    find.set_key(Filled(32));
    find.set_role_wanted(pb::ROLE_MATCHER);
    find.set_limit(1);
    return find;
  }

  static pb::Offer GoodOffer() {
    pb::Offer offer;
    offer.set_task(Filled(16));
    offer.set_topic(Filled(32));
    offer.set_payload_hash(Filled(32));
    return offer;
  }

  template <typename Core, typename Proto>
  std::string ErrorOf(const Proto& body) {
    const DecodeError error =
        wire_.Decode(FrameAround(TypeOf<Core>(), body.SerializeAsString()), message_);
    EXPECT_TRUE(error.ok() || error == DecodeError::kMalformed);
    return error.text;
  }

  template <typename Edit>
  std::string RecordError(const Edit& edit) {
    pb::Provide provide = GoodProvide();
    edit(*provide.mutable_record());
    return ErrorOf<Provide>(provide);
  }

  template <typename Edit>
  std::string FindError(const Edit& edit) {
    pb::Find find = GoodFind();
    edit(find);
    return ErrorOf<Find>(find);
  }

  TestDirectory directory_{kTestPeers};
  Wire wire_{TestNetwork(), directory_};
  Message message_;
};

TEST_F(WireLimitsTest, TheModelsOfThisTestAreAccepted) {
  EXPECT_EQ(ErrorOf<Provide>(GoodProvide()), "");
  EXPECT_EQ(ErrorOf<Find>(GoodFind()), "");
  EXPECT_EQ(ErrorOf<Offer>(GoodOffer()), "");
}

TEST_F(WireLimitsTest, FixedSizesAreExact) {
  for (const size_t size : {size_t{0}, size_t{31}, size_t{33}}) {
    EXPECT_EQ(RecordError([&](pb::Record& r) { r.set_topic(Filled(size)); }),
              "record.topic: missing or not 32 bytes");
    EXPECT_EQ(RecordError([&](pb::Record& r) { r.mutable_owner()->set_node_id(Filled(size)); }),
              "contact.node_id: missing or not 32 bytes");
    EXPECT_EQ(RecordError([&](pb::Record& r) { r.mutable_owner()->set_public_key(Filled(size)); }),
              "contact.public_key: missing or not 32 bytes");
    EXPECT_EQ(FindError([&](pb::Find& f) { f.set_key(Filled(size)); }),
              "find.key: missing or not 32 bytes");
  }
  for (const size_t size : {size_t{0}, size_t{63}, size_t{65}}) {
    EXPECT_EQ(RecordError([&](pb::Record& r) { r.set_signature(Filled(size)); }),
              "record.signature: missing or not 64 bytes");
  }
  for (const size_t size : {size_t{0}, size_t{15}, size_t{17}}) {
    pb::Accept accept;
    accept.set_task(Filled(size));
    EXPECT_EQ(ErrorOf<Accept>(accept), "accept.task: missing or not 16 bytes");
  }
}

// A body without its fields says which one it misses first.
TEST_F(WireLimitsTest, MissingFieldsAreNamed) {
  const pb::Ping nothing;
  EXPECT_EQ(ErrorOf<Ping>(nothing), "");
  EXPECT_EQ(ErrorOf<Pong>(nothing), "");
  EXPECT_EQ(ErrorOf<FindNode>(nothing), "find_node.target: missing or not 32 bytes");
  EXPECT_EQ(ErrorOf<Nodes>(nothing), "nodes.target: missing or not 32 bytes");
  EXPECT_EQ(ErrorOf<Provide>(nothing), "provide.key: missing or not 32 bytes");
  EXPECT_EQ(ErrorOf<ProvideAck>(nothing), "provide_ack.key: missing or not 32 bytes");
  EXPECT_EQ(ErrorOf<Withdraw>(nothing), "withdraw.key: missing or not 32 bytes");
  EXPECT_EQ(ErrorOf<Find>(nothing), "find.key: missing or not 32 bytes");
  EXPECT_EQ(ErrorOf<Found>(nothing), "found.key: missing or not 32 bytes");
  EXPECT_EQ(ErrorOf<Push>(nothing), "push.key: missing or not 32 bytes");
  EXPECT_EQ(ErrorOf<Offer>(nothing), "offer.task: missing or not 16 bytes");
  EXPECT_EQ(ErrorOf<Accept>(nothing), "accept.task: missing or not 16 bytes");
  EXPECT_EQ(ErrorOf<Decline>(nothing), "decline.task: missing or not 16 bytes");
  EXPECT_EQ(ErrorOf<Done>(nothing), "done.task: missing or not 16 bytes");
  pb::Provide bare;
  bare.set_key(Filled(32));
  EXPECT_EQ(ErrorOf<Provide>(bare), "provide.record: missing");
  EXPECT_EQ(RecordError([](pb::Record& r) { r.clear_owner(); }), "record.owner: missing");
}

// Absent sub-messages of counters mean zeros, as in proto3.
TEST_F(WireLimitsTest, AbsentTrafficAndFilterAreEmpty) {
  pb::ProvideAck ack;
  ack.set_key(Filled(32));
  EXPECT_EQ(ErrorOf<ProvideAck>(ack), "");
  EXPECT_EQ(std::get<ProvideAck>(message_.body).traffic, Traffic{});
  EXPECT_EQ(ErrorOf<Find>(GoodFind()), "");
  EXPECT_EQ(std::get<Find>(message_.body).filter, Filter{});
}

TEST_F(WireLimitsTest, AContactHasOneToFourAddresses) {
  constexpr const char* kText = "contact.addresses: not 1 to 4 texts of 1 to 64 bytes";
  const auto with = [&](size_t count, size_t size) {
    return RecordError([&](pb::Record& r) {
      r.mutable_owner()->clear_addresses();
      for (size_t i = 0; i < count; ++i) r.mutable_owner()->add_addresses(Filled(size));
    });
  };
  EXPECT_EQ(with(0, 1), kText);
  EXPECT_EQ(with(1, 1), "");
  EXPECT_EQ(with(limits::kAddressesMax, limits::kAddressBytesMax), "");
  EXPECT_EQ(with(limits::kAddressesMax + 1, 1), kText);
  EXPECT_EQ(with(1, limits::kAddressBytesMax + 1), kText);
  EXPECT_EQ(with(1, 0), kText);
}

TEST_F(WireLimitsTest, ARoleIsMatcherOrWorker) {
  for (const int role : {0, 3, 255, 258, -1}) {
    EXPECT_EQ(RecordError([&](pb::Record& r) { r.set_role(static_cast<pb::Role>(role)); }),
              "record.role: not matcher (1) or worker (2)");
    EXPECT_EQ(FindError([&](pb::Find& f) { f.set_role_wanted(static_cast<pb::Role>(role)); }),
              "find.role_wanted: not matcher (1) or worker (2)");
  }
  EXPECT_EQ(RecordError([](pb::Record& r) { r.set_role(pb::ROLE_MATCHER); }), "");
}

TEST_F(WireLimitsTest, NumbersFitTheirFields) {
  const auto specificity = [&](uint32_t n) {
    return RecordError([n](pb::Record& r) { r.set_specificity(n); });
  };
  EXPECT_EQ(specificity(limits::kSpecificityMax), "");
  EXPECT_EQ(specificity(limits::kSpecificityMax + 1), "record.specificity: above 255");
  const auto budget = [&](uint32_t n) {
    return RecordError([n](pb::Record& r) { r.set_budget(n); });
  };
  EXPECT_EQ(budget(65535), "");
  EXPECT_EQ(budget(65536), "record.budget: above 65535");
  const auto want = [&](uint32_t n) { return RecordError([n](pb::Record& r) { r.set_want(n); }); };
  EXPECT_EQ(want(65535), "");
  EXPECT_EQ(want(65536), "record.want: above 65535");
  const auto min_budget = [&](uint32_t n) {
    return FindError([n](pb::Find& f) { f.mutable_filter()->set_min_budget(n); });
  };
  EXPECT_EQ(min_budget(65535), "");
  EXPECT_EQ(min_budget(65536), "filter.min_budget: above 65535");
}

// Generated parsers would cut such a number to its low 32 bits; a varint written by hand shows that
// we refuse it.
TEST_F(WireLimitsTest, NumbersAbove32BitsAreRefusedNotCut) {
  const std::string key = "\x0a\x20" + Filled(32);
  const auto error_of = [&](const std::string& tail) {
    return std::string(wire_.Decode(FrameAround(TypeOf<ProvideAck>(), key + tail), message_).text);
  };
  EXPECT_EQ(error_of(std::string("\x20\xff\xff\xff\xff\x0f", 6)), "");
  EXPECT_EQ(std::get<ProvideAck>(message_.body).retry_after_ms, 0xffffffffu);
  EXPECT_EQ(error_of(std::string("\x20\x80\x80\x80\x80\x10", 6)),
            "provide_ack.retry_after_ms: above 4294967295");
  EXPECT_EQ(error_of(std::string("\x12\x06\x08\x80\x80\x80\x80\x10", 8)),
            "traffic.count: above 4294967295");
  EXPECT_EQ(error_of(std::string("\x18\x01", 2)), "");
  EXPECT_EQ(error_of(std::string("\x18\x02", 2)), "provide_ack.crowded: not 0 or 1");
}

TEST_F(WireLimitsTest, AFindAsksForOneTo256Records) {
  const auto limit = [&](uint32_t n) { return FindError([n](pb::Find& f) { f.set_limit(n); }); };
  EXPECT_EQ(limit(0), "find.limit: not 1 to 256");
  EXPECT_EQ(limit(1), "");
  EXPECT_EQ(limit(limits::kRecordsMax), "");
  EXPECT_EQ(limit(limits::kRecordsMax + 1), "find.limit: not 1 to 256");
}

TEST_F(WireLimitsTest, CapabilitiesAreAtMostSixteenOfAtMost32Bytes) {
  const auto with = [&](size_t count, size_t size) {
    return RecordError([&](pb::Record& r) {
      for (size_t i = 0; i < count; ++i) r.add_capabilities(Filled(size));
    });
  };
  constexpr const char* kText = "record.capabilities: above 16 texts, or one above 32 bytes";
  EXPECT_EQ(with(limits::kCapabilitiesMax, limits::kCapabilityBytesMax), "");
  EXPECT_EQ(with(limits::kCapabilitiesMax + 1, 1), kText);
  EXPECT_EQ(with(1, limits::kCapabilityBytesMax + 1), kText);
}

TEST_F(WireLimitsTest, FiltersAreAtMostSixteenTextsOfAtMost32BytesEach) {
  const auto must = [&](size_t count, size_t size) {
    return FindError([&](pb::Find& f) {
      for (size_t i = 0; i < count; ++i) f.mutable_filter()->add_must(Filled(size));
    });
  };
  const auto must_not = [&](size_t count, size_t size) {
    return FindError([&](pb::Find& f) {
      for (size_t i = 0; i < count; ++i) f.mutable_filter()->add_must_not(Filled(size));
    });
  };
  EXPECT_EQ(must(16, 32), "");
  EXPECT_EQ(must(17, 1), "filter.must: above 16 texts, or one above 32 bytes");
  EXPECT_EQ(must(1, 33), "filter.must: above 16 texts, or one above 32 bytes");
  EXPECT_EQ(must_not(16, 32), "");
  EXPECT_EQ(must_not(17, 1), "filter.must_not: above 16 texts, or one above 32 bytes");
  EXPECT_EQ(must_not(1, 33), "filter.must_not: above 16 texts, or one above 32 bytes");
}

TEST_F(WireLimitsTest, NodesCarryAtMostSixteenContacts) {
  pb::Nodes nodes;
  nodes.set_target(Filled(32));
  for (size_t i = 0; i < limits::kNodesMax; ++i)
    *nodes.add_contacts() = GoodContact(static_cast<char>('A' + i));
  EXPECT_EQ(ErrorOf<Nodes>(nodes), "");
  EXPECT_EQ(std::get<Nodes>(message_.body).peers.size(), limits::kNodesMax);
  *nodes.add_contacts() = GoodContact('z');
  EXPECT_EQ(ErrorOf<Nodes>(nodes), "nodes.contacts: above 16");
}

template <typename Proto>
Proto WithRecords(const pb::Record& record, size_t count) {
  Proto body;
  body.set_key(Filled(32));
  for (size_t i = 0; i < count; ++i) *body.add_records() = record;
  return body;
}

TEST_F(WireLimitsTest, FoundAndPushCarryAtMost256Records) {
  EXPECT_EQ(ErrorOf<Found>(WithRecords<pb::Found>(GoodRecord(), limits::kRecordsMax)), "");
  EXPECT_EQ(std::get<Found>(message_.body).records.size(), limits::kRecordsMax);
  EXPECT_EQ(ErrorOf<Found>(WithRecords<pb::Found>(GoodRecord(), limits::kRecordsMax + 1)),
            "found.records: above 256");
  EXPECT_EQ(ErrorOf<Push>(WithRecords<pb::Push>(GoodRecord(), limits::kRecordsMax)), "");
  EXPECT_EQ(ErrorOf<Push>(WithRecords<pb::Push>(GoodRecord(), limits::kRecordsMax + 1)),
            "push.records: above 256");
}

TEST_F(WireLimitsTest, ABadRecordInAListSpoilsTheFrame) {
  pb::Found found = WithRecords<pb::Found>(GoodRecord(), 3);
  found.mutable_records(1)->set_topic("short");
  EXPECT_EQ(ErrorOf<Found>(found), "record.topic: missing or not 32 bytes");
}

TEST_F(WireLimitsTest, ATaskKindHasAtMost32Bytes) {
  pb::Offer offer = GoodOffer();
  offer.set_kind(Filled(limits::kTaskKindBytesMax));
  EXPECT_EQ(ErrorOf<Offer>(offer), "");
  offer.set_kind(Filled(limits::kTaskKindBytesMax + 1));
  EXPECT_EQ(ErrorOf<Offer>(offer), "offer.kind: above 32 bytes");
}

TEST_F(WireLimitsTest, ADeclineHasAKnownReason) {
  pb::Decline decline;
  decline.set_task(Filled(16));
  for (const int reason : {0, 4, -1}) {
    decline.set_reason(static_cast<pb::DeclineReason>(reason));
    EXPECT_EQ(ErrorOf<Decline>(decline), "decline.reason: not busy (1), gone (2) or filter (3)");
  }
  decline.set_reason(pb::DECLINE_REASON_FILTER);
  EXPECT_EQ(ErrorOf<Decline>(decline), "");
}

using WireLimitsDeathTest = WireLimitsTest;

TEST_F(WireLimitsDeathTest, AMessageOverTheLimitsIsOurBug) {
  std::vector<uint8_t> frame;
  Message message;
  message.body.emplace<Find>();  // Its limit is 0.
  EXPECT_DEATH(wire_.Encode(message, frame), "CHECK failed");
  message.body.emplace<Offer>().kind = Filled(33);
  EXPECT_DEATH(wire_.Encode(message, frame), "CHECK failed");
  message.body.emplace<Found>().records.resize(257);
  EXPECT_DEATH(wire_.Encode(message, frame), "CHECK failed");
}

}  // namespace
}  // namespace core
