#include "sim/workflow/shrink/failing.h"

#include "absl/strings/str_cat.h"

#include "sim/scenario/fault_list.h"
#include "sim/scenario/quantity.h"
#include "sim/world/occurrences.h"

namespace sim {
namespace {

uint64_t OperationCount(const Scenario& scenario) {
  uint64_t count = 0;
  for (uint32_t i = 0; i < scenario.workload.size(); ++i) {
    const Operation& operation = scenario.workload[i];
    for (uint32_t member = 0; member < operation.who.Count(); ++member) {
      ForEachTime(operation, {scenario.seed, i, operation.who.At(member)},
                  [&](WorldTime) { ++count; });
    }
  }
  return count;
}

// Named peers that are not there any more leave the fault without an aim.
bool HitsNobody(const Json& fault) {
  const auto empty = [&](const char* key) { return fault.contains(key) && fault[key] == ""; };
  if (empty("who") || empty("towards")) return true;
  return fault.contains("between") && (fault["between"][0] == "" || fault["between"][1] == "");
}

Json FaultText(const Fault& fault, const GroupNames& names) {
  Json json = FaultsToJson({fault}).at(0);
  if (json.contains("who")) json["who"] = PeersText(fault.targets, names);
  if (json.contains("towards")) json["towards"] = PeersText(fault.others, names);
  if (!json.contains("between")) return json;
  const bool named = !fault.others.ranges.empty();
  const PeerSet others = named ? fault.others : Minus(RangeOf(0, names.peers), fault.targets);
  json["between"] = {PeersText(fault.targets, names), PeersText(others, names)};
  return json;
}

}  // namespace

Json WrittenOut(const Scenario& scenario, const std::string& check) {
  Json json = Json::parse(scenario.canonical);
  json.erase("swarm");
  json["faults"] = FaultsText(scenario.faults, NamesOf(scenario.groups));
  json["expect"] = Json::array({{{"check", check}}});
  json["seed"] = scenario.seed;
  if (!json.contains("workload")) json["workload"] = Json::array();
  return json;
}

GroupNames NamesOf(const std::vector<Group>& groups) {
  GroupNames names;
  for (const Group& group : groups) {
    names.groups.emplace_back(group.name, RangeOf(group.first, group.first + group.count));
    names.peers = group.first + group.count;
  }
  return names;
}

Json FaultsText(const std::vector<Fault>& faults, const GroupNames& names) {
  Json list = Json::array();
  for (const Fault& fault : faults) {
    Json json = FaultText(fault, names);
    if (!HitsNobody(json)) list.push_back(std::move(json));
  }
  return list;
}

std::string SizeText(const Scenario& scenario) {
  return absl::StrCat("peers ", scenario.PeerCount(), "  faults ", scenario.faults.size(),
                      "  operations ", OperationCount(scenario), "  duration ",
                      FormatQuantity(scenario.duration.us, Measure::kDuration), "  seed ",
                      scenario.seed);
}

}  // namespace sim
