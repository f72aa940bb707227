// CollectionUser: whoever sits at a peer and works with collections. Carries out a scenario's operations as actions of
// core::Collection, which finds its own way through conflicts; the peer runs its calls.
//
// An operation on several collections is one core::JointAction over them.
//
// Invariants: (1) one Collection for each name and life of the process: a crash takes what was pending, and what was under way
// ends as it may; (2) numbers of calls begin where no BlockUser gets to, for both share a peer; (3) an action that a sync gave
// up is brought in by a later sync, after kRest; (4) what is drawn depends on the seed, the peer and the user's own draws alone.
// Thread rule: as the peer. Source: protocol document, 1.5 (Client loop).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/collections/collection_calls.h"
#include "core/collections/joint_action.h"
#include "core/port/command.h"
#include "core/port/context.h"
#include "core/port/observation.h"
#include "sim/observe/user_fact.h"
#include "sim/scenario/scenario.h"

namespace sim {

class CollectionUser {
 public:
  static constexpr core::Duration kRest = core::Seconds(5);
  static constexpr uint64_t kFirstRequest = uint64_t{1} << 32;

  // REQUIRES: scenario and context outlive the user.
  CollectionUser(const Scenario& scenario, const core::Context& context, core::PeerId self);

  // REQUIRES: the operation is on a collection. Void when too much is pending already.
  void Begin(uint32_t operation, core::Time now);
  void Observe(std::span<const core::Observation> observations, core::Time now);
  void OnDeadline(core::Time now);
  [[nodiscard]] core::Time NextDeadline() const;
  // What to ask of the peer next; nothing until something is observed or a deadline comes.
  [[nodiscard]] std::optional<core::Command> TakeCall();

  // What happened since the last call.
  [[nodiscard]] std::vector<UserDeed> TakeDeeds() { return std::exchange(deeds_, {}); }

  // The peer's process is gone.
  void Forget();

  void Digest(core::Hasher& hasher) const;
  void Describe(core::StateListener& listener) const;
  [[nodiscard]] size_t MemoryUsage() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Used {
    core::Collection collection;
    core::CollectionCalls calls;
    core::CollectionWishes wishes;
    core::CollectionKind kind = core::CollectionKind::kDiary;
    core::Time sync_at = core::Time::Never();  // Again, because the last one gave up.
  };

  struct Joint {
    core::JointAction action;
    uint64_t request = 0;      // Of its transaction; 0: none yet.
    std::vector<Used*> parts;  // In the order of the action's.
  };

  [[nodiscard]] Used& Use(const CollectionOperation& operation);
  [[nodiscard]] core::CollectionMoment At(Used& used, core::Time now);
  // False when a collection has too much pending.
  [[nodiscard]] bool Act(const std::vector<CollectionOperation>& operations,
                         const core::ActionId& action);
  [[nodiscard]] core::Bytes Mark(uint32_t bytes);
  [[nodiscard]] core::Bytes Payload(const CollectionOperation& operation);
  [[nodiscard]] std::vector<uint32_t> DrawKeys(const CollectionOperation& operation);
  [[nodiscard]] bool TakeJointEnd(const core::Observation& observation, core::Time now);
  // Passes on what steps of collections want done, until they want nothing more.
  void CarryOut(core::Time now);
  void PassOn(Used& used, core::Time now);
  void Ask(const Used& used, core::Command command);
  void AskTogether(Joint& joint, std::vector<core::ChangeSet> parts);
  void NoteChanges(const Used& used, uint64_t request, core::ChangeSet changes);

  const Scenario* scenario_;
  const core::Context* context_;
  core::PeerId self_;
  core::Random random_;
  uint64_t last_mark_ = 0;
  uint64_t next_request_ = kFirstRequest;
  std::map<std::string, Used> used_;  // By the collection's name.
  std::vector<Joint> joints_;         // Not over yet; they point into used_.
  std::vector<core::Command> calls_;  // Not taken yet, in order.
  std::vector<UserDeed> deeds_;
};

}  // namespace sim
