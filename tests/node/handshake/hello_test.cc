#include "node/handshake/hello.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/codec/canonical.h"
#include "tests/node/handshake/handshake_rig.h"

namespace node {
namespace {

using testing::HasSubstr;

Hello Sample() {
  Hello hello;
  hello.network = NetworkOf(0xaa);
  hello.identity.fill(0xbb);
  hello.proof.fill(0xcc);
  hello.clock_ms = -2;
  hello.capabilities.Add("match");
  hello.capabilities.Add("store");
  hello.addresses.push_back(core::Address("10.0.0.1:4000"));
  return hello;
}

std::string DecodeError(const Bytes& bytes, Version own = kProtocolVersion) {
  return ErrorOf(DecodeHello(bytes, own).status());
}

// The sample's fixed part, then what the writer adds.
Bytes WithLists(const std::function<void(core::CanonicalWriter&)>& write) {
  Bytes bytes = EncodedHello(Sample());
  bytes.resize(140);
  core::CanonicalWriter writer(bytes);
  write(writer);
  return bytes;
}

TEST(HelloTest, DecodesToWhatWasEncoded) {
  const Hello hello = Sample();
  const auto decoded = DecodeHello(EncodedHello(hello), kProtocolVersion);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, hello);
}

// The layout of docs/wire_format.md; another one needs another version.
TEST(HelloTest, BytesArePinned) {
  Bytes expected = {0, 1, 0, 0};
  expected.insert(expected.end(), 32, 0xaa);
  expected.insert(expected.end(), 32, 0xbb);
  expected.insert(expected.end(), 64, 0xcc);
  const Bytes rest = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,  // clock
                      0,    0,    0,    2,                             // capabilities
                      0,    0,    0,    5,    'm',  'a',  't',  'c',  'h', 0,   0,
                      0,    5,    's',  't',  'o',  'r',  'e',  0,    0,   0,   1,  // addresses
                      0,    0,    0,    13,   '1',  '0',  '.',  '0',  '.', '0', '.',
                      '1',  ':',  '4',  '0',  '0',  '0'};
  expected.insert(expected.end(), rest.begin(), rest.end());
  EXPECT_EQ(EncodedHello(Sample()), expected);
}

TEST(HelloTest, BothListsMayBeEmpty) {
  Hello hello = Sample();
  hello.capabilities.Clear();
  hello.addresses.clear();
  const auto decoded = DecodeHello(EncodedHello(hello), kProtocolVersion);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, hello);
}

TEST(HelloTest, TheLargestFits) {
  Hello hello = Sample();
  hello.capabilities.Clear();
  hello.addresses.clear();
  for (int i = 0; i < 16; ++i) hello.capabilities.Add(std::string(32, 'c'));
  for (int i = 0; i < 4; ++i) hello.addresses.push_back(core::Address(std::string(64, 'a')));
  const Bytes bytes = EncodedHello(hello);
  EXPECT_LT(bytes.size() + 500, kHelloBytesMax);
  ASSERT_TRUE(DecodeHello(bytes, kProtocolVersion).ok());
}

TEST(HelloTest, CutAnywhereIsRefused) {
  const Bytes bytes = EncodedHello(Sample());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeHello(std::span(bytes).first(size), kProtocolVersion).ok()) << size;
  }
  EXPECT_EQ(DecodeError(Bytes(3)), "hello: 3 bytes, at least 4");
  EXPECT_EQ(DecodeError({0, 1, 0, 0, 9}), "hello: 5 bytes, at least 140");
}

TEST(HelloTest, EveryLimitIsEnforced) {
  const auto texts = [](int count, size_t size) {
    return [=](core::CanonicalWriter& writer) {
      writer.U32(static_cast<uint32_t>(count));
      for (int i = 0; i < count; ++i) writer.Text(std::string(size, 'x'));
    };
  };
  const auto both = [&](auto capabilities, auto addresses) {
    return DecodeError(WithLists([&](core::CanonicalWriter& writer) {
      capabilities(writer);
      addresses(writer);
    }));
  };
  EXPECT_EQ(both(texts(16, 32), texts(4, 64)), "");
  EXPECT_THAT(both(texts(17, 1), texts(0, 0)), HasSubstr("hello.capabilities: cut, more than 16"));
  EXPECT_THAT(both(texts(1, 33), texts(0, 0)), HasSubstr("hello.capabilities: cut"));
  EXPECT_EQ(both(texts(2, 0), texts(0, 0)), "hello.capabilities: an empty one");
  EXPECT_EQ(both(texts(0, 0), texts(5, 1)), "hello.addresses: cut, or more than 4");
  EXPECT_THAT(both(texts(0, 0), texts(1, 65)), HasSubstr("hello.addresses: one cut, empty or"));
  EXPECT_THAT(both(texts(0, 0), texts(1, 0)), HasSubstr("hello.addresses: one cut, empty or"));
}

TEST(HelloTest, AHugeCountCostsNothing) {
  const Bytes bytes = WithLists([](core::CanonicalWriter& writer) { writer.U32(0xffffffffu); });
  EXPECT_THAT(DecodeError(bytes), HasSubstr("hello.capabilities"));
}

TEST(HelloTest, AHelloAboveItsSizeIsRefused) {
  EXPECT_EQ(DecodeError(Bytes(1537)), "hello: 1537 bytes, at most 1536");
}

TEST(HelloTest, OnlyALaterMinorVersionMayAppendFields) {
  Hello hello = Sample();
  Bytes same = EncodedHello(hello);
  same.push_back(0);
  EXPECT_EQ(DecodeError(same), "hello: bytes behind the last field, allowed above minor version 0");
  hello.version.minor = 3;
  Bytes later = EncodedHello(hello);
  later.insert(later.end(), {1, 2, 3});
  const auto decoded = DecodeHello(later, kProtocolVersion);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, hello);
  EXPECT_EQ(DecodeError(later, {1, 3}),
            "hello: bytes behind the last field, allowed above minor version 3");
}

TEST(HelloTest, OfAnotherMajorVersionOnlyTheVersionIsRead) {
  const auto decoded = DecodeHello(Bytes{0, 2, 0, 5, 0xff, 0xff}, kProtocolVersion);
  ASSERT_TRUE(decoded.ok());
  Hello expected;
  expected.version = {2, 5};
  EXPECT_EQ(*decoded, expected);
}

}  // namespace
}  // namespace node
