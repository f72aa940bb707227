#include "node/host/command_check.h"

#include <algorithm>
#include <set>
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

core::Status CheckRevision(std::string_view field, uint64_t revision) {
  if (revision <= kRevisionMax) return absl::OkStatus();
  return Wrong(field, std::to_string(revision), "at most 2^53");
}

core::Status CheckContent(size_t bytes) {
  if (bytes <= core::limits::kBlockBytesMax) return absl::OkStatus();
  return Wrong("value", std::to_string(bytes) + " bytes",
               "at most " + std::to_string(core::limits::kBlockBytesMax));
}

core::Status Check(const core::PutCommand& put) {
  RETURN_IF_ERROR(CheckRevision("base", put.base_revision));
  return CheckContent(put.value.size());
}

core::Status Check(const core::DeleteCommand& erase) {
  return CheckRevision("base", erase.base_revision);
}

core::Status Check(const core::GetCommand& get) {
  return CheckRevision("revision", get.revision);
}

core::Status Check(const core::RevisionCommand&) {
  return absl::OkStatus();
}

core::Status Check(const core::LendCommand&) {
  return absl::OkStatus();
}

core::Status CheckNotYet() {
  return absl::UnimplementedError(
      "vote: found a vote, allowed: votes of simulated peers; a node does not vote yet");
}

core::Status Check(const core::VoteCommand&) {
  return CheckNotYet();
}

core::Status Check(const core::ReservedCommand&) {
  return CheckNotYet();
}

core::Status Check(const core::TransactCommand& transact) {
  if (transact.writes.empty() || transact.writes.size() > core::limits::kTransactionWritesMax) {
    return Wrong("writes", std::to_string(transact.writes.size()),
                 "1 to " + std::to_string(core::limits::kTransactionWritesMax));
  }
  std::set<core::BlockId> blocks;
  size_t bytes = 0;
  for (const core::BlockWrite& write : transact.writes) {
    RETURN_IF_ERROR(CheckRevision("base", write.base_revision));
    RETURN_IF_ERROR(CheckContent(write.value.size()));
    if (!blocks.insert(write.block).second) return Wrong("writes", "a block twice", "each once");
    bytes += write.value.size();
  }
  if (bytes > core::limits::kTransactionBytesMax) {
    return Wrong("writes", std::to_string(bytes) + " bytes of contents",
                 "at most " + std::to_string(core::limits::kTransactionBytesMax));
  }
  if (blocks.contains(transact.tail)) return absl::OkStatus();
  return Wrong("tail", "a block that is not written", "one of the writes'");
}

}  // namespace

core::Status CheckCommand(const core::Command& command) {
  return std::visit([](const auto& what) { return Check(what); }, command);
}

}  // namespace node
