// Files that only the node's user may read: saved recordings and the token of the control port.
//
// A file is made under its own name, which must be free, with mode 0600 from its first moment; a file that was not finished
// is taken away again. Links are not followed. Errors: FailedPrecondition for a name that is taken and for a file that others
// could read, otherwise what the system says, with the path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace node {

class PrivateFile {
 public:
  // `what` for messages, a literal: "recording".
  [[nodiscard]] static core::StatusOr<PrivateFile> Create(std::string_view what,
                                                          const std::filesystem::path& path);
  ~PrivateFile();
  PrivateFile(PrivateFile&& other) noexcept;
  PrivateFile(const PrivateFile&) = delete;
  PrivateFile& operator=(const PrivateFile&) = delete;
  PrivateFile& operator=(PrivateFile&&) = delete;

  [[nodiscard]] core::Status Write(std::span<const uint8_t> bytes);
  // Durable, as far as fsync promises it. Last.
  [[nodiscard]] core::Status Finish();

 private:
  PrivateFile(std::string_view what, std::filesystem::path path, int descriptor)
      : what_(what), path_(std::move(path)), descriptor_(descriptor) {}

  std::string_view what_;
  std::filesystem::path path_;
  int descriptor_ = -1;
};

// The whole file, of at most `size_max` bytes, which must be a regular one of this user with mode 0600 or 0400. NotFound
// when there is none.
[[nodiscard]] core::StatusOr<std::string> ReadPrivateFile(std::string_view what,
                                                          const std::filesystem::path& path,
                                                          size_t size_max);

}  // namespace node
