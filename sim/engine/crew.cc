#include "sim/engine/crew.h"

#include <utility>

#include "core/base/check.h"

namespace sim {
namespace {

constexpr int kRoundShift = 32;
constexpr uint64_t kOpen = 1 << 16;
constexpr uint64_t kInside = kOpen - 1;
constexpr int kSpins = 2000;  // About 30 us: longer than the gap between two busy windows.

void Relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

}  // namespace

Crew::Crew(int members, std::function<void(int)> work) : work_(std::move(work)) {
  CHECK(members >= 1 && members <= 256);
  for (int i = 1; i < members; ++i) threads_.emplace_back([this, i] { Serve(i); });
}

Crew::~Crew() {
  closing_ = true;
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Crew::Round() {
  const uint32_t round = round_.load(std::memory_order_relaxed) + 1;
  gate_.store(uint64_t{round} << kRoundShift | kOpen, std::memory_order_release);
  round_.store(round, std::memory_order_release);
  round_.notify_all();
  work_(0);
  gate_.fetch_and(~kOpen, std::memory_order_acq_rel);
  for (int spin = 0; (gate_.load(std::memory_order_acquire) & kInside) != 0; ++spin) {
    if (spin < kSpins) {
      Relax();
    } else {
      std::this_thread::yield();
    }
  }
}

void Crew::Serve(int member) {
  for (uint32_t seen = 0;;) {
    for (int spin = 0; spin < kSpins && round_.load(std::memory_order_relaxed) == seen; ++spin) {
      Relax();
    }
    round_.wait(seen, std::memory_order_acquire);
    seen = round_.load(std::memory_order_acquire);
    if (closing_) return;
    if (!Enter(seen)) continue;
    work_(member);
    gate_.fetch_sub(1, std::memory_order_release);
  }
}

bool Crew::Enter(uint32_t round) {
  uint64_t gate = gate_.load(std::memory_order_acquire);
  while (gate >> kRoundShift == round && (gate & kOpen) != 0) {
    if (gate_.compare_exchange_weak(gate, gate + 1, std::memory_order_acq_rel)) return true;
  }
  return false;
}

}  // namespace sim
