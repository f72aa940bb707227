// Recorder: the flight recorder of one incarnation of a peer, cheap enough to be always on. The host tells it what it does to
// the peer; Save gives the file of docs/recording_format.md at any time.
//
//   host does                                    | host also calls
//   decodes frames, learns or looks up contacts  | through directory(), in place of its own Directory
//   makes the Context of the peer                | with directory() and suite(), in place of its own
//   peer.SeedRoutes(contacts)                    | SeedRoutes(contacts) before it
//   peer.Step(now, input, effects)               | Record(now, input, frame) before it, Settle(peer) after it
//
// What is kept: the first `head_bytes` for good and the last `tail_bytes`. Until both are full nothing is lost, and the file replays
// with a digest after each input. After that the inputs between head and tail are dropped, oldest first; the state of a peer cannot be
// written down, so the tail can then only be read, and the file says how many inputs are missing. A node's operator wants both: most
// incidents are in the last minutes, and most faults that a replay can prove show soon after a start. tail_bytes = 0 keeps the head
// alone (a conformance run); head_bytes = 0 is the plain ring.
//
// Invariants: (1) an input and what it refers to are kept before its step, so that a step which brings the process down is the last of
// the file; (2) Save allocates nothing and may run in a signal handler that interrupts a step on this thread (not in one that interrupts
// a call of the recorder); (3) memory is at most head_bytes + tail_bytes, each rounded up to segments, and one input; (4) no secret key
// passes through; (5) calls allocate only where a segment opens, a contact is new in it, or a command comes. A digest costs time in
// proportion to the state: one over many words puts the next off until there were `digest_words` of them per input, so that the cost of an
// input stays bounded. A start whose rows do not fit into the head (without one, the tail) is not kept: what follows can then only
// be read. Thread rule: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/flat_table.h"
#include "core/codec/directory.h"
#include "core/crypto/suite.h"
#include "core/port/participant.h"
#include "core/recording/recording.h"

namespace core {

struct RecorderLimits {
  size_t head_bytes = size_t{4} << 20;
  size_t tail_bytes = size_t{12} << 20;
  uint32_t digest_every = 1;    // Inputs; 0: never.
  uint64_t digest_words = 512;  // At most so many are hashed per input, on average.
};

// What a recording keeps of a state, and the number of words that were hashed for it.
struct Digested {
  explicit Digested(const Participant& peer);

  uint64_t digest = 0;
  uint64_t words = 0;
};

class Recorder {
 public:
  // REQUIRES: directory and suite outlive this; limits.digest_words > 0; header.build has at most kBuildTextBytesMax bytes.
  // Between two calls for the same contact the directory does not change its mind: a handle stays a
  // handle.
  Recorder(const RecordingHeader& header, const RecorderLimits& limits, Directory& directory,
           const Suite& suite);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  [[nodiscard]] Directory& directory() { return directory_; }

  [[nodiscard]] const Suite& suite() const { return suite_; }

  void SeedRoutes(std::span<const PeerId> contacts);

  // `frame`: what the message of an Arrival was decoded from, through directory(). REQUIRES: an
  // Arrival comes with its frame, of at most limits::kControlFrameMax bytes.
  void Record(Time now, const Input& input, std::span<const uint8_t> frame = {});

  // The step is over: keeps a digest when one is due. `always`: due or not, for the last one before
  // a Save.
  void Settle(const Participant& peer, bool always = false);

  // The file as it would be now: sink(std::span<const uint8_t>) gets its parts in order.
  template <typename Sink>
  void Save(Sink&& sink) const {
    sink(std::span<const uint8_t>(header_));
    for (const Segment& segment : segments_) sink(std::span<const uint8_t>(segment.bytes));
    std::array<uint8_t, kEndBytesMax> end;
    sink(std::span<const uint8_t>(end.data(), WriteEnd(end)));
  }

  // Inputs given to the peer, and how many of them Save would leave out.
  [[nodiscard]] uint64_t inputs() const { return inputs_; }

  [[nodiscard]] uint64_t dropped() const { return dropped_; }

  // Of the file that Save would give.
  [[nodiscard]] size_t FileBytes() const;
  [[nodiscard]] size_t MemoryUsage() const;

 private:
  static constexpr size_t kEndBytesMax = 32;

  struct Segment {
    uint64_t first = 0;  // Number of its first input.
    std::vector<uint8_t> bytes;
  };

  class NotingDirectory : public Directory {
   public:
    NotingDirectory(Directory& inner, Recorder& recorder) : inner_(&inner), recorder_(&recorder) {}

    [[nodiscard]] const NodeId& NodeIdOf(PeerId peer) const override;
    [[nodiscard]] const PublicKey& PublicKeyOf(PeerId peer) const override;
    void AppendAddresses(PeerId peer, AddressList& addresses) const override;
    [[nodiscard]] PeerId Learn(const Contact& contact) override;
    [[nodiscard]] PeerId FindByNodeId(const NodeId& node_id) const override;

   private:
    Directory* inner_;
    Recorder* recorder_;
  };

  class NotingSuite : public Suite {
   public:
    NotingSuite(const Suite& inner, Recorder& recorder) : inner_(&inner), recorder_(&recorder) {}

    [[nodiscard]] PublicKey PublicKeyFor(const SecretKey& secret) const override;
    [[nodiscard]] Signature Sign(const SecretKey& secret,
                                 std::span<const uint8_t> bytes) const override;
    [[nodiscard]] bool Verify(const PublicKey& key, std::span<const uint8_t> bytes,
                              const Signature& signature) const override;
    [[nodiscard]] Digest256 Sha256(std::span<const uint8_t> bytes) const override;

   private:
    const Suite* inner_;
    Recorder* recorder_;
  };

  [[nodiscard]] bool MakeRoom();
  [[nodiscard]] bool Fits(const Start& start) const;
  void GiveUpStart();
  void Keep(const Start& start);
  void OpenSegment();
  void Mention(PeerId peer);
  void MentionNoted();
  void NoteFound(PeerId peer);
  void Append(const Entry& entry);
  [[nodiscard]] size_t WriteEnd(std::span<uint8_t, kEndBytesMax> out) const;

  size_t segment_bytes_;
  size_t head_segments_;
  size_t tail_segments_;
  uint32_t digest_every_;
  uint64_t digest_words_;
  PeerId self_;
  std::vector<PeerId> noted_;  // Handles that the directory gave since the last input.
  NotingDirectory directory_;
  NotingSuite suite_;
  std::vector<uint8_t> header_;
  std::vector<Segment> segments_;  // The head's, then the tail's, oldest first.
  EntryWriter writer_;
  FlatTable<PeerId, bool> mentioned_;  // In the segment that is being filled.
  Time last_;
  uint64_t inputs_ = 0;
  uint64_t dropped_ = 0;
  uint64_t next_digest_ = 1;    // Number of the input after which one is due.
  bool keeping_ = true;         // False: the last input was not kept, nor is what belongs to it.
  bool within_a_step_ = false;  // Of an input that was kept.
};

}  // namespace core
