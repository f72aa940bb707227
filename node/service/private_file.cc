#include "node/service/private_file.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace node {
namespace {

core::Status Failed(std::string_view what, const std::filesystem::path& path,
                    std::string_view doing, int error) {
  const std::string text = std::string(what) + " " + path.string() + ": " + std::string(doing) +
                           ": " + std::generic_category().message(error);
  if (error == ENOENT) return core::NotFound(text);
  if (error == EEXIST) return core::FailedPrecondition(text + "; allowed a name that is free");
  if (error == ENOSPC || error == EDQUOT) return core::ResourceExhausted(text);
  return core::Unavailable(text);
}

core::Status CheckPrivate(std::string_view what, const std::filesystem::path& path,
                          const struct stat& found) {
  const std::string where = std::string(what) + " " + path.string() + ": ";
  if (!S_ISREG(found.st_mode)) {
    return core::FailedPrecondition(where + "found no regular file, allowed only that");
  }
  if (found.st_uid != geteuid()) {
    return core::FailedPrecondition(where + "found owner " + std::to_string(found.st_uid) +
                                    ", allowed the user of this process, " +
                                    std::to_string(geteuid()));
  }
  if ((found.st_mode & 0177) == 0) return absl::OkStatus();
  return core::FailedPrecondition(
      where + absl::StrFormat("found mode %04o, allowed 0600 or 0400", found.st_mode & 07777));
}

struct Descriptor {
  int value = -1;

  ~Descriptor() {
    if (value >= 0) close(value);
  }
};

}  // namespace

core::StatusOr<PrivateFile> PrivateFile::Create(std::string_view what,
                                                const std::filesystem::path& path) {
  const int descriptor =
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) return Failed(what, path, "create", errno);
  PrivateFile file(what, path, descriptor);
  if (fchmod(descriptor, 0600) != 0) return Failed(what, path, "set the mode", errno);
  return file;
}

PrivateFile::PrivateFile(PrivateFile&& other) noexcept
    : what_(other.what_),
      path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

PrivateFile::~PrivateFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(path_.c_str());
}

core::Status PrivateFile::Write(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed(what_, path_, "write", errno);
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

core::Status PrivateFile::Finish() {
  if (fsync(descriptor_) != 0) return Failed(what_, path_, "sync", errno);
  close(std::exchange(descriptor_, -1));
  return absl::OkStatus();
}

core::StatusOr<std::string> ReadPrivateFile(std::string_view what,
                                            const std::filesystem::path& path, size_t size_max) {
  const Descriptor descriptor{open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  if (descriptor.value < 0) return Failed(what, path, "open", errno);

  struct stat found {};

  if (fstat(descriptor.value, &found) != 0) return Failed(what, path, "look at", errno);
  RETURN_IF_ERROR(CheckPrivate(what, path, found));
  std::string text(size_max + 1, '\0');  // One more, to see that the file is longer.
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = read(descriptor.value, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed(what, path, "read", errno);
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  if (size > size_max) {
    return core::InvalidArgument(absl::StrCat(std::string(what), " ", path.string(),
                                              ": found more than ", size_max,
                                              " bytes, allowed at most that"));
  }
  text.resize(size);
  return text;
}

}  // namespace node
