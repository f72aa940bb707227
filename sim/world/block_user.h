// BlockUser: whoever sits at a peer and works with blocks. Carries out a scenario's operations as calls of the core, one
// behind the other, and begins a write again when others were faster.
//
//   phase   | event                                        | next
//   asking  | every latest revision that it needs is known | writing, on top of these
//   asking  | a question failed                            | over
//   writing | stale or conflict, and tries are left        | asking; with a given base: writing
//   writing | anything else                                | over
//   reading | anything                                     | over
//
// Invariants: (1) no two writes of a run have the same content: it begins with a mark of (peer, request); (2) what is drawn
// depends on the seed, the peer, the operation and the time alone; (3) a user outlives the peer's process, which takes the
// operations under way with it. Thread rule: as the peer. Source: issue 4, point 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/base/hash.h"
#include "core/base/state.h"
#include "core/port/command.h"
#include "core/port/context.h"
#include "core/port/observation.h"
#include "sim/engine/event.h"
#include "sim/scenario/scenario.h"

namespace sim {

class BlockUser {
 public:
  // REQUIRES: scenario and context outlive the user.
  BlockUser(const Scenario& scenario, const core::Context& context, core::PeerId self)
      : scenario_(&scenario), context_(&context), self_(self) {}

  // REQUIRES: the operation is on blocks.
  void Begin(uint32_t operation, WorldTime now);
  void Observe(std::span<const core::Observation> observations);
  // What to ask of the peer next; nothing until something is observed.
  [[nodiscard]] std::optional<core::Command> TakeCall();
  // The peer's process is gone, and every open call with it.
  void Forget();

  // What it has under way, and how far it is.
  void Digest(core::Hasher& hasher) const;
  void Describe(core::StateListener& listener) const;

  // Operations under way.
  [[nodiscard]] size_t open() const { return open_.size(); }

  [[nodiscard]] size_t MemoryUsage() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Open {
    uint32_t operation = 0;
    uint32_t tries_left = 0;
    uint32_t unanswered = 0;  // Of the questions.
    bool writing = false;
    std::vector<core::BlockWrite> writes;  // Of a read: its block.
  };

  [[nodiscard]] const Operation& OperationOf(const Open& open) const {
    return scenario_->workload[open.operation];
  }

  [[nodiscard]] std::vector<core::BlockWrite> Draw(uint32_t operation, WorldTime now) const;
  void Ask(uint64_t key);
  void Write(uint64_t key);
  void OnFinished(const core::CallFinished& call);
  void OnAnswer(uint64_t key, const core::CallFinished& call);
  // The number of a new call of the operation.
  [[nodiscard]] uint64_t NewRequest(uint64_t key);
  [[nodiscard]] core::Bytes Content(uint64_t request, uint32_t index, uint32_t bytes) const;

  const Scenario* scenario_;
  const core::Context* context_;
  core::PeerId self_;
  uint64_t last_key_ = 0;
  uint64_t last_request_ = 0;
  std::map<uint64_t, Open> open_;          // By key.
  std::map<uint64_t, uint64_t> requests_;  // Open calls: the key of their operation.
  std::vector<core::Command> calls_;       // Not taken yet, in order.
};

// The id of the scenario's block with this name.
[[nodiscard]] core::BlockId BlockNamed(const core::Context& context, std::string_view name);
// One of `count` blocks of one name: "name/index", or the name alone where there is one.
[[nodiscard]] core::BlockId BlockNamed(const core::Context& context, std::string_view name,
                                       uint32_t index, uint32_t count);

}  // namespace sim
