#include "node/host/open_calls.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace node {
namespace {

size_t BytesIn(const core::Command& command) {
  if (const auto* put = std::get_if<core::PutCommand>(&command)) return put->value.size();
  const auto* transact = std::get_if<core::TransactCommand>(&command);
  size_t bytes = 0;
  if (transact == nullptr) return bytes;
  for (const core::BlockWrite& write : transact->writes) bytes += write.value.size();
  return bytes;
}

core::CallFinished EndOf(uint64_t request, core::CallKind call, const core::BlockId& block) {
  const bool reads = call == core::CallKind::kGet || call == core::CallKind::kRevision;
  return {.request = request,
          .call = call,
          .block = block,
          .outcome = reads ? core::CallOutcome::kUnavailable : core::CallOutcome::kInDoubt,
          .revision = 0,
          .hash = {},
          .deleted = false,
          .attempts = 0,
          .took = {}};
}

}  // namespace

std::optional<core::CallFinished> AbandonedEnd(const core::Command& command) {
  if (const auto* put = std::get_if<core::PutCommand>(&command)) {
    return EndOf(put->request, core::CallKind::kPut, put->block);
  }
  if (const auto* erase = std::get_if<core::DeleteCommand>(&command)) {
    return EndOf(erase->request, core::CallKind::kDelete, erase->block);
  }
  if (const auto* get = std::get_if<core::GetCommand>(&command)) {
    return EndOf(get->request, core::CallKind::kGet, get->block);
  }
  if (const auto* revision = std::get_if<core::RevisionCommand>(&command)) {
    return EndOf(revision->request, core::CallKind::kRevision, revision->block);
  }
  if (const auto* transact = std::get_if<core::TransactCommand>(&command)) {
    return EndOf(transact->request, core::CallKind::kTransact, transact->tail);
  }
  return std::nullopt;
}

core::Status OpenCalls::Begin(const core::Command& command) {
  const std::optional<core::CallFinished> end = AbandonedEnd(command);
  if (!end.has_value()) return absl::OkStatus();
  if (open_.size() >= kCallsMax) {
    return core::ResourceExhausted("command: found " + std::to_string(open_.size()) +
                                   " open calls, allowed " + std::to_string(kCallsMax));
  }
  const size_t bytes = BytesIn(command);
  if (bytes_ + bytes > kBytesMax) {
    return core::ResourceExhausted("command: found open calls with " + std::to_string(bytes_) +
                                   " bytes of contents, allowed " + std::to_string(kBytesMax) +
                                   " with this one's");
  }
  if (!open_.try_emplace(end->request, Open{*end, bytes}).second) {
    return core::FailedPrecondition("command: found the number " + std::to_string(end->request) +
                                    " of an open call, allowed another");
  }
  bytes_ += bytes;
  return absl::OkStatus();
}

void OpenCalls::Finished(uint64_t request) {
  const auto found = open_.find(request);
  if (found == open_.end()) return;
  bytes_ -= found->second.bytes;
  open_.erase(found);
}

std::vector<core::CallFinished> OpenCalls::Abandon() {
  std::vector<core::CallFinished> ends;
  for (const auto& [request, open] : std::exchange(open_, {})) ends.push_back(open.end);
  bytes_ = 0;
  return ends;
}

}  // namespace node
