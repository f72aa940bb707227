// Saves the flight recorder to a file of its own (docs/recording_format.md).
//
// The file is secret: it holds the seed of the peer's random stream and what others told it, so only the node's user may
// read it. The node does nothing else while it writes: some 10 ms for the 16 MB of the default recorder, and what the disk
// needs to make them durable.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/status.h"
#include "core/recording/recorder.h"

namespace node {

struct SavedRecording {
  uint64_t bytes = 0;
  uint64_t inputs = 0;   // Since the incarnation began.
  uint64_t dropped = 0;  // Of them, not in the file.
};

// Errors: as private_file.h; a name that is taken is FailedPrecondition.
[[nodiscard]] core::StatusOr<SavedRecording> SaveRecording(const core::Recorder& recorder,
                                                           const std::filesystem::path& path);

}  // namespace node
