#include "core/recording/replayer.h"

#include <cstdio>
#include <utility>

#include "core/recording/recorder.h"

namespace core {
namespace {

std::string Hex(uint64_t word) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx",
                static_cast<unsigned long long>(word));  // NOLINT(google-runtime-int)
  return text.data();
}

std::string_view TextOf(RecordedSuite::Flaw flaw) {
  switch (flaw) {
    case RecordedSuite::Flaw::kMissing:
      return "the peer signs more than was recorded";
    case RecordedSuite::Flaw::kFalse:
      return "a recorded signature is not the peer's over what it signs now";
    case RecordedSuite::Flaw::kUnused:
      return "the peer signs less than was recorded";
    case RecordedSuite::Flaw::kNone:
      break;
  }
  return "";
}

}  // namespace

void RecordedSuite::Give(std::span<const Signature> signatures) {
  given_ = signatures;
  used_ = 0;
  flaw_ = Flaw::kNone;
}

RecordedSuite::Flaw RecordedSuite::Verdict() const {
  return flaw_ == Flaw::kNone && used_ < given_.size() ? Flaw::kUnused : flaw_;
}

Signature RecordedSuite::Sign(const SecretKey&, std::span<const uint8_t> bytes) const {
  if (used_ == given_.size()) {
    if (flaw_ == Flaw::kNone) flaw_ = Flaw::kMissing;
    return {};
  }
  const Signature& signature = given_[used_++];
  if (flaw_ == Flaw::kNone && !inner_->Verify(key_, bytes, signature)) flaw_ = Flaw::kFalse;
  return signature;
}

bool RecordedSuite::Verify(const PublicKey& key, std::span<const uint8_t> bytes,
                           const Signature& signature) const {
  return inner_->Verify(key, bytes, signature);
}

Digest256 RecordedSuite::Sha256(std::span<const uint8_t> bytes) const {
  return inner_->Sha256(bytes);
}

StatusOr<std::unique_ptr<Replayer>> Replayer::Open(std::string name, std::span<const uint8_t> bytes,
                                                   const Suite& suite) {
  ASSIGN_OR_RETURN(RecordingReader reader, RecordingReader::Open(std::move(name), bytes, suite));
  return std::unique_ptr<Replayer>(new Replayer(std::move(reader), suite));
}

Replayer::Replayer(RecordingReader reader, const Suite& suite)
    : reader_(std::move(reader)),
      suite_(suite, reader_.header().public_key),
      wire_(reader_.header().network, reader_.contacts()) {
  context_.config = &reader_.header().config;
  context_.directory = &reader_.contacts();
  context_.suite = &suite_;
  context_.network = reader_.header().network;
}

void Replayer::Diverge(Divergence::Kind kind, const ReplayedInput& step, std::string expected,
                       std::string found) {
  if (divergence_.has_value()) return;
  divergence_ = {kind, step.number, agreed_, step.now, std::move(expected), std::move(found)};
}

// Passes over what prepares the next input.
StatusOr<bool> Replayer::NextInput(Participant& peer, RecordedInput& input) {
  Entry entry;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader_.Next(entry));
    if (!more) return false;
    if (const auto* routes = std::get_if<Routes>(&entry)) peer.SeedRoutes(routes->contacts);
    if (auto* read = std::get_if<RecordedInput>(&entry)) {
      input = std::move(*read);
      return true;
    }
  }
}

// What the step looked up, the signatures made in it, and the state after it.
Status Replayer::ReadResults(ReplayedInput& step) {
  Entry entry;
  signatures_.clear();
  const auto of_the_step = [](std::optional<EntryKind> kind) {
    return kind == EntryKind::kSignature || kind == EntryKind::kFound;
  };
  while (of_the_step(reader_.Peek())) {
    ASSIGN_OR_RETURN([[maybe_unused]] const bool more, reader_.Next(entry));
    if (const auto* made = std::get_if<MadeSignature>(&entry)) {
      signatures_.push_back(made->signature);
    }
  }
  step.digest.reset();
  if (reader_.Peek() != EntryKind::kState) return Status();
  ASSIGN_OR_RETURN([[maybe_unused]] const bool more, reader_.Next(entry));
  if (const auto* state = std::get_if<StateDigest>(&entry)) step.digest = state->digest;
  return Status();
}

void Replayer::Take(const RecordedInput& recorded, ReplayedInput& step) {
  step.now = recorded.now;
  step.frame = {};
  step.readable = true;
  const auto* arrival = std::get_if<FrameArrival>(&recorded.what);
  if (arrival != nullptr) {
    step.frame = arrival->frame;
    refusal_ = wire_.Decode(arrival->frame, message_);
    step.readable = refusal_.ok();
    step.input = Arrival{arrival->from, step.readable ? &message_ : nullptr};
    return;
  }
  std::visit(
      [&step](const auto& what) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(what)>, FrameArrival>) {
          step.input = what;
        }
      },
      recorded.what);
}

StatusOr<bool> Replayer::Next(Participant& peer, ReplayedInput& step) {
  const uint64_t missing_before = reader_.missing();
  RecordedInput recorded;
  ASSIGN_OR_RETURN(const bool more, NextInput(peer, recorded));
  step.skipped = reader_.missing() - missing_before;
  step.fed = false;
  if (!more) return false;
  step.number = reader_.inputs();
  Take(recorded, step);
  RETURN_IF_ERROR(ReadResults(step));
  return true;
}

void Replayer::Feed(Participant& peer, Effects& effects, ReplayedInput& step) {
  effects.Clear();
  if (divergence_.has_value() || reader_.missing() > 0) return;
  if (!step.readable) {
    Diverge(Divergence::Kind::kFrame, step, "a frame that the codec accepts", refusal_.text);
    return;
  }
  suite_.Give(signatures_);
  peer.Step(step.now, step.input, effects);
  step.fed = true;
  ++fed_;
  Compare(peer, step);
}

void Replayer::Compare(const Participant& peer, const ReplayedInput& step) {
  // Without anything behind it, the last step may have been cut short: then it made fewer signatures.
  const RecordedSuite::Flaw flaw = suite_.Verdict();
  const std::optional<EntryKind> next = reader_.Peek();
  const bool last = !next.has_value() || next == EntryKind::kEnd;
  const bool cut_short = flaw == RecordedSuite::Flaw::kMissing && last && !step.digest.has_value();
  if (flaw != RecordedSuite::Flaw::kNone && !cut_short) {
    Diverge(Divergence::Kind::kSignature, step, "the recorded signatures",
            std::string(TextOf(flaw)));
    return;
  }
  if (!step.digest.has_value()) return;
  const uint64_t found = Digested(peer).digest;
  if (found != *step.digest) {
    Diverge(Divergence::Kind::kState, step, Hex(*step.digest), Hex(found));
    return;
  }
  ++compared_;
  agreed_ = step.number;
}

}  // namespace core
