// The count of live routines: one listening routine per node, one reading and one writing routine
// per open socket, so R(p) = 1 + 2p (P1). A routine lives from its construction to Stop.
//
// Source: the seed's section 1; protocols_of_the_other_seeds.md, 4.1 and 4.8.
#pragma once

#include <cstddef>
#include <optional>

namespace node {

class RoutineTicket {
 public:
  explicit RoutineTicket(size_t& live) : live_(&live) { ++*live_; }

  RoutineTicket(const RoutineTicket&) = delete;
  RoutineTicket& operator=(const RoutineTicket&) = delete;

  ~RoutineTicket() { --*live_; }

 private:
  size_t* live_;
};

// Base of the three routines. Stop ends it; an operation of the kernel that completes later finds
// it stopped and does nothing (P4).
class Routine {
 public:
  explicit Routine(size_t& live) { ticket_.emplace(live); }

  void Stop() { ticket_.reset(); }

  [[nodiscard]] bool stopped() const { return !ticket_.has_value(); }

 private:
  std::optional<RoutineTicket> ticket_;
};

}  // namespace node
