#include "node/control/session.h"

#include <array>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

#include "node/base/visible_text.h"
#include "node/config/node_config.h"
#include "node/control/block_request.h"
#include "node/control/match_request.h"
#include "node/control/request_fields.h"
#include "node/control/token_file.h"
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
  static constexpr std::array<Method, 15> kMethods = {{
      {"match", nullptr, &Session::BeginMatch},
      {"put", nullptr, &Session::BeginCall},
      {"get", nullptr, &Session::BeginCall},
      {"rev", nullptr, &Session::BeginCall},
      {"delete", nullptr, &Session::BeginCall},
      {"transact", nullptr, &Session::BeginCall},
      {"status", &Session::ShowStatus, nullptr},
      {"peers", &Session::ShowPeers, nullptr},
      {"state", &Session::ShowState, nullptr},
      {"ring", &Session::ShowRing, nullptr},
      {"lend", &Session::Lend, nullptr},
      {"cancel", &Session::Cancel, nullptr},
      {"leave", &Session::LeaveTopic, nullptr},
      {"record", nullptr, &Session::BeginRecord},
      {"log_level", &Session::LogLevelOf, nullptr},
  }};
  return kMethods;
}

void Session::OnLine(std::string_view line) {
  ControlRequest request;
  const core::Status status = ReadRequest(line, request);
  // What is open would be answered by an error with its id.
  const bool open = request.id.has_value() && IsOpen(*request.id);
  if (!status.ok()) return Fail(open ? std::nullopt : request.id, status);
  if (open) {
    return Fail(std::nullopt, core::InvalidArgument("/id: found " + std::to_string(*request.id) +
                                                    ", which is open, allowed another"));
  }
  Dispatch(request);
}

bool Session::IsOpen(int64_t id) const {
  return streams_.contains(id) || calls_.contains(id) || recording_ == id;
}

void Session::Dispatch(const ControlRequest& request) {
  if (request.method == "authenticate" || !trusted_) {
    const core::Status status = Authenticate(request);
    if (!status.ok()) return Fail(request.id, status);
    return send_(ResultLine(*request.id, Json::object()));
  }
  std::vector<std::string_view> names = {"authenticate"};
  for (const Method& method : Methods()) {
    names.push_back(method.name);
    if (method.name != request.method) continue;
    if (method.begin != nullptr) {
      const core::Status begun = (this->*method.begin)(request);
      if (!begun.ok()) Fail(request.id, begun);
      return;
    }
    const core::StatusOr<Json> result = (this->*method.answer)(request);
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
  if (recording_.has_value()) context_->recordings->Abandon();
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

core::StatusOr<Json> Session::ShowRing(const ControlRequest& request) {
  RETURN_IF_ERROR(NoParameters(request));
  return RingJson(*context_->view);
}

// What comes of it takes its time: the answer says how it begins.
core::StatusOr<Json> Session::Lend(const ControlRequest& request) {
  RequestFields fields(request.params);
  const int64_t bytes = fields.Number("bytes", {0, kLendMax});
  RETURN_IF_ERROR(fields.Finish());
  RETURN_IF_ERROR(context_->view->Submit(core::LendCommand{static_cast<uint64_t>(bytes)}));
  return RingJson(*context_->view);
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

core::Status Session::BeginRecord(const ControlRequest& request) {
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
  const int64_t id = *request.id;
  RETURN_IF_ERROR(
      context_->recordings->Begin(*recorder, path, [this, id](const core::StatusOr<Json>& result) {
        recording_.reset();
        if (!result.ok()) return Fail(id, result.status());
        send_(ResultLine(id, *result));
      }));
  recording_ = id;
  return absl::OkStatus();
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
