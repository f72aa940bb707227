// Targets: the files that an export writes. All of them appear when the run is over, or none.
//
// Errors name the option or the file. Thread rule: one thread.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "sim/observe/file_out.h"
#include "sim/workflow/commands.h"

namespace sim {

class Targets {
 public:
  using Sink = std::function<void(std::string_view)>;

  // Is anything asked for, and may all of it be written? Nothing is touched.
  [[nodiscard]] static core::Status Check(const ExportOptions& options);

  Targets() = default;
  Targets(const Targets&) = delete;

  // Takes what is written until Commit; valid as long as this. An error of writing shows at Commit.
  [[nodiscard]] core::StatusOr<Sink> Open(const std::string& path);

  [[nodiscard]] core::Status Commit();

  // In the order in which they were opened.
  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }

 private:
  std::deque<AtomicFile> files_;  // Sinks point to them.
  std::vector<std::string> paths_;
};

// The files of a folder of tables, in this order: messages, operations, peers, events.
[[nodiscard]] std::vector<std::string> TableFiles(const std::string& folder);

}  // namespace sim
