// Saves the flight recorder to a file of its own (docs/recording_format.md).
//
// The file is secret: it holds the seed of the peer's random stream and what others told it, so only the node's user may
// read it. A copy of the default recorder is 16 MB and takes the node some 10 ms; a disk may need seconds to make it
// durable, so the copy is what is written, by whichever thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/base/status.h"
#include "core/recording/recorder.h"

namespace node {

struct RecordingCopy {
  explicit RecordingCopy(const core::Recorder& recorder);

  std::vector<uint8_t> bytes;
  uint64_t inputs = 0;   // Since the incarnation began.
  uint64_t dropped = 0;  // Of them, not in the file.
};

// Durable, as far as fsync promises it. Errors: as private_file.h; a name that is taken is FailedPrecondition.
[[nodiscard]] core::Status SaveRecording(const RecordingCopy& copy,
                                         const std::filesystem::path& path);

}  // namespace node
