// The workload: whole lines, the single operations that a line stands for, and what they are about.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "sim/scenario/quantity.h"
#include "sim/workflow/shrink/reductions.h"
#include "sim/world/occurrences.h"

namespace sim {
namespace {

constexpr size_t kSingleMax = 4'096;  // Operations that one line is written out as.

struct Single {
  WorldTime at;
  core::PeerId peer;
};

// What a line stands for, by time; nothing when that is too much to write down.
std::optional<std::vector<Single>> SinglesOf(const Scenario& scenario, uint32_t line) {
  std::vector<Single> singles;
  const Operation& operation = scenario.workload[line];
  const uint32_t members = operation.who.Count();
  for (uint32_t i = 0; i < members && singles.size() <= kSingleMax; ++i) {
    const core::PeerId peer = operation.who.At(i);
    ForEachTime(operation, {scenario.seed, line, peer}, [&](WorldTime at) {
      if (at.us < scenario.duration.us) singles.push_back({at, peer});
    });
  }
  if (singles.size() > kSingleMax) return std::nullopt;
  std::stable_sort(singles.begin(), singles.end(),
                   [](const Single& a, const Single& b) { return a.at < b.at; });
  return singles;
}

Json TextOf(const Single& single, Json line, const GroupNames& names) {
  for (const char* key : {"every", "until", "spread"}) line.erase(key);
  line["at"] = FormatQuantity(single.at.us, Measure::kDuration);
  line["who"] = PeersText(RangeOf(single.peer.value, single.peer.value + 1), names);
  return line;
}

Change WrittenSingly(const Failing& failing, uint32_t line, const std::vector<Single>& singles) {
  const GroupNames names = NamesOf(failing.scenario->groups);
  Change change{absl::StrCat("line ", line, " as single operations: ", singles.size()),
                failing.json};
  Json& workload = change.json["workload"] = Json::array();
  for (uint32_t i = 0; i < failing.scenario->workload.size(); ++i) {
    const Json& text = failing.json["workload"][i];
    if (i != line) workload.push_back(text);
    for (size_t j = 0; i == line && j < singles.size(); ++j) {
      workload.push_back(TextOf(singles[j], text, names));
    }
  }
  return change;
}

// Half of the time in which a line repeats itself: the first, then the second.
void AddHalves(const Failing& failing, uint32_t line, std::vector<Change>& changes) {
  const Operation& operation = failing.scenario->workload[line];
  const int64_t repeats =
      operation.every.us == 0 ? 0 : (operation.until - operation.at).us / operation.every.us;
  if (repeats < 2) return;
  const core::Duration middle = operation.at + core::Duration{operation.every.us * (repeats / 2)};
  const std::string text = FormatQuantity(middle.us, Measure::kDuration);
  for (const char* key : {"until", "at"}) {
    Change change{absl::StrCat("line ", line, " ", key, " ", text), failing.json};
    change.json["workload"][line][key] = text;
    changes.push_back(std::move(change));
  }
}

// What says how much an operation is about, with the least of it.
struct Amount {
  const char* key;
  int64_t least = 1;
  Measure measure = Measure::kDecimal;  // kDecimal: a plain number.
};

constexpr std::array<Amount, 9> kAmounts = {{{"blocks"},
                                             {"writes"},
                                             {"tries"},
                                             {"want"},
                                             {"keys"},
                                             {"count"},
                                             {"budget"},
                                             {"absent", 0},
                                             {"size", 16, Measure::kSize}}};

// Lists and filters that an operation can do without.
constexpr std::array<const char*, 3> kExtras = {"also", "filter", "capabilities"};

int64_t Value(const Amount& amount, const Json& line) {
  if (!line.contains(amount.key)) return amount.least;
  const Json& value = line[amount.key];
  if (amount.measure == Measure::kDecimal) return value.get<int64_t>();
  return ParseQuantity(value.get<std::string>(), amount.measure).value;
}

Json TextOf(const Amount& amount, int64_t value) {
  if (amount.measure == Measure::kDecimal) return value;
  return FormatQuantity(value, amount.measure);
}

// One amount at its least, in every line: lines that meet in one block go on meeting there.
void AddLeastEverywhere(const Failing& failing, const Amount& amount,
                        std::vector<Change>& changes) {
  Change change{absl::StrCat("every ", amount.key, " ", amount.least), failing.json};
  for (Json& line : change.json["workload"]) {
    if (Value(amount, line) > amount.least) line[amount.key] = TextOf(amount, amount.least);
  }
  if (change.json != failing.json) changes.push_back(std::move(change));
}

void AddSmaller(const Failing& failing, uint32_t line, const Amount& amount,
                std::vector<Change>& changes) {
  const int64_t value = Value(amount, failing.json["workload"][line]);
  for (const int64_t smaller : {amount.least, value / 2}) {
    if (smaller >= value || smaller < amount.least) continue;
    Change change{absl::StrCat("line ", line, " ", amount.key, " ", value, " -> ", smaller),
                  failing.json};
    change.json["workload"][line][amount.key] = TextOf(amount, smaller);
    changes.push_back(std::move(change));
  }
}

}  // namespace

size_t OperationLines(const Failing& failing) {
  return failing.scenario->workload.size();
}

Json KeepOperations(const Failing& failing, const Indices& kept) {
  return KeepEntries(failing, "workload", kept);
}

std::vector<Change> SingleOperations(const Failing& failing) {
  std::vector<Change> changes;
  for (uint32_t line = 0; line < failing.scenario->workload.size(); ++line) {
    const auto singles = SinglesOf(*failing.scenario, line);
    const Operation& operation = failing.scenario->workload[line];
    const bool single = operation.who.Count() == 1 && operation.every.us + operation.spread.us == 0;
    if (singles.has_value() && !singles->empty() && !single) {
      changes.push_back(WrittenSingly(failing, line, *singles));
    }
    AddHalves(failing, line, changes);
  }
  return changes;
}

std::vector<Change> SmallerContents(const Failing& failing) {
  std::vector<Change> changes;
  for (const Amount& amount : kAmounts) AddLeastEverywhere(failing, amount, changes);
  for (uint32_t line = 0; line < failing.scenario->workload.size(); ++line) {
    for (const char* extra : kExtras) {
      if (!failing.json["workload"][line].contains(extra)) continue;
      Change change{absl::StrCat("line ", line, " no ", extra), failing.json};
      change.json["workload"][line].erase(extra);
      changes.push_back(std::move(change));
    }
    for (const Amount& amount : kAmounts) AddSmaller(failing, line, amount, changes);
  }
  return changes;
}

}  // namespace sim
