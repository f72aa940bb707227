// The two workloads of docs/performance.md, in microseconds, for every program of this folder: the
// same graph, latencies and states, so that their figures can be divided by each other.
//
// W1, gossip: the union of four random cycles through all peers (degree 8), one fixed latency of
// 10..100 ms per link, K rumours that start at random peers within a second. A peer that hears a
// rumour first passes it on to all neighbours but the sender.
// W2, ping: each peer wakes every second, at a phase of its own, and sends a message to a random
// peer, which answers.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include "core/base/hash.h"
#include "core/base/random.h"

namespace bench {

inline constexpr uint32_t kLookahead = 10'000;
inline constexpr uint32_t kLatencySpan = 90'001;
inline constexpr int64_t kSecond = 1'000'000;

inline uint32_t LatencyOf(uint32_t a, uint32_t b) {
  const uint64_t pair = uint64_t{std::min(a, b)} << 32 | std::max(a, b);
  return kLookahead + static_cast<uint32_t>(core::Reduce(core::Mix64(pair ^ 0x11), kLatencySpan));
}

inline uint32_t OriginOf(uint32_t rumour, uint32_t peers) {
  return static_cast<uint32_t>(core::Reduce(core::Mix64(0x22, rumour), peers));
}

inline int64_t StartOf(uint32_t rumour) {
  return static_cast<int64_t>(core::Reduce(core::Mix64(0x33, rumour), kSecond));
}

inline int64_t PhaseOf(uint32_t peer) {
  return static_cast<int64_t>(core::Reduce(core::Mix64(0x44, peer), kSecond));
}

inline uint32_t TargetOf(uint32_t peer, uint32_t tick, uint32_t peers) {
  return static_cast<uint32_t>(core::Reduce(core::Mix64(0x55, peer, tick), peers));
}

// Zeroed memory on huge pages.
class Block {
 public:
  explicit Block(size_t bytes)
      : bytes_((bytes + kHugePage - 1) / kHugePage * kHugePage),
        memory_(std::aligned_alloc(kHugePage, bytes_)) {
    madvise(memory_.get(), bytes_, MADV_HUGEPAGE);
    std::memset(memory_.get(), 0, bytes_);
  }

  [[nodiscard]] char* get() const { return static_cast<char*>(memory_.get()); }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  static constexpr size_t kHugePage = size_t{2} << 20;
  size_t bytes_;
  std::unique_ptr<void, Free> memory_;
};

inline constexpr size_t kDegree = 8;

struct Neighbours {
  std::array<uint32_t, kDegree> peer;
  std::array<uint32_t, kDegree> latency;
};

// W1: per peer a count and a bit per rumour, touched by each delivery, then its neighbours.
class GossipPeers {
 public:
  GossipPeers(uint32_t peers, uint32_t rumours)
      : peers_(peers),
        heard_bytes_((8 + size_t{rumours + 7} / 8 + 63) / 64 * 64),
        stride_(heard_bytes_ + sizeof(Neighbours)),
        block_(peers * stride_) {
    Connect();
  }

  __attribute__((always_inline)) void Prefetch(uint32_t peer) const {
    __builtin_prefetch(At(peer), 1);
    __builtin_prefetch(At(peer) + heard_bytes_);
  }

  // True when the peer hears the rumour for the first time.
  __attribute__((always_inline)) bool Hear(uint32_t peer, uint32_t rumour) {
    auto* words = reinterpret_cast<uint64_t*>(At(peer));
    ++words[0];
    uint64_t& word = words[1 + rumour / 64];
    const uint64_t bit = uint64_t{1} << (rumour % 64);
    if ((word & bit) != 0) return false;
    word |= bit;
    return true;
  }

  [[nodiscard]] const Neighbours& NeighboursOf(uint32_t peer) const {
    return *reinterpret_cast<const Neighbours*>(At(peer) + heard_bytes_);
  }

  void Forget() {
    for (uint32_t i = 0; i < peers_; ++i) std::memset(At(i), 0, heard_bytes_);
  }

 private:
  [[nodiscard]] char* At(uint32_t peer) const { return block_.get() + peer * stride_; }

  Neighbours& Mutable(uint32_t peer) {
    return *reinterpret_cast<Neighbours*>(At(peer) + heard_bytes_);
  }

  void Connect() {
    std::vector<uint32_t> circle(peers_);
    std::iota(circle.begin(), circle.end(), 0u);
    core::Random random({.seed = 1, .peer = 0, .incarnation = 0, .purpose = core::Purpose::kTest});
    for (size_t cycle = 0; cycle < kDegree / 2; ++cycle) {
      random.Shuffle(std::span(circle));
      for (uint32_t i = 0; i < peers_; ++i) {
        const uint32_t a = circle[i];
        const uint32_t b = circle[i + 1 == peers_ ? 0 : i + 1];
        Mutable(a).peer[2 * cycle] = b;
        Mutable(a).latency[2 * cycle] = LatencyOf(a, b);
        Mutable(b).peer[2 * cycle + 1] = a;
        Mutable(b).latency[2 * cycle + 1] = LatencyOf(a, b);
      }
    }
  }

  uint32_t peers_;
  size_t heard_bytes_;
  size_t stride_;
  Block block_;
};

// W2: one cache line per peer.
struct alignas(64) PingPeer {
  uint32_t tick = 0;
  uint32_t answers = 0;
  uint64_t round_trips = 0;
};

// Dependent arithmetic that stands for a codec's and a protocol's cost, about 2 ns a round.
inline uint64_t Toil(uint64_t x, int rounds) {
  for (int i = 0; i < rounds; ++i) x = core::Mix64(x);
  return x;
}

// key=value arguments.
class Arguments {
 public:
  Arguments(int count, char** values) : values_(values + 1, values + count) {}

  [[nodiscard]] std::string Text(std::string_view key, std::string_view otherwise) const {
    for (const std::string& value : values_) {
      if (value.starts_with(key) && value[key.size()] == '=') return value.substr(key.size() + 1);
    }
    return std::string(otherwise);
  }

  [[nodiscard]] uint32_t Number(std::string_view key, uint32_t otherwise) const {
    const std::string text = Text(key, "");
    return text.empty() ? otherwise : static_cast<uint32_t>(std::stoul(text));
  }

 private:
  std::vector<std::string> values_;
};

inline double Seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Watch {
  double wall = Seconds(CLOCK_MONOTONIC);
  double cpu = Seconds(CLOCK_PROCESS_CPUTIME_ID);
};

inline double PeakBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

struct Pass {
  std::string kernel;
  std::string workload;
  uint32_t peers;
  uint32_t rumours;  // Or seconds, in W2.
  uint32_t threads;
  uint64_t events;
  double bytes_before;  // Of the process, before the peers were made.
};

// One line per pass. With one thread the rate per second of processor time is the one to compare:
// it hardly changes when somebody else takes the core.
inline void Print(const Pass& pass, const Watch& began, const std::string& more) {
  const Watch now;
  const double wall = now.wall - began.wall;
  std::printf(
      "kernel=%s workload=%s N=%u K=%u threads=%u events=%llu cpu_s=%.4f wall_s=%.4f "
      "events_per_s=%.0f events_per_cpu_s=%.0f bytes_per_peer=%.0f%s\n",
      pass.kernel.c_str(), pass.workload.c_str(), pass.peers, pass.rumours, pass.threads,
      static_cast<unsigned long long>(pass.events), now.cpu - began.cpu, wall,  // NOLINT
      static_cast<double>(pass.events) / wall,
      static_cast<double>(pass.events) / (now.cpu - began.cpu),
      (PeakBytes() - pass.bytes_before) / pass.peers, more.c_str());
  std::fflush(stdout);
}

}  // namespace bench
