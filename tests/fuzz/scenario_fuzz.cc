// A scenario file, its data files ("@file name" lines) and overrides ("@set path=value" lines) from
// arbitrary bytes: refused with a message, or accepted and then the same again from what a capsule
// keeps.
#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "sim/scenario/describe.h"
#include "sim/scenario/fault_list.h"
#include "tests/sim/scenario/scenario_texts.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text;
  tests::Files files;
  std::vector<std::pair<std::string, std::string>> overrides;
  std::string* into = &text;
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  for (std::string line; std::getline(lines, line);) {
    const size_t equals = std::min(line.find('='), line.size() - 1);
    if (line.starts_with("@file ")) {
      into = &files[line.substr(6)];
    } else if (line.starts_with("@set ")) {
      overrides.emplace_back(line.substr(5, equals - 5), line.substr(equals + 1));
    } else {
      *into += line + "\n";
    }
  }
  const auto scenario = tests::LoadText(text, files, overrides);
  CHECK(scenario.ok() || core::MessageOf(scenario.status()).find(": found ") != std::string::npos);
  if (!scenario.ok()) return 0;
  const auto again =
      sim::ReloadScenario(scenario->canonical, scenario->data_files, tests::TestVocabulary());
  CHECK(again.ok() && again->hash == scenario->hash);
  CHECK(sim::PrintScenario(*again) == sim::PrintScenario(*scenario));
  CHECK(sim::FaultsFromJson(sim::FaultsToJson(scenario->faults)).ok());
  return 0;
}
