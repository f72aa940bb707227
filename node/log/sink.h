// Where log lines go: a file, standard error, or a test's memory.
//
// Invariants: (1) a line is handed to the system in one write, so that lines of several processes do
// not mix; (2) a line that cannot be written is lost and counted; logging never stops the node.
// Thread rule: calls are serialised by Log.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace node {

class LogSink {
 public:
  virtual ~LogSink() = default;

  // `line` ends in a line feed. False: it is lost.
  virtual bool Write(std::string_view line) = 0;

  // After the file was moved away: open it anew.
  virtual core::Status Reopen() { return absl::OkStatus(); }
};

class StandardErrorSink : public LogSink {
 public:
  bool Write(std::string_view line) override;
};

// Appends; creates the file with mode 0640.
class FileSink : public LogSink {
 public:
  // The error names the path and the system's reason.
  [[nodiscard]] static core::StatusOr<std::unique_ptr<FileSink>> Open(const std::string& path);

  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink() override;

  bool Write(std::string_view line) override;
  // On an error the old file stays open.
  core::Status Reopen() override;

 private:
  explicit FileSink(std::string path) : path_(std::move(path)) {}

  std::string path_;
  int descriptor_ = -1;
};

}  // namespace node
