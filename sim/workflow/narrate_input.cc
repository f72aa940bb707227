#include "sim/workflow/narrate_input.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_format.h"

#include "sim/observe/describe.h"
#include "sim/scenario/findings.h"

namespace sim {
namespace {

std::string Told(const Description& what, const std::string& whom) {
  const std::string sentence = Sentence(what);
  return std::string(what.name) + whom + (sentence.empty() ? "" : ": " + sentence);
}

std::string TopicText(const core::Topic& topic) {
  return VisibleText(topic.kind) + "/" + VisibleText(topic.label);
}

struct CommandTeller {
  std::string operator()(const core::MatchCommand& command) const {
    return absl::StrFormat("match %s: seek %s, want %d, patience_us %d", TopicText(command.topic),
                           command.seek == core::Role::kMatcher ? "matcher" : "worker",
                           command.want, command.patience.us);
  }

  std::string operator()(const core::WorkCommand& command) const {
    return absl::StrFormat("work %s: budget %d", TopicText(command.topic), command.budget);
  }

  std::string operator()(const core::LeaveCommand& command) const {
    return "leave " + TopicText(command.topic);
  }

  std::string operator()(const core::LookupCommand& command) const {
    return Told({"lookup", {{"target", command.target}}}, "");
  }

  std::string operator()(const core::PutCommand& command) const {
    return Told({"put",
                 {{"block", command.block},
                  {"base", static_cast<int64_t>(command.base_revision)},
                  {"bytes", static_cast<int64_t>(command.value.size())}}},
                "");
  }

  std::string operator()(const core::DeleteCommand& command) const {
    return Told({"delete",
                 {{"block", command.block}, {"base", static_cast<int64_t>(command.base_revision)}}},
                "");
  }

  std::string operator()(const core::GetCommand& command) const {
    return Told(
        {"get", {{"block", command.block}, {"revision", static_cast<int64_t>(command.revision)}}},
        "");
  }

  std::string operator()(const core::RevisionCommand& command) const {
    return Told({"revision", {{"block", command.block}}}, "");
  }

  std::string operator()(const core::TransactCommand& command) const {
    return Told({"transact",
                 {{"tail", command.tail}, {"writes", static_cast<int64_t>(command.writes.size())}}},
                "");
  }

  std::string operator()(const core::LendCommand& command) const {
    return Told({"lend", {{"bytes", static_cast<int64_t>(command.bytes)}}}, "");
  }

  // Without what is secret.
  std::string operator()(const core::VoteCommand& command) const {
    return Told({"vote", {{"template", command.terms.template_cid}}}, "");
  }

  std::string operator()(const core::ReservedCommand& command) const {
    return Told({"reserved", {{"ticket", command.ticket}, {"granted", command.granted}}}, "");
  }
};

std::string Told(const core::StoreRequest& request) {
  return absl::StrFormat("store %016x: requirements %d, writes %d, reads %d, bytes %d",
                         request.ticket.value, request.batch.requirements.size(),
                         request.batch.writes.size(), request.batch.reads.size(),
                         request.batch.ByteCount());
}

struct InputTeller {
  const core::ReplayedInput& step;

  std::string operator()(const core::Start& start) const {
    return absl::StrFormat("start: seeds %d, client %s, rows %d", start.seeds.size(),
                           start.client ? "yes" : "no", start.rows.size());
  }

  std::string operator()(const core::Wake&) const { return "wake"; }

  std::string operator()(const core::Arrival& arrival) const {
    const std::string from = absl::StrFormat(" from %d", arrival.from.value);
    if (arrival.message == nullptr) {
      return absl::StrFormat("< unreadable%s: bytes %d", from, step.frame.size());
    }
    return "< " + Told(Describe(*arrival.message), from);
  }

  std::string operator()(const core::Garbled& garbled) const {
    return Told(Describe(core::Observation(core::BadFrame{garbled.from, garbled.reason})), "");
  }

  std::string operator()(const core::Link& link) const {
    return absl::StrFormat("link to %d %s", link.peer.value, link.up ? "up" : "down");
  }

  std::string operator()(const core::Stored& stored) const {
    const std::string text = absl::StrFormat("stored %016x: %s", stored.ticket.value,
                                             absl::StatusCodeToString(stored.status.code()));
    return stored.found.empty() ? text : absl::StrFormat("%s, rows %d", text, stored.found.size());
  }

  std::string operator()(const core::Command& command) const {
    return "asked to " + std::visit(CommandTeller{}, command);
  }
};

// The contact that an input comes from; nobody for those of the host.
struct ContactOf {
  core::PeerId operator()(const core::Arrival& arrival) const { return arrival.from; }

  core::PeerId operator()(const core::Garbled& garbled) const { return garbled.from; }

  core::PeerId operator()(const core::Link& link) const { return link.peer; }

  template <typename Other>
  core::PeerId operator()(const Other&) const {
    return core::kNoPeer;
  }
};

std::string Receivers(const core::Outgoing& outgoing) {
  std::string text = " to";
  for (const core::PeerId to : outgoing.to) text += " " + std::to_string(to.value);
  return text;
}

bool GoesTo(const core::Outgoing& outgoing, core::PeerId peer) {
  return std::find(outgoing.to.begin(), outgoing.to.end(), peer) != outgoing.to.end();
}

}  // namespace

std::string NarrateInput(const core::ReplayedInput& step, core::Effects& effects, core::Time since,
                         std::optional<core::PeerId> only) {
  const std::string clock = absl::StrFormat("[%5dms] ", (step.now - since).us / 1000);
  const bool comes_from = !only.has_value() || std::visit(ContactOf{}, step.input) == *only;
  std::string text;
  const auto line = [&](const std::string& what) { text += clock + what + "\n"; };
  if (comes_from) {
    for (const core::StoreRequest& request : effects.stores()) line("  = " + Told(request));
  }
  for (const core::Outgoing& outgoing : effects.sends()) {
    if (outgoing.to.empty() || (only.has_value() && !GoesTo(outgoing, *only))) continue;
    line("  > " + Told(Describe(outgoing.message), Receivers(outgoing)));
  }
  if (comes_from) {
    for (const core::Observation& fact : effects.observations()) {
      line("  * " + Told(Describe(fact), ""));
    }
  }
  if (text.empty() && !comes_from) return "";
  const std::string digest =
      step.digest.has_value() ? absl::StrFormat("  %016x", *step.digest) : "";
  const std::string number = absl::StrFormat("#%d ", step.number);
  return clock + number + std::visit(InputTeller{step}, step.input) + digest + "\n" + text;
}

}  // namespace sim
