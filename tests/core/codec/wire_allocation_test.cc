// Counts heap allocations: after warm-up neither direction makes any.
#include <cstdlib>
#include <new>
#include <vector>

#include <gtest/gtest.h>

#include "core/codec/wire.h"
#include "tests/core/codec/frames.h"
#include "tests/core/codec/test_directory.h"

namespace {
uint64_t allocations = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
}  // namespace

// Not inlined: the compiler would see free() meet its own operator new.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace core {
namespace {

class WireAllocationTest : public testing::Test {
 protected:
  // Encodes and decodes each frame in turn into one recycled message.
  void Pass(const std::vector<Message>& messages) {
    for (const Message& message : messages) {
      wire_.Encode(message, frame_);
      ok_ = wire_.Decode(frame_, message_).ok() && ok_;
    }
  }

  TestDirectory directory_{kTestPeers};
  Wire wire_{TestNetwork(), directory_};
  std::vector<uint8_t> frame_;
  Message message_;
  bool ok_ = true;
};

// What a network really carries: capabilities are two short words at most, so they need no heap.
std::vector<Message> Everyday(size_t index) {
  std::vector<Message> messages;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Random random(StreamKey{.seed = seed});
    const auto draw = [&](uint64_t low, uint64_t high) {
      const bool texts = high == limits::kCapabilitiesMax || high == limits::kCapabilityBytesMax;
      return texts ? low + random.Below(3) : low + random.Below((high - low) / 2 + 1);
    };
    messages.push_back(MessageSampler(draw, kTestPeers, 20).Make(index));
  }
  return messages;
}

// Values, votes and members of a transaction are lists of their own: the exception that wire.h names.
bool OwnsLists(size_t index) {
  return kMessageTypes[index].type >= 0x0300;
}

TEST_F(WireAllocationTest, OneTypeAfterAnotherAllocatesNothingAfterWarmUp) {
  for (size_t index = 0; index < kMessageTypeCount; ++index) {
    if (OwnsLists(index)) continue;
    const std::vector<Message> messages = Everyday(index);
    Pass(messages);
    const uint64_t before = allocations;
    Pass(messages);
    EXPECT_EQ(allocations - before, 0u) << kMessageTypes[index].name;
  }
  EXPECT_TRUE(ok_);
}

TEST_F(WireAllocationTest, MixedTypesAllocateNothingAfterWarmUp) {
  std::vector<Message> messages;
  for (size_t i = 0; i < kMessageTypeCount; ++i) {
    if (OwnsLists(i)) continue;
    for (const Message& message : Everyday(i)) messages.push_back(message);
  }
  Random random(StreamKey{.seed = 3});
  random.Shuffle(std::span(messages));
  Pass(messages);
  Pass(messages);
  const uint64_t before = allocations;
  Pass(messages);
  EXPECT_EQ(allocations - before, 0u);
  EXPECT_TRUE(ok_);
}

// The counter works, and the exception that wire.h names is the only one.
TEST_F(WireAllocationTest, LongCapabilitiesOfManyRecordsMayAllocate) {
  Message empty;
  empty.body = Found{};
  Message full = SampleMessage(Body(Found{}).index(), 4, kTestPeers, 20);
  Pass({empty, full, empty});
  const uint64_t before = allocations;
  wire_.Encode(full, frame_);
  EXPECT_EQ(allocations - before, 0u);
  EXPECT_TRUE(wire_.Decode(frame_, message_).ok());
  EXPECT_GT(allocations - before, 0u);
}

}  // namespace
}  // namespace core
