// RunJobs: independent pieces of work on several threads.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

namespace sim {

// Calls work(0), work(1), ... up to `count`; each thread takes the next number when it is free, and ends when `work` returns false.
// Returns when all have ended. REQUIRES: `work` may be called by several threads at once.
void RunJobs(size_t count, int threads, const std::function<bool(size_t)>& work);

// Whether a lower number has succeeded meanwhile, so that the answer is not needed.
using IsOver = std::function<bool()>;

// The lowest number below `count` for which `holds`: the same whatever the number of threads, because each is tried that may be it.
[[nodiscard]] std::optional<size_t> FirstOf(
    size_t count, int threads, const std::function<bool(size_t, const IsOver&)>& holds);

}  // namespace sim
