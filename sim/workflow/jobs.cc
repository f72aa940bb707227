#include "sim/workflow/jobs.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace sim {

void RunJobs(size_t count, int threads, const std::function<bool(size_t)>& work) {
  std::atomic<size_t> next{0};
  const auto run = [&] {
    for (size_t i = next++; i < count && work(i); i = next++) continue;
  };
  std::vector<std::thread> others;
  const size_t wanted = std::min(static_cast<size_t>(threads), count);
  for (size_t i = 1; i < wanted; ++i) others.emplace_back(run);
  run();
  for (std::thread& other : others) other.join();
}

std::optional<size_t> FirstOf(size_t count, int threads,
                              const std::function<bool(size_t, const IsOver&)>& holds) {
  std::atomic<size_t> first{count};
  RunJobs(count, threads, [&](size_t i) {
    if (i >= first) return false;
    if (!holds(i, [&] { return first < i; })) return true;
    for (size_t known = first; i < known && !first.compare_exchange_weak(known, i);) continue;
    return true;
  });
  return first < count ? std::optional<size_t>(first) : std::nullopt;
}

}  // namespace sim
