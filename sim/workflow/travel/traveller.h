// Traveller: a session of time travel: where it stands in a run, which peer it looks at, and what its commands do. A step is one event
// of the chosen peer, or of anybody when none is chosen. Docs: docs/commands.md, "Travelling".
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "sim/workflow/console.h"
#include "sim/workflow/travel/edits.h"
#include "sim/workflow/travel/timeline.h"

namespace sim {

class Traveller {
 public:
  // REQUIRES: the capsule and the console outlive this.
  Traveller(const Capsule& capsule, const TimelineLimits& limits, Console& console)
      : capsule_(capsule), limits_(limits), console_(console) {}

  // At the start of the run. Errors: what the scenario, the world or the machine refuses.
  [[nodiscard]] core::Status Begin();

  // One command; false: the session is over. Errors: what is wrong with the command, and nothing has changed; an interruption.
  [[nodiscard]] core::StatusOr<bool> Do(std::string_view line);

  // "5.020123s peer 3".
  [[nodiscard]] std::string Where() const;

 private:
  struct Command;

  // A run, and where we are in it.
  struct Course {
    std::unique_ptr<Timeline> timeline;
    EventKey place = BeginOf(WorldTime{0});
  };

  static const Command kCommands[];

  core::Status Go(std::string_view argument);
  core::Status Step(std::string_view argument);
  core::Status Back(std::string_view argument);
  core::Status ChoosePeer(std::string_view argument);
  core::Status State(std::string_view argument);
  core::Status Events(std::string_view argument);
  core::Status Checks(std::string_view argument);
  core::Status Until(std::string_view argument);
  core::Status Faults(std::string_view argument);
  core::Status EditFault(std::string_view argument);
  core::Status Set(std::string_view argument);
  core::Status Branch(std::string_view argument);
  core::Status Trunk(std::string_view argument);
  core::Status Diff(std::string_view argument);
  core::Status Checkpoints(std::string_view argument);
  core::Status Help(std::string_view argument);

  [[nodiscard]] Course& course() { return on_branch_ ? branch_ : trunk_; }

  [[nodiscard]] const Course& course() const { return on_branch_ ? branch_ : trunk_; }

  [[nodiscard]] core::StatusOr<Course> Enter(Scenario scenario, const EventKey& place) const;
  [[nodiscard]] core::StatusOr<core::PeerId> PeerOf(std::string_view text) const;
  core::Status Stand(const EventKey& place);
  void Tell(const nlohmann::json& events);

  const Capsule& capsule_;
  TimelineLimits limits_;
  Console& console_;
  std::optional<Edits> edits_;
  Course trunk_;
  Course branch_;
  int branch_edits_ = 0;  // How many the branch has.
  bool on_branch_ = false;
  core::PeerId peer_ = core::kNoPeer;
};

}  // namespace sim
