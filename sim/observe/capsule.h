// Capsule: everything that a failing run needs to happen again, in one file: scenario, data files,
// the explicit fault list (drawn ones included), seed, build, and what came out: fingerprint,
// failure, a checkpoint per simulated second for the search of a divergence.
//
// Format: JSON, schema version 1, documented in docs/capsule_format.md. Data files stand as text
// when they are UTF-8, else as base64. `digest` covers all other fields, so a damaged capsule is
// refused. The fault list is text here; its meaning belongs to sim/scenario (FaultsToJson).
// Reading is strict: an unknown version, a missing or unknown key, a wrong type is an error that
// says what and where.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/hash.h"
#include "core/base/status.h"
#include "sim/engine/checkpoint.h"
#include "sim/engine/event.h"
#include "sim/observe/checkers/checker.h"

namespace sim {

inline constexpr int kCapsuleSchema = 1;

struct FailedCheck {
  std::string check;
  Violation violation;
};

struct Capsule {
  std::string scenario;                           // Scenario::canonical, byte for byte.
  std::string scenario_path;                      // Where it came from, for people.
  std::map<std::string, std::string> data_files;  // Scenario::data_files.
  std::string faults = "[]";                      // JSON array, every fault that was in force.
  uint64_t seed = 0;
  std::string build;
  WorldTime ended;
  bool interrupted = false;
  core::Fingerprint fingerprint;
  std::optional<FailedCheck> failed;
  std::vector<Checkpoint> checkpoints;
};

// REQUIRES: faults is a JSON array.
[[nodiscard]] std::string CapsuleText(const Capsule& capsule);
// `name` is how errors call the input.
[[nodiscard]] core::StatusOr<Capsule> ParseCapsule(std::string_view text, const std::string& name);

[[nodiscard]] core::Status WriteCapsule(const std::string& path, const Capsule& capsule);
[[nodiscard]] core::StatusOr<Capsule> ReadCapsule(const std::string& path);

// The index of the first checkpoint in which two runs differ; nothing when the shorter list is a
// prefix of the longer one.
[[nodiscard]] std::optional<size_t> FirstDifference(const std::vector<Checkpoint>& a,
                                                    const std::vector<Checkpoint>& b);

}  // namespace sim
