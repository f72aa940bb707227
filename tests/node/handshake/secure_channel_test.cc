#include "node/handshake/secure_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/handshake/handshake_rig.h"

namespace node {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr core::Time kStart{1'000'000};

core::NoiseCiphers CiphersOf(uint8_t send, uint8_t receive) {
  return {core::CipherState(KeyOf(send)), core::CipherState(KeyOf(receive))};
}

class SecureChannelTest : public testing::Test {
 protected:
  static Bytes Sealed(SecureChannel& channel, const Bytes& plaintext, core::Time now = kStart) {
    Bytes out;
    channel.SealTo(plaintext, now, out);
    return out;
  }

  // The plaintexts of all records, one behind another; an error ends the process' patience.
  static Bytes OpenAll(SecureChannel& channel, Bytes bytes) {
    Bytes plaintext;
    std::span<uint8_t> rest = bytes;
    while (!rest.empty()) {
      const auto opened = channel.Open(rest);
      EXPECT_TRUE(opened.ok());
      if (!opened.ok() || opened->consumed == 0) break;
      plaintext.insert(plaintext.end(), opened->plaintext.begin(), opened->plaintext.end());
      rest = rest.subspan(opened->consumed);
    }
    EXPECT_TRUE(rest.empty());
    return plaintext;
  }

  static std::string OpenError(SecureChannel& channel, Bytes bytes) {
    return ErrorOf(channel.Open(bytes).status());
  }

  void ExpectInStep() const {
    EXPECT_EQ(one_.send_rekeys(), two_.receive_rekeys());
    EXPECT_EQ(two_.send_rekeys(), one_.receive_rekeys());
  }

  SecureChannel one_{CiphersOf(1, 2), kStart};
  SecureChannel two_{CiphersOf(2, 1), kStart};
  const Bytes text_ = {'v', 'o', 't', 'e'};
};

Bytes Pattern(size_t size) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i * 7 + i / 256);
  return bytes;
}

TEST_F(SecureChannelTest, EverySizeArrives) {
  for (const size_t size : {size_t{1}, size_t{15}, size_t{16}, size_t{17}, size_t{4096},
                            kRecordPlaintextMax - 1, kRecordPlaintextMax}) {
    const Bytes plaintext = Pattern(size);
    const Bytes sealed = Sealed(one_, plaintext);
    EXPECT_EQ(sealed.size(), size + kRecordOverhead);
    EXPECT_EQ(OpenAll(two_, sealed), plaintext) << size;
  }
}

TEST_F(SecureChannelTest, MoreThanARecordIsCut) {
  const Bytes plaintext = Pattern(3 * kRecordPlaintextMax + 5);
  const Bytes sealed = Sealed(one_, plaintext);
  EXPECT_EQ(sealed.size(), plaintext.size() + 4 * kRecordOverhead);
  EXPECT_EQ(OpenAll(two_, sealed), plaintext);
  EXPECT_EQ(two_.opened_records(), 4u);
}

TEST_F(SecureChannelTest, SealsWhereThePlaintextLies) {
  SecureChannel apart(CiphersOf(1, 2), kStart);
  Bytes buffer(SecureChannel::SealedRoom(text_.size()));
  std::copy(text_.begin(), text_.end(), buffer.begin() + kRecordLengthBytes);
  buffer.resize(one_.Seal(std::span(buffer).subspan(kRecordLengthBytes, text_.size()), kStart,
                          buffer.data()));
  EXPECT_EQ(buffer, Sealed(apart, text_));
  EXPECT_EQ(OpenAll(two_, buffer), text_);
}

TEST_F(SecureChannelTest, BothDirectionsAreIndependent) {
  const Bytes to_two = Sealed(one_, text_);
  const Bytes to_one = Sealed(two_, text_);
  EXPECT_NE(to_one, to_two);
  EXPECT_EQ(OpenAll(one_, to_one), text_);
  EXPECT_EQ(OpenAll(two_, to_two), text_);
}

TEST_F(SecureChannelTest, ARecordThatIsNotWholeIsLeft) {
  const Bytes sealed = Sealed(one_, text_);
  for (size_t size = 0; size < sealed.size(); ++size) {
    Bytes head(sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(size));
    const auto opened = two_.Open(head);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->consumed, 0u);
    EXPECT_THAT(opened->plaintext, IsEmpty());
  }
  EXPECT_EQ(OpenAll(two_, sealed), text_);
}

TEST_F(SecureChannelTest, AnAlteredByteNeverOpens) {
  const Bytes sealed = Sealed(one_, text_);
  for (size_t at = 0; at < sealed.size(); ++at) {
    SecureChannel receiver(CiphersOf(2, 1), kStart);
    Bytes bytes = sealed;
    bytes[at] ^= 1;
    bytes.resize(70000);  // A longer length finds its bytes.
    EXPECT_FALSE(receiver.Open(bytes).ok()) << at;
  }
}

TEST_F(SecureChannelTest, AReplayedRecordEndsTheDirection) {
  const Bytes first = Sealed(one_, text_);
  EXPECT_EQ(OpenAll(two_, first), text_);
  EXPECT_EQ(OpenError(two_, first), "noise: ciphertext is not authentic");
  EXPECT_EQ(OpenError(two_, Sealed(one_, text_)), "record: behind one that did not open");
  EXPECT_EQ(OpenAll(one_, Sealed(two_, text_)), text_);
}

TEST_F(SecureChannelTest, AReorderedRecordEndsTheDirection) {
  (void)Sealed(one_, text_);
  EXPECT_EQ(OpenError(two_, Sealed(one_, text_)), "noise: ciphertext is not authentic");
}

TEST_F(SecureChannelTest, ALengthBelowATagIsRefusedAtOnce) {
  EXPECT_EQ(OpenError(two_, {0, 15}), "record.length: 15, at least 16");
}

TEST_F(SecureChannelTest, KeysChangeBehindEvery65536thRecord) {
  Bytes out(SecureChannel::SealedRoom(1));
  const auto pass_one = [&] {
    const uint8_t byte = 7;
    const size_t size = one_.Seal({&byte, 1}, kStart, out.data());
    EXPECT_EQ(size, kRecordOverhead + 1);  // Nothing announces it.
    const auto opened = two_.Open(std::span(out).first(size));
    return opened.ok() && opened->plaintext.size() == 1 && opened->plaintext[0] == 7;
  };
  for (uint64_t i = 1; i <= 2 * kRekeyRecords + 10; ++i) {
    ASSERT_TRUE(pass_one()) << i;
    ASSERT_EQ(one_.send_rekeys(), i / kRekeyRecords) << i;
    ASSERT_EQ(two_.receive_rekeys(), i / kRekeyRecords) << i;
  }
  EXPECT_EQ(one_.receive_rekeys(), 0u);
}

// Without the new key the next record does not open: the change is real.
TEST_F(SecureChannelTest, TheOldKeyOpensNothingBehindTheChange) {
  core::CipherState old(KeyOf(1));
  const core::Time later = kStart + kRekeyAge;
  (void)Sealed(one_, text_, later);
  const Bytes sealed = Sealed(one_, text_, later);
  old.SetNonce(2);
  Bytes opened(text_.size());
  EXPECT_FALSE(old.Decrypt({}, std::span(sealed).subspan(2), opened.data()).ok());
  core::CipherState fresh(KeyOf(1));
  fresh.Rekey();
  fresh.SetNonce(2);
  EXPECT_TRUE(fresh.Decrypt({}, std::span(sealed).subspan(2), opened.data()).ok());
  EXPECT_EQ(opened, text_);
}

TEST_F(SecureChannelTest, AnHourOldKeyIsChangedAndAnnounced) {
  const core::Time almost = kStart + kRekeyAge - core::Microseconds(1);
  EXPECT_EQ(OpenAll(two_, Sealed(one_, text_, almost)), text_);
  EXPECT_EQ(one_.send_rekeys(), 0u);
  const Bytes announced = Sealed(one_, text_, kStart + kRekeyAge);
  EXPECT_EQ(announced.size(), SecureChannel::SealedRoom(text_.size()));
  EXPECT_EQ(OpenAll(two_, announced), text_);
  EXPECT_EQ(one_.send_rekeys(), 1u);
  ExpectInStep();
  // The next hour begins with the change.
  EXPECT_EQ(OpenAll(two_, Sealed(one_, text_, almost + kRekeyAge)), text_);
  EXPECT_EQ(one_.send_rekeys(), 1u);
  EXPECT_EQ(OpenAll(two_, Sealed(one_, text_, kStart + kRekeyAge * 2)), text_);
  EXPECT_EQ(one_.send_rekeys(), 2u);
  ExpectInStep();
}

TEST_F(SecureChannelTest, AClockThatGoesBackChangesNothing) {
  EXPECT_EQ(OpenAll(two_, Sealed(one_, text_, kStart - core::Seconds(100'000))), text_);
  EXPECT_EQ(one_.send_rekeys(), 0u);
}

// Both kinds in one conversation, in both directions, and the two falling on one record.
TEST_F(SecureChannelTest, BothKindsOfChangeStayInStep) {
  core::Time now = kStart;
  for (uint64_t i = 0; i < 2 * kRekeyRecords + 100; ++i) {
    if (i % 9973 == 0 || i == kRekeyRecords - 8 || i == kRekeyRecords - 16) now = now + kRekeyAge;
    ASSERT_EQ(OpenAll(two_, Sealed(one_, text_, now)), text_) << i;
    if (i % 5 == 0) {
      ASSERT_EQ(OpenAll(one_, Sealed(two_, text_, now)), text_) << i;
    }
    ASSERT_EQ(one_.send_rekeys(), two_.receive_rekeys()) << i;
  }
  EXPECT_GT(one_.send_rekeys(), 14u);
  EXPECT_GT(two_.send_rekeys(), 10u);
  ExpectInStep();
}

// The announcement is record 65536 itself: one change, not two, at both ends.
TEST_F(SecureChannelTest, AnAnnouncementOnTheCountedRecordChangesOnce) {
  for (uint64_t i = 0; i < kRekeyRecords - 2; ++i) (void)OpenAll(two_, Sealed(one_, text_));
  const core::Time later = kStart + kRekeyAge;
  EXPECT_EQ(OpenAll(two_, Sealed(one_, text_, later)), text_);
  EXPECT_EQ(one_.sealed_records(), kRekeyRecords);
  EXPECT_EQ(one_.send_rekeys(), 1u);
  ExpectInStep();
  EXPECT_EQ(OpenAll(two_, Sealed(one_, text_, later)), text_);
}

TEST_F(SecureChannelTest, MovesWithItsKeys) {
  EXPECT_EQ(OpenAll(two_, Sealed(one_, text_)), text_);
  SecureChannel moved = std::move(one_);
  EXPECT_EQ(OpenAll(two_, Sealed(moved, text_)), text_);
  EXPECT_EQ(moved.sealed_records(), 2u);
}

TEST(SecureChannelDeathTest, OurOwnMisuseStopsTheProcess) {
  SecureChannel channel(CiphersOf(1, 2), kStart);
  Bytes out(70000);
  EXPECT_DEATH((void)channel.Seal({}, kStart, out.data()), "plaintext.empty");
  const Bytes large(kRecordPlaintextMax + 1);
  EXPECT_DEATH((void)channel.Seal(large, kStart, out.data()), "kRecordPlaintextMax");
  EXPECT_DEATH(SecureChannel(core::NoiseCiphers(), kStart), "has_key");
}

}  // namespace
}  // namespace node
