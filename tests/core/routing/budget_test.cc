// What Routing costs: bytes when idle, heap allocations while it serves.
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "core/routing/routing.h"
#include "tests/core/fake_directory.h"

namespace {

size_t allocations = 0;

}  // namespace

// Counts every allocation of this program. Not inlined: the compiler would see free() meet its own operator new.
[[gnu::noinline]] void* operator new(size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  std::abort();
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace core {
namespace {

// The contacts of a peer among 2^20: bucket b has 2^(19-b) peers to choose from.
class FullTable : public testing::Test {
 protected:
  FullTable() : self_(directory_.AddRandom(random_)), routing_(self_, context_) {
    const NodeId own = directory_.NodeIdOf(self_);
    std::vector<PeerId> contacts;
    for (int bucket = 0; bucket < 22; ++bucket) {
      const int population = bucket < 20 ? 1 << (19 - bucket) : 1;
      for (int i = 0; i < std::min(population, 16); ++i) {
        contacts.push_back(directory_.Add(Bootstrap::RandomIn(bucket, own, random_)));
      }
    }
    routing_.SeedRoutes(contacts);
    routing_.Start(now_, {}, random_, effects_);
    effects_.Clear();
  }

  FakeDirectory directory_;
  Config config_;
  Context context_{.config = &config_, .directory = &directory_, .suite = nullptr, .network = {}};
  Random random_{StreamKey{.seed = 21}};
  PeerId self_;
  Effects effects_;
  Time now_{Seconds(500).us};
  Routing routing_;
};

using BudgetTest = FullTable;

TEST_F(BudgetTest, IdleObjectAndHeapFitTheirBudgets) {
  EXPECT_LE(sizeof(Routing), Routing::kObjectBytesMax);
  EXPECT_GE(routing_.Contacts().size(), 17u * 16u);
  EXPECT_LE(routing_.HeapBytes(), Routing::kIdleHeapBytesMax);
  RecordProperty("object_bytes", static_cast<int>(sizeof(Routing)));
  RecordProperty("heap_bytes", static_cast<int>(routing_.HeapBytes()));
}

TEST_F(BudgetTest, EmptyTableOwnsNoHeap) {
  EXPECT_EQ(Routing(self_, context_).HeapBytes(), 0u);
}

TEST_F(BudgetTest, HeapReturnsToIdleWhenALookupIsDone) {
  const size_t idle = routing_.HeapBytes();
  routing_.Lookup(now_, {.target = {}, .token = 1}, random_, effects_);
  EXPECT_GT(routing_.HeapBytes(), idle);
  while (routing_.NextDeadline() < now_ + Minutes(10)) {
    now_ = routing_.NextDeadline();
    routing_.OnDeadline(now_, random_, effects_);
  }
  LookupResult result;
  ASSERT_TRUE(routing_.TakeFinished(result));
  EXPECT_LE(routing_.HeapBytes(), idle);
}

TEST_F(BudgetTest, ServingAllocatesNothing) {
  const std::vector<PeerId> contacts = routing_.Contacts();
  Message ping{.id = 1, .sent_ms = now_.us / 1000, .ttl_ms = 2000, .body = Ping{}};
  Message find{.id = 2, .sent_ms = now_.us / 1000, .ttl_ms = 2000, .body = FindNode{}};
  size_t before = 0;
  size_t replies = 0;
  for (int round = 0; round < 2; ++round) {
    before = allocations;
    for (PeerId peer : contacts) {
      for (const Message* message : {&ping, &find}) {
        effects_.Clear();
        std::get<FindNode>(find.body).target = directory_.NodeIdOf(peer);
        routing_.OnArrival(now_, peer, *message, random_, effects_);
        replies += effects_.sends().size();
      }
    }
  }
  EXPECT_EQ(replies, contacts.size() * 4);
  EXPECT_EQ(allocations - before, 0u) << "in the second round, when the effects are warm";
}

TEST_F(BudgetTest, TableMovesWithItsObject) {
  const std::vector<PeerId> contacts = routing_.Contacts();
  const Routing moved = std::move(routing_);
  EXPECT_EQ(moved.Contacts(), contacts);
}

}  // namespace
}  // namespace core
