#include "sim/workflow/travel/timeline.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include <sys/wait.h>

#include "sim/workflow/travel/event_list.h"

namespace sim {
namespace {

using nlohmann::json;

// A window is shorter.
constexpr core::Duration kWindowMax = core::Seconds(2);

// Its share of what several processes use.
size_t MemoryOf(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/smaps_rollup");
  std::string word;
  size_t kilobytes = 0;
  while (file >> word) {
    if (word == "Pss:" && file >> kilobytes) break;
  }
  return kilobytes * 1024;
}

}  // namespace

core::StatusOr<std::unique_ptr<Timeline>> Timeline::Begin(const Expedition& expedition,
                                                          const TimelineLimits& limits,
                                                          const std::atomic<bool>* stop_flag) {
  std::unique_ptr<Timeline> timeline(new Timeline(expedition, limits, stop_flag));
  ASSIGN_OR_RETURN(auto ends, Channel::Pair());
  RETURN_IF_ERROR(BeginExplorer(expedition, std::move(ends.second)));
  Place start{WorldTime{0}, std::move(ends.first)};
  RETURN_IF_ERROR(timeline->Welcome(start));
  timeline->checkpoints_.push_back(std::move(start));
  ASSIGN_OR_RETURN(timeline->here_, timeline->Fork(timeline->checkpoints_.front()));
  return timeline;
}

// A process ends when its channel is closed. Whoever is left of one that had ended before its parent is ours: see travel.cc.
Timeline::~Timeline() {
  here_.channel.Close();
  checkpoints_.clear();
  for (const pid_t process : processes_) (void)waitpid(process, nullptr, 0);
}

core::StatusOr<json> Timeline::Listen(const Place& place) {
  ASSIGN_OR_RETURN(const std::string text, place.channel.Await(stop_flag_));
  json reply = json::parse(text, nullptr, false);
  if (reply.contains("error")) return core::InvalidArgument(reply["error"].get<std::string>());
  return reply;
}

core::StatusOr<json> Timeline::Converse(const Place& place, const Request& request) {
  RETURN_IF_ERROR(place.channel.Send(request));
  return Listen(place);
}

core::Status Timeline::Welcome(Place& place) {
  ASSIGN_OR_RETURN(const json reply, Listen(place));
  place.process = reply["pid"].get<pid_t>();
  processes_.push_back(place.process);
  return core::Status();
}

core::StatusOr<Timeline::Place> Timeline::Fork(const Place& place) {
  ASSIGN_OR_RETURN(auto ends, Channel::Pair());
  Request request;
  request.kind = Request::Kind::kFork;
  RETURN_IF_ERROR(place.channel.Send(request, &ends.second));
  ends.second.Close();
  Place forked{place.at, std::move(ends.first)};
  RETURN_IF_ERROR(Welcome(forked));
  return forked;
}

core::Status Timeline::MoveTo(WorldTime at) {
  const size_t nearest = Before(at);
  if (here_.at > at || here_.at < checkpoints_[nearest].at) {
    ASSIGN_OR_RETURN(here_, Fork(checkpoints_[nearest]));
  }
  for (bool arrived = false, moves = true; !arrived;) {
    // A mark in the window that is being left would be no progress.
    const WorldTime mark = moves ? NextMark(at) : std::min(at, here_.at + kWindowMax);
    arrived = mark >= at;
    Request request;
    request.until = EndOf(mark);
    ASSIGN_OR_RETURN(const json reply, Converse(here_, request));
    const WorldTime left = std::exchange(here_.at, WorldTime{reply["at"].get<int64_t>()});
    moves = here_.at != left;
    if (!arrived && moves) RETURN_IF_ERROR(LeaveCheckpoint());
  }
  return core::Status();
}

// The next place for a checkpoint on the way to `goal`: on the grid and not too near, for a place lies where its window begins; then
// half of what is left of the way.
WorldTime Timeline::NextMark(WorldTime goal) const {
  const auto parts = static_cast<int64_t>(limits_.checkpoints);
  const core::Duration spacing{std::max(expedition_.end.us / parts, int64_t{100'000})};
  const WorldTime grid{((here_.at + spacing / 2).us / spacing.us + 1) * spacing.us};
  if (grid < goal) return grid;
  const core::Duration left = goal - here_.at;
  return left > core::Milliseconds(200) ? here_.at + left / 2 : goal;
}

core::Status Timeline::LeaveCheckpoint() {
  const auto place = std::lower_bound(checkpoints_.begin(), checkpoints_.end(), here_.at,
                                      [](const Place& one, WorldTime at) { return one.at < at; });
  if (place != checkpoints_.end() && place->at == here_.at) return core::Status();
  ASSIGN_OR_RETURN(Place left, Fork(here_));
  checkpoints_.insert(place, std::move(left));
  Thin();
  return core::Status();
}

void Timeline::Thin() {
  while (checkpoints_.size() > 1 &&
         (checkpoints_.size() > limits_.checkpoints || MemoryBytes() > limits_.memory_bytes)) {
    checkpoints_.erase(checkpoints_.begin() + static_cast<std::ptrdiff_t>(LeastMissed()));
  }
}

// The smallest gap that its leaving would make, as seen from here.
size_t Timeline::LeastMissed() const {
  size_t least = 1;
  double smallest = 0;
  for (size_t i = 1; i < checkpoints_.size(); ++i) {
    const WorldTime after = i + 1 < checkpoints_.size() ? checkpoints_[i + 1].at : expedition_.end;
    const auto gap = static_cast<double>((after - checkpoints_[i - 1].at).us);
    const int64_t away = std::abs((here_.at - checkpoints_[i].at).us);
    const double missed = gap / static_cast<double>(away + core::Milliseconds(100).us);
    if (i > 1 && missed >= smallest) continue;
    smallest = missed;
    least = i;
  }
  return least;
}

size_t Timeline::MemoryBytes() const {
  size_t bytes = MemoryOf(here_.process);
  for (const Place& place : checkpoints_) bytes += MemoryOf(place.process);
  return bytes;
}

size_t Timeline::Before(WorldTime at) const {
  size_t index = checkpoints_.size() - 1;
  while (index > 0 && checkpoints_[index].at > at) --index;
  return index;
}

core::StatusOr<json> Timeline::Ask(const Request& request) {
  ASSIGN_OR_RETURN(const Place asked, Fork(here_));
  return Converse(asked, request);
}

core::StatusOr<json> Timeline::AskBack(Request request) {
  request.kind = Request::Kind::kEvents;
  request.last = true;
  size_t index = Before(request.until.at);
  for (size_t stride = 1;; stride *= 2) {
    request.from = BeginOf(checkpoints_[index].at);
    ASSIGN_OR_RETURN(const Place asked, Fork(checkpoints_[index]));
    ASSIGN_OR_RETURN(json reply, Converse(asked, request));
    if (index == 0 || reply["events"].size() >= request.count) return reply;
    index -= std::min(index, stride);
  }
}

std::string Timeline::CheckpointsText() const {
  std::string text;
  for (const Place& place : checkpoints_) text += InstantText(place.at) + " ";
  return text +
         absl::StrFormat("\n%d checkpoints, %d MiB\n", checkpoints_.size(), MemoryBytes() >> 20);
}

}  // namespace sim
