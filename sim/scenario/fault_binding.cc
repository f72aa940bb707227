// Binding of the faults and swarm sections.
#include <algorithm>

#include "sim/scenario/binding.h"
#include "sim/scenario/conform.h"
#include "sim/scenario/section.h"

namespace sim {
namespace {

void BindSides(const JsonValue& between, const std::string& path, const GroupNames& names,
               Findings& findings, Fault& fault) {
  const auto side = [&](size_t index) {
    const JsonValue& item = between.items[index];
    return item.good ? BindPeers(item, Join(path, index), names, findings) : PeerSet{};
  };
  fault.targets = side(0);
  fault.others = side(1);
  const PeerSet rest = Minus(fault.targets, fault.others);
  if (rest == fault.targets) return;
  findings.Add({between.items[1].at, Join(path, size_t{1}),
                DescribeValue(between.items[1]) + ", which shares peers with the first side",
                "two sides without common peers", ""});
}

void CheckFaultTime(const JsonValue& value, const std::string& path, const Scenario& scenario,
                    Findings& findings) {
  const JsonValue* at = Good(value, "at");
  if (at == nullptr || scenario.duration.us == 0) return;
  const bool phases = scenario.safety_until.us > 0;
  const Duration end =
      phases ? std::min(scenario.safety_until, scenario.duration) : scenario.duration;
  if (Duration{at->number} < end) return;
  findings.Add({at->at, Join(path, "at"), DescribeValue(*at),
                (phases ? "a time before the fault phase ends at "
                        : "a time before the end of the run at ") +
                    FormatQuantity(end.us, Measure::kDuration),
                ""});
}

void BindSwarm(const JsonValue& value, SwarmSpec& swarm) {
  swarm.intensity = SwarmSpec::Intensity::kMedium;
  Read(value, "intensity", swarm.intensity);
  const JsonValue* draw = Good(value, "draw");
  if (draw == nullptr) return;
  for (const JsonValue& kind : draw->items) {
    if (kind.good) swarm.draw.push_back(static_cast<Fault::Kind>(kind.number));
  }
}

}  // namespace

PeerSet BindPeers(const JsonValue& value, const std::string& path, const GroupNames& names,
                  Findings& findings) {
  PeersResult result = ParsePeers(value.text, names);
  const bool judged = !names.names_unknown && !(result.by_size && names.sizes_unknown);
  if (!result.found.empty() && judged) {
    findings.Add({value.at, path, std::move(result.found), std::move(result.allowed),
                  std::move(result.nearest)});
  }
  return std::move(result.peers);
}

Fault BindFault(const JsonValue& value, const std::string& path, const GroupNames& names,
                Findings& findings) {
  Fault fault;
  Read(value, "do", fault.kind);
  Read(value, "at", fault.at);
  Read(value, "for", fault.length);
  Read(value, "drawn", fault.drawn);
  Read(value, "one_way", fault.one_way);
  Read(value, "ratio", fault.ratio);
  Read(value, "by", fault.amount);
  Read(value, "nth", fault.nth);
  Read(value, "side", fault.after);
  if (const JsonValue* keeps = Good(value, "keeps")) {
    fault.keeps = static_cast<DiskSpec::Keeps>(keeps->number);
  }
  const auto peers = [&](std::string_view key, PeerSet& field) {
    const JsonValue* member = Good(value, key);
    if (member != nullptr) field = BindPeers(*member, Join(path, key), names, findings);
  };
  // Link faults without "who" hit what anybody sends.
  if (value.Find("who") == nullptr) fault.targets = RangeOf(0, names.peers);
  peers("who", fault.targets);
  peers("towards", fault.others);
  const JsonValue* between = Good(value, "between");
  if (between != nullptr) BindSides(*between, Join(path, "between"), names, findings, fault);
  return fault;
}

void BindFaults(const JsonValue& top, Binding& binding) {
  if (const JsonValue* swarm = Good(top, "swarm")) BindSwarm(*swarm, binding.scenario.swarm);
  const JsonValue* faults = Good(top, "faults");
  if (faults == nullptr) return;
  for (size_t i = 0; i < faults->items.size(); ++i) {
    const JsonValue& item = faults->items[i];
    if (!item.good) continue;
    const std::string path = Join("faults", i);
    CheckFaultTime(item, path, binding.scenario, binding.findings);
    if (Good(item, "do") == nullptr) continue;
    binding.scenario.faults.push_back(BindFault(item, path, binding.names, binding.findings));
  }
}

}  // namespace sim
