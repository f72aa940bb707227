#include "sim/observe/ring_view.h"

#include <algorithm>

namespace sim {

void RingView::Follow(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  const RingNode* node_before = nodes_.Find(fact.peer);
  before_ = node_before == nullptr ? std::nullopt : std::optional<RingNode>(*node_before);
  if (const auto* changed = std::get_if<core::RingChanged>(&fact.what)) {
    RingNode& node = *nodes_.Insert(fact.peer).first;
    const uint8_t answered =
        node.place.has_value() ? core::AnsweredRing(*node.place) : core::limits::kRingNone;
    if (!changed->lends ||
        core::AnsweredRing({changed->status, changed->ring, changed->from}) != answered) {
      node.steady_since = fact.at;
    }
    if (!changed->lends) return node.place.reset();
    node.place = core::Place{changed->status, changed->ring, changed->from};
    node.owed = std::min(node.owed, core::AnsweredRing(*node.place));
  } else if (const auto* handoff = std::get_if<core::HandoffEnded>(&fact.what)) {
    if (handoff->done) nodes_.Insert(fact.peer).first->owed = handoff->to;
  } else if (const auto* held = std::get_if<core::BlockHeld>(&fact.what)) {
    nodes_.Insert(fact.peer).first->used = held->used;
    std::vector<RingHolding>& holdings = *blocks_.Insert(held->key).first;
    const auto known = std::find_if(holdings.begin(), holdings.end(), [&](const RingHolding& each) {
      return each.peer == fact.peer;
    });
    if (known == holdings.end()) {
      holdings.push_back({fact.peer, held->revision, fact.at});
    } else {
      *known = {fact.peer, held->revision, fact.at};
    }
  } else if (const auto* released = std::get_if<core::BlockReleased>(&fact.what)) {
    if (std::vector<RingHolding>* holdings = blocks_.Find(released->key)) {
      std::erase_if(*holdings, [&](const RingHolding& each) { return each.peer == fact.peer; });
    }
  }
}

void RingView::Follow(const WorldView& world, const WorldFact& fact) {
  if (fact.kind == WorldFact::Kind::kCommanded) {
    const core::Command& command = world.scenario().workload[fact.detail].command;
    const auto* lend = std::get_if<core::LendCommand>(&command);
    if (lend != nullptr && lend->bytes > 0) nodes_.Insert(fact.peer).first->capacity = lend->bytes;
    return;
  }
  RingNode* node = nodes_.Find(fact.peer);
  if (node == nullptr) return;
  node->steady_since = fact.at;
  if (fact.kind == WorldFact::Kind::kStarted) node->up = true;
  if (fact.kind == WorldFact::Kind::kStopped) {
    node->up = false;
    node->stopped = fact.at;
  }
  if (fact.kind != WorldFact::Kind::kForgot) return;
  blocks_.ForEach([&](const core::Key256&, std::vector<RingHolding>& holdings) {
    std::erase_if(holdings, [&](const RingHolding& each) {
      return each.peer == fact.peer && each.since >= fact.since;
    });
  });
  if (fact.since != WorldTime{}) return;
  node->place.reset();
  node->owed = core::limits::kRingNone;
}

size_t PrefixOf(const core::Key256& key, uint8_t bits) {
  return bits == 0 ? 0 : core::WordOf(key, 0) >> (64 - bits);
}

bool RingView::Answers(const WorldView& world, core::PeerId peer, const RingNode& node,
                       const core::Key256& key) {
  if (!node.place.has_value()) return false;
  return core::Covers(world.context().directory->NodeIdOf(peer), core::AnsweredRing(*node.place),
                      key);
}

uint32_t RingView::HoldersOf(const WorldView& world, const core::Key256& key, uint64_t revision,
                             core::PeerId but, WorldTime stopped_since) const {
  const std::vector<RingHolding>* holdings = blocks_.Find(key);
  if (holdings == nullptr) return 0;
  uint32_t holders = 0;
  for (const RingHolding& each : *holdings) {
    const RingNode* node = nodes_.Find(each.peer);
    if (node == nullptr || each.peer == but || each.revision < revision) continue;
    const bool there = node->up || node->stopped >= stopped_since;
    if (there && Answers(world, each.peer, *node, key)) ++holders;
  }
  return holders;
}

bool RingView::IsHeldSince(const WorldView& world, const core::Key256& key, core::PeerId root,
                           WorldTime since) const {
  const std::vector<RingHolding>* holdings = blocks_.Find(key);
  if (holdings == nullptr) return false;
  return std::any_of(holdings->begin(), holdings->end(), [&](const RingHolding& each) {
    const RingNode* node = nodes_.Find(each.peer);
    return node != nullptr && node->up && each.peer != root && each.since <= since &&
           node->steady_since <= since && Answers(world, each.peer, *node, key) &&
           world.CanReach(root, each.peer);
  });
}

const RingHolding* RingView::FindHolding(const core::Key256& key, core::PeerId peer) const {
  const std::vector<RingHolding>* holdings = blocks_.Find(key);
  if (holdings == nullptr) return nullptr;
  const auto found = std::find_if(holdings->begin(), holdings->end(),
                                  [&](const RingHolding& each) { return each.peer == peer; });
  return found == holdings->end() ? nullptr : &*found;
}

// A tree of prefixes: each node counts at its ring's, and what answers for a prefix answers for both longer ones.
std::vector<uint32_t> RingView::Overlaps(const WorldView& world) const {
  constexpr size_t kLeaves = size_t{1} << core::limits::kRingMax;
  std::vector<uint32_t> tree(2 * kLeaves);
  nodes_.ForEach([&](core::PeerId peer, const RingNode& node) {
    if (!node.up || !node.place.has_value()) return;
    const uint8_t ring = core::AnsweredRing(*node.place);
    if (ring == core::limits::kRingNone) return;
    ++tree[(size_t{1} << ring) + PrefixOf(world.context().directory->NodeIdOf(peer), ring)];
  });
  for (size_t i = 2; i < tree.size(); ++i) tree[i] += tree[i / 2];
  tree.erase(tree.begin(), tree.begin() + kLeaves);
  return tree;
}

}  // namespace sim
