// Anomaly: why a history of transactions cannot be strictly serializable. Those that need no cycle are found while dependencies are
// inferred (dependencies.h), the others are cycles of dependencies (cycles.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sim {

struct Anomaly {
  std::string name;                    // "G1a", "G-single-realtime".
  std::string about;                   // One line: what was found.
  std::vector<uint32_t> transactions;  // Those concerned, in the order of the argument.
  std::vector<std::string>
      reasons;  // Why each comes before the next, the last one before the first; or empty.
};

}  // namespace sim
