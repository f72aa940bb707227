#include "sim/observe/repair_ledger.h"

#include <algorithm>

namespace sim {

void RepairLedger::Follow(const WorldView& world, const Fact& fact, const RingView& view) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* applied = std::get_if<core::RevisionApplied>(&fact.what)) {
    if (view.FindNode(fact.peer) == nullptr) return;
    Node& node = *nodes_.Insert(fact.peer).first;
    node.made[node.next++ % kMadeKept] = {applied->block, applied->revision};
  } else if (const auto* held = std::get_if<core::BlockHeld>(&fact.what)) {
    OnHeld(*held, fact.peer, view);
  } else if (std::holds_alternative<core::BlockReleased>(fact.what)) {
    nodes_.Insert(fact.peer).first->unsure = true;
  }
}

void RepairLedger::Follow(const WorldFact& fact) {
  if (fact.kind != WorldFact::Kind::kStopped) return;
  if (Node* node = nodes_.Find(fact.peer)) node->unsure = true;
}

void RepairLedger::OnHeld(const core::BlockHeld& held, core::PeerId peer, const RingView& view) {
  Node& node = *nodes_.Insert(peer).first;
  const RingNode* before = view.FindNode(peer);
  const bool first = before != nullptr && view.FindHolding(held.key, peer) == nullptr;
  uint64_t& size = *sizes_.Insert(held.key).first;
  if (first && !node.unsure && held.used > before->used) size = held.used - before->used;
  node.unsure = false;
  const bool made = std::any_of(node.made.begin(), node.made.end(), [&](const Made& each) {
    return each.block == held.block && each.revision == held.revision;
  });
  if (!made) needed_ += size;
}

}  // namespace sim
