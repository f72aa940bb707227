#include "sim/observe/file_out.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace sim {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 16;

std::string Complaint(std::string_view step, const std::string& path, int error) {
  return "cannot " + std::string(step) + " '" + path +
         "': " + std::generic_category().message(error);
}

}  // namespace

core::StatusOr<AtomicFile> AtomicFile::Open(const std::string& path) {
  const std::string partial = path + ".partial";
  const int descriptor = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return core::InvalidArgument(Complaint("create", partial, errno));
  return AtomicFile(path, descriptor);
}

AtomicFile::AtomicFile(std::string path, int descriptor)
    : path_(std::move(path)), partial_(path_ + ".partial"), descriptor_(descriptor) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      partial_(std::move(other.partial_)),
      buffer_(std::move(other.buffer_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      error_(std::move(other.error_)) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  if (this == &other) return *this;
  Discard();
  path_ = std::move(other.path_);
  partial_ = std::move(other.partial_);
  buffer_ = std::move(other.buffer_);
  descriptor_ = std::exchange(other.descriptor_, -1);
  error_ = std::move(other.error_);
  return *this;
}

AtomicFile::~AtomicFile() {
  Discard();
}

void AtomicFile::Discard() {
  if (descriptor_ < 0) return;
  ::close(std::exchange(descriptor_, -1));
  ::unlink(partial_.c_str());
}

core::Status AtomicFile::Failed(std::string_view step, int error) {
  error_ = core::InvalidArgument(Complaint(step, partial_, error));
  Discard();
  return error_;
}

core::Status AtomicFile::Write(std::string_view text) {
  if (!error_.ok()) return error_;
  buffer_ += text;
  return buffer_.size() < kBufferBytes ? error_ : Flush();
}

core::Status AtomicFile::Flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write", errno);
    rest.remove_prefix(static_cast<size_t>(written));
  }
  buffer_.clear();
  return error_;
}

core::Status AtomicFile::Commit() {
  if (!error_.ok()) return error_;
  RETURN_IF_ERROR(Flush());
  if (::fsync(descriptor_) != 0 && errno != EINVAL) return Failed("sync", errno);
  if (::rename(partial_.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    (void)Failed("rename", error);
    return error_ = core::InvalidArgument(Complaint("write", path_, error));
  }
  ::close(std::exchange(descriptor_, -1));
  return error_;
}

core::Status WriteFileWhole(const std::string& path, std::string_view text) {
  ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Open(path));
  RETURN_IF_ERROR(file.Write(text));
  return file.Commit();
}

core::StatusOr<std::string> ReadFileWhole(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return core::NotFound(Complaint("open", path, errno));
  std::string text;
  std::string chunk(kBufferBytes, '\0');
  ssize_t got = 0;
  while ((got = ::read(descriptor, chunk.data(), chunk.size())) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    text.append(chunk, 0, static_cast<size_t>(got));
  }
  const int error = errno;
  ::close(descriptor);
  if (got < 0) return core::InvalidArgument(Complaint("read", path, error));
  return text;
}

core::Status MayWrite(const std::string& path, bool force) {
  std::error_code ignored;
  if (force || !std::filesystem::exists(path, ignored)) return core::Status();
  return core::InvalidArgument(path + ": is there already; --force replaces it");
}

core::Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return {};
  return core::InvalidArgument("cannot make folder '" + path + "': " + error.message());
}

}  // namespace sim
