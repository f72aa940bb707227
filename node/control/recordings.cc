#include "node/control/recordings.h"

#include <string>
#include <system_error>
#include <utility>

namespace node {

struct Recordings::Writing {
  std::string file;
  size_t bytes = 0;
  uint64_t inputs = 0;
  uint64_t dropped = 0;
  Ended ended;
};

Recordings::Recordings(asio::io_context& io, Log& log) : io_(&io), log_(&log) {}

Recordings::~Recordings() {
  writing_ = nullptr;
  if (thread_.joinable()) thread_.join();
}

core::Status Recordings::Begin(const core::Recorder& recorder, std::filesystem::path path,
                               Ended ended) {
  if (writing_ != nullptr) {
    return core::FailedPrecondition("the flight recorder: found " + writing_->file +
                                    " being written, allowed one file at a time");
  }
  RecordingCopy copy(recorder);
  const auto writing = std::make_shared<Writing>(
      Writing{path.string(), copy.bytes.size(), copy.inputs, copy.dropped, std::move(ended)});
  if (thread_.joinable()) thread_.join();
  // The thread owns what it reads and hands over what became of it; `ended` belongs to the loop.
  auto write = [this, io = io_, copy = std::move(copy), path = std::move(path),
                alive = std::weak_ptr<Writing>(writing)] {
    asio::post(*io, [this, status = SaveRecording(copy, path), alive] {
      if (!alive.expired()) OnWritten(status);
    });
  };
  try {
    thread_ = std::thread(std::move(write));
  } catch (const std::system_error& error) {
    return core::Unavailable("a thread that writes the recording: found none, " +
                             std::string(error.what()) + ", allowed one");
  }
  writing_ = writing;
  return absl::OkStatus();
}

void Recordings::Abandon() {
  const Ended ended = std::exchange(writing_->ended, nullptr);
  if (ended) {
    ended(core::Unavailable(
        writing_->file + ": found the file being written when its client left, allowed to wait"));
  }
}

void Recordings::OnWritten(const core::Status& status) {
  const std::shared_ptr<Writing> written = std::move(writing_);
  if (status.ok()) {
    log_->Info("the flight recorder was saved",
               {{"file", written->file}, {"bytes", written->bytes}});
  } else {
    log_->Warning("the flight recorder was not saved", {{"error", core::MessageOf(status)}});
  }
  if (!written->ended) return;
  if (!status.ok()) return written->ended(status);
  written->ended(Json{{"path", written->file},
                      {"bytes", written->bytes},
                      {"inputs", written->inputs},
                      {"dropped", written->dropped}});
}

}  // namespace node
