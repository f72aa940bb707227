// Whether this node may lend what its user asks for.
//
//   found                                   | refused, since
//   0, and nothing is lent                  | there is nothing to leave
//   less than kLendMin                      | a large block would never fit
//   less than the node holds                | nothing is dropped: as it moves out it will hold less
//   more than it holds and the disk has free| others go by what is lent; a disk that is full before that loses their writes
//   a node that nobody can dial             | nobody could fetch a block from it
//
// Source: protocol document, 1.2.6, 1.2.9 (AR-7); docs/node.md, "Lending room".
#pragma once

#include <cstdint>
#include <optional>

#include "core/arachnode/ring_overview.h"
#include "core/base/status.h"
#include "core/port/command.h"

namespace node {

struct Lender {
  bool client = false;
  uint64_t used = 0;  // Bytes that it holds.
  bool lends = false;
  std::optional<uint64_t> disk_free;  // Nothing: not known, and not asked for.
};

// Errors: FailedPrecondition, InvalidArgument, ResourceExhausted, with what was found and what is allowed.
[[nodiscard]] core::Status CheckLend(const core::LendCommand& lend, const Lender& lender);

}  // namespace node
