#include "node/control/recordings.h"

#include <string>
#include <system_error>
#include <utility>

namespace node {

struct Recordings::Writing {
  RecordingCopy copy;
  std::filesystem::path path;
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
    return core::FailedPrecondition("the flight recorder: found " + writing_->path.string() +
                                    " being written, allowed one file at a time");
  }
  const auto writing = std::make_shared<Writing>(
      Writing{RecordingCopy(recorder), std::move(path), std::move(ended)});
  if (thread_.joinable()) thread_.join();
  // The thread reads what nobody changes; `ended` belongs to the loop.
  const auto write = [this, io = io_, writing] {
    const core::Status status = SaveRecording(writing->copy, writing->path);
    asio::post(*io, [this, status, alive = std::weak_ptr<Writing>(writing)] {
      if (alive.lock() != nullptr) OnWritten(status);
    });
  };
  try {
    thread_ = std::thread(write);
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
    ended(
        core::Unavailable(writing_->path.string() +
                          ": found the file being written when its client left, allowed to wait"));
  }
}

void Recordings::OnWritten(const core::Status& status) {
  const std::shared_ptr<Writing> written = std::move(writing_);
  const std::string file = written->path.string();
  if (status.ok()) {
    log_->Info("the flight recorder was saved",
               {{"file", file}, {"bytes", written->copy.bytes.size()}});
  } else {
    log_->Warning("the flight recorder was not saved", {{"error", core::MessageOf(status)}});
  }
  if (!written->ended) return;
  if (!status.ok()) return written->ended(status);
  written->ended(Json{{"path", file},
                      {"bytes", written->copy.bytes.size()},
                      {"inputs", written->copy.inputs},
                      {"dropped", written->copy.dropped}});
}

}  // namespace node
