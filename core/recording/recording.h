// A recording: what one incarnation of a peer was given, in order, so that core::Peer can be made again and fed the same.
//
// Invariants: (1) no secret key is in it, and none can be derived from it: signatures are kept as they came out of the
// suite, and the replay verifies each with the public key; (2) what EntryWriter writes, RecordingReader reads back equal;
// (3) each entry carries a checksum of its own. The stream of the peer's random numbers is in it: who has the file of a running
// node can foretell the ids that its peer draws, so a host keeps the file private. Source: docs/recording_format.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/port/command.h"
#include "core/port/config.h"
#include "core/port/input.h"

namespace core {

inline constexpr std::array<uint8_t, 8> kRecordingMagic = {0x89, 'O', 'R', 'B', 'R', 'E', 'C', 10};
inline constexpr uint8_t kRecordingVersion = 5;
inline constexpr size_t kBuildTextBytesMax = 128;
inline constexpr size_t kEntryBytesMax = size_t{18} << 20;  // What a batch has read: 16 rows.
inline constexpr Time kRecordedTimeMax{int64_t{1} << 60};   // Either side of zero.

// Everything that a peer is made from, but its secret key.
struct RecordingHeader {
  std::string
      build;  // For people: another build need not decide alike. At most kBuildTextBytesMax.
  Key256 network;
  PublicKey public_key{};
  PeerId self;
  StreamKey stream;  // Of the Random that the peer was made with.
  Config config;
};

// ---- entries ----

// Begins a stretch of entries that can be read without those before it. `next` is the number of the
// input that follows; a number that is not the next one says how many inputs were not kept.
struct Mark {
  uint64_t next = 1;
  Time base;  // Times of inputs are kept as differences; the first of the stretch to this one.
};

// A handle that entries after this one use. Repeated in every stretch that uses it.
struct KnownContact {
  PeerId peer;
  PublicKey public_key{};
  bool found = false;  // The step of the input before it looked it up, and had not met it before.
};

struct Routes {
  std::span<const PeerId> contacts;
};

// A frame that the codec accepted, as it came.
struct FrameArrival {
  PeerId from;
  std::span<const uint8_t> frame;
};

struct RecordedInput {
  Time now;
  std::variant<Start, Wake, FrameArrival, Garbled, Link, Command, Stored> what;
};

// The result of one Suite::Sign within the step of the input before it.
struct MadeSignature {
  Signature signature{};
};

// The peer's state after the input before it: Digested(participant).
struct StateDigest {
  uint64_t digest = 0;
};

// The last entry of a file that was written to its end.
struct End {
  uint64_t inputs = 0;  // All that the peer was given, those not kept included.
};

// What can stand in a file; EntryKind tells them apart there, and the inputs from each other.
// A StoredRow is one of the rows of the start that follows.
using Entry = std::variant<Mark, KnownContact, Routes, RecordedInput, MadeSignature, StateDigest,
                           End, StoredRow>;

// Kinds as they stand in a file. Append only.
enum class EntryKind : uint8_t {
  kMark = 1,
  kContact = 2,
  kRoutes = 3,
  kStart = 4,
  kWake = 5,
  kFrame = 6,
  kGarbled = 7,
  kLink = 8,
  kCommand = 9,
  kSignature = 10,
  kState = 11,
  kEnd = 12,
  kRow = 13,
  kStored = 14,
  kFound = 15,
};

// Magic, versions and header: the first bytes of a file.
void AppendRecordingHeader(const RecordingHeader& header, std::vector<uint8_t>& out);

// Appends entries one after the other; a Mark makes what follows independent of what went before.
class EntryWriter {
 public:
  void Append(const Entry& entry, std::vector<uint8_t>& out);

 private:
  Time last_;
  std::vector<uint8_t> body_;
};

}  // namespace core
