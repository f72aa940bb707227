#include "node/service/recording_file.h"

#include <span>

#include "node/service/private_file.h"

namespace node {

core::StatusOr<SavedRecording> SaveRecording(const core::Recorder& recorder,
                                             const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(PrivateFile file, PrivateFile::Create("recording", path));
  SavedRecording saved{.inputs = recorder.inputs(), .dropped = recorder.dropped()};
  core::Status status = absl::OkStatus();
  recorder.Save([&](std::span<const uint8_t> part) {
    if (!status.ok()) return;
    status = file.Write(part);
    saved.bytes += part.size();
  });
  RETURN_IF_ERROR(status);
  RETURN_IF_ERROR(file.Finish());
  return saved;
}

}  // namespace node
