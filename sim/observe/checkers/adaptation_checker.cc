#include "sim/observe/checkers/adaptation_checker.h"

#include <algorithm>

#include "sim/observe/allowances.h"

namespace sim {
namespace {

bool NothingIsLost(const Scenario& scenario) {
  const auto stays_reachable = [](const Group& group) {
    return !group.churn.on && group.reachability_ppm.empty();
  };
  return scenario.network.loss.numerator == 0 && scenario.network.corrupt.numerator == 0 &&
         !scenario.network.bandwidth && scenario.faults.empty() &&
         std::all_of(scenario.groups.begin(), scenario.groups.end(), stays_reachable);
}

}  // namespace

AdaptationChecker::AdaptationChecker()
    : Checker({.id = "MM-6",
               .title = "a change of specificity without its signal",
               .family = "matchmaking",
               .check_class = CheckClass::kSafety,
               .scope = CheckScope::kEveryEvent,
               .cost = CheckCost::kModerate,
               .statement = "every narrowing step follows a crowd signal, every widening an empty "
                            "or thin answer"}) {}

void AdaptationChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (const auto* answered = std::get_if<core::Answered>(&fact.what)) {
    OnAnswered(world, fact, *answered);
  } else if (const auto* step = std::get_if<core::Respecified>(&fact.what)) {
    const bool moved = step->cause != core::RespecifyCause::kStart && step->from != step->to;
    if (moved && world.IsHonest(fact.peer)) Judge(fact, *step, NothingIsLost(world.scenario()));
  }
}

void AdaptationChecker::OnAnswered(const WorldView& world, const Fact& fact,
                                   const core::Answered& answered) {
  Answers& answers = *answers_.Insert(answered.to).first;
  const bool crowd = answered.crowded || answered.truncated ||
                     answered.traffic.count > world.context().config->matchmaking.high_water;
  const core::NodeId& id = world.context().directory->NodeIdOf(answered.to);
  const auto shared = static_cast<uint16_t>(core::CommonPrefix(answered.key, id));
  answers.last[answers.next] = {fact.at, shared, crowd, world.IsHonest(fact.peer)};
  answers.next = (answers.next + 1) % kRemembered;
  answers.count = std::min<uint32_t>(answers.count + 1, kRemembered);
}

// The answers about keys that share the peer's own leading bits, within the memory: answers about
// the key of the level that the peer left.
AdaptationChecker::Summary AdaptationChecker::Before(const Answers& answers, const Fact& fact,
                                                     uint8_t from) {
  Summary summary;
  for (uint32_t i = 0; i < answers.count; ++i) {
    const Answer& answer = answers.last[i];
    if (fact.at - answer.at > kAnswerMemory || answer.shared < from) continue;
    if (!answer.honest) summary.doubtful = true;
    ++(answer.crowd ? summary.crowded : summary.thin);
  }
  return summary;
}

void AdaptationChecker::Judge(const Fact& fact, const core::Respecified& step, bool lossless) {
  const Answers* answers = answers_.Find(fact.peer);
  const Summary summary = answers == nullptr ? Summary{} : Before(*answers, fact, step.from);
  if (summary.doubtful) return;
  const bool narrower = step.to > step.from;
  // Where messages can be lost, silence is a reason to widen that nobody else can see.
  if (!narrower && !lossless) return;
  Premise();
  if (narrower ? summary.crowded > 0 : summary.crowded == 0 || summary.thin > 0) return;
  Violate([&] {
    return Violation{fact.at, fact.peer,
                     "topic " + Short(step.topic) + "  c " + std::to_string(step.from) + " to " +
                         std::to_string(step.to),
                     narrower ? "a crowd signal before" : "an empty or thin answer before",
                     std::to_string(summary.crowded) + " crowded and " +
                         std::to_string(summary.thin) + " other answers within " +
                         InSeconds(kAnswerMemory)};
  });
}

}  // namespace sim
