// Probes: situations that tests ought to meet sometimes (a lock that times out, a call that ends in doubt, a disk that forgets).
// A sweep that never reached one has not tested what follows from it.
//
// A probe is an event that observers are told of, with a word in one of its fields; whoever tells of something new in the core adds a
// row here. Thread rule: that of observers. Source: simulator.md, section 4 (coverage).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/observe/describe.h"
#include "sim/observe/observer.h"

namespace sim {

struct Probe {
  std::string_view event;  // As Describe names it.
  std::string_view field;  // Empty: the event is enough.
  std::string_view word;   // Flags: "yes" or "no".
  std::string_view about;
};

[[nodiscard]] std::span<const Probe> ProbeTable();
// "lock_released.cause=stolen".
[[nodiscard]] std::string NameOf(const Probe& probe);

class Probes : public Observer {
 public:
  Probes();

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnUserFact(const WorldView& world, const UserFact& fact) override;

  // Their names, in the order of the table.
  [[nodiscard]] std::vector<std::string> Reached() const;

 private:
  // Of one kind of event, the probes that were not reached. Most kinds have none, or none any more, and cost a look.
  struct Kind {
    bool known = false;
    std::vector<size_t> open;
  };

  template <typename Event>
  void See(Kind& kind, const Event& event);

  std::vector<Kind> facts_;  // By the alternative of core::Observation; the others likewise.
  std::vector<Kind> world_facts_;
  std::vector<Kind> user_facts_;
  std::vector<bool> reached_;
};

}  // namespace sim
