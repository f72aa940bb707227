// The limits and ranges of the messages of storage rings: at the limit a frame is accepted, one beyond it is
// refused with a text that names the field. The frames are made with the generated classes, which know no
// limits.
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "core/codec/arachnode.pb.h"
#include "core/codec/wire.h"
#include "tests/core/codec/frames.h"
#include "tests/core/codec/test_directory.h"

namespace core {
namespace {

namespace pb = orbweaver::wire;

std::string Filled(size_t size) {
  return std::string(size, 'x');
}

class ArachnodeLimitsTest : public testing::Test {
 protected:
  ArachnodeLimitsTest() { directory_.Open(); }

  // What the decoder has against the body; "" when it takes it.
  template <typename Core, typename Proto>
  std::string ErrorOf(const Proto& body) {
    const DecodeError error =
        wire_.Decode(FrameAround(TypeOf<Core>(), body.SerializeAsString()), message_);
    EXPECT_TRUE(error.ok() || error == DecodeError::kMalformed);
    return error.text;
  }

  pb::RingInfo GoodInfo() const {
    pb::RingInfo info;
    const Contact& contact = directory_.ContactOf(PeerId{1});
    pb::Contact& owner = *info.mutable_owner();
    owner.set_node_id(std::string(contact.node_id.bytes.begin(), contact.node_id.bytes.end()));
    owner.set_public_key(std::string(contact.public_key.begin(), contact.public_key.end()));
    owner.add_addresses("somewhere");
    info.set_status(pb::RING_STATUS_ACTIVE);
    info.set_signature(Filled(64));
    return info;
  }

  template <typename Edit>
  std::string InfoError(const Edit& edit) {
    pb::Refs refs;
    *refs.add_infos() = GoodInfo();
    edit(*refs.mutable_infos(0));
    return ErrorOf<Refs>(refs);
  }

  static pb::KeyedRevision GoodKey() {
    pb::KeyedRevision key;
    key.set_key(Filled(32));
    return key;
  }

  TestDirectory directory_{kTestPeers};
  Wire wire_{TestNetwork(), directory_};
  Message message_;
};

TEST_F(ArachnodeLimitsTest, StatementsAreWithinTheirRanges) {
  EXPECT_EQ(InfoError([](pb::RingInfo&) {}), "");
  EXPECT_EQ(InfoError([](pb::RingInfo& i) { i.clear_owner(); }), "ring_info.owner: missing");
  for (const int status : {0, 5}) {
    EXPECT_EQ(
        InfoError([&](pb::RingInfo& i) { i.set_status(static_cast<pb::RingStatus>(status)); }),
        "ring_info.status: not 1 to 4");
  }
  EXPECT_EQ(InfoError([](pb::RingInfo& i) { i.set_ring(16); }), "");
  EXPECT_EQ(InfoError([](pb::RingInfo& i) { i.set_ring(17); }), "ring_info.ring: above 16");
  EXPECT_EQ(InfoError([](pb::RingInfo& i) { i.set_from(17); }), "ring_info.from: above 16");
  EXPECT_EQ(InfoError([](pb::RingInfo& i) { i.set_signature(Filled(63)); }),
            "ring_info.signature: missing or not 64 bytes");
}

TEST_F(ArachnodeLimitsTest, AMessageHasAtMostThirtyTwoStatements) {
  pb::Refs refs;
  for (size_t i = 0; i < limits::kRingInfosMax; ++i) *refs.add_infos() = GoodInfo();
  EXPECT_EQ(ErrorOf<Refs>(refs), "");
  EXPECT_EQ(std::get<Refs>(message_.body).infos.size(), limits::kRingInfosMax);
  *refs.add_infos() = GoodInfo();
  EXPECT_EQ(ErrorOf<Refs>(refs), "refs.infos: above 32");
}

TEST_F(ArachnodeLimitsTest, AMessageHasAtMostTwoHundredAndFiftySixKeys) {
  pb::ConfirmRequest request;
  for (size_t i = 0; i < limits::kKeyedRevisionsMax; ++i) *request.add_blocks() = GoodKey();
  EXPECT_EQ(ErrorOf<ConfirmRequest>(request), "");
  *request.add_blocks() = GoodKey();
  EXPECT_EQ(ErrorOf<ConfirmRequest>(request), "confirm_request.blocks: above 256");
  pb::Range range;
  range.add_blocks()->set_key(Filled(31));
  EXPECT_EQ(ErrorOf<Range>(range), "keyed_revision.key: missing or not 32 bytes");
}

TEST_F(ArachnodeLimitsTest, ARangeAsksForSomethingWithinTheRings) {
  pb::RangeRequest request;
  request.set_prefix(Filled(32));
  request.set_after(Filled(32));
  EXPECT_EQ(ErrorOf<RangeRequest>(request), "range_request.limit: not 1 to 256");
  request.set_limit(256);
  request.set_bits(40);
  EXPECT_EQ(ErrorOf<RangeRequest>(request), "");
  request.set_bits(41);
  EXPECT_EQ(ErrorOf<RangeRequest>(request), "range_request.bits: above 40");
  request.set_bits(0);
  request.set_limit(257);
  EXPECT_EQ(ErrorOf<RangeRequest>(request), "range_request.limit: not 1 to 256");
}

TEST_F(ArachnodeLimitsTest, ADigestTellsOfAtMostSixtyFourParts) {
  pb::RangeDigestRequest request;
  request.set_prefix(Filled(32));
  request.set_bits(40);
  EXPECT_EQ(ErrorOf<RangeDigestRequest>(request), "");
  request.set_bits(41);
  EXPECT_EQ(ErrorOf<RangeDigestRequest>(request), "range_digest_request.bits: above 40");
  pb::RangeDigest digest;
  for (int i = 0; i < 64; ++i) digest.add_buckets()->set_blocks(1);
  EXPECT_EQ(ErrorOf<RangeDigest>(digest), "");
  digest.add_buckets();
  EXPECT_EQ(ErrorOf<RangeDigest>(digest), "range_digest.buckets: above 64");
}

TEST_F(ArachnodeLimitsTest, MissingPartsAreNamed) {
  EXPECT_EQ(ErrorOf<ArchiveRequest>(pb::ArchiveRequest()),
            "archive_request.key: missing or not 32 bytes");
  EXPECT_EQ(ErrorOf<ArchiveStore>(pb::ArchiveStore()), "archive_store.archive: missing");
  EXPECT_EQ(ErrorOf<ArchiveAck>(pb::ArchiveAck()), "archive_ack.block: missing");
  pb::ArchiveReply reply;
  reply.set_key(Filled(32));
  EXPECT_EQ(ErrorOf<ArchiveReply>(reply), "archive_reply.state: not 1 to 4");
  pb::ArchiveStore store;
  store.mutable_archive()->set_block(Filled(32));
  EXPECT_EQ(ErrorOf<ArchiveStore>(store), "archive.revision: missing or 0");
  store.mutable_archive()->set_revision(1);
  EXPECT_EQ(ErrorOf<ArchiveStore>(store), "archive.hash: missing or not 32 bytes");
  pb::ArchiveAck ack;
  *ack.mutable_block() = GoodKey();
  EXPECT_EQ(ErrorOf<ArchiveAck>(ack), "archive_ack.verdict: not 1 to 6");
  EXPECT_EQ(ErrorOf<HoldingChallenge>(pb::HoldingChallenge()), "holding_challenge.block: missing");
  pb::HoldingChallenge challenge;
  *challenge.mutable_block() = GoodKey();
  EXPECT_EQ(ErrorOf<HoldingChallenge>(challenge),
            "holding_challenge.nonce: missing or not 32 bytes");
  pb::HoldingProof proof;
  *proof.mutable_block() = GoodKey();
  EXPECT_EQ(ErrorOf<HoldingProof>(proof), "holding_proof.state: not 1 to 4");
}

}  // namespace
}  // namespace core
