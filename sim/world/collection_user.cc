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

static_assert(CollectionOperation::kKeysMax <= core::kTreeEditsMax);

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
  Used used{std::move(collection), {}, {}, KindOf(operation), core::Time::Never()};
  return used_.emplace(operation.collection, std::move(used)).first->second;
}

core::CollectionMoment CollectionUser::At(Used& used, core::Time now) {
  return {.now = now, .random = random_, .wishes = used.wishes};
}

void CollectionUser::Begin(uint32_t operation, core::Time now) {
  const auto& operations = scenario_->workload[operation].on_collections;
  core::ActionId action;
  random_.Fill(action.bytes);
  if (!Act(operations, action)) return;
  for (const CollectionOperation& what : operations) {
    Used& used = Use(what);
    deeds_.emplace_back(ActionBegun{used.collection.header(), used.kind, action});
    used.collection.Sync(At(used, now));
  }
  CarryOut(now);
}

bool CollectionUser::Act(const std::vector<CollectionOperation>& operations,
                         const core::ActionId& action) {
  if (operations.size() == 1) {
    return Use(operations[0]).collection.Act(action, Payload(operations[0])).ok();
  }
  std::vector<Used*> used;
  std::vector<core::JointAction::Part> parts;
  for (const CollectionOperation& what : operations) {
    used.push_back(&Use(what));
    parts.push_back({&used.back()->collection, &used.back()->wishes, Payload(what)});
  }
  auto joint = core::JointAction::Begin(action, std::move(parts));
  if (!joint.ok()) return false;
  joints_.push_back({*std::move(joint), 0, std::move(used)});
  return true;
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
  while (keys.size() < operation.count + operation.absent) {
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
    const bool looks = edits.size() >= operation.count;
    core::TreeEdit& edit = edits.emplace_back();
    edit.kind = inserts ? core::TreeEdit::Kind::kInsert : core::TreeEdit::Kind::kErase;
    if (looks) edit.kind = core::TreeEdit::Kind::kExpectAbsent;
    core::CanonicalWriter(edit.key).U32(key);
    if (inserts && !looks) edit.value = Mark(operation.bytes);
  }
  auto payload = core::EncodeEdits(edits);
  CHECK(payload.ok());  // The loader's limits are narrower.
  return *std::move(payload);
}

void CollectionUser::Observe(std::span<const core::Observation> observations, core::Time now) {
  for (const core::Observation& observation : observations) {
    if (TakeJointEnd(observation, now)) {
      CarryOut(now);
      continue;
    }
    for (auto& [name, used] : used_) {
      if (!used.calls.OnObservation(At(used, now), observation, used.collection)) continue;
      CarryOut(now);
      break;
    }
  }
}

bool CollectionUser::TakeJointEnd(const core::Observation& observation, core::Time now) {
  const auto* finished = std::get_if<core::CallFinished>(&observation);
  if (finished == nullptr) return false;
  const auto mine = [&](const Joint& joint) { return joint.request == finished->request; };
  const auto joint = std::find_if(joints_.begin(), joints_.end(), mine);
  if (joint == joints_.end()) return false;
  joint->action.OnTransactEnd(now, random_, core::EndOfTransaction(finished->outcome));
  return true;
}

void CollectionUser::OnDeadline(core::Time now) {
  for (auto& [name, used] : used_) {
    if (used.sync_at <= now) {
      used.sync_at = core::Time::Never();
      used.collection.Sync(At(used, now));
    }
    used.collection.OnDeadline(At(used, now));
    CarryOut(now);
  }
}

core::Time CollectionUser::NextDeadline() const {
  core::Time next = core::Time::Never();
  for (const auto& [name, used] : used_) {
    next = std::min({next, used.sync_at, used.collection.NextDeadline()});
  }
  return next;
}

void CollectionUser::CarryOut(core::Time now) {
  const auto wants = [](const auto& named) {
    const core::CollectionWishes& wishes = named.second.wishes;
    return wishes.ended.has_value() || !wishes.fetches.empty() || !wishes.transactions.empty() ||
           !wishes.reports.empty();
  };
  // At least once: an offer comes without a wish.
  do {
    for (auto& [name, used] : used_) PassOn(used, now);
    for (Joint& joint : joints_) {
      std::vector<core::ChangeSet> parts = joint.action.Proceed(now, random_);
      if (!parts.empty()) AskTogether(joint, std::move(parts));
    }
    std::erase_if(joints_, [](const Joint& joint) { return joint.action.over(); });
  } while (std::any_of(used_.begin(), used_.end(), wants));
}

void CollectionUser::PassOn(Used& used, core::Time now) {
  const core::BlockId& header = used.collection.header();
  for (const core::ActionReport& report : used.wishes.reports) {
    deeds_.emplace_back(ActionEnded{header, report});
    for (Joint& joint : joints_) {
      if (joint.action.id() == report.id) joint.action.OnReport(report);
    }
  }
  if (used.wishes.ended.has_value() && *used.wishes.ended != core::SyncEnd::kDone) {
    deeds_.emplace_back(SyncFailed{header, *used.wishes.ended});
    if (*used.wishes.ended == core::SyncEnd::kGaveUp) used.sync_at = now + kRest;
  }
  std::vector<core::Command> commands;
  used.calls.TakeWishes(used.wishes, next_request_, commands);
  used.wishes.Clear();
  for (core::Command& command : commands) Ask(used, std::move(command));
}

void CollectionUser::Ask(const Used& used, core::Command command) {
  if (auto* transact = std::get_if<core::TransactCommand>(&command)) {
    for (core::BlockWrite& write : transact->writes) SpoilWrite(scenario_->plant, write);
    NoteChanges(used, transact->request, {transact->writes, transact->tail});
  }
  calls_.push_back(std::move(command));
}

void CollectionUser::AskTogether(Joint& joint, std::vector<core::ChangeSet> parts) {
  joint.request = next_request_++;
  for (size_t i = 0; i < parts.size(); ++i) {
    for (core::BlockWrite& write : parts[i].writes) SpoilWrite(scenario_->plant, write);
    NoteChanges(*joint.parts[i], joint.request, parts[i]);
  }
  core::ChangeSet all = core::Together(parts);
  calls_.emplace_back(core::TransactCommand{
      .request = joint.request, .writes = std::move(all.writes), .tail = all.tail});
}

void CollectionUser::NoteChanges(const Used& used, uint64_t request, core::ChangeSet changes) {
  deeds_.emplace_back(ChangesAsked{used.collection.header(), used.kind, request,
                                   std::make_shared<const core::ChangeSet>(std::move(changes))});
}

std::optional<core::Command> CollectionUser::TakeCall() {
  if (calls_.empty()) return std::nullopt;
  core::Command call = std::move(calls_.front());
  calls_.erase(calls_.begin());
  return call;
}

void CollectionUser::Forget() {
  joints_.clear();
  used_.clear();
  calls_.clear();
}

template <typename State>
void CollectionUser::Tell(State& state) const {
  state.Add("last mark", last_mark_);
  state.Add("next request", next_request_);
  for (const auto& each : used_) {
    const Used& used = each.second;
    state.Part("collection", [&] {
      state.Show("name", std::string_view(each.first));
      state.Module("state", used.collection);
      state.Add("open calls", used.calls.open());
      state.Add("syncs", used.sync_at);
    });
  }
  for (const Joint& joint : joints_) {
    state.Part("joint action", [&] {
      state.Add("request", joint.request);
      state.Module("state", joint.action);
    });
  }
  state.Add("calls to make", calls_.size());
}

void CollectionUser::Digest(core::Hasher& hasher) const {
  core::HashedState state(hasher);
  Tell(state);
}

void CollectionUser::Describe(core::StateListener& listener) const {
  core::ShownState state(listener);
  Tell(state);
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
