// Replayer: makes again what a recorded peer was made from, and feeds it what it was given; compares the state after each input that the
// recording holds a digest of.
//
// The caller makes the participant from header(), context(), secret() and random(). Its signatures come out of the recording, in order;
// each is verified over what the peer signs now, so that a recording cannot make it say what its key never signed. The secret is a blank.
//
// Invariants: (1) the participant sees what it saw: same times, inputs, handles, draws, signatures; (2) behind a gap nothing is fed, only
// read; (3) after the first divergence nothing is fed any more. Errors: those of RecordingReader. Thread rule: one thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/codec/wire.h"
#include "core/port/context.h"
#include "core/port/participant.h"
#include "core/recording/reader.h"

namespace core {

// The suite of a replay: signs with what was recorded, does everything else itself.
class RecordedSuite : public Suite {
 public:
  enum class Flaw : uint8_t { kNone, kMissing, kFalse, kUnused };

  // REQUIRES: inner outlives this.
  RecordedSuite(const Suite& inner, const PublicKey& key) : inner_(&inner), key_(key) {}

  // The signatures of the step to come. REQUIRES: they outlive the step.
  void Give(std::span<const Signature> signatures);
  // The first thing wrong in the step that is over.
  [[nodiscard]] Flaw Verdict() const;

  [[nodiscard]] PublicKey PublicKeyFor(const SecretKey&) const override { return key_; }

  [[nodiscard]] Signature Sign(const SecretKey& secret,
                               std::span<const uint8_t> bytes) const override;
  [[nodiscard]] bool Verify(const PublicKey& key, std::span<const uint8_t> bytes,
                            const Signature& signature) const override;
  [[nodiscard]] Digest256 Sha256(std::span<const uint8_t> bytes) const override;

 private:
  const Suite* inner_;
  PublicKey key_;
  std::span<const Signature> given_;
  mutable size_t used_ = 0;
  mutable Flaw flaw_ = Flaw::kNone;
};

// Where the replayed peer parts from the recorded one.
struct Divergence {
  enum class Kind : uint8_t { kState, kFrame, kSignature } kind = Kind::kState;
  uint64_t input = 0;   // After which it shows.
  uint64_t agreed = 0;  // The last input after which the states were compared and equal; 0: none.
  Time now;
  std::string expected;
  std::string found;
};

struct ReplayedInput {
  uint64_t number = 0;
  Time now;
  Input input;                     // Valid until the next call of Next.
  std::span<const uint8_t> frame;  // Of an Arrival.
  bool readable = true;            // False: the frame is not one that this codec accepts.
  bool fed = false;                // The participant has made this step; the effects are its.
  std::optional<uint64_t> digest;  // The recorded one.
  uint64_t skipped = 0;            // Inputs before this one that were not kept.
};

class Replayer {
 public:
  // REQUIRES: bytes and suite outlive this.
  [[nodiscard]] static StatusOr<std::unique_ptr<Replayer>> Open(std::string name,
                                                                std::span<const uint8_t> bytes,
                                                                const Suite& suite);
  Replayer(const Replayer&) = delete;
  Replayer& operator=(const Replayer&) = delete;

  [[nodiscard]] const RecordingHeader& header() const { return reader_.header(); }

  [[nodiscard]] const Context& context() const { return context_; }

  [[nodiscard]] const SecretKey& secret() const { return secret_; }

  [[nodiscard]] Random random() const { return Random(header().stream); }

  // Reads the next input; false at the end. Routes before the start go to the participant.
  [[nodiscard]] StatusOr<bool> Next(Participant& peer, ReplayedInput& step);
  // Feeds it, where that is possible, and compares. REQUIRES: step is what Next gave last.
  void Feed(Participant& peer, Effects& effects, ReplayedInput& step);

  [[nodiscard]] const std::optional<Divergence>& divergence() const { return divergence_; }

  // Inputs fed, and states compared and found equal.
  [[nodiscard]] uint64_t fed() const { return fed_; }

  [[nodiscard]] uint64_t compared() const { return compared_; }

  [[nodiscard]] uint64_t missing() const { return reader_.missing(); }

  [[nodiscard]] const std::optional<RecordingTear>& torn() const { return reader_.torn(); }

 private:
  Replayer(RecordingReader reader, const Suite& suite);

  [[nodiscard]] StatusOr<bool> NextInput(Participant& peer, RecordedInput& input);
  [[nodiscard]] Status ReadResults(ReplayedInput& step);
  void Take(const RecordedInput& recorded, ReplayedInput& step);
  void Compare(const Participant& peer, const ReplayedInput& step);
  void Diverge(Divergence::Kind kind, const ReplayedInput& step, std::string expected,
               std::string found);

  RecordingReader reader_;
  RecordedSuite suite_;
  SecretKey secret_;
  Context context_;
  Wire wire_;
  Message message_;  // Of the last arrival.
  std::vector<Signature> signatures_;
  std::optional<Divergence> divergence_;
  DecodeError refusal_;
  uint64_t fed_ = 0;
  uint64_t compared_ = 0;
  uint64_t agreed_ = 0;
};

}  // namespace core
