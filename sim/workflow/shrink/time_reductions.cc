// Time: a run that ends earlier, and shorter waits between what happens in it.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "sim/scenario/quantity.h"
#include "sim/workflow/shrink/reductions.h"

namespace sim {
namespace {

constexpr int64_t kMillisecond = 1'000;
// Of a wait. What came one after the other goes on doing so: two writes that are moved together would break the same check for
// another reason.
constexpr int64_t kWaitLeft = 1'000 * kMillisecond;

int64_t ToMilliseconds(int64_t us) {
  return us / kMillisecond * kMillisecond;
}

std::string Text(int64_t us) {
  return FormatQuantity(us, Measure::kDuration);
}

std::optional<int64_t> TimeOf(const Json& object, const char* key) {
  if (!object.contains(key)) return std::nullopt;
  return ParseQuantity(object[key].get<std::string>(), Measure::kDuration).value;
}

// What begins at the end or later is left out, what lasts beyond it ends there.
Json Clipped(const Json& list, int64_t end) {
  Json left = Json::array();
  for (Json entry : list) {
    const int64_t at = *TimeOf(entry, "at");
    if (at >= end) continue;
    if (const auto spread = TimeOf(entry, "spread")) {
      entry["spread"] = Text(std::min(*spread, end - at));
    }
    if (const auto until = TimeOf(entry, "until")) entry["until"] = Text(std::min(*until, end));
    left.push_back(std::move(entry));
  }
  return left;
}

// Without a calm phase when it ends before that.
Change EndingAt(const Failing& failing, int64_t end) {
  const Scenario& scenario = *failing.scenario;
  Change change{absl::StrCat("duration ", Text(scenario.duration.us), " -> ", Text(end)),
                failing.json};
  change.json["duration"] = Text(end);
  for (const char* list : {"workload", "faults", "reseed"}) {
    if (failing.json.contains(list)) change.json[list] = Clipped(failing.json[list], end);
  }
  if (scenario.safety_until.us >= end) change.json.erase("phases");
  return change;
}

// When something begins or ends, ascending.
std::vector<int64_t> Moments(const Scenario& scenario) {
  std::vector<int64_t> moments;
  for (const Operation& operation : scenario.workload) moments.push_back(operation.at.us);
  for (const Fault& fault : scenario.faults) {
    moments.push_back(fault.at.us);
    if (fault.length.us > 0) moments.push_back((fault.at + fault.length).us);
  }
  for (const Reseed& reseed : scenario.reseed) moments.push_back(reseed.at.us);
  if (scenario.safety_until.us > 0) moments.push_back(scenario.safety_until.us);
  std::sort(moments.begin(), moments.end());
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  while (!moments.empty() && moments.back() > scenario.duration.us) moments.pop_back();
  return moments;
}

void MoveTime(Json& object, const char* key, int64_t from, int64_t by) {
  const auto time = TimeOf(object, key);
  if (time.has_value() && *time >= from) object[key] = Text(*time - by);
}

// A fault that lasts until after the wait is the shorter for it.
void MoveFault(Json& fault, int64_t from, int64_t by) {
  const auto length = TimeOf(fault, "for");
  const int64_t at = *TimeOf(fault, "at");
  if (length.has_value() && at < from && at + *length >= from) fault["for"] = Text(*length - by);
  MoveTime(fault, "at", from, by);
}

// All that comes at `from` or later comes so much earlier.
Change Waiting(const Failing& failing, int64_t from, int64_t by) {
  Change change{absl::StrCat("what is at ", Text(from), " and later comes at ", Text(from - by)),
                failing.json};
  Json& json = change.json;
  MoveTime(json, "duration", from, by);
  if (json.contains("phases")) MoveTime(json["phases"], "safety_until", from, by);
  for (Json& line : json["workload"]) {
    for (const char* key : {"at", "until"}) MoveTime(line, key, from, by);
  }
  for (Json& fault : json["faults"]) MoveFault(fault, from, by);
  if (!json.contains("reseed")) return change;
  for (Json& reseed : json["reseed"]) MoveTime(reseed, "at", from, by);
  return change;
}

}  // namespace

std::vector<Change> EarlierEnds(const Failing& failing) {
  const int64_t end = failing.scenario->duration.us;
  const int64_t seen = ToMilliseconds(failing.violation.at.us) + 2 * kMillisecond;
  std::vector<Change> changes;
  for (const int64_t earlier : {seen, ToMilliseconds(end / 2), ToMilliseconds(end - end / 4)}) {
    if (earlier >= kMillisecond && earlier < end) changes.push_back(EndingAt(failing, earlier));
  }
  return changes;
}

std::vector<Change> ShorterWaits(const Failing& failing) {
  std::vector<Change> changes;
  int64_t before = 0;
  for (const int64_t moment : Moments(*failing.scenario)) {
    const int64_t wait = moment - before;
    for (const int64_t by : {wait - kWaitLeft, wait / 2}) {
      if (wait > 2 * kWaitLeft) changes.push_back(Waiting(failing, moment, ToMilliseconds(by)));
    }
    before = moment;
  }
  return changes;
}

}  // namespace sim
