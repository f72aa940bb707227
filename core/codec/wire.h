// Wire: messages to frames and back. The border of the core: what comes out of Decode is validated,
// so protocol code parses nothing and tests no sizes.
//
// Invariants: (1) every Message that the core can make is encodable, and decodes to an equal one at
// a receiver whose directory knows its peers; (2) no input makes Decode CHECK, crash, or hold more
// memory than limits.h allows; (3) the directory learns contacts only from frames that passed every
// other test; (4) after warm-up neither direction allocates, except that Decode of Found and Push
// allocates for records whose capabilities exceed 15 bytes when the recycled message has held fewer
// such records before, and that messages of transactions allocate their lists. In Nodes, Found and Push, contacts and records whose peer the directory does
// not take are left out; elsewhere the frame is refused. Thread rule: one Wire per thread. Formats:
// docs/wire_format.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "core/codec/decode_error.h"
#include "core/codec/directory.h"
#include "core/codec/fields.h"
#include "core/codec/message_types.h"
#include "core/codec/messages.h"

namespace core {

class Wire {
 public:
  // REQUIRES: directory outlives this.
  Wire(const Key256& network, Directory& directory);

  // Replaces `frame`, keeping its capacity.
  void Encode(const Message& message, std::vector<uint8_t>& frame);

  // Replaces `message`, keeping its capacity. After an error its content is unspecified.
  [[nodiscard]] DecodeError Decode(std::span<const uint8_t> frame, Message& message);

 private:
  template <size_t kIndex>
  Flaw DecodeBody(std::span<const uint8_t> bytes, Body& body);
  template <typename T>
  T& Recycle(Body& body);

  uint32_t network_tag_;
  Directory* directory_;
  ReadContext read_;
  WriteContext write_;
  std::vector<Record> spare_records_;  // Memory of a list that a recycled message gave up.
};

}  // namespace core
