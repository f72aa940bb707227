#include "sim/world/block_user.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "core/base/random.h"
#include "core/codec/canonical.h"

namespace sim {

core::BlockId BlockNamed(const core::Context& context, std::string_view name) {
  core::Bytes bytes;
  core::BlockNameBytes(context.network, name, bytes);
  return {context.suite->Sha256(bytes)};
}

core::BlockId BlockNamed(const core::Context& context, std::string_view name, uint32_t index,
                         uint32_t count) {
  return count == 1 ? BlockNamed(context, name)
                    : BlockNamed(context, std::string(name) + "/" + std::to_string(index));
}

namespace {

// One rule for all: two transactions that share their blocks share their tail (protocol document, 1.4.7).
core::BlockId TailOf(const std::vector<core::BlockWrite>& writes) {
  core::BlockId tail = writes.front().block;
  for (const core::BlockWrite& write : writes) tail = std::min(tail, write.block);
  return tail;
}

}  // namespace

void BlockUser::Begin(uint32_t operation, WorldTime now) {
  const Operation& what = scenario_->workload[operation];
  const uint64_t key = ++last_key_;
  Open& open = open_[key];
  open.operation = operation;
  open.tries_left = what.on_blocks->tries;
  open.writes = Draw(operation, now);
  const core::BlockId block = open.writes.front().block;
  if (std::holds_alternative<core::GetCommand>(what.command)) {
    calls_.push_back(core::GetCommand{NewRequest(key), block, what.on_blocks->revision});
  } else if (std::holds_alternative<core::RevisionCommand>(what.command)) {
    calls_.push_back(core::RevisionCommand{NewRequest(key), block});
  } else if (what.on_blocks->base.has_value()) {
    for (core::BlockWrite& write : open.writes) write.base_revision = *what.on_blocks->base;
    Write(key);
  } else {
    Ask(key);
  }
}

std::vector<core::BlockWrite> BlockUser::Draw(uint32_t operation, WorldTime now) const {
  const Operation& what = scenario_->workload[operation];
  const BlockOperation& blocks = *what.on_blocks;
  core::Random random({.seed = scenario_->seed ^ static_cast<uint64_t>(now.us),
                       .peer = self_.value,
                       .incarnation = operation,
                       .purpose = core::Purpose::kWorkload});
  std::vector<core::BlockWrite> writes;
  std::set<uint32_t> drawn;
  while (writes.size() < blocks.writes) {
    const auto index = static_cast<uint32_t>(random.Below(blocks.blocks));
    if (!drawn.insert(index).second) continue;
    core::BlockWrite write;
    write.block = BlockNamed(*context_, blocks.block, index, blocks.blocks);
    write.erase = std::holds_alternative<core::DeleteCommand>(what.command);
    writes.push_back(std::move(write));
  }
  return writes;
}

void BlockUser::Ask(uint64_t key) {
  Open& open = open_.at(key);
  open.writing = false;
  open.unanswered = static_cast<uint32_t>(open.writes.size());
  for (const core::BlockWrite& write : open.writes) {
    calls_.push_back(core::RevisionCommand{NewRequest(key), write.block});
  }
}

void BlockUser::Write(uint64_t key) {
  Open& open = open_.at(key);
  const Operation& what = OperationOf(open);
  open.writing = true;
  --open.tries_left;
  const uint64_t request = NewRequest(key);
  for (uint32_t i = 0; i < open.writes.size(); ++i) {
    core::BlockWrite& write = open.writes[i];
    if (!write.erase) write.value = Content(request, i, what.on_blocks->bytes);
  }
  const core::BlockWrite& first = open.writes.front();
  if (std::holds_alternative<core::PutCommand>(what.command)) {
    calls_.push_back(core::PutCommand{request, first.block, first.base_revision, first.value});
  } else if (std::holds_alternative<core::DeleteCommand>(what.command)) {
    calls_.push_back(core::DeleteCommand{request, first.block, first.base_revision});
  } else {
    calls_.push_back(core::TransactCommand{request, open.writes, TailOf(open.writes)});
  }
}

void BlockUser::Observe(std::span<const core::Observation> observations) {
  for (const core::Observation& observation : observations) {
    if (const auto* call = std::get_if<core::CallFinished>(&observation)) OnFinished(*call);
  }
}

void BlockUser::OnFinished(const core::CallFinished& call) {
  const auto request = requests_.find(call.request);
  if (request == requests_.end()) return;
  const uint64_t key = request->second;
  requests_.erase(request);
  const auto found = open_.find(key);
  if (found == open_.end()) return;  // Another of its questions failed.
  const Open& open = found->second;
  const BlockOperation& blocks = *OperationOf(open).on_blocks;
  if (open.unanswered > 0) return OnAnswer(key, call);
  const bool lost =
      call.outcome == core::CallOutcome::kStale || call.outcome == core::CallOutcome::kConflict;
  if (!open.writing || !lost || open.tries_left == 0) {
    open_.erase(found);
  } else if (blocks.base.has_value()) {
    Write(key);
  } else {
    Ask(key);
  }
}

void BlockUser::OnAnswer(uint64_t key, const core::CallFinished& call) {
  Open& open = open_.at(key);
  if (call.outcome != core::CallOutcome::kFound) {
    open_.erase(key);
    return;
  }
  for (core::BlockWrite& write : open.writes) {
    if (write.block == call.block) write.base_revision = call.revision;
  }
  if (--open.unanswered == 0) Write(key);
}

std::optional<core::Command> BlockUser::TakeCall() {
  if (calls_.empty()) return std::nullopt;
  core::Command call = std::move(calls_.front());
  calls_.erase(calls_.begin());
  return call;
}

void BlockUser::Forget() {
  open_.clear();
  requests_.clear();
  calls_.clear();
}

uint64_t BlockUser::NewRequest(uint64_t key) {
  requests_[++last_request_] = key;
  return last_request_;
}

core::Bytes BlockUser::Content(uint64_t request, uint32_t index, uint32_t bytes) const {
  core::Bytes content;
  core::CanonicalWriter writer(content);
  writer.U32(self_.value);
  writer.U64(request);
  writer.U32(index);
  content.resize(std::max<size_t>(content.size(), bytes));
  return content;
}

template <typename State>
void BlockUser::Tell(State& state) const {
  state.Add("last key", last_key_);
  state.Add("last request", last_request_);
  for (const auto& each : open_) {
    const Open& open = each.second;
    state.Part("operation", [&] {
      state.Add("key", each.first);
      state.Add("of the workload", open.operation);
      state.Add("tries left", open.tries_left);
      state.Add("unanswered", open.unanswered);
      state.Add("writing", open.writing);
      for (const core::BlockWrite& write : open.writes) {
        state.Part("write", [&] {
          state.Add("block", write.block);
          state.Add("base", write.base_revision);
        });
      }
    });
  }
  for (const auto& each : requests_) state.Add("open calls", each.first);
  state.Add("calls to make", calls_.size());
}

void BlockUser::Digest(core::Hasher& hasher) const {
  core::HashedState state(hasher);
  Tell(state);
}

void BlockUser::Describe(core::StateListener& listener) const {
  core::ShownState state(listener);
  Tell(state);
}

size_t BlockUser::MemoryUsage() const {
  constexpr size_t kNode = 48;  // Of a map, beside its value.
  size_t bytes = sizeof(BlockUser) + calls_.capacity() * sizeof(core::Command) +
                 requests_.size() * (kNode + 2 * sizeof(uint64_t));
  for (const auto& [key, open] : open_) {
    bytes += kNode + sizeof(key) + sizeof(open) + open.writes.capacity() * sizeof(core::BlockWrite);
    for (const core::BlockWrite& write : open.writes) bytes += write.value.capacity();
  }
  return bytes;
}

}  // namespace sim
