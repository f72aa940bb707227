#include "sim/workflow/shrink/reductions.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sim {
namespace {

// An earlier end first: it takes nothing away that the failure needs, and every run after it is shorter.
constexpr Reduction kReductions[] = {
    {.what = "time", .changes = EarlierEnds},
    {.what = "faults", .size = FaultCount, .keep = KeepFaults},
    {.what = "faults", .changes = WithoutTrouble},
    {.what = "peers", .size = PeerCount, .keep = KeepPeers},
    {.what = "workload", .size = OperationLines, .keep = KeepOperations},
    {.what = "workload", .changes = SingleOperations},
    {.what = "workload", .size = OperationLines, .keep = KeepOperations},
    {.what = "time", .changes = EarlierEnds},
    {.what = "time", .changes = ShorterWaits},
    {.what = "contents", .changes = SmallerContents}};

// Peers get new numbers, those of the same group side by side as before.
class Renumbering {
 public:
  Renumbering(uint32_t peers, const Indices& kept) : before_(peers + 1, 0) {
    for (const uint32_t peer : kept) before_[peer + 1] = 1;
    for (uint32_t peer = 0; peer < peers; ++peer) before_[peer + 1] += before_[peer];
  }

  [[nodiscard]] PeerSet Of(const PeerSet& peers) const {
    PeerSet left;
    for (const auto& [from, to] : peers.ranges) left = Union(left, RangeOf(At(from), At(to)));
    return left;
  }

  // How many are left of those before this one.
  [[nodiscard]] uint32_t At(uint32_t peer) const {
    return before_[std::min<size_t>(peer, before_.size() - 1)];
  }

 private:
  std::vector<uint32_t> before_;
};

std::vector<Group> GroupsLeft(const Failing& failing, const Renumbering& numbers) {
  std::vector<Group> groups = failing.scenario->groups;
  for (Group& group : groups) {
    const uint32_t end = numbers.At(group.first + group.count);
    group.first = numbers.At(group.first);
    group.count = end - group.first;
  }
  return groups;
}

// Faults whose aim is gone are gone; one that hit everybody else still does.
std::vector<Fault> FaultsLeft(const Failing& failing, const Renumbering& numbers) {
  std::vector<Fault> left;
  for (Fault fault : failing.scenario->faults) {
    const bool named = !fault.others.ranges.empty();
    fault.targets = numbers.Of(fault.targets);
    fault.others = numbers.Of(fault.others);
    if (!named || !fault.others.ranges.empty()) left.push_back(std::move(fault));
  }
  return left;
}

Json GroupsText(const Json& all, const std::vector<Group>& groups) {
  Json list = Json::array();
  for (size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].count == 0) continue;
    Json group = all.at(i);
    group["count"] = groups[i].count;
    list.push_back(std::move(group));
  }
  return list;
}

Json WorkloadText(const Failing& failing, const Renumbering& numbers, const GroupNames& names) {
  Json list = Json::array();
  for (size_t i = 0; i < failing.scenario->workload.size(); ++i) {
    Json line = failing.json["workload"][i];
    line["who"] = PeersText(numbers.Of(failing.scenario->workload[i].who), names);
    if (line["who"] != "") list.push_back(std::move(line));
  }
  return list;
}

void AddWithout(const Json& all, const Json::json_pointer& where, const std::string& what,
                std::vector<Change>& changes) {
  if (!all.contains(where)) return;
  Change change{absl::StrCat("no ", what), all};
  change.json.at(where.parent_pointer()).erase(where.back());
  changes.push_back(std::move(change));
}

}  // namespace

std::span<const Reduction> Reductions() {
  return kReductions;
}

Json KeepEntries(const Failing& failing, const char* list, const Indices& kept) {
  Json json = failing.json;
  json[list] = Json::array();
  for (const uint32_t i : kept) json[list].push_back(failing.json[list][i]);
  return json;
}

size_t FaultCount(const Failing& failing) {
  return failing.scenario->faults.size();
}

Json KeepFaults(const Failing& failing, const Indices& kept) {
  return KeepEntries(failing, "faults", kept);
}

std::vector<Change> WithoutTrouble(const Failing& failing) {
  constexpr std::array<const char*, 7> kOfLinks = {"loss",   "duplicate", "reorder",      "corrupt",
                                                   "jitter", "bandwidth", "reorder_extra"};
  constexpr std::array<const char*, 6> kOfPeers = {"churn", "adversary",    "clock",
                                                   "disk",  "service_time", "start"};
  std::vector<Change> changes;
  AddWithout(failing.json, Json::json_pointer("/reseed"), "reseed", changes);
  const Json::json_pointer network("/network");
  for (const char* key : kOfLinks) {
    AddWithout(failing.json, network / key, absl::StrCat("network.", key), changes);
  }
  for (size_t i = 0; i < failing.scenario->groups.size(); ++i) {
    const std::string& name = failing.scenario->groups[i].name;
    for (const char* key : kOfPeers) {
      AddWithout(failing.json, Json::json_pointer("/groups") / i / key,
                 absl::StrCat(key, " of ", name), changes);
    }
  }
  return changes;
}

size_t PeerCount(const Failing& failing) {
  return failing.scenario->PeerCount();
}

Json KeepPeers(const Failing& failing, const Indices& kept) {
  const Renumbering numbers(failing.scenario->PeerCount(), kept);
  const std::vector<Group> groups = GroupsLeft(failing, numbers);
  const GroupNames names = NamesOf(groups);
  Json json = failing.json;
  json["groups"] = GroupsText(failing.json["groups"], groups);
  json["workload"] = WorkloadText(failing, numbers, names);
  json["faults"] = FaultsText(FaultsLeft(failing, numbers), names);
  return json;
}

}  // namespace sim
