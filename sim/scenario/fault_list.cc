#include "sim/scenario/fault_list.h"

#include <algorithm>
#include <limits>

#include "sim/scenario/binding.h"
#include "sim/scenario/conform.h"
#include "sim/scenario/json_reader.h"
#include "sim/scenario/quantity.h"

namespace sim {
namespace {

const KeyCase& CaseOf(Fault::Kind kind) {
  return kFaultTable.cases[static_cast<size_t>(kind)];
}

std::string TimeText(Duration time) {
  return FormatQuantity(time.us, Measure::kDuration);
}

// Shares are millionths in every scenario; a finer one is rounded down.
std::string ShareText(const core::Ratio& ratio) {
  const auto millionths =
      static_cast<unsigned __int128>(ratio.numerator) * 1'000'000 / ratio.denominator;
  return FormatQuantity(static_cast<int64_t>(millionths), Measure::kShare);
}

nlohmann::json ValueOf(const Fault& fault, std::string_view key) {
  if (key == "for") return TimeText(fault.length);
  if (key == "by") return TimeText(fault.amount);
  if (key == "ratio") return ShareText(fault.ratio);
  if (key == "one_way") return fault.one_way;
  if (key == "nth") return fault.nth;
  if (key == "side") return fault.after ? "after" : "before";
  if (key == "keeps") return kDiskKeeps[static_cast<size_t>(*fault.keeps)].word;
  if (key == "who") return ToText(fault.targets);
  if (key == "towards") return ToText(fault.others);
  // A partition from "everybody else" names them: all handles that are not on the first side.
  const PeerSet everybody = RangeOf(0, std::numeric_limits<uint32_t>::max());
  const PeerSet others =
      fault.others.ranges.empty() ? Minus(everybody, fault.targets) : fault.others;
  return nlohmann::json::array({ToText(fault.targets), ToText(others)});
}

bool IsLeftOut(const Fault& fault, std::string_view key) {
  return (key == "towards" && fault.others.ranges.empty()) ||
         (key == "for" && fault.length.us == 0) || (key == "one_way" && !fault.one_way) ||
         (key == "keeps" && !fault.keeps.has_value());
}

nlohmann::json ToJson(const Fault& fault) {
  const KeyCase& one = CaseOf(fault.kind);
  nlohmann::json json = {{"do", std::string(one.word.word)}, {"at", TimeText(fault.at)}};
  for (const KeyRow& row : one.rows) {
    if (!IsLeftOut(fault, row.key)) json[std::string(row.key)] = ValueOf(fault, row.key);
  }
  if (fault.drawn) json["drawn"] = true;
  return json;
}

}  // namespace

std::string_view NameOf(Fault::Kind kind) {
  return CaseOf(kind).word.word;
}

nlohmann::json FaultsToJson(const std::vector<Fault>& faults) {
  nlohmann::json list = nlohmann::json::array();
  for (const Fault& fault : faults) list.push_back(ToJson(fault));
  return list;
}

core::StatusOr<std::vector<Fault>> FaultsFromJson(const nlohmann::json& json) {
  Findings findings;
  const uint32_t source = findings.AddSource("faults");
  const std::string text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  auto value = ReadJson(text, {source, 1, 1}, findings);
  if (!value.has_value()) return findings.ToStatus();
  const KeyRow row = {.key = "faults",
                      .kind = KeyKind::kObject,
                      .list = true,
                      .count_high = std::numeric_limits<int64_t>::max(),
                      .table = &kFaultTable};
  const std::vector<std::string> folders = {""};
  ConformKey(*value, row, "faults", {findings, folders});
  GroupNames names;
  names.peers = std::numeric_limits<uint32_t>::max();
  std::vector<Fault> faults;
  for (size_t i = 0; value->good && i < value->items.size(); ++i) {
    faults.push_back(BindFault(value->items[i], Join("faults", i), names, findings));
  }
  RETURN_IF_ERROR(findings.ToStatus());
  return faults;
}

}  // namespace sim
