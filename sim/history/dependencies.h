// The dependencies among transactions, inferred from what they read (Adya's edges, found in Elle's way).
//
//   ww  one wrote a version, the next wrote the version behind it
//   wr  one wrote a version, the next read it
//   rw  one read a version, the next wrote the version behind it
//   rt  one had ended before the next began
//
// The order of a list's versions is the longest read of it; an append that certainly happened and that the longest read lacks comes behind
// it. The order of a block's versions are its revisions; a put reads its base. Of a transaction whose outcome is unknown, only writes
// that somebody read count. Everything inferred is certain, so a cycle is a proof; that there is none proves nothing about
// dependencies that nobody observed. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/history/anomaly.h"
#include "sim/history/transactions.h"

namespace sim {

enum class EdgeKind : uint8_t { kWriteWrite, kWriteRead, kReadWrite, kRealTime };

struct Dependency {
  uint32_t from = 0;  // Indices of transactions.
  uint32_t to = 0;
  EdgeKind kind = EdgeKind::kWriteWrite;
  uint32_t key = 0;
  uint32_t what = 0;  // The element or revision that `to` wrote (ww, rw) or read (wr).
  bool block = false;
};

struct Dependencies {
  std::vector<Dependency> edges;
  std::vector<Anomaly> anomalies;
};

[[nodiscard]] Dependencies InferDependencies(const TransactionHistory& history);

// Why `edge` holds, for people.
[[nodiscard]] std::string ReasonOf(const TransactionHistory& history, const Dependency& edge);

}  // namespace sim
