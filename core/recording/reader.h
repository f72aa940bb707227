// RecordingReader: a recording entry by entry out of bytes that anybody may have written. Nothing that it gives can make a peer break a
// rule of its interface: numbers are within the ranges of config_fields.h and limits.h, handles were introduced before they are used,
// the start comes first and once, routes and rows come before it.
//
// A file may end in the middle (the machine died while it was written): entries from the first that is not whole, or zeros to the end,
// are left out, and torn() says so. Any other flaw is an error that names the file, the byte, what was found and what is allowed.
// Invariants: (1) no bytes make it read beyond them, CHECK, or hold more memory than a few times their number; (2) after an error it
// gives nothing more. Thread rule: one thread. Format: docs/recording_format.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/recording/contacts.h"
#include "core/recording/packed.h"
#include "core/recording/recording.h"

namespace core {

// Where the file breaks off.
struct RecordingTear {
  size_t at = 0;       // The first byte that was left out.
  size_t dropped = 0;  // Bytes from there to the end of the file.
};

// True for bytes that begin as a recording does.
[[nodiscard]] bool IsRecording(std::span<const uint8_t> bytes);

class RecordingReader {
 public:
  // `name` is how errors call the file. REQUIRES: bytes and suite outlive this.
  [[nodiscard]] static StatusOr<RecordingReader> Open(std::string name,
                                                      std::span<const uint8_t> bytes,
                                                      const Suite& suite);

  [[nodiscard]] const RecordingHeader& header() const { return header_; }

  // Those introduced up to the entry that was read last.
  [[nodiscard]] RecordedContacts& contacts() { return contacts_; }

  // The next entry, valid until the next call; false at the end of the file.
  [[nodiscard]] StatusOr<bool> Next(Entry& entry);

  // Kind of the next entry, when there is a whole one.
  [[nodiscard]] std::optional<EntryKind> Peek() const;

  // The byte behind the last entry that was read.
  [[nodiscard]] size_t position() const { return at_; }

  // Inputs read, those not kept included.
  [[nodiscard]] uint64_t inputs() const { return inputs_; }

  // Inputs not kept, up to here.
  [[nodiscard]] uint64_t missing() const { return missing_; }

  // After Next has given false.
  [[nodiscard]] const std::optional<RecordingTear>& torn() const { return torn_; }

 private:
  // One block behind its length, with its checksum.
  struct Block {
    enum class State : uint8_t { kWhole, kTorn, kBad } state = State::kTorn;
    std::span<const uint8_t> bytes;
    size_t end = 0;         // Of the checksum.
    const char* flaw = "";  // Of kBad, and what is allowed.
    const char* allowed = "";
  };

  RecordingReader(std::string name, std::span<const uint8_t> bytes, const Suite& suite)
      : name_(std::move(name)), bytes_(bytes), contacts_(suite) {}

  [[nodiscard]] Status ReadHeader();
  [[nodiscard]] Status ReadHeaderBlock(std::span<const uint8_t> block);
  [[nodiscard]] Status ReadConfig(PackedReader& reader);
  [[nodiscard]] Block BlockAt(size_t at) const;
  [[nodiscard]] Status Parse(std::span<const uint8_t> block, Entry& entry);
  [[nodiscard]] Status Admit(const Entry& entry);
  [[nodiscard]] Status Admit(const Mark& mark);
  [[nodiscard]] Status Admit(const RecordedInput& input);
  [[nodiscard]] Status Admit(const StoredRow& row);
  [[nodiscard]] Status AdmitPeer(PeerId peer) const;
  [[nodiscard]] Status AdmitPeers() const;
  [[nodiscard]] bool ParseInput(EntryKind kind, PackedReader& reader, RecordedInput& input);
  [[nodiscard]] bool ParsePeers(PackedReader& reader);
  [[nodiscard]] Status Flawed(const std::string& found, const std::string& allowed) const;

  std::string name_;
  std::span<const uint8_t> bytes_;
  RecordedContacts contacts_;
  RecordingHeader header_;
  std::vector<PeerId> peers_;    // Of the last start or routes.
  std::vector<StoredRow> rows_;  // Of the start.
  size_t at_ = 0;                // The entry to be read next, or being read.
  Time last_;
  uint64_t inputs_ = 0;
  uint64_t missing_ = 0;
  bool marked_ = false;
  bool stepped_ = false;  // An input has come since the last mark.
  bool ended_ = false;
  std::optional<RecordingTear> torn_;
  Status failed_;
};

}  // namespace core
