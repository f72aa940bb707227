#include "sim/workflow/travel/traveller.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <ostream>
#include <utility>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

#include "sim/scenario/quantity.h"
#include "sim/workflow/capsule_source.h"
#include "sim/workflow/divergence.h"
#include "sim/workflow/travel/event_list.h"

namespace sim {
namespace {

using nlohmann::json;

constexpr uint32_t kCountMax = 100'000;

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

// The first word, and what follows it.
std::pair<std::string_view, std::string_view> Split(std::string_view text) {
  const size_t blank = text.find_first_of(" \t");
  if (blank == std::string_view::npos) return {text, {}};
  return {text.substr(0, blank), Trimmed(text.substr(blank))};
}

core::StatusOr<uint32_t> CountOf(std::string_view text, uint32_t none) {
  if (text.empty()) return none;
  uint32_t count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (whole && count > 0 && count <= kCountMax) return count;
  return core::InvalidArgument(
      absl::StrFormat("found \"%s\", allowed a number from 1 to %d", std::string(text), kCountMax));
}

core::StatusOr<WorldTime> InstantOf(std::string_view text, WorldTime end) {
  const Quantity quantity = ParseQuantity(text, Measure::kDuration);
  const bool good = quantity.problem == Quantity::Problem::kNone && quantity.value >= 0 &&
                    quantity.value <= end.us;
  if (good) return WorldTime{quantity.value};
  return core::InvalidArgument(
      absl::StrFormat("found \"%s\", allowed an instant of the run, 0s to %s, for example 4.25s",
                      std::string(text), InstantText(end)));
}

ToldEvent EventOf(const json& event) {
  return {{WorldTime{event["at"].get<int64_t>()}, core::PeerId{event["peer"].get<uint32_t>()},
           event["index"].get<uint32_t>()},
          event["what"].get<std::string>(),
          event["lines"].get<std::vector<std::string>>()};
}

WorldTime InstantOf(const EventKey& place) {
  return {std::max(place.at.us, int64_t{0})};
}

}  // namespace

struct Traveller::Command {
  std::string_view word;
  std::string_view arguments;
  std::string_view does;
  core::Status (Traveller::*act)(std::string_view);
};

const Traveller::Command Traveller::kCommands[] = {
    {"go", "T", "to the end of the instant T, for example 4.25s", &Traveller::Go},
    {"step", "[N]", "the next N events of the peer, of all when none is chosen", &Traveller::Step},
    {"back", "[N]", "undoes the last N events", &Traveller::Back},
    {"peer", "P | none", "chooses a peer", &Traveller::ChoosePeer},
    {"state", "[P]", "what the peer is", &Traveller::State},
    {"events", "[N]", "the last N events, 10 unless told", &Traveller::Events},
    {"checks", "", "what is violated by now", &Traveller::Checks},
    {"until", "CHECK", "to the instant in which the check is violated", &Traveller::Until},
    {"faults", "", "the faults of the run, with the edits", &Traveller::Faults},
    {"fault", "add JSON | remove N", "edits them, for the next branch", &Traveller::EditFault},
    {"set", "PATH=VALUE", "edits a setting, for the next branch", &Traveller::Set},
    {"branch", "", "to the run with the edits, at the same instant", &Traveller::Branch},
    {"trunk", "", "back to the run of the capsule", &Traveller::Trunk},
    {"diff", "", "the first event in which the branch parts from the trunk", &Traveller::Diff},
    {"checkpoints", "", "from which instants a way begins", &Traveller::Checkpoints},
    {"help", "", "this list", &Traveller::Help},
};

core::Status Traveller::Begin() {
  ASSIGN_OR_RETURN(Scenario scenario, ScenarioOf(capsule_));
  edits_.emplace(capsule_, scenario);
  ASSIGN_OR_RETURN(trunk_, Enter(std::move(scenario), BeginOf(WorldTime{0})));
  return core::Status();
}

core::StatusOr<Traveller::Course> Traveller::Enter(Scenario scenario, const EventKey& place) const {
  const WorldTime end = std::min(capsule_.ended, WorldTime{scenario.duration.us});
  Course course;
  ASSIGN_OR_RETURN(course.timeline,
                   Timeline::Begin({std::make_shared<const Scenario>(std::move(scenario)), end},
                                   limits_, console_.stop_flag));
  course.place = std::min(place, EndOf(end));
  RETURN_IF_ERROR(course.timeline->MoveTo(InstantOf(course.place)));
  return course;
}

core::StatusOr<bool> Traveller::Do(std::string_view line) {
  const auto [word, argument] = Split(Trimmed(line));
  if (word.empty() || word.front() == '#') return true;
  if (word == "quit") return false;
  for (const Command& command : kCommands) {
    if (command.word != word) continue;
    const core::Status status = (this->*command.act)(argument);
    if (status.ok()) return true;
    return core::Status(status.code(),
                        std::string(word) + ": " + std::string(core::MessageOf(status)));
  }
  return core::InvalidArgument("found \"" + std::string(word) +
                               "\", allowed one of those that `help` lists");
}

std::string Traveller::Where() const {
  std::string text = on_branch_ ? "branch " : "";
  text += InstantText(InstantOf(course().place));
  if (peer_ != core::kNoPeer) text += " peer " + std::to_string(peer_.value);
  return text;
}

core::Status Traveller::Stand(const EventKey& place) {
  RETURN_IF_ERROR(course().timeline->MoveTo(InstantOf(place)));
  course().place = place;
  return core::Status();
}

void Traveller::Tell(const json& events) {
  for (const json& event : events) console_.out << EventText(EventOf(event));
}

core::Status Traveller::Go(std::string_view argument) {
  ASSIGN_OR_RETURN(const WorldTime at, InstantOf(argument, course().timeline->end()));
  RETURN_IF_ERROR(Stand(EndOf(at)));
  console_.out << "at " << Where() << "\n";
  return core::Status();
}

core::Status Traveller::Step(std::string_view argument) {
  Request request;
  ASSIGN_OR_RETURN(request.count, CountOf(argument, 1));
  request.kind = Request::Kind::kEvents;
  request.peer = peer_;
  request.from = course().place;
  request.until = EndOf(course().timeline->end());
  ASSIGN_OR_RETURN(const json reply, course().timeline->Ask(request));
  const json& events = reply["events"];
  if (!events.empty()) RETURN_IF_ERROR(Stand(EventOf(events.back()).key));
  Tell(events);
  if (events.size() < request.count) {
    console_.out << "no more events: the run ends at " << InstantText(course().timeline->end())
                 << "\n";
  }
  return core::Status();
}

core::Status Traveller::Back(std::string_view argument) {
  Request request;
  ASSIGN_OR_RETURN(const uint32_t count, CountOf(argument, 1));
  request.count = count + 1;
  request.peer = peer_;
  request.until = course().place;
  ASSIGN_OR_RETURN(const json reply, course().timeline->AskBack(request));
  const json& events = reply["events"];
  if (events.size() <= count) {
    RETURN_IF_ERROR(Stand(BeginOf(WorldTime{0})));
    console_.out << "before the first event\n";
    return core::Status();
  }
  const ToldEvent last = EventOf(events.front());
  RETURN_IF_ERROR(Stand(last.key));
  console_.out << "after " << EventText(last);
  return core::Status();
}

core::StatusOr<core::PeerId> Traveller::PeerOf(std::string_view text) const {
  const uint32_t peers = course().timeline->scenario()->PeerCount();
  uint32_t handle = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), handle);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (whole && !text.empty() && handle < peers) return core::PeerId{handle};
  return core::InvalidArgument(
      absl::StrFormat("found \"%s\", allowed a peer, 0 to %d", std::string(text), peers - 1));
}

core::Status Traveller::ChoosePeer(std::string_view argument) {
  core::PeerId chosen = core::kNoPeer;
  if (argument != "none") {
    ASSIGN_OR_RETURN(chosen, PeerOf(argument));
  }
  peer_ = chosen;
  return core::Status();
}

core::Status Traveller::State(std::string_view argument) {
  Request request;
  request.kind = Request::Kind::kState;
  request.peer = peer_;
  request.until = course().place;
  if (!argument.empty()) {
    ASSIGN_OR_RETURN(request.peer, PeerOf(argument));
  }
  if (request.peer == core::kNoPeer)
    return core::InvalidArgument("found no peer, allowed state P, or peer P before it");
  ASSIGN_OR_RETURN(const json reply, course().timeline->Ask(request));
  console_.out << reply["text"].get<std::string>();
  return core::Status();
}

core::Status Traveller::Events(std::string_view argument) {
  Request request;
  ASSIGN_OR_RETURN(request.count, CountOf(argument, 10));
  request.peer = peer_;
  request.until = course().place;
  ASSIGN_OR_RETURN(const json reply, course().timeline->AskBack(request));
  Tell(reply["events"]);
  if (reply["events"].empty()) console_.out << "nothing has happened yet\n";
  return core::Status();
}

core::Status Traveller::Checks(std::string_view) {
  Request request;
  request.kind = Request::Kind::kChecks;
  request.until = course().place;
  ASSIGN_OR_RETURN(const json reply, course().timeline->Ask(request));
  console_.out << reply["text"].get<std::string>() << reply["violated"] << " violated by "
               << InstantText(InstantOf(course().place)) << "\n";
  return core::Status();
}

core::Status Traveller::Until(std::string_view argument) {
  Request request;
  if (argument.empty() || argument.size() >= sizeof(request.check)) {
    return core::InvalidArgument("found \"" + std::string(argument) +
                                 "\", allowed a check, for example TX-3");
  }
  request.kind = Request::Kind::kSeek;
  std::memcpy(request.check, argument.data(), argument.size());
  ASSIGN_OR_RETURN(const json reply, course().timeline->Ask(request));
  if (!reply["found"].get<bool>()) {
    console_.out << argument << " holds up to the end of the run\n";
    return core::Status();
  }
  const WorldTime at{reply["at"].get<int64_t>()};
  console_.out << reply["text"].get<std::string>();
  if (EndOf(at) <= course().place) {
    console_.out << "that is behind us: go " << InstantText(at) << "\n";
    return core::Status();
  }
  RETURN_IF_ERROR(Stand(EndOf(at)));
  const core::PeerId peer{reply["peer"].get<uint32_t>()};
  if (peer != core::kNoPeer) peer_ = peer;
  console_.out << "at " << Where() << "\n";
  return core::Status();
}

core::Status Traveller::Faults(std::string_view) {
  console_.out << edits_->FaultsText();
  return core::Status();
}

core::Status Traveller::EditFault(std::string_view argument) {
  const auto [how, what] = Split(argument);
  if (how == "add") return edits_->AddFault(what);
  if (how == "remove") return edits_->RemoveFault(what);
  return core::InvalidArgument("found \"" + std::string(argument) +
                               "\", allowed add JSON or remove N");
}

core::Status Traveller::Set(std::string_view argument) {
  return edits_->Set(argument);
}

core::Status Traveller::Branch(std::string_view) {
  if (edits_->count() == 0)
    return core::InvalidArgument("found no edit, allowed after fault add, fault remove or set");
  const EventKey place = EndOf(InstantOf(course().place));
  if (branch_.timeline == nullptr || branch_edits_ != edits_->count()) {
    ASSIGN_OR_RETURN(Scenario scenario, edits_->Apply());
    ASSIGN_OR_RETURN(branch_, Enter(std::move(scenario), place));
    branch_edits_ = edits_->count();
  }
  on_branch_ = true;
  RETURN_IF_ERROR(Stand(std::min(place, EndOf(branch_.timeline->end()))));
  console_.out << "at " << Where() << "\n";
  return core::Status();
}

core::Status Traveller::Trunk(std::string_view) {
  const EventKey place = EndOf(InstantOf(course().place));
  if (std::exchange(on_branch_, false)) {
    RETURN_IF_ERROR(Stand(std::min(place, EndOf(trunk_.timeline->end()))));
  }
  console_.out << "at " << Where() << "\n";
  return core::Status();
}

core::Status Traveller::Diff(std::string_view) {
  if (branch_.timeline == nullptr)
    return core::InvalidArgument("found no branch, allowed after branch");
  const auto side = [&](const Timeline& timeline) {
    return Side{timeline.scenario(), {1, 0, timeline.end(), console_.stop_flag}, {}};
  };
  ASSIGN_OR_RETURN(const auto parting,
                   FindParting(side(*trunk_.timeline), side(*branch_.timeline), WorldTime{0}));
  if (parting.has_value()) {
    console_.out << PartingText(*parting, "trunk ", "branch");
  } else {
    console_.out << "the same: every event agrees\n";
  }
  return core::Status();
}

core::Status Traveller::Checkpoints(std::string_view) {
  console_.out << course().timeline->CheckpointsText();
  return core::Status();
}

core::Status Traveller::Help(std::string_view) {
  for (const Command& command : kCommands) {
    console_.out << absl::StrFormat(
        "%-26s %s\n", std::string(command.word) + " " + std::string(command.arguments),
        std::string(command.does));
  }
  console_.out << absl::StrFormat("%-26s %s\n", "quit", "ends the session");
  return core::Status();
}

}  // namespace sim
