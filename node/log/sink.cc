#include "node/log/sink.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "node/base/visible_text.h"

namespace node {
namespace {

bool WriteWhole(int descriptor, std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = write(descriptor, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    line.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

bool StandardErrorSink::Write(std::string_view line) {
  return WriteWhole(STDERR_FILENO, line);
}

core::StatusOr<std::unique_ptr<FileSink>> FileSink::Open(const std::string& path) {
  std::unique_ptr<FileSink> sink(new FileSink(path));
  RETURN_IF_ERROR(sink->Reopen());
  return sink;
}

FileSink::~FileSink() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool FileSink::Write(std::string_view line) {
  return WriteWhole(descriptor_, line);
}

core::Status FileSink::Reopen() {
  const int opened = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (opened < 0) {
    const std::string reason = std::system_category().message(errno);
    return core::Internal("log file " + Quoted(path_) + ": found \"" + reason +
                          "\", allowed a file that can be opened for appending");
  }
  if (descriptor_ >= 0) close(descriptor_);
  descriptor_ = opened;
  return absl::OkStatus();
}

}  // namespace node
