#include "sim/workflow/divergence.h"

#include <algorithm>
#include <deque>

#include "sim/observe/trace.h"
#include "sim/observe/verdict_lines.h"

namespace sim {
namespace {

constexpr core::Duration kStretch = core::Milliseconds(20);
constexpr size_t kContextLines = 3;

struct ToldLine {
  WorldTime at;
  std::string text;
};

// One run, and what it told that was not compared yet.
class Runner {
 public:
  explicit Runner(const Side& side) : side_(side), session_(side.scenario, side.options) {}

  core::Status Open() {
    session_.observers().Add(std::make_unique<Trace>(
        TraceLevel::kFull, TraceForm::kNarrated, [this](std::string_view line) {
          if (telling_) lines_.push_back({session_.world().Now(), std::string(line)});
        }));
    return session_.Open();
  }

  void BeginTelling() { telling_ = true; }

  core::Status RunTo(WorldTime time) {
    if (side_.at_work) side_.at_work(true);
    const auto state = session_.RunTo(time);
    if (side_.at_work) side_.at_work(false);
    RETURN_IF_ERROR(state.status());
    return *state == RunState::kStopped ? core::Internal("interrupted") : core::Status();
  }

  [[nodiscard]] std::deque<ToldLine>& lines() { return lines_; }

  [[nodiscard]] const World& world() const { return session_.world(); }

  [[nodiscard]] WorldTime end() const {
    return std::min(side_.options.until, WorldTime{side_.scenario->duration.us});
  }

 private:
  const Side& side_;
  Session session_;
  bool telling_ = false;
  std::deque<ToldLine> lines_;
};

// What both told and was the same is dropped but for the context.
void DropAgreement(Runner& a, Runner& b, std::vector<std::string>& before) {
  while (!a.lines().empty() && !b.lines().empty() &&
         a.lines().front().text == b.lines().front().text) {
    before.push_back(std::move(a.lines().front().text));
    if (before.size() > kContextLines) before.erase(before.begin());
    a.lines().pop_front();
    b.lines().pop_front();
  }
}

// What is told from `until` on may still have its partner to come.
std::optional<Parting> PartingOf(Runner& a, Runner& b, WorldTime until) {
  Parting parting{{}, {}, WorldTime::Never()};
  Runner* const sides[] = {&a, &b};
  for (int i = 0; i < 2; ++i) {
    if (sides[i]->lines().empty()) continue;
    parting.lines[i] = sides[i]->lines().front().text;
    parting.at = std::min(parting.at, sides[i]->lines().front().at);
  }
  const bool both = !parting.lines[0].empty() && !parting.lines[1].empty();
  if (both || parting.at < until) return parting;
  return std::nullopt;
}

// Compares those from `compared` on, and counts them.
std::optional<Parting> PartingOfCheckpoints(const Runner& a, const Runner& b, size_t& compared) {
  const std::vector<Checkpoint>& of_a = a.world().checkpoints();
  const std::vector<Checkpoint>& of_b = b.world().checkpoints();
  for (; compared < std::min(of_a.size(), of_b.size()); ++compared) {
    if (!(of_a[compared] == of_b[compared])) return Parting{{}, {}, of_a[compared].time};
  }
  return std::nullopt;
}

}  // namespace

core::StatusOr<std::optional<Parting>> FindParting(const Side& a, const Side& b, WorldTime from,
                                                   Compared compared) {
  Runner one(a);
  Runner two(b);
  RETURN_IF_ERROR(one.Open());
  RETURN_IF_ERROR(two.Open());
  const WorldTime end = std::min(one.end(), two.end());
  std::vector<std::string> before;
  size_t checkpoints = 0;
  for (WorldTime next = std::min(from, end);; next = std::min(end, next + kStretch)) {
    RETURN_IF_ERROR(one.RunTo(next));
    RETURN_IF_ERROR(two.RunTo(next));
    if (next >= from) {
      one.BeginTelling();
      two.BeginTelling();
    }
    DropAgreement(one, two, before);
    auto parting = PartingOf(one, two, next);
    if (!parting.has_value() && compared == Compared::kAll)
      parting = PartingOfCheckpoints(one, two, checkpoints);
    if (parting.has_value()) {
      parting->before = std::move(before);
      return parting;
    }
    if (next >= end) return std::optional<Parting>();
  }
}

std::string PartingText(const Parting& parting, const std::string& name_of_a,
                        const std::string& name_of_b) {
  const auto line = [](const std::string& told) {
    return told.empty() ? "(nothing more)\n" : told;
  };
  std::string text =
      "the runs part at " + ClockText(parting.at) + ", after the same events before it:\n";
  for (const std::string& told : parting.before) {
    text += std::string(name_of_a.size() + 4, ' ') + told;
  }
  if (parting.lines[0].empty() && parting.lines[1].empty()) {
    return text +
           "what is told of the events agrees, what the peers were given does not: it differs in "
           "a\n"
           "part of a message that no line shows, in the second before that time\n";
  }
  return text + "  " + name_of_a + "  " + line(parting.lines[0]) + "  " + name_of_b + "  " +
         line(parting.lines[1]);
}

WorldTime LastAgreement(const std::vector<Checkpoint>& a, const std::vector<Checkpoint>& b) {
  WorldTime agreed{0};
  for (size_t i = 0; i < std::min(a.size(), b.size()) && a[i] == b[i]; ++i) agreed = a[i].time;
  return agreed;
}

}  // namespace sim
