#include "sim/world/collection_user.h"

#include <algorithm>
#include <memory>
#include <variant>

#include "core/base/check.h"
#include "core/codec/canonical.h"
#include "core/collections/conflict_rule.h"
#include "core/collections/tree_edits.h"
#include "sim/world/planted/collection_bugs.h"

namespace sim {
namespace {

// No operation has this index.
constexpr uint32_t kStream = 0xffffffffu;

const core::ReplayAll kRule;

core::CollectionKind KindOf(const CollectionOperation& operation) {
  return operation.OnTree() ? core::CollectionKind::kTree : core::CollectionKind::kDiary;
}

}  // namespace

CollectionUser::CollectionUser(const Scenario& scenario, const core::Context& context,
                               core::PeerId self)
    : scenario_(&scenario),
      context_(&context),
      self_(self),
      random_({.seed = scenario.seed,
               .peer = self.value,
               .incarnation = kStream,
               .purpose = core::Purpose::kWorkload}) {}

CollectionUser::Used& CollectionUser::Use(const CollectionOperation& operation) {
  const auto known = used_.find(operation.collection);
  if (known != used_.end()) return known->second;
  core::Collection collection(*context_->suite, context_->network,
                              {operation.collection, KindOf(operation)}, kRule);
  Used used{std::move(collection), {}, KindOf(operation), core::Time::Never()};
  return used_.emplace(operation.collection, std::move(used)).first->second;
}

core::CollectionMoment CollectionUser::At(core::Time now) {
  return {.now = now, .random = random_, .wishes = wishes_};
}

void CollectionUser::Begin(uint32_t operation, core::Time now) {
  const CollectionOperation& what = *scenario_->workload[operation].on_collection;
  Used& used = Use(what);
  core::ActionId action;
  random_.Fill(action.bytes);
  if (!used.collection.Act(action, Payload(what)).ok()) return;
  deeds_.emplace_back(ActionBegun{used.collection.header(), used.kind, action});
  used.collection.Sync(At(now));
  CarryOut(used, now);
}

core::Bytes CollectionUser::Mark(uint32_t bytes) {
  core::Bytes content;
  core::CanonicalWriter writer(content);
  writer.U32(self_.value);
  writer.U64(++last_mark_);
  content.resize(std::max<size_t>(content.size(), bytes));
  return content;
}

std::vector<uint32_t> CollectionUser::DrawKeys(const CollectionOperation& operation) {
  std::vector<uint32_t> keys;
  while (keys.size() < operation.count) {
    const auto key = static_cast<uint32_t>(random_.Below(operation.keys));
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

core::Bytes CollectionUser::Payload(const CollectionOperation& operation) {
  if (!operation.OnTree()) return Mark(operation.bytes);
  const bool inserts = operation.kind == CollectionOperation::Kind::kInsert;
  std::vector<core::TreeEdit> edits;
  for (const uint32_t key : DrawKeys(operation)) {
    core::TreeEdit& edit = edits.emplace_back();
    edit.kind = inserts ? core::TreeEdit::Kind::kInsert : core::TreeEdit::Kind::kErase;
    core::CanonicalWriter(edit.key).U32(key);
    if (inserts) edit.value = Mark(operation.bytes);
  }
  auto payload = core::EncodeEdits(edits);
  CHECK(payload.ok());  // The loader's limits are narrower.
  return *std::move(payload);
}

void CollectionUser::Observe(std::span<const core::Observation> observations, core::Time now) {
  for (const core::Observation& observation : observations) {
    for (auto& [name, used] : used_) {
      if (!used.calls.OnObservation(At(now), observation, used.collection)) continue;
      CarryOut(used, now);
      break;
    }
  }
}

void CollectionUser::OnDeadline(core::Time now) {
  for (auto& [name, used] : used_) {
    if (used.sync_at <= now) {
      used.sync_at = core::Time::Never();
      used.collection.Sync(At(now));
    }
    used.collection.OnDeadline(At(now));
    CarryOut(used, now);
  }
}

core::Time CollectionUser::NextDeadline() const {
  core::Time next = core::Time::Never();
  for (const auto& [name, used] : used_) {
    next = std::min({next, used.sync_at, used.collection.NextDeadline()});
  }
  return next;
}

void CollectionUser::CarryOut(Used& used, core::Time now) {
  const core::BlockId& header = used.collection.header();
  for (const core::ActionReport& report : wishes_.reports) {
    deeds_.emplace_back(ActionEnded{header, report});
  }
  if (wishes_.ended.has_value() && *wishes_.ended != core::SyncEnd::kDone) {
    deeds_.emplace_back(SyncFailed{header, *wishes_.ended});
    if (*wishes_.ended == core::SyncEnd::kGaveUp) used.sync_at = now + kRest;
  }
  std::vector<core::Command> commands;
  used.calls.TakeWishes(wishes_, next_request_, commands);
  wishes_.Clear();
  for (core::Command& command : commands) Ask(used, std::move(command));
}

void CollectionUser::Ask(const Used& used, core::Command command) {
  if (auto* transact = std::get_if<core::TransactCommand>(&command)) {
    for (core::BlockWrite& write : transact->writes) SpoilWrite(scenario_->plant, write);
    auto changes = std::make_shared<core::ChangeSet>();
    changes->writes = transact->writes;
    changes->tail = transact->tail;
    deeds_.emplace_back(
        ChangesAsked{used.collection.header(), used.kind, transact->request, std::move(changes)});
  }
  calls_.push_back(std::move(command));
}

std::optional<core::Command> CollectionUser::TakeCall() {
  if (calls_.empty()) return std::nullopt;
  core::Command call = std::move(calls_.front());
  calls_.erase(calls_.begin());
  return call;
}

void CollectionUser::Forget() {
  used_.clear();
  calls_.clear();
}

void CollectionUser::Digest(core::Hasher& hasher) const {
  hasher.Add(last_mark_);
  hasher.Add(next_request_);
  for (const auto& [name, used] : used_) {
    used.collection.Digest(hasher);
    hasher.Add(used.calls.open());
    hasher.Add(used.sync_at.us);
  }
  hasher.Add(calls_.size());
}

size_t CollectionUser::MemoryUsage() const {
  constexpr size_t kNode = 48;  // Of a map, beside its value.
  size_t bytes = sizeof(CollectionUser) + calls_.capacity() * sizeof(core::Command);
  for (const auto& [name, used] : used_) {
    bytes += kNode + name.capacity() + sizeof(used) + used.collection.HeapBytes();
  }
  return bytes;
}

}  // namespace sim
