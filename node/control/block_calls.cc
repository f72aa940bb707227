#include "node/control/block_calls.h"

#include <string_view>
#include <utility>
#include <variant>

#include "core/base/base64.h"
#include "core/base/check.h"
#include "core/port/names.h"
#include "node/base/visible_text.h"
#include "node/host/open_calls.h"

namespace node {
namespace {

// A found revision may be none, or a tombstone.
std::string_view OutcomeText(const core::CallFinished& finished) {
  if (finished.outcome != core::CallOutcome::kFound || (finished.revision > 0 && !finished.deleted))
    return core::NameOf(finished.outcome);
  return finished.revision == 0 ? "absent" : "deleted";
}

// What a revision in the other ends means is between the core and its checkers.
bool TellsRevision(core::CallOutcome outcome) {
  return outcome == core::CallOutcome::kCommitted || outcome == core::CallOutcome::kFound ||
         outcome == core::CallOutcome::kStale;
}

void SetRequest(core::Command& command, uint64_t request) {
  std::visit(
      [request](auto& what) {
        if constexpr (requires { what.request; }) what.request = request;
      },
      command);
}

}  // namespace

Json CallJson(const core::CallFinished& finished, const std::optional<core::Bytes>& value) {
  Json json = {{"outcome", OutcomeText(finished)}, {"block", HexText(finished.block.bytes)}};
  const bool tells = TellsRevision(finished.outcome);
  json["revision"] = tells ? Json(finished.revision) : Json();
  json["hash"] = tells && finished.revision > 0 ? Json(HexText(finished.hash.bytes)) : Json();
  if (finished.outcome == core::CallOutcome::kStale) json["deleted"] = finished.deleted;
  if (value.has_value()) {
    json["value"] = core::ToBase64({reinterpret_cast<const char*>(value->data()), value->size()});
  }
  json["attempts"] = finished.attempts;
  json["took_us"] = finished.took.us;
  return json;
}

BlockCalls::BlockCalls(NodeView& view) : view_(&view) {
  observer_ = view.Observe(
      [this](core::Time, const core::Observation& observation) { OnObservation(observation); });
}

BlockCalls::~BlockCalls() {
  view_->Unobserve(observer_);
}

core::StatusOr<uint64_t> BlockCalls::Begin(core::Command command, Ended ended) {
  const uint64_t request = ++last_request_;
  SetRequest(command, request);
  const std::optional<core::CallFinished> abandoned = AbandonedEnd(command);
  CHECK(abandoned.has_value());
  // First: the core may end it while it is told.
  open_.emplace(request, Open{*abandoned, std::move(ended), std::nullopt});
  const core::Status status = view_->Submit(command);
  if (status.ok()) return request;
  open_.erase(request);
  return status;
}

void BlockCalls::Abandon(uint64_t request) {
  const auto found = open_.find(request);
  if (found != open_.end()) End(core::CallFinished(found->second.abandoned));
}

void BlockCalls::OnObservation(const core::Observation& observation) {
  if (const auto* finished = std::get_if<core::CallFinished>(&observation)) return End(*finished);
  const auto* read = std::get_if<core::BlockRead>(&observation);
  const auto found = read == nullptr ? open_.end() : open_.find(read->request);
  if (found != open_.end()) found->second.value.emplace(read->value.begin(), read->value.end());
}

void BlockCalls::End(const core::CallFinished& finished) {
  const auto found = open_.find(finished.request);
  if (found == open_.end()) return;
  const Open open = std::move(found->second);
  open_.erase(found);
  open.ended(CallJson(finished, open.value));
}

}  // namespace node
