#include "sim/workflow/travel/edits.h"

#include <charconv>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

#include "sim/scenario/fault_list.h"
#include "sim/scenario/loader.h"
#include "sim/workflow/capsule_source.h"

namespace sim {

// Loaded as the only fault of the scenario: so it may name groups, and everything about it is checked.
core::Status Edits::AddFault(std::string_view json) {
  const auto fault = nlohmann::json::parse(json, nullptr, false);
  if (!fault.is_object()) {
    return core::InvalidArgument(absl::StrFormat(
        "found \"%s\", allowed a fault as in a scenario file, for example {\"at\": \"5s\", "
        "\"do\": \"restart\", \"who\": \"0\"}",
        std::string(json)));
  }
  Overrides alone = overrides_;
  alone.emplace_back("faults", nlohmann::json::array({fault}).dump());
  ASSIGN_OR_RETURN(const Scenario scenario,
                   ReloadScenario(capsule_.scenario, capsule_.data_files, RunVocabulary(), alone));
  faults_.insert(faults_.end(), scenario.faults.begin(), scenario.faults.end());
  ++count_;
  return core::Status();
}

core::Status Edits::RemoveFault(std::string_view number) {
  size_t index = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), index);
  const bool whole = read.ec == std::errc() && read.ptr == number.data() + number.size();
  if (number.empty() || !whole || index >= faults_.size()) {
    return core::InvalidArgument(absl::StrFormat(
        "found \"%s\", allowed the number of a fault, %s", std::string(number),
        faults_.empty() ? "but there is none" : "0 to " + std::to_string(faults_.size() - 1)));
  }
  faults_.erase(faults_.begin() + static_cast<std::ptrdiff_t>(index));
  ++count_;
  return core::Status();
}

core::Status Edits::Set(std::string_view assignment) {
  const size_t equals = assignment.find('=');
  if (equals == 0 || equals == std::string_view::npos || assignment.starts_with("faults")) {
    return core::InvalidArgument(absl::StrFormat(
        "found \"%s\", allowed path=value, for example network.loss=1%% (faults: fault add, fault "
        "remove)",
        std::string(assignment)));
  }
  overrides_.emplace_back(assignment.substr(0, equals), assignment.substr(equals + 1));
  if (const auto scenario = Apply(); !scenario.ok()) {
    overrides_.pop_back();
    return scenario.status();
  }
  ++count_;
  return core::Status();
}

core::StatusOr<Scenario> Edits::Apply() const {
  ASSIGN_OR_RETURN(Scenario scenario, ScenarioOf(capsule_, overrides_));
  scenario.faults = faults_;
  return scenario;
}

std::string Edits::FaultsText() const {
  const nlohmann::json list = FaultsToJson(faults_);
  std::string text;
  for (size_t i = 0; i < list.size(); ++i) text += absl::StrFormat("%d  %s\n", i, list[i].dump());
  return text.empty() ? "no faults\n" : text;
}

}  // namespace sim
