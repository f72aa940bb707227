// The windowed reference kernel: time slots and lookahead windows, without order among the events
// of one instant, fingerprint or timers. kernel_reference.cc measures it bare, codec_reference.cc
// with a codec in the loop.
//
// A Cargo says what an event's last word stands for, and exists once per thread:
//   uint32_t Pack(uint32_t rumour, uint32_t hops, uint32_t now)   once for each copy that is sent
//   Parcel Open(uint32_t word)                                    once for each delivery
//   void Prefetch(uint32_t word)                                  a few events before Open
//   static constexpr bool kCrossesThreads                         may another thread open it?
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "tests/performance/workload.h"

namespace bench {

struct KernelSettings {
  uint32_t peers;
  uint32_t rumours;
  uint32_t passes;
  uint32_t threads;
  int toil;
};

inline constexpr uint32_t kNobody = 0xffffffffu;

// Handing one delivery to the peers: post(at, to, from). What the copies carry is the caller's.
template <typename Post>
__attribute__((always_inline)) inline void PassOn(GossipPeers& peers, int64_t now, uint32_t to,
                                                  uint32_t from, uint32_t rumour, Post&& post) {
  if (!peers.Hear(to, rumour)) return;
  const Neighbours& all = peers.NeighboursOf(to);
  for (size_t i = 0; i < kDegree; ++i) {
    if (all.peer[i] != from) post(now + all.latency[i], all.peer[i], to);
  }
}

struct Parcel {
  uint32_t rumour;
  uint32_t hops;
};

// The word is the rumour's number: the kernel alone.
class NumberCargo {
 public:
  static constexpr bool kCrossesThreads = true;

  explicit NumberCargo(uint32_t) {}

  __attribute__((always_inline)) uint32_t Pack(uint32_t rumour, uint32_t, uint32_t) {
    return rumour;
  }

  __attribute__((always_inline)) Parcel Open(uint32_t word) { return {word, 0}; }

  __attribute__((always_inline)) void Prefetch(uint32_t) const {}
};

// A barrier that spins, since the windows are short.
class Barrier {
 public:
  explicit Barrier(uint32_t members) : members_(members) {}

  void Wait() {
    const uint32_t round = round_.load();
    if (arrived_.fetch_add(1) + 1 == members_) {
      arrived_.store(0);
      round_.store(round + 1);
      return;
    }
    for (int spin = 0; round_.load() == round; ++spin) {
      if (spin > 4000) std::this_thread::yield();
    }
  }

 private:
  uint32_t members_;
  alignas(128) std::atomic<uint32_t> arrived_{0};
  alignas(128) std::atomic<uint32_t> round_{0};
};

struct SlotEvent {
  uint32_t at;
  uint32_t to;
  uint32_t from;
  uint32_t word;
};

// Slots of 128 us, 78 to a window that is a little shorter than the lookahead. Peers are dealt to
// threads by their low bits; a thread appends to its own row of slots and drains its column of all.
template <typename Cargo>
class Windows {
 public:
  static constexpr int kSlotBits = 7;
  static constexpr uint32_t kSlots = 1024;
  static constexpr uint32_t kPerWindow = kLookahead >> kSlotBits;

  // REQUIRES: one thread, unless the cargo crosses threads.
  Windows(const KernelSettings& settings, GossipPeers* peers)
      : settings_(settings), peers_(peers), barrier_(settings.threads) {
    CHECK(settings.threads == 1 || Cargo::kCrossesThreads);
    for (uint32_t i = 0; i < settings.threads; ++i) {
      lanes_.push_back(std::make_unique<Lane>(settings.rumours));
      lanes_.back()->slots.resize(size_t{kSlots} * settings.threads);
    }
  }

  uint64_t Run() {
    std::vector<std::thread> threads;
    for (uint32_t i = 1; i < settings_.threads; ++i) threads.emplace_back([this, i] { Serve(i); });
    Serve(0);
    for (std::thread& thread : threads) thread.join();
    uint64_t events = 0;
    for (auto& lane : lanes_) events += std::exchange(lane->events, 0);
    return events;
  }

 private:
  static constexpr size_t kPerChunk = 63;

  struct alignas(64) Chunk {
    std::array<SlotEvent, kPerChunk> events;
    Chunk* before;
  };

  struct Slot {
    SlotEvent* next = nullptr;
    SlotEvent* end = nullptr;
    Chunk* chunk = nullptr;
  };

  struct alignas(128) Lane {
    explicit Lane(uint32_t rumours) : cargo(rumours) {}

    std::vector<Slot> slots;  // By slot, receiving thread.
    std::vector<std::unique_ptr<Block>> blocks;
    Chunk* free = nullptr;
    std::vector<SlotEvent> events_now;
    std::vector<SlotEvent> sorted;
    uint64_t events = 0;
    int64_t pending = 0;  // Posted here minus drained here.
    std::atomic<int64_t> told{0};
    uint64_t sink = 0;
    Cargo cargo;
  };

  __attribute__((noinline)) void Grow(Lane& lane, Slot& slot) {
    if (lane.free == nullptr) {
      lane.blocks.push_back(std::make_unique<Block>(size_t{2} << 20));
      auto* chunk = reinterpret_cast<Chunk*>(lane.blocks.back()->get());
      for (size_t i = 0; i < (size_t{2} << 20) / sizeof(Chunk); ++i, ++chunk) {
        chunk->before = lane.free;
        lane.free = chunk;
      }
    }
    Chunk* chunk = lane.free;
    lane.free = chunk->before;
    chunk->before = slot.chunk;
    slot = {chunk->events.data(), chunk->events.data() + kPerChunk, chunk};
  }

  __attribute__((always_inline)) void Post(Lane& lane, int64_t at, const SlotEvent& event) {
    const auto index = static_cast<size_t>(at >> kSlotBits) % kSlots;
    Slot& slot = lane.slots[index * settings_.threads + event.to % settings_.threads];
    if (slot.next == slot.end) [[unlikely]]
      Grow(lane, slot);
    *slot.next++ = event;
    ++lane.pending;
  }

  void Serve(uint32_t me) {
    Lane& lane = *lanes_[me];
    uint32_t fed = 0;
    std::vector<uint32_t> starts;
    for (uint32_t i = 0; i < settings_.rumours; ++i) {
      if (OriginOf(i, settings_.peers) % settings_.threads == me) starts.push_back(i);
    }
    std::sort(starts.begin(), starts.end(),
              [](uint32_t a, uint32_t b) { return StartOf(a) < StartOf(b); });
    for (int64_t first = 0;; first += kPerWindow) {
      lane.told = lane.pending + static_cast<int64_t>(starts.size() - fed);
      barrier_.Wait();
      int64_t left = 0;
      for (const auto& other : lanes_) left += other->told;
      barrier_.Wait();
      if (left == 0) return;
      const int64_t until = (first + kPerWindow) << kSlotBits;
      for (; fed < starts.size() && StartOf(starts[fed]) < until; ++fed) Start(lane, starts[fed]);
      for (int64_t slot = first; slot < first + kPerWindow; ++slot) RunSlot(lane, me, slot);
    }
  }

  void Start(Lane& lane, uint32_t rumour) {
    const auto at = static_cast<uint32_t>(StartOf(rumour));
    const uint32_t to = OriginOf(rumour, settings_.peers);
    Post(lane, at, {at, to, kNobody, lane.cargo.Pack(rumour, 0, at)});
  }

  void RunSlot(Lane& lane, uint32_t me, int64_t slot) {
    const size_t count = Gather(lane, me, static_cast<size_t>(slot) % kSlots);
    constexpr size_t kAhead = 16;
    const SlotEvent* events = lane.sorted.data();
    for (size_t i = 0; i < std::min(kAhead, count); ++i) PrefetchFor(lane, events[i]);
    for (size_t i = 0; i < count; ++i) {
      if (i + kAhead < count) PrefetchFor(lane, events[i + kAhead]);
      const SlotEvent event = events[i];
      if (settings_.toil > 0) lane.sink += Toil(event.word ^ lane.sink, settings_.toil);
      const Parcel parcel = lane.cargo.Open(event.word);
      PassOn(*peers_, event.at, event.to, event.from, parcel.rumour,
             [&](int64_t at, uint32_t to, uint32_t from) {
               const uint32_t word = lane.cargo.Pack(parcel.rumour, parcel.hops + 1, event.at);
               Post(lane, at, {static_cast<uint32_t>(at), to, from, word});
             });
    }
    lane.events += count;
    lane.pending -= static_cast<int64_t>(count);
  }

  __attribute__((always_inline)) void PrefetchFor(const Lane& lane, const SlotEvent& event) {
    peers_->Prefetch(event.to);
    lane.cargo.Prefetch(event.word);
  }

  // The slot's events by time: one counting pass, since a slot has 128 instants.
  size_t Gather(Lane& lane, uint32_t me, size_t slot) {
    std::array<uint32_t, 1 << kSlotBits> first{};
    lane.events_now.clear();
    for (const auto& from : lanes_) {
      Slot& filled = from->slots[slot * settings_.threads + me];
      for (Chunk* chunk = filled.chunk; chunk != nullptr;) {
        const SlotEvent* const begin = chunk->events.data();
        const SlotEvent* end = chunk == filled.chunk ? filled.next : begin + kPerChunk;
        lane.events_now.insert(lane.events_now.end(), begin, end);
        Chunk* before = std::exchange(chunk->before, lane.free);
        if (before != nullptr) __builtin_prefetch(before);
        lane.free = chunk;
        chunk = before;
      }
      filled = {};
    }
    const size_t count = lane.events_now.size();
    if (lane.sorted.size() < count) lane.sorted.resize(2 * count);
    for (const SlotEvent& event : lane.events_now) ++first[event.at % first.size()];
    uint32_t sum = 0;
    for (uint32_t& at : first) sum += std::exchange(at, sum);
    for (const SlotEvent& event : lane.events_now) {
      lane.sorted[first[event.at % first.size()]++] = event;
    }
    return count;
  }

  KernelSettings settings_;
  GossipPeers* peers_;
  Barrier barrier_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace bench
