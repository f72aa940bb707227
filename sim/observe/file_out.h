// WriteFileWhole: a result file appears whole or not at all. The text goes to a temporary name
// beside the target, is synced, and is renamed over it.
//
// Errors are a Status that names the file, the step and the system's reason ("No space left on
// device"); the temporary file is removed. AtomicFile does the same for a file that grows (the
// trace). Thread rule: one thread.
#pragma once

#include <string>
#include <string_view>

#include "core/base/status.h"

namespace sim {

class AtomicFile {
 public:
  // Opens path + ".partial".
  [[nodiscard]] static core::StatusOr<AtomicFile> Open(const std::string& path);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;
  // Removes the temporary file unless Commit succeeded.
  ~AtomicFile();

  // After the first error every call returns it again.
  [[nodiscard]] core::Status Write(std::string_view text);
  // Flushes, syncs and renames.
  [[nodiscard]] core::Status Commit();

 private:
  AtomicFile(std::string path, int descriptor);
  [[nodiscard]] core::Status Flush();
  [[nodiscard]] core::Status Failed(std::string_view step, int error);
  void Discard();

  std::string path_;
  std::string partial_;
  std::string buffer_;
  int descriptor_ = -1;
  core::Status error_;
};

[[nodiscard]] core::Status WriteFileWhole(const std::string& path, std::string_view text);
// The whole content; an error names the file and the reason.
[[nodiscard]] core::StatusOr<std::string> ReadFileWhole(const std::string& path);
// Is the name free, or may the file be replaced? The error says that it is there.
[[nodiscard]] core::Status MayWrite(const std::string& path, bool force);
// Makes the folder and those above it.
[[nodiscard]] core::Status MakeFolder(const std::string& path);

}  // namespace sim
