#include "node/control/protocol.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "node/base/visible_text.h"

namespace node {
namespace {

core::Status Wrong(std::string_view where, const std::string& found, std::string_view allowed) {
  return core::InvalidArgument(std::string(where) + ": found " + found + ", allowed " +
                               std::string(allowed));
}

core::Status TakeId(const JsonNode& node, ControlRequest& request) {
  const bool fits =
      node.kind == JsonNode::Kind::kInteger && node.number >= 0 && node.number <= kRequestIdMax;
  if (!fits) return Wrong("/id", DescribeNode(node), "an integer from 0 to 2^53");
  request.id = node.number;
  return absl::OkStatus();
}

core::Status TakeMethod(const JsonNode& node, ControlRequest& request) {
  if (node.kind != JsonNode::Kind::kText) return Wrong("/method", DescribeNode(node), "a text");
  request.method = node.text;
  return absl::OkStatus();
}

core::Status TakeParams(JsonNode& node, ControlRequest& request) {
  if (node.kind != JsonNode::Kind::kObject) {
    return Wrong("/params", DescribeNode(node), "an object");
  }
  request.params = std::move(node);
  return absl::OkStatus();
}

core::Status Take(const std::string& key, JsonNode& node, ControlRequest& request) {
  if (key == "id") return TakeId(node, request);
  if (key == "method") return TakeMethod(node, request);
  if (key == "params") return TakeParams(node, request);
  return Wrong("the request", "the unknown key " + Quoted(key), R"("id", "method" or "params")");
}

std::string Line(const Json& json) {
  return Dump(json) + "\n";
}

}  // namespace

core::Status ReadRequest(std::string_view line, ControlRequest& request) {
  request = {};
  request.params.kind = JsonNode::Kind::kObject;
  JsonNode tree;
  Mistake mistake;
  if (!ReadJsonTree(line, tree, mistake, JsonComments::kRefused)) {
    return core::InvalidArgument(absl::StrCat(
        "column ", mistake.at.column, ": ",
        absl::StrReplaceAll(mistake.text, {{"the end of the file", "the end of the line"}})));
  }
  if (tree.kind != JsonNode::Kind::kObject) {
    return Wrong("the line", DescribeNode(tree), "an object");
  }
  core::Status first = absl::OkStatus();
  for (size_t i = 0; i < tree.keys.size(); ++i) {
    const core::Status status = Take(tree.keys[i].name, tree.items[i], request);
    if (first.ok()) first = status;
  }
  RETURN_IF_ERROR(first);
  if (!request.id.has_value()) return Wrong("/id", "none", "an integer from 0 to 2^53");
  if (request.method.empty()) return Wrong("/method", "none", "the name of a method");
  return absl::OkStatus();
}

std::string GreetingLine(bool wants_token) {
  return Line(
      {{"orbweaver_control", kControlVersion}, {"authentication", wants_token ? "token" : "none"}});
}

std::string ResultLine(int64_t id, const Json& result) {
  return Line({{"id", id}, {"result", result}});
}

std::string ErrorLine(std::optional<int64_t> id, const core::Status& status) {
  const Json error = {{"code", CodeText(status)}, {"message", core::MessageOf(status)}};
  return Line({{"id", id.has_value() ? Json(*id) : Json()}, {"error", error}});
}

std::string EventLine(int64_t id, const Json& event) {
  Json line = {{"id", id}};
  line.update(event);
  return Line(line);
}

std::string_view CodeText(const core::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return "invalid_argument";
    case absl::StatusCode::kNotFound:
      return "not_found";
    case absl::StatusCode::kUnimplemented:
      return "unimplemented";
    case absl::StatusCode::kResourceExhausted:
      return "resource_exhausted";
    case absl::StatusCode::kFailedPrecondition:
      return "failed_precondition";
    case absl::StatusCode::kUnavailable:
      return "unavailable";
    case absl::StatusCode::kUnauthenticated:
      return "unauthenticated";
    case absl::StatusCode::kDataLoss:
      return "data_loss";
    default:
      return "internal";
  }
}

}  // namespace node
