// ScenarioSource: a scenario as a command line names it: a file, and what to change in it. Every command loads by this, so
// that all know the same checks, metrics, adversaries and bugs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "sim/scenario/file_reader.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/vocabulary.h"

namespace sim {

using Overrides = std::vector<std::pair<std::string, std::string>>;  // --set path=value

struct ScenarioSource {
  std::string file;
  std::optional<uint64_t> seed = {};  // Overrides the file's.
  Overrides overrides = {};
  std::vector<std::string> plant = {};  // Bugs, instead of the file's.
  std::shared_ptr<OnceReader> files =
      {};  // What reads it and what it uses; nothing: the disk, anew each time.
};

// The same, so that every Load of it and of its copies sees the same files.
[[nodiscard]] ScenarioSource ReadOnce(ScenarioSource source);

// The names that scenario files may use for checks, metrics, adversaries and bugs.
[[nodiscard]] Vocabulary RunVocabulary();

// Errors: what sim/scenario/loader.h says is wrong, or that the file is of another kind.
[[nodiscard]] core::StatusOr<Scenario> Load(const ScenarioSource& source);

// Where its runs go if nobody says: results/NAME, with bugs planted results/NAME+BUG.
[[nodiscard]] std::string ResultsOf(const Scenario& scenario);

// As arguments for a shell. The seed is named even where the file gives it: files change.
[[nodiscard]] std::string ArgumentsOf(const ScenarioSource& source, uint64_t seed);

}  // namespace sim
