// What a kernel can reach that does less than the engine: no order among the events of one instant,
// no fingerprint, no timers. The engine's figures are divided by these.
//   kernel_reference kernel=queue N=100000 K=10                      std::priority_queue
//   kernel_reference kernel=windows N=100000 K=10 threads=1 toil=0   time slots and lookahead
//   windows
// toil=190 is about 0.4 us of work for each event. The first pass warms up and is not printed.
#include <atomic>
#include <functional>
#include <queue>
#include <string>
#include <thread>
#include <vector>

#include "core/base/check.h"
#include "tests/performance/workload.h"

namespace bench {
namespace {

struct Settings {
  uint32_t peers;
  uint32_t rumours;
  uint32_t passes;
  uint32_t threads;
  int toil;
};

// Handing one delivery to the peers, the same in both kernels: post(at, to, from, rumour).
template <typename Post>
__attribute__((always_inline)) inline void Deliver(GossipPeers& peers, int64_t now, uint32_t to,
                                                   uint32_t from, uint32_t rumour, Post&& post) {
  if (!peers.Hear(to, rumour)) return;
  const Neighbours& all = peers.NeighboursOf(to);
  for (size_t i = 0; i < kDegree; ++i) {
    if (all.peer[i] != from) post(now + all.latency[i], all.peer[i], to, rumour);
  }
}

constexpr uint32_t kNobody = 0xffffffffu;

struct QueueEvent {
  int64_t at;
  uint32_t to;
  uint32_t from;
  uint32_t rumour;
  uint32_t sequence;

  bool operator<(const QueueEvent& other) const {
    return at > other.at || (at == other.at && sequence > other.sequence);
  }
};

uint64_t RunQueue(const Settings& settings, GossipPeers& peers) {
  std::priority_queue<QueueEvent> queue;
  uint32_t sequence = 0;
  for (uint32_t i = 0; i < settings.rumours; ++i) {
    queue.push({StartOf(i), OriginOf(i, settings.peers), kNobody, i, sequence++});
  }
  uint64_t events = 0;
  while (!queue.empty()) {
    const QueueEvent event = queue.top();
    queue.pop();
    if (!queue.empty()) peers.Prefetch(queue.top().to);
    ++events;
    Deliver(peers, event.at, event.to, event.from, event.rumour,
            [&](int64_t at, uint32_t to, uint32_t from, uint32_t rumour) {
              queue.push({at, to, from, rumour, sequence++});
            });
  }
  return events;
}

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
  uint32_t rumour;
};

// Slots of 128 us, 78 to a window that is a little shorter than the lookahead. Peers are dealt to
// threads by their low bits; a thread appends to its own row of slots and drains its column of all.
class Windows {
 public:
  static constexpr int kSlotBits = 7;
  static constexpr uint32_t kSlots = 1024;
  static constexpr uint32_t kPerWindow = kLookahead >> kSlotBits;

  Windows(const Settings& settings, GossipPeers* peers)
      : settings_(settings), peers_(peers), barrier_(settings.threads) {
    for (uint32_t i = 0; i < settings.threads; ++i) {
      lanes_.push_back(std::make_unique<Lane>());
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
    std::vector<Slot> slots;  // By slot, receiving thread.
    std::vector<std::unique_ptr<Block>> blocks;
    Chunk* free = nullptr;
    std::vector<SlotEvent> events_now;
    std::vector<SlotEvent> sorted;
    uint64_t events = 0;
    int64_t pending = 0;  // Posted here minus drained here.
    std::atomic<int64_t> told{0};
    uint64_t sink = 0;
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
      for (; fed < starts.size() && StartOf(starts[fed]) < until; ++fed) {
        const uint32_t rumour = starts[fed];
        const int64_t at = StartOf(rumour);
        Post(lane, at,
             {static_cast<uint32_t>(at), OriginOf(rumour, settings_.peers), kNobody, rumour});
      }
      for (int64_t slot = first; slot < first + kPerWindow; ++slot) RunSlot(lane, me, slot);
    }
  }

  void RunSlot(Lane& lane, uint32_t me, int64_t slot) {
    const size_t count = Gather(lane, me, static_cast<size_t>(slot) % kSlots);
    constexpr size_t kAhead = 16;
    const SlotEvent* events = lane.sorted.data();
    for (size_t i = 0; i < std::min(kAhead, count); ++i) peers_->Prefetch(events[i].to);
    for (size_t i = 0; i < count; ++i) {
      if (i + kAhead < count) peers_->Prefetch(events[i + kAhead].to);
      const SlotEvent event = events[i];
      if (settings_.toil > 0) lane.sink += Toil(event.rumour ^ lane.sink, settings_.toil);
      Deliver(*peers_, event.at, event.to, event.from, event.rumour,
              [&](int64_t at, uint32_t to, uint32_t from, uint32_t rumour) {
                Post(lane, at, {static_cast<uint32_t>(at), to, from, rumour});
              });
    }
    lane.events += count;
    lane.pending -= static_cast<int64_t>(count);
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

  Settings settings_;
  GossipPeers* peers_;
  Barrier barrier_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

int Main(int count, char** values) {
  const Arguments arguments(count, values);
  const std::string kernel = arguments.Text("kernel", "windows");
  const Settings settings{.peers = arguments.Number("N", 1000),
                          .rumours = arguments.Number("K", 1000),
                          .passes = arguments.Number("passes", 3),
                          .threads = kernel == "queue" ? 1 : arguments.Number("threads", 1),
                          .toil = static_cast<int>(arguments.Number("toil", 0))};
  const double bytes_before = PeakBytes();
  GossipPeers peers(settings.peers, settings.rumours);
  Windows windows(settings, &peers);
  for (uint32_t pass = 0; pass <= settings.passes; ++pass) {
    peers.Forget();
    const Watch began;
    const uint64_t events = kernel == "queue" ? RunQueue(settings, peers) : windows.Run();
    if (pass == 0) continue;
    Print({kernel, "W1", settings.peers, settings.rumours, settings.threads, events, bytes_before},
          began, " toil=" + std::to_string(settings.toil));
  }
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::Main(argc, argv);
}
