// A recording that anybody may have written, read, replayed and narrated as `orbsim replay` does: it never crashes or breaks a CHECK.
//
// The first byte says what the others are: 0, a file as it is; 1, blocks behind a good header and mark; 2, blocks, the first of which is
// the header's. A block is a length of two bytes (low, high) and its content; it gets a good checksum, which chance would not find.
#include <algorithm>
#include <sstream>
#include <string>

#include "core/base/hash.h"
#include "core/codec/frame.h"
#include "core/recording/packed.h"
#include "core/recording/recording.h"
#include "sim/workflow/replay_recording.h"

namespace {

using Bytes = std::vector<uint8_t>;

void AppendBlock(std::span<const uint8_t> block, Bytes& file) {
  core::PackedWriter writer(file);
  writer.Number(block.size());
  writer.Bytes(block);
  writer.Word32(static_cast<uint32_t>(core::HashBytes(block)));
}

void AppendBlocks(std::span<const uint8_t> rest, Bytes& file) {
  while (rest.size() >= 2) {
    const size_t wanted = rest[0] + size_t{256} * rest[1];
    rest = rest.subspan(2);
    const size_t size = std::min(wanted, rest.size());
    AppendBlock(rest.first(size), file);
    rest = rest.subspan(size);
  }
}

Bytes FileFrom(std::span<const uint8_t> data) {
  const std::span<const uint8_t> rest = data.subspan(1);
  if (data[0] % 3 == 0) return {rest.begin(), rest.end()};
  Bytes file;
  if (data[0] % 3 == 1) {
    core::RecordingHeader header;
    header.stream.purpose = core::Purpose::kPeer;
    core::AppendRecordingHeader(header, file);
    core::EntryWriter().Append(core::Mark{}, file);
  } else {
    core::PackedWriter front(file);
    front.Bytes(core::kRecordingMagic);
    front.Byte(core::kRecordingVersion);
    front.Byte(core::kFrameVersion);
  }
  AppendBlocks(rest, file);
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Bytes file = FileFrom({data, size});
  sim::ReplayOptions options;
  options.capsule = "fuzz";
  options.verbose = true;
  std::ostringstream out;
  std::ostringstream error;
  sim::Console console{out, error, "orbsim", false, nullptr};
  const std::string_view content(reinterpret_cast<const char*>(file.data()), file.size());
  (void)sim::ReplayRecording(options, content, console);
  return 0;
}
