#include "node/host/command_check.h"

#include <string>
#include <string_view>
#include <variant>

#include "core/codec/limits.h"

namespace node {
namespace {

core::Status Wrong(std::string_view field, const std::string& found, const std::string& allowed) {
  return core::InvalidArgument(std::string(field) + ": found " + found + ", allowed " + allowed);
}

core::Status CheckText(std::string_view field, std::string_view text) {
  if (!text.empty() && text.size() <= kTopicTextMax) return absl::OkStatus();
  return Wrong(field, std::to_string(text.size()) + " bytes",
               "1 to " + std::to_string(kTopicTextMax));
}

core::Status CheckTopic(const core::Topic& topic) {
  RETURN_IF_ERROR(CheckText("topic.kind", topic.kind));
  return CheckText("topic.label", topic.label);
}

core::Status CheckTexts(std::string_view field, const core::StringList& texts) {
  size_t count = 0;
  size_t longest = 0;
  texts.ForEach([&](std::string_view text) {
    ++count;
    longest = std::max(longest, text.size());
  });
  if (count > core::limits::kCapabilitiesMax) {
    return Wrong(field, std::to_string(count) + " texts",
                 "at most " + std::to_string(core::limits::kCapabilitiesMax));
  }
  if (longest > core::limits::kCapabilityBytesMax) {
    return Wrong(field, "a text of " + std::to_string(longest) + " bytes",
                 "at most " + std::to_string(core::limits::kCapabilityBytesMax));
  }
  return absl::OkStatus();
}

core::Status Check(const core::MatchCommand& match) {
  RETURN_IF_ERROR(CheckTopic(match.topic));
  RETURN_IF_ERROR(CheckTexts("capabilities", match.capabilities));
  RETURN_IF_ERROR(CheckTexts("filter.must", match.filter.must));
  RETURN_IF_ERROR(CheckTexts("filter.must_not", match.filter.must_not));
  if (match.want == 0 || match.want > kWantMax) {
    return Wrong("want", std::to_string(match.want), "1 to " + std::to_string(kWantMax));
  }
  if (match.patience.us <= 0 || match.patience > kPatienceMax) {
    return Wrong("patience", std::to_string(match.patience.us) + " us", "above 0 to 24 h");
  }
  return absl::OkStatus();
}

core::Status Check(const core::WorkCommand& work) {
  RETURN_IF_ERROR(CheckTopic(work.topic));
  RETURN_IF_ERROR(CheckTexts("capabilities", work.capabilities));
  if (work.budget == 0) return Wrong("budget", "0", "1 to 65535");
  return absl::OkStatus();
}

core::Status Check(const core::LeaveCommand& leave) {
  return CheckTopic(leave.topic);
}

core::Status Check(const core::LookupCommand&) {
  return absl::OkStatus();
}

// The node keeps no blocks yet.
template <typename BlockCommand>
core::Status Check(const BlockCommand&) {
  return core::Unimplemented("command: found one about blocks, allowed match, work, leave, lookup");
}

}  // namespace

core::Status CheckCommand(const core::Command& command) {
  return std::visit([](const auto& what) { return Check(what); }, command);
}

}  // namespace node
