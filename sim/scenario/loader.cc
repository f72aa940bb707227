#include "sim/scenario/loader.h"

#include "sim/scenario/binding.h"
#include "sim/scenario/compose.h"
#include "sim/scenario/conform.h"
#include "sim/scenario/section.h"

namespace sim {
namespace {

void BindTop(const JsonValue& top, Scenario& scenario) {
  Read(top, "name", scenario.name);
  Read(top, "about", scenario.about);
  Read(top, "duration", scenario.duration);
  Read(top, "seed", scenario.seed);
  Read(top, "crypto", scenario.modelled_crypto);
  const JsonValue* bootstrap = Good(top, "bootstrap");
  if (bootstrap == nullptr) return;
  const bool object = bootstrap->kind == JsonValue::Kind::kObject;
  const JsonValue* mode = object ? Good(*bootstrap, "mode") : bootstrap;
  if (mode != nullptr) scenario.warm = mode->text == "warm";
  if (object) Read(*bootstrap, "seeds", scenario.seed_peers);
}

void BindPhases(const JsonValue& top, Scenario& scenario, Findings& findings) {
  const JsonValue* phases = Good(top, "phases");
  if (phases == nullptr) return;
  Read(*phases, "safety_until", scenario.safety_until);
  Read(*phases, "safety_only", scenario.safety_only);
  const JsonValue* until = Good(*phases, "safety_until");
  if (until == nullptr) return;
  if (scenario.safety_only) {
    findings.Add({until->at, "phases.safety_until", "\"safety_until\" beside \"safety_only\"",
                  "one of them", ""});
  }
  if (scenario.duration.us == 0 || scenario.safety_until < scenario.duration) return;
  findings.Add({until->at, "phases.safety_until", DescribeValue(*until),
                "a time before the end of the run at " +
                    FormatQuantity(scenario.duration.us, Measure::kDuration),
                ""});
}

void BindReseed(const JsonValue& top, Scenario& scenario, Findings& findings) {
  const JsonValue* list = Good(top, "reseed");
  if (list == nullptr) return;
  for (size_t i = 0; i < list->items.size(); ++i) {
    const JsonValue& item = list->items[i];
    const JsonValue* at = item.good ? Good(item, "at") : nullptr;
    if (at == nullptr) continue;
    Reseed reseed;
    Read(item, "at", reseed.at);
    Read(item, "seed", reseed.seed);
    const Duration after = scenario.reseed.empty() ? Duration{-1} : scenario.reseed.back().at;
    if (reseed.at <= after) {
      findings.Add(
          {at->at, Join(Join("reseed", i), "at"), DescribeValue(*at),
           "a time after that of the one before, " + FormatQuantity(after.us, Measure::kDuration),
           ""});
    }
    if (scenario.duration.us > 0 && reseed.at >= scenario.duration) {
      findings.Add({at->at, Join(Join("reseed", i), "at"), DescribeValue(*at),
                    "a time before the end of the run at " +
                        FormatQuantity(scenario.duration.us, Measure::kDuration),
                    ""});
    }
    scenario.reseed.push_back(reseed);
  }
}

core::Fingerprint HashOf(const Scenario& scenario) {
  core::Hasher hasher;
  hasher.Add(std::string_view(scenario.canonical));
  for (const auto& [name, content] : scenario.data_files) {
    hasher.Add(std::string_view(name));
    hasher.Add(std::string_view(content));
  }
  return hasher.Result();
}

core::StatusOr<Scenario> Bind(const JsonValue& top, std::string path, const LoadOptions& options,
                              Composer& composer, Findings& findings) {
  Scenario scenario;
  scenario.path = std::move(path);
  Binding binding{findings, composer, options.vocabulary, scenario, {}, {}};
  BindTop(top, scenario);
  BindPhases(top, scenario, findings);
  BindProtocol(top, binding);
  BindNetwork(top, binding);
  BindGroups(top, binding);
  BindWorkload(top, binding);
  BindFaults(top, binding);
  BindReseed(top, scenario, findings);
  BindExpectations(top, binding);
  RETURN_IF_ERROR(findings.ToStatus());
  scenario.canonical = CanonicalJson(top);
  scenario.hash = HashOf(scenario);
  return scenario;
}

core::Status Unreadable(const core::Status& status, const std::string& path) {
  Findings findings;
  const uint32_t source = findings.AddSource(path);
  std::string found = "a file that cannot be read";
  if (absl::IsNotFound(status)) found = "no such file";
  if (absl::IsResourceExhausted(status)) found = "a file with more than 64 MiB";
  findings.Add({{source, 1, 1}, "", found, "a readable file of at most 64 MiB", ""});
  return findings.ToStatus();
}

}  // namespace

uint32_t Scenario::PeerCount() const {
  return groups.empty() ? 0 : groups.back().first + groups.back().count;
}

core::StatusOr<Scenario> LoadScenario(const std::string& path, const LoadOptions& options) {
  DiskReader disk;
  return LoadScenario(path, options, disk);
}

core::StatusOr<Scenario> LoadScenario(const std::string& path, const LoadOptions& options,
                                      FileReader& files) {
  const auto content = files.Read(path, kFileBytesMax);
  if (!content.ok()) return Unreadable(content.status(), path);
  return ParseScenario(*content, path, options, files);
}

core::StatusOr<Scenario> ParseScenario(std::string_view json, std::string path,
                                       const LoadOptions& options, FileReader& files) {
  if (json.size() > kFileBytesMax) return Unreadable(core::ResourceExhausted(path), path);
  Findings findings;
  Composer composer(path, files, findings);
  auto top = composer.Compose(json);
  if (!top.has_value()) return findings.ToStatus();
  for (const auto& [where, value] : options.overrides) composer.Override(*top, where, value);
  if (!options.plant.empty()) composer.Plant(*top, options.plant);
  Conform(*top, kScenarioTable, "", {findings, composer.folders()});
  return Bind(*top, std::move(path), options, composer, findings);
}

core::StatusOr<Scenario> ReloadScenario(
    const std::string& canonical, const std::map<std::string, std::string>& data_files,
    const Vocabulary& vocabulary,
    const std::vector<std::pair<std::string, std::string>>& overrides) {
  MapReader files(data_files);
  return ParseScenario(canonical, "capsule", {overrides, vocabulary, {}}, files);
}

}  // namespace sim
