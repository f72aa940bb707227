// Writes the first corpus files of the codec's fuzz targets below the directory named on the
// command line: messages of every type, whole and broken.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "core/codec/canonical.h"
#include "core/codec/wire.h"
#include "tests/core/codec/frames.h"
#include "tests/core/codec/test_directory.h"

namespace {

using Bytes = std::vector<uint8_t>;

void Write(const std::filesystem::path& path, std::span<const uint8_t> bytes) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

// The bytes whole, cut in the middle, and with one bit flipped.
void WriteVariants(const std::filesystem::path& path, Bytes bytes) {
  Write(path, bytes);
  Write(path.string() + "-cut", std::span(bytes).first(bytes.size() / 2));
  bytes[bytes.size() / 3] ^= 0x10;
  Write(path.string() + "-flipped", bytes);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 1;
  const std::filesystem::path root = argv[1];
  core::TestDirectory directory(core::kTestPeers);
  core::Wire wire(core::TestNetwork(), directory);
  for (size_t index = 0; index < core::kMessageTypeCount; ++index) {
    const std::string name(core::kMessageTypes[index].name);
    Bytes frame;
    wire.Encode(core::SampleMessage(index, 1 + index, core::kTestPeers, 2), frame);
    WriteVariants(root / "frame_fuzz" / name, frame);
    Bytes body(frame.begin() + core::kFrameHeaderBytes - 1, frame.end());
    body[0] = static_cast<uint8_t>(index);
    WriteVariants(root / "wire_fuzz" / name, body);
  }
  for (uint64_t seed = 0; seed < 8; ++seed) {
    const core::Message message =
        core::SampleMessage(core::Body(core::Provide{}).index(), seed, core::kTestPeers, 0);
    const core::Record& record = std::get_if<core::Provide>(&message.body)->record;
    Bytes bytes;
    core::RecordSigningBytes(core::TestNetwork(), record, directory.NodeIdOf(record.peer), bytes);
    WriteVariants(root / "canonical_fuzz" / ("record" + std::to_string(seed)), bytes);
  }
  return 0;
}
