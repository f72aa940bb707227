// Resident memory of this process, for tests that say how little a flood of clients takes.
#pragma once

#include <cstddef>
#include <fstream>

#include <gtest/gtest.h>

namespace node {

inline size_t ResidentBytes() {
  size_t pages = 0;
  size_t resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * 4096;
}

// The address checker keeps what was freed and puts fences around what is not: then nothing can be said.
inline void ExpectResidentBelow([[maybe_unused]] size_t bytes) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  return;
#endif
#endif
#ifndef __SANITIZE_ADDRESS__
  EXPECT_LT(ResidentBytes(), bytes);
#endif
}

}  // namespace node
