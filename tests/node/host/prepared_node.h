// A node's folder as `orbnode init` leaves it.
#pragma once

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/node/base/scratch_folder.h"
#include "tests/node/host/child_process.h"

namespace node {

// Makes it, and gives it this configuration instead of its own; returns the configuration's path.
inline std::string PrepareNode(const std::filesystem::path& folder, const std::string& config) {
  Process init({"init", folder.string()});
  EXPECT_EQ(init.Wait(), 0) << init.text();
  WriteText(folder / "node.json", config);
  return (folder / "node.json").string();
}

}  // namespace node
