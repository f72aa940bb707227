// Recordings: the flight recorder as files that control clients ask for, written by a thread of its own so that a slow disk
// keeps nobody waiting but the client.
//
//   file    | event                        | becomes
//   -       | Begin                        | writing   of a copy
//   writing | Begin                        | writing   refused: one at a time, which bounds the copies
//   writing | written, or the disk refused | -         the end is told, by the loop
//   writing | Abandon                      | writing   the client is told that the file's end is not known
//   writing | destruction                  | -         waits for the file
//
// Thread rule: the thread that runs io, on which `ended` is called; never from inside Begin.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

#include "core/base/status.h"
#include "node/log/log.h"
#include "node/service/recording_file.h"
#include "node/service/status_json.h"
#include "node/transport/asio.h"

namespace node {

class Recordings {
 public:
  using Ended = std::function<void(const core::StatusOr<Json>&)>;

  // REQUIRES: io and log outlive this.
  Recordings(asio::io_context& io, Log& log);
  ~Recordings();
  Recordings(const Recordings&) = delete;
  Recordings& operator=(const Recordings&) = delete;

  // Errors: FailedPrecondition while another is written; Unavailable when there is no thread to be had.
  [[nodiscard]] core::Status Begin(const core::Recorder& recorder, std::filesystem::path path,
                                   Ended ended);

  // Whoever began it waits no longer. REQUIRES: it has not ended.
  void Abandon();

 private:
  struct Writing;

  void OnWritten(const core::Status& status);

  asio::io_context* io_;
  Log* log_;
  // The completion, which may outlive this, looks whether it is there.
  std::shared_ptr<Writing> writing_;
  std::thread thread_;
};

}  // namespace node
