#include "core/arachnode/holding.h"

#include <algorithm>
#include <string_view>

namespace core {
namespace {

constexpr std::string_view kPurpose = "vt/holding/1";
constexpr std::string_view kReasons[] = {"handoff", "spreading", "watch", "parting"};

}  // namespace

Key256 HoldingProofOf(const Context& context, const Archive& archive, const Key256& nonce,
                      const NodeId& prover) {
  Bytes bytes(kPurpose.begin(), kPurpose.end());
  for (const Key256& each :
       {context.network, nonce, prover, archive.block, archive.hash, archive.prior_hash}) {
    bytes.insert(bytes.end(), each.bytes.begin(), each.bytes.end());
  }
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<uint8_t>(archive.revision >> shift));
  }
  bytes.push_back(archive.deleted ? 1 : 0);
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<uint8_t>(archive.value.size() >> shift));
  }
  bytes.insert(bytes.end(), archive.value.begin(), archive.value.end());
  return Key256{context.suite->Sha256(bytes)};
}

void Challenges::Begin(const RingMoment& moment, Shelf& shelf, const Subject& subject) {
  open_.push_back({.number = ++last_, .subject = subject});
  shelf.Read(moment, {.use = ShelfTask::Use::kChecked, .key = subject.block.key, .id = last_});
}

void Challenges::Ask(const RingMoment& moment, Questions& questions, const Subject& subject,
                     const Archive& archive) {
  Key256 nonce;
  moment.random.Fill(nonce.bytes);
  const NodeId& prover = moment.context.directory->NodeIdOf(subject.peer);
  open_.push_back({.number = ++last_,
                   .subject = subject,
                   .revision = archive.revision,
                   .expected = HoldingProofOf(moment.context, archive, nonce, prover)});
  questions.Ask(moment, subject.peer, Asker::kChallenge, last_,
                HoldingChallenge{.block = subject.block, .nonce = nonce});
}

std::optional<Challenges::End> Challenges::OnRead(const RingMoment& moment, const ShelfEnd& end,
                                                  Questions& questions) {
  const std::optional<Open> open = Take(end.task.id);
  if (!open.has_value()) return std::nullopt;
  if (!end.done) return End{open->subject, Verdict::kOpen};
  Ask(moment, questions, open->subject, end.archive);
  return std::nullopt;
}

std::optional<Challenges::End> Challenges::OnProof(const Question& question,
                                                   const HoldingProof& proof) {
  const std::optional<Open> open = Take(question.number);
  if (!open.has_value()) return std::nullopt;
  const KeyedRevision& said = open->subject.block;
  Verdict verdict = Verdict::kRefuted;
  if (proof.state != ArchiveState::kHeld || proof.block.revision < said.revision) {
    verdict = Verdict::kLacking;
  } else if (proof.block.revision != open->revision) {
    verdict = Verdict::kOpen;
  } else if (proof.block.key == said.key && proof.proof == open->expected) {
    verdict = Verdict::kProven;
  }
  return End{open->subject, verdict};
}

std::optional<Challenges::End> Challenges::OnSilence(const Question& question) {
  const std::optional<Open> open = Take(question.number);
  if (!open.has_value()) return std::nullopt;
  return End{open->subject, Verdict::kOpen};
}

std::optional<Challenges::Open> Challenges::Take(uint64_t number) {
  const auto found = std::find_if(open_.begin(), open_.end(),
                                  [&](const Open& open) { return open.number == number; });
  if (found == open_.end()) return std::nullopt;
  const Open open = *found;
  open_.erase(found);
  return open;
}

size_t Challenges::CountOf(Why why) const {
  return static_cast<size_t>(std::count_if(
      open_.begin(), open_.end(), [&](const Open& open) { return open.subject.why == why; }));
}

void Challenges::Drop(Why why) {
  std::erase_if(open_, [&](const Open& open) { return open.subject.why == why; });
}

void Challenges::CollectPeers(PeerSet& peers) const {
  for (const Open& open : open_) peers.Add(open.subject.peer);
}

template <typename State>
void Challenges::Tell(State& state) const {
  state.Add("last number", last_);
  for (const Open& open : open_) {
    state.Part("challenge", [&] {
      state.Add("number", open.number);
      state.Add("to", open.subject.peer);
      state.Add("key", open.subject.block.key);
      state.Add("said", open.subject.block.revision);
      state.Add("why", open.subject.why, kReasons);
      state.Add("revision", open.revision);
      state.Add("expected", open.expected);
    });
  }
}

void Challenges::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Challenges::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
