#include "node/service/recording_file.h"

#include <span>

#include "node/service/private_file.h"

namespace node {

RecordingCopy::RecordingCopy(const core::Recorder& recorder)
    : inputs(recorder.inputs()), dropped(recorder.dropped()) {
  bytes.reserve(recorder.FileBytes());
  recorder.Save(
      [&](std::span<const uint8_t> part) { bytes.insert(bytes.end(), part.begin(), part.end()); });
}

core::Status SaveRecording(const RecordingCopy& copy, const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(PrivateFile file, PrivateFile::Create("recording", path));
  RETURN_IF_ERROR(file.Write(copy.bytes));
  return file.Finish();
}

}  // namespace node
