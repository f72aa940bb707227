// Small scenarios for tests of whole worlds, loaded as a user's file would be.
#pragma once

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/workflow/scenario_source.h"
#include "sim/workflow/session.h"

namespace sim {

inline std::string SourcePath(const std::string& path) {
  return std::string(ORBWEAVER_SOURCE_DIR) + "/" + path;
}

inline Scenario LoadOrFail(const std::string& path, Overrides overrides = {}) {
  auto scenario = Load({SourcePath(path), {}, std::move(overrides), {}});
  if (!scenario.ok()) ADD_FAILURE() << core::MessageOf(scenario.status());
  return scenario.ok() ? *std::move(scenario) : Scenario();
}

// How long a test runs a scenario: its own end comes later.
inline SessionOptions ShortRun(int64_t seconds, int threads = 2, int shards = 0) {
  return {threads, shards, WorldTime{seconds * 1'000'000}, nullptr};
}

// Runs to the end.
inline void RunQuietly(Session& session) {
  const core::Status status = session.Run();
  EXPECT_TRUE(status.ok()) << core::MessageOf(status);
}

}  // namespace sim
