#include "sim/observe/checkers/fetch_checkers.h"

#include <string>
#include <utility>

#include "core/port/names.h"
#include "sim/observe/allowances.h"

namespace sim {

void SearchChecker::Judge(const WorldView& world, const Fact& fact, const RingNode*) {
  const auto* search = std::get_if<core::FetchEnded>(&fact.what);
  if (search != nullptr) JudgeSearch(world, fact, *search);
}

bool SearchChecker::HadHolder(const WorldView& world, const Fact& fact,
                              const core::FetchEnded& search) const {
  const WorldTime since = fact.at - search.took - kHolderKnown;
  return view().IsHeldSince(world, search.key, fact.peer, since);
}

FoundChecker::FoundChecker(std::shared_ptr<RingView> view)
    : SearchChecker({.id = "AR-5",
                     .title = "a search missed a block that a holder had",
                     .family = "arachnode",
                     .cost = CheckCost::kModerate,
                     .statement = "a search finds a block that some holder of its key has and "
                                  "that can be reached, and asks at most fetch_contacts nodes"},
                    std::move(view)) {}

void FoundChecker::JudgeSearch(const WorldView& world, const Fact& fact,
                               const core::FetchEnded& search) {
  const int most = world.scenario().protocol.arachnode.fetch_contacts;
  if (search.contacts > most) {
    return Violate([&] {
      return Violation{fact.at, fact.peer, "key " + Short(search.key),
                       "at most " + std::to_string(most) + " nodes asked",
                       std::to_string(search.contacts) + " nodes"};
    });
  }
  // A search before a block is made may leave holders out.
  if (search.end == core::FetchEnd::kSpared || !HadHolder(world, fact, search)) return;
  Premise();
  if (search.end == core::FetchEnd::kFound) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, "key " + Short(search.key), "found",
                     std::string(core::NameOf(search.end))};
  });
}

AbsenceChecker::AbsenceChecker(std::shared_ptr<RingView> view)
    : SearchChecker({.id = "AR-6",
                     .title = "a block was called absent that a holder had",
                     .family = "arachnode",
                     .cost = CheckCost::kModerate,
                     .statement = "a member calls no block absent that some holder of its key has "
                                  "and that can be reached"},
                    std::move(view)) {}

void AbsenceChecker::JudgeSearch(const WorldView& world, const Fact& fact,
                                 const core::FetchEnded& search) {
  if (search.end != core::FetchEnd::kAbsent) return;
  Premise();
  if (!HadHolder(world, fact, search)) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, "key " + Short(search.key), "found or unknown", "absent"};
  });
}

}  // namespace sim
