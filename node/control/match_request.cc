#include "node/control/match_request.h"

#include <array>

#include "core/codec/limits.h"
#include "node/host/command_check.h"

namespace node {
namespace {

constexpr std::string_view kDefaultKind = "work";
constexpr size_t kLabelMax = 255;
constexpr RequestFields::Range kTopicBytes = {1, core::limits::kTaskKindBytesMax + 1 + kLabelMax};
constexpr int64_t kBudgetMax = 65'535;
constexpr std::array<std::string_view, 2> kRoles = {"seeker", "worker"};
constexpr std::array<std::string_view, 2> kSought = {"workers", "seekers"};

core::StringList TakeWords(RequestFields& fields, std::string_view key) {
  core::StringList words;
  for (const std::string& word :
       fields.Texts(key, core::limits::kCapabilitiesMax, core::limits::kCapabilityBytesMax)) {
    words.Add(word);
  }
  return words;
}

core::Status CheckTopic(const core::Topic& topic) {
  const bool fits = !topic.kind.empty() && topic.kind.size() <= core::limits::kTaskKindBytesMax &&
                    !topic.label.empty() && topic.label.size() <= kLabelMax;
  if (fits) return absl::OkStatus();
  return core::InvalidArgument("/params/topic: found a kind of " +
                               std::to_string(topic.kind.size()) + " bytes and a label of " +
                               std::to_string(topic.label.size()) +
                               ", allowed KIND/LABEL or LABEL, of 1 to 32 and 1 to 255 bytes");
}

core::Command TakeMatch(RequestFields& fields, const core::Topic& topic) {
  core::MatchCommand match;
  match.topic = topic;
  match.seek = fields.Word("seek", kSought) == 0 ? core::Role::kWorker : core::Role::kMatcher;
  match.want = static_cast<uint16_t>(
      fields.Integer("want", {1, static_cast<int64_t>(kWantMax)}).value_or(match.want));
  match.patience = fields.Span("patience").value_or(match.patience);
  match.filter.must = TakeWords(fields, "must");
  match.filter.must_not = TakeWords(fields, "must_not");
  match.filter.min_budget =
      static_cast<uint16_t>(fields.Integer("min_budget", {0, kBudgetMax}).value_or(0));
  match.capabilities = TakeWords(fields, "capabilities");
  return match;
}

core::Command TakeWork(RequestFields& fields, const core::Topic& topic) {
  core::WorkCommand work;
  work.topic = topic;
  work.budget =
      static_cast<uint16_t>(fields.Integer("budget", {1, kBudgetMax}).value_or(work.budget));
  work.capabilities = TakeWords(fields, "capabilities");
  return work;
}

}  // namespace

core::Topic TopicFrom(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {std::string(kDefaultKind), std::string(text)};
  return {std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

std::string ToText(const core::Topic& topic) {
  return topic.kind + "/" + topic.label;
}

core::Topic TakeTopic(RequestFields& fields) {
  return TopicFrom(fields.Text("topic", kTopicBytes));
}

core::StatusOr<MatchRequest> ReadMatchRequest(const JsonNode& params) {
  RequestFields fields(params);
  MatchRequest request;
  request.topic = TakeTopic(fields);
  request.works = fields.Word("role", kRoles) == 1;
  request.command =
      request.works ? TakeWork(fields, request.topic) : TakeMatch(fields, request.topic);
  RETURN_IF_ERROR(fields.Finish());
  RETURN_IF_ERROR(CheckTopic(request.topic));
  return request;
}

}  // namespace node
