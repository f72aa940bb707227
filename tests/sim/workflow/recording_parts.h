// Recordings replayed without a console, and taken apart to plant differences in them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/sodium_suite.h"
#include "core/peer/peer.h"
#include "core/recording/reader.h"
#include "core/recording/recorder.h"
#include "core/recording/replayer.h"

namespace sim {

using FileBytes = std::vector<uint8_t>;

inline constexpr core::RecorderLimits kEverything{
    .head_bytes = size_t{64} << 20, .tail_bytes = 0, .digest_words = UINT64_MAX};

// What a replay found, without a console.
struct Found {
  uint64_t fed = 0;
  uint64_t compared = 0;
  uint64_t inputs = 0;
  std::optional<core::Divergence> divergence;
  std::string error;
};

inline Found ReplayQuietly(const FileBytes& file) {
  const core::SodiumSuite suite;
  Found found;
  auto replayer = core::Replayer::Open("file", file, suite);
  if (!replayer.ok()) {
    found.error = core::MessageOf(replayer.status());
    return found;
  }
  core::Replayer& it = **replayer;
  core::Peer peer(it.header().self, it.context(), it.secret(), it.random());
  core::Effects effects;
  core::ReplayedInput step;
  while (true) {
    const auto more = it.Next(peer, step);
    if (!more.ok()) found.error = core::MessageOf(more.status());
    if (!more.ok() || !*more) break;
    ++found.inputs;
    it.Feed(peer, effects, step);
  }
  found.fed = it.fed();
  found.compared = it.compared();
  found.divergence = it.divergence();
  return found;
}

// ---- a recording taken apart and put together again ----

struct Parts {
  core::RecordingHeader header;
  std::vector<core::Entry> entries;
  std::vector<std::vector<core::PeerId>> peers;  // What starts and routes point at.
};

inline Parts TakeApart(const FileBytes& file) {
  static const core::SodiumSuite suite;
  Parts parts;
  auto reader = core::RecordingReader::Open("file", file, suite);
  EXPECT_TRUE(reader.ok());
  if (!reader.ok()) return parts;
  parts.header = reader->header();
  core::Entry entry;
  while (true) {
    const auto more = reader->Next(entry);
    EXPECT_TRUE(more.ok());
    if (!more.ok() || !*more) break;
    const auto keep = [&parts](std::span<const core::PeerId>& peers) {
      parts.peers.emplace_back(peers.begin(), peers.end());
      peers = parts.peers.back();
    };
    if (auto* routes = std::get_if<core::Routes>(&entry)) keep(routes->contacts);
    if (auto* input = std::get_if<core::RecordedInput>(&entry)) {
      if (auto* start = std::get_if<core::Start>(&input->what)) keep(start->seeds);
    }
    parts.entries.push_back(entry);
  }
  return parts;
}

inline FileBytes PutTogether(const Parts& parts) {
  FileBytes file;
  core::AppendRecordingHeader(parts.header, file);
  core::EntryWriter writer;
  uint64_t inputs = 0;
  for (const core::Entry& entry : parts.entries) {
    inputs += std::holds_alternative<core::RecordedInput>(entry);
    core::Entry written = entry;
    if (auto* mark = std::get_if<core::Mark>(&written)) mark->next = inputs + 1;
    writer.Append(written, file);
  }
  writer.Append(core::End{inputs}, file);
  return file;
}

template <typename What>
const What* InputAs(const core::Entry& entry) {
  const auto* input = std::get_if<core::RecordedInput>(&entry);
  return input == nullptr ? nullptr : std::get_if<What>(&input->what);
}

// The number of the input in which entry `index` lies.
inline uint64_t InputAt(const Parts& parts, size_t index) {
  uint64_t number = 0;
  for (size_t i = 0; i <= index; ++i) {
    number += std::holds_alternative<core::RecordedInput>(parts.entries[i]);
  }
  return number;
}

}  // namespace sim
