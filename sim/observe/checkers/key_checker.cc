#include "sim/observe/checkers/key_checker.h"

namespace sim {

KeyChecker::KeyChecker()
    : Checker({.id = "MM-1",
               .title = "a record under a key that is not its own",
               .family = "matchmaking",
               .check_class = CheckClass::kSafety,
               .scope = CheckScope::kEveryEvent,
               .cost = CheckCost::kCheap,
               .statement = "the same id, topic and c give the same key on every node"}) {}

void KeyChecker::OnFact(const WorldView& world, const Fact& fact) {
  const auto& held = std::get<core::Held>(fact.what);
  // What a lying owner or holder does is an attack, not a wrong derivation.
  if (!world.IsHonest(fact.peer) || !world.IsHonest(held.owner)) return;
  if (held.specificity == 0 && world.context().config->matchmaking.roots > 1) return;
  Premise();
  const core::NodeId& owner = world.context().directory->NodeIdOf(held.owner);
  const core::Key256 expected = core::Splice(owner, held.topic, held.specificity);
  if (held.key == expected) return;
  Violate([&] {
    return Violation{fact.at, held.owner,
                     "topic " + Short(held.topic) + "  c " + std::to_string(held.specificity),
                     "key " + Hex(expected),
                     "key " + Hex(held.key) + " at holder " + std::to_string(fact.peer.value)};
  });
}

}  // namespace sim
