// FileReader: where the loader gets files from. The disk, a map in a test, or the contents that a
// capsule carries.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace sim {

class FileReader {
 public:
  virtual ~FileReader() = default;
  // The whole content. NotFound: no such file; ResourceExhausted: longer than size_max bytes;
  // Internal: there is one that cannot be read. The message is not shown.
  [[nodiscard]] virtual core::StatusOr<std::string> Read(const std::string& path,
                                                         size_t size_max) = 0;
};

class DiskReader : public FileReader {
 public:
  [[nodiscard]] core::StatusOr<std::string> Read(const std::string& path, size_t size_max) override;
};

// The disk as it was when each file was first asked for: a scenario that is loaded again is the same, whoever edits its files
// meanwhile. Thread rule: may be used by several threads.
class OnceReader : public FileReader {
 public:
  [[nodiscard]] core::StatusOr<std::string> Read(const std::string& path, size_t size_max) override;

 private:
  std::mutex mutex_;
  std::map<std::string, core::StatusOr<std::string>> files_;
};

class MapReader : public FileReader {
 public:
  explicit MapReader(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  [[nodiscard]] core::StatusOr<std::string> Read(const std::string& path, size_t size_max) override;

 private:
  std::map<std::string, std::string> files_;
};

// The folder of a path, with its slash; "" for a bare name.
[[nodiscard]] std::string FolderOf(std::string_view path);

// `name` as seen from `folder` ("" or ending in a slash), without "." and "..": "a/" and "../b"
// give "b". An absolute name stays what it is.
[[nodiscard]] std::string ResolvePath(std::string_view folder, std::string_view name);

}  // namespace sim
