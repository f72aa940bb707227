#include "node/control/session.h"

#include <array>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

#include "node/base/visible_text.h"
#include "node/control/block_request.h"
#include "node/control/match_request.h"
#include "node/control/request_fields.h"
#include "node/control/token_file.h"
#include "node/service/recording_file.h"
#include "node/service/status_json.h"

namespace node {
namespace {

constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warning", "error"};
constexpr int64_t kPathMax = 4'000;

core::Status NoParameters(const ControlRequest& request) {
  return RequestFields(request.params).Finish();
}

}  // namespace

Session::Session(const ControlContext& context, bool wants_token, Send send)
    : context_(&context), send_(std::move(send)), trusted_(!wants_token) {
  send_(GreetingLine(wants_token));
}

Session::~Session() {
  Leave("left");
}

std::span<const Session::Method> Session::Methods() {
  static constexpr std::array<Method, 7> kMethods = {{
      {"status", &Session::ShowStatus},
      {"peers", &Session::ShowPeers},
      {"state", &Session::ShowState},
      {"cancel", &Session::Cancel},
      {"leave", &Session::LeaveTopic},
      {"record", &Session::Record},
      {"log_level", &Session::LogLevelOf},
  }};
  return kMethods;
}

void Session::OnLine(std::string_view line) {
  ControlRequest request;
  const core::Status status = ReadRequest(line, request);
  if (!status.ok()) return Fail(request.id, status);
  if (streams_.contains(*request.id) || calls_.contains(*request.id)) {
    return Fail(std::nullopt, core::InvalidArgument("/id: found " + std::to_string(*request.id) +
                                                    ", which is open, allowed another"));
  }
  Dispatch(request);
}

void Session::Dispatch(const ControlRequest& request) {
  if (request.method == "authenticate" || !trusted_) {
    const core::Status status = Authenticate(request);
    if (!status.ok()) return Fail(request.id, status);
    return send_(ResultLine(*request.id, Json::object()));
  }
  if (request.method == "match") {
    const core::Status status = BeginMatch(request);
    if (!status.ok()) Fail(request.id, status);
    return;
  }
  if (IsBlockMethod(request.method)) {
    const core::Status status = BeginCall(request);
    if (!status.ok()) Fail(request.id, status);
    return;
  }
  std::vector<std::string_view> names = {"authenticate", "match",  "put",     "get",
                                         "rev",          "delete", "transact"};
  for (const Method& method : Methods()) {
    names.push_back(method.name);
    if (method.name != request.method) continue;
    const core::StatusOr<Json> result = (this->*method.call)(request);
    if (!result.ok()) return Fail(request.id, result.status());
    return send_(ResultLine(*request.id, *result));
  }
  Fail(request.id, core::Unimplemented("/method: found " + Quoted(request.method) + ", allowed " +
                                       QuotedList(names)));
}

void Session::Fail(std::optional<int64_t> id, const core::Status& status) {
  refused_ = refused_ || !trusted_;
  send_(ErrorLine(id, status));
}

core::Status Session::Authenticate(const ControlRequest& request) {
  if (request.method != "authenticate") {
    return absl::UnauthenticatedError(
        "method: found another, allowed \"authenticate\" with the token first");
  }
  RequestFields fields(request.params);
  const std::string token = fields.Text("token", {1, 1'000});
  const core::Status status = fields.Finish();
  // Never what was shown: it may be nearly right.
  if (!status.ok()) return absl::UnauthenticatedError("token: found none, allowed the node's");
  if (trusted_) return absl::OkStatus();
  if (!SameToken(token, context_->token)) {
    return absl::UnauthenticatedError("token: found another, allowed the node's");
  }
  trusted_ = true;
  return absl::OkStatus();
}

core::Status Session::BeginMatch(const ControlRequest& request) {
  ASSIGN_OR_RETURN(const MatchRequest match, ReadMatchRequest(request.params));
  const int64_t id = *request.id;
  const core::Key256 key = context_->participations->KeyOf(match.topic);
  streams_.emplace(id, key);
  const auto begun = context_->participations->Begin(
      match, {.event = [this, id](const Json& event) { send_(EventLine(id, event)); },
              .end =
                  [this, id](const Json& result) {
                    streams_.erase(id);
                    send_(ResultLine(id, result));
                  }});
  if (!begun.ok()) streams_.erase(id);
  return begun.status();
}

core::Status Session::BeginCall(const ControlRequest& request) {
  ASSIGN_OR_RETURN(core::Command command,
                   ReadBlockRequest(request.method, request.params, *context_->view));
  const int64_t id = *request.id;
  calls_.emplace(id, 0);
  const auto begun = context_->calls->Begin(std::move(command), [this, id](const Json& result) {
    calls_.erase(id);
    send_(ResultLine(id, result));
  });
  if (!begun.ok()) {
    calls_.erase(id);
    return begun.status();
  }
  const auto open = calls_.find(id);
  if (open != calls_.end()) open->second = *begun;
  return absl::OkStatus();
}

void Session::Leave(std::string_view end) {
  // Each end takes itself out.
  const std::map<int64_t, core::Key256> streams = streams_;
  for (const auto& [id, key] : streams) context_->participations->Leave(key, end);
  const std::map<int64_t, uint64_t> calls = calls_;
  for (const auto& [id, call] : calls) context_->calls->Abandon(call);
}

core::StatusOr<Json> Session::ShowStatus(const ControlRequest& request) {
  RETURN_IF_ERROR(NoParameters(request));
  return StatusJson(context_->view->Status());
}

core::StatusOr<Json> Session::ShowPeers(const ControlRequest& request) {
  RETURN_IF_ERROR(NoParameters(request));
  return PeersJson(context_->view->Peers());
}

core::StatusOr<Json> Session::ShowState(const ControlRequest& request) {
  RETURN_IF_ERROR(NoParameters(request));
  return StateJson(*context_->view);
}

core::StatusOr<Json> Session::Cancel(const ControlRequest& request) {
  RequestFields fields(request.params);
  const std::optional<int64_t> id = fields.Integer("id", {0, kRequestIdMax});
  RETURN_IF_ERROR(fields.Finish());
  const auto stream = id.has_value() ? streams_.find(*id) : streams_.end();
  if (stream == streams_.end()) {
    return core::NotFound("/params/id: found no open match of that id on this connection");
  }
  context_->participations->Leave(core::Key256(stream->second), "cancelled");
  return Json::object();
}

core::StatusOr<Json> Session::LeaveTopic(const ControlRequest& request) {
  RequestFields fields(request.params);
  const core::Topic topic = TakeTopic(fields);
  RETURN_IF_ERROR(fields.Finish());
  if (!context_->participations->Leave(context_->participations->KeyOf(topic))) {
    return core::NotFound("/params/topic: found " + Quoted(ToText(topic)) +
                          ", which no client of this node takes part in");
  }
  return Json::object();
}

core::StatusOr<Json> Session::Record(const ControlRequest& request) {
  RequestFields fields(request.params);
  const std::string name = fields.Text("path", {1, kPathMax});
  RETURN_IF_ERROR(fields.Finish());
  if (name.find('\0') != std::string::npos) {
    return core::InvalidArgument("/params/path: found a NUL, allowed none");
  }
  const core::Recorder* recorder = context_->view->Recording();
  if (recorder == nullptr) {
    return core::FailedPrecondition(
        "the flight recorder: found none, allowed a node that has started with recorder.length "
        "above 0");
  }
  // An absolute path stays what it is.
  const std::filesystem::path path = std::filesystem::path(context_->data_dir) / name;
  ASSIGN_OR_RETURN(const SavedRecording saved, SaveRecording(*recorder, path));
  context_->log->Info("the flight recorder was saved",
                      {{"file", path.string()}, {"bytes", saved.bytes}});
  return Json{{"path", path.string()},
              {"bytes", saved.bytes},
              {"inputs", saved.inputs},
              {"dropped", saved.dropped}};
}

core::StatusOr<Json> Session::LogLevelOf(const ControlRequest& request) {
  RequestFields fields(request.params);
  const bool sets = fields.Has("level");
  const size_t level = fields.Word("level", kLevels);
  RETURN_IF_ERROR(fields.Finish());
  if (sets) context_->log->SetLevel(static_cast<LogLevel>(level));
  return Json{{"level", TextOf(context_->log->level())}};
}

}  // namespace node
