// Vocabulary: the names that layers above this one define, given to the loader so that a scenario
// that names an unknown check, metric, adversary or bug is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/scenario/quantity.h"

namespace sim {

struct MetricName {
  std::string name;
  std::optional<Measure> measure;  // Empty: a count, written as a JSON integer.
};

// An option of an adversary. Values reach AdversarySpec::options as text: a number in its measure's
// base (microseconds, millionths, ...), "true" or "false", or the word.
struct OptionName {
  enum class Kind : uint8_t { kFlag, kCount, kQuantity, kWord, kTopic };
  std::string name;
  Kind kind = Kind::kCount;
  Measure measure = Measure::kShare;  // kQuantity.
  int64_t low = 0;
  int64_t high = INT64_MAX;
  std::vector<std::string> words;  // kWord.
};

struct AdversaryName {
  std::string name;
  std::vector<OptionName> options;
};

// Other defaults of the protocol's parameters, under the file's own: path below "protocol" and JSON
// value.
struct Profile {
  std::string name;
  std::string about;
  std::vector<std::pair<std::string, std::string>> settings;
};

// strict: documented defaults; linear: no gallop; single-root, three-roots; upstream: the reference implementation's.
[[nodiscard]] std::vector<Profile> BuiltInProfiles();

struct Vocabulary {
  std::vector<std::string> checks;
  std::vector<MetricName> metrics;
  std::vector<AdversaryName> adversaries;
  std::vector<std::string> bugs;
  std::vector<Profile> profiles = BuiltInProfiles();
};

}  // namespace sim
