#include "sim/observe/committed_collections.h"

#include <algorithm>

#include "core/codec/canonical.h"

namespace sim {
namespace {

uint64_t RevisionOf(const core::BlockSet& blocks, const core::BlockId& block) {
  const auto found = blocks.find(block);
  return found == blocks.end() ? 0 : found->second.revision;
}

bool Fits(const core::BlockSet& blocks, const core::ChangeSet& changes) {
  return std::all_of(changes.writes.begin(), changes.writes.end(),
                     [&](const core::BlockWrite& write) {
                       return RevisionOf(blocks, write.block) == write.base_revision;
                     });
}

void Take(const core::ChangeSet& changes, CommittedCollections::Contents& contents) {
  for (const core::BlockWrite& write : changes.writes) {
    core::FetchedBlock& block = contents.blocks[write.block];
    block.revision = write.base_revision + 1;
    block.bytes = write.erase ? std::nullopt : std::optional(write.value);
  }
  ++contents.commits;
}

// Takes whatever fits, until nothing more does.
void TakeWaiting(CommittedCollections::Contents& contents) {
  auto& waiting = contents.waiting;
  for (auto next = waiting.begin(); next != waiting.end();) {
    if (!Fits(contents.blocks, **next)) {
      ++next;
      continue;
    }
    Take(**next, contents);
    waiting.erase(next);
    next = waiting.begin();
  }
}

// The replica holds what one of the writes says.
bool Holds(const WorldView& world, const core::RevisionApplied& applied,
           const core::ChangeSet& changes) {
  for (const core::BlockWrite& write : changes.writes) {
    if (write.block != applied.block || write.base_revision + 1 != applied.revision) continue;
    if (write.erase) return true;
    core::Bytes bytes;
    core::ContentBytes(write.value, bytes);
    return core::Key256{world.context().suite->Sha256(bytes)} == applied.hash;
  }
  return false;
}

// Nothing of it was written, and nothing will be.
bool Failed(core::CallOutcome outcome) {
  return outcome != core::CallOutcome::kCommitted && outcome != core::CallOutcome::kInDoubt;
}

}  // namespace

void CommittedCollections::OnUserFact(const UserFact& fact) {
  const auto* asked = std::get_if<ChangesAsked>(&fact.what);
  if (asked == nullptr) return;
  Contents& contents = collections_[asked->collection];
  contents.kind = asked->kind;
  for (const core::BlockWrite& write : asked->changes->writes) {
    const bool creates = write.block == asked->collection && write.base_revision == 0;
    if (creates) contents.creators.insert(fact.peer.value);
  }
  asked_.Insert({fact.peer, asked->request}).first->push_back({asked->collection, asked->changes});
}

std::vector<core::BlockId> CommittedCollections::OnFact(const WorldView& world, const Fact& fact) {
  if (const auto* attempt = std::get_if<core::CallAttempt>(&fact.what)) {
    const CallName call{fact.peer, attempt->request};
    if (asked_.Find(call) != nullptr) *attempts_.Insert(attempt->id).first = call;
  } else if (const auto* finished = std::get_if<core::CallFinished>(&fact.what)) {
    if (Failed(finished->outcome)) asked_.Erase({fact.peer, finished->request});
  } else if (const auto* applied = std::get_if<core::RevisionApplied>(&fact.what)) {
    if (world.IsHonest(fact.peer)) return OnApplied(world, *applied);
  }
  return {};
}

std::vector<core::BlockId> CommittedCollections::OnApplied(const WorldView& world,
                                                           const core::RevisionApplied& applied) {
  const CallName* call = attempts_.Find(applied.by);
  std::vector<Asked>* asked = call == nullptr ? nullptr : asked_.Find(*call);
  if (asked == nullptr) return {};
  const bool held = std::any_of(asked->begin(), asked->end(), [&](const Asked& part) {
    return Holds(world, applied, *part.changes);
  });
  if (!held) return {};
  std::vector<core::BlockId> changed;
  for (const Asked& part : *asked) {
    Contents& contents = collections_.at(part.collection);
    const uint64_t before = contents.commits;
    contents.waiting.push_back(part.changes);
    TakeWaiting(contents);
    if (contents.commits != before) changed.push_back(part.collection);
  }
  asked_.Erase(*call);
  return changed;
}

}  // namespace sim
