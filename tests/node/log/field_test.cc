// What may be logged is decided by type, when the program is compiled.
#include "node/log/field.h"

#include <array>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/suite.h"

namespace node {
namespace {

enum class Named : uint8_t { kOne };

std::string_view TextOf(Named) {
  return "one";
}

enum class Nameless : uint8_t { kOne };

static_assert(Loggable<int> && Loggable<uint16_t> && Loggable<int64_t> && Loggable<size_t>);
static_assert(Loggable<bool> && Loggable<std::string> && Loggable<std::string_view>);
static_assert(Loggable<core::Duration> && Loggable<core::Status> && Loggable<core::NodeId>);
static_assert(Loggable<Named> && Loggable<char[4]>);

// Secrets, and everything that they are made of.
static_assert(!Loggable<core::SecretKey> && !Loggable<core::Digest256>);
static_assert(!Loggable<std::array<uint8_t, 16>> && !Loggable<std::vector<uint8_t>>);
static_assert(!Loggable<std::span<const uint8_t>> && !Loggable<core::Signature>);
static_assert(!Loggable<uint8_t[32]> && !Loggable<const uint8_t*> && !Loggable<const char*>);
static_assert(!Loggable<double> && !Loggable<char> && !Loggable<Nameless>);

template <typename T>
concept MakesField = requires(const T& value) {
  LogField("key", value);
};

static_assert(MakesField<int> && !MakesField<core::SecretKey> && !MakesField<void*>);

TEST(LogFieldTest, ValuesKeepTheirKind) {
  EXPECT_EQ(LogField("n", -5).value, LogValue(int64_t{-5}));
  EXPECT_EQ(LogField("n", uint64_t{5}).value, LogValue(uint64_t{5}));
  EXPECT_EQ(LogField("n", true).value, LogValue(true));
  EXPECT_EQ(LogField("n", std::string_view("x")).value, LogValue(std::string("x")));
  EXPECT_EQ(LogField("n", "literal").value, LogValue(std::string("literal")));
  EXPECT_EQ(LogField("n", Named::kOne).value, LogValue(std::string("one")));
  EXPECT_EQ(LogField("n", core::Seconds(2)).value, LogValue(core::Seconds(2)));
}

TEST(LogFieldTest, StatusesAndIdsBecomeText) {
  EXPECT_EQ(LogField("s", core::Status()).value, LogValue(std::string("ok")));
  EXPECT_EQ(LogField("s", core::NotFound("gone")).value, LogValue(std::string("gone")));
  core::NodeId id;
  id.bytes[0] = 0xab;
  EXPECT_EQ(LogField("id", id).value, LogValue("ab" + std::string(62, '0')));
}

}  // namespace
}  // namespace node
