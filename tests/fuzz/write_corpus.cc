// Writes the first corpus files of the fuzz targets of codec, handshake and recording below the directory named on the
// command line: messages of every type and recordings of a short life, whole and broken.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "core/codec/canonical.h"
#include "core/codec/wire.h"
#include "core/collections/tree_edits.h"
#include "core/election/receipt.h"
#include "node/transport/frame.h"
#include "tests/core/codec/frames.h"
#include "tests/core/codec/test_directory.h"
#include "tests/core/collections/arbitrary_block.h"
#include "tests/core/election/bundle_of.h"
#include "tests/core/recording/recorded_rig.h"
#include "tests/node/handshake/handshake_rig.h"

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

// A handshake's Hello, and what each side may hear in the fuzz targets' forms.
void WriteHandshakes(const std::filesystem::path& root) {
  const node::Flight flight;
  const Bytes hello = node::EncodedHello(node::HelloOf(node::TestNode(3)));
  WriteVariants(root / "hello_fuzz" / "hello", hello);
  node::Hello later = node::HelloOf(node::TestNode(3));
  later.version.minor = 9;
  Bytes bytes = node::EncodedHello(later);
  bytes.push_back(7);
  WriteVariants(root / "hello_fuzz" / "later", bytes);
  const auto behind = [](uint8_t choice, std::initializer_list<const Bytes*> parts) {
    Bytes all = {choice};
    for (const Bytes* part : parts) all.insert(all.end(), part->begin(), part->end());
    return all;
  };
  const auto& messages = flight.messages;
  WriteVariants(root / "answerer_fuzz" / "raw",
                behind(255, {&messages[0], &messages[2], &messages[3]}));
  WriteVariants(root / "answerer_fuzz" / "pieces", behind(0, {&messages[0], &messages[2]}));
  WriteVariants(root / "answerer_fuzz" / "hello", behind(1, {&hello}));
  Write(root / "answerer_fuzz" / "accept", Bytes{2, 0});
  Write(root / "answerer_fuzz" / "refuse", Bytes{2, 6});
  Write(root / "answerer_fuzz" / "long", Bytes{2, 0, 0, 0});
  WriteVariants(root / "dialler_fuzz" / "raw", behind(0, {&messages[1], &messages[4]}));
  WriteVariants(root / "dialler_fuzz" / "hello", behind(1, {&hello}));
  WriteVariants(root / "record_fuzz" / "hours",
                Bytes{10, 3, 1, 0, 70, 9, 2, 1, 80, 20, 3, 0, 1, 1});
  WriteVariants(root / "record_fuzz" / "damage", Bytes{10, 3, 1, 0, 70, 9, 2, 7, 5, 1});
}

// Streams of transport frames; the first byte chooses the pieces that they come in.
void WriteTransportCorpus(const std::filesystem::path& folder) {
  Bytes single = {1};
  node::AppendFrame({.nonce = 7}, {.stream = 1}, Bytes(20, 1), single);
  const auto alive = node::MakeKeepAlive();
  single.insert(single.end(), alive.begin(), alive.end());
  node::AppendFrame({.error = true}, {.channel = 9}, Bytes(1, 2), single);
  WriteVariants(folder / "single", single);
  Bytes parts = {2};
  for (uint16_t part = 0; part < 4; ++part) {
    for (const uint32_t stream : {5u, 6u}) {
      node::AppendFrame({.wrapped = true}, {.stream = stream, .part = part, .parts = 4},
                        Bytes(20, 3), parts);
    }
  }
  WriteVariants(folder / "parts", parts);
  Bytes large = {3};
  node::AppendFrame({}, {}, Bytes(100, 4), large);  // Above the chunk limit of the target.
  node::AppendFrame({}, {}, Bytes(10, 5), large);
  WriteVariants(folder / "large", large);
}

// Each block of the file without its checksum, behind two bytes of length: the form of
// recording_fuzz's mode 2.
Bytes BlocksOf(const Bytes& file) {
  Bytes blocks = {2};
  core::PackedReader reader(file);
  (void)reader.Bytes(core::kRecordingMagic.size() + 2);
  while (reader.left() > 0) {
    const std::span<const uint8_t> block = reader.Bytes(reader.Number());
    (void)reader.Word32();
    blocks.push_back(static_cast<uint8_t>(block.size()));
    blocks.push_back(static_cast<uint8_t>(block.size() >> 8));
    blocks.insert(blocks.end(), block.begin(), block.end());
  }
  return blocks;
}

void WriteRecordings(const std::filesystem::path& folder) {
  const core::RecorderLimits limits[] = {{.head_bytes = 1 << 20, .tail_bytes = 0},
                                         {.head_bytes = 0, .tail_bytes = 8 << 10}};
  const char* names[] = {"whole", "ring"};
  for (size_t i = 0; i < 2; ++i) {
    core::RecordedRig rig(limits[i]);
    rig.Live(i == 0 ? 4 : 30);
    const Bytes saved = rig.Save();
    Bytes raw = {0};
    raw.insert(raw.end(), saved.begin(), saved.end());
    WriteVariants(folder / names[i], raw);
    WriteVariants(folder / (std::string(names[i]) + "-blocks"), BlocksOf(saved));
  }
}

void WriteCollectionBlocks(const std::filesystem::path& folder) {
  for (uint64_t seed = 0; seed < 3; ++seed) {
    core::BlockMaker maker(seed);
    const std::string number = std::to_string(seed);
    WriteVariants(folder / ("header" + number), core::Encode(maker.Header()));
    WriteVariants(folder / ("log" + number), core::Encode(maker.Log()));
    WriteVariants(folder / ("trunk" + number), core::Encode(maker.Trunk()));
    WriteVariants(folder / ("node" + number), core::Encode(maker.Node()));
  }
  // What fits together: a block of the collection 00.. whose every link leads to itself.
  core::TreeNode leaf;
  for (uint8_t i = 1; i <= core::kNodeSlotsMax; ++i) leaf.entries.push_back({{i}, {i}});
  WriteVariants(folder / "full-leaf", core::Encode(leaf));
  WriteVariants(folder / "self-trunk", core::Encode(core::TreeTrunk{}));
  core::LogBlock log;
  log.entries.resize(core::kLogEntriesMax);
  WriteVariants(folder / "full-log", core::Encode(log));
  const std::vector<core::TreeEdit> edits = {{.key = {1}, .value = {2}},
                                             {.kind = core::TreeEdit::Kind::kErase, .key = {3}}};
  WriteVariants(folder / "edits", core::EncodeEdits(edits).value());
}

void WriteElection(const std::filesystem::path& folder) {
  core::SmallElection small(1);
  small.Hold(2);
  WriteVariants(folder / "template", core::Encode(small.definition));
  WriteVariants(folder / "block", core::Encode(small.blocks[0].block));
  WriteVariants(folder / "first-entry", core::Encode(small.entries[0]));
  WriteVariants(folder / "release", core::Encode(small.entries.back()));
  const auto receipt =
      core::ReceiptFor(small.suite, small.blocks, small.blocks[0].block.votes[0].nonce);
  WriteVariants(folder / "receipt", core::Encode(receipt.value()));
  WriteVariants(folder / "bundle", core::Encode(core::BundleOf(small)));
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
  WriteHandshakes(root);
  for (uint64_t seed = 0; seed < 8; ++seed) {
    const core::Message message =
        core::SampleMessage(core::Body(core::Provide{}).index(), seed, core::kTestPeers, 0);
    const core::Record& record = std::get_if<core::Provide>(&message.body)->record;
    Bytes bytes;
    core::RecordSigningBytes(core::TestNetwork(), record, directory.NodeIdOf(record.peer), bytes);
    WriteVariants(root / "canonical_fuzz" / ("record" + std::to_string(seed)), bytes);
  }
  WriteCollectionBlocks(root / "collection_block_fuzz");
  WriteElection(root / "election_fuzz");
  WriteTransportCorpus(root / "transport_fuzz");
  WriteRecordings(root / "recording_fuzz");
  return 0;
}
