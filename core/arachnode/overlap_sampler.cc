#include "core/arachnode/overlap_sampler.h"

#include <algorithm>

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"idle", "asking", "verifying"};
constexpr size_t kAskedPerKey = 2;

}  // namespace

void OverlapSampler::Draw(const RingMoment& moment, const KeyRange& half, bool gained) {
  for (int i = 0; i < moment.rings().sample_keys; ++i) {
    Key256 drawn;
    moment.random.Fill(drawn.bytes);
    samples_.push_back(
        {.key = Splice(half.prefix, drawn, half.bits), .gained = gained, .holders = {}});
  }
}

void OverlapSampler::Begin(const RingMoment& moment, uint8_t ring, const RingBook& book,
                           Questions& questions) {
  questions.Drop(Asker::kSampler);
  samples_.clear();
  done_ = false;
  ring_ = ring;
  phase_ = Phase::kAsking;
  if (ring < limits::kRingMax) Draw(moment, ShedHalf(moment.self_id(), ring), false);
  if (ring > 0) Draw(moment, ShedHalf(moment.self_id(), static_cast<uint8_t>(ring - 1)), true);
  for (uint32_t i = 0; i < samples_.size(); ++i) {
    Sample& sample = samples_[i];
    for (const RingInfo* info : book.HoldersOf(sample.key)) Note(moment, sample, *info, book);
    for (const PeerId near : moment.Nearest(sample.key, kAskedPerKey)) {
      questions.Ask(moment, near, Asker::kSampler, i,
                    RefsRequest{.infos = {}, .keys = {{sample.key, 0}}});
    }
  }
  Continue(moment, questions);
}

void OverlapSampler::Note(const RingMoment& moment, Sample& sample, const RingInfo& info,
                          const RingBook& book) const {
  const NodeId& id = moment.context.directory->NodeIdOf(info.peer);
  const uint8_t ring = SettledRing(PlaceOf(info));
  if (info.peer == moment.self || !Covers(id, ring, sample.key)) return;
  if (!book.IsCounted(info.peer)) return;
  const bool known = std::any_of(sample.holders.begin(), sample.holders.end(),
                                 [&](const Holder& holder) { return holder.peer == info.peer; });
  if (!known) sample.holders.push_back({info.peer, ring < ring_});
}

void OverlapSampler::OnRefs(const RingMoment& moment, const Question& question,
                            std::span<const RingInfo> words, const RingBook& book,
                            Questions& questions) {
  if (question.number >= samples_.size()) return;
  Sample& sample = samples_[question.number];
  if (phase_ == Phase::kVerifying) {
    ++sample.verified;
  } else {
    for (const RingInfo& info : words) Note(moment, sample, info, book);
  }
  Continue(moment, questions);
}

void OverlapSampler::OnSilence(const RingMoment& moment, const Question& question,
                               Questions& questions) {
  if (question.number >= samples_.size()) return;
  if (phase_ == Phase::kVerifying) {
    Sample& sample = samples_[question.number];
    ++sample.silent;
    std::erase_if(sample.holders,
                  [&](const Holder& holder) { return holder.peer == question.peer; });
  }
  Continue(moment, questions);
}

void OverlapSampler::Continue(const RingMoment& moment, Questions& questions) {
  if (questions.CountOf(Asker::kSampler) > 0) return;
  if (phase_ == Phase::kAsking) {
    phase_ = Phase::kVerifying;
    Verify(moment, questions);
    if (questions.CountOf(Asker::kSampler) > 0) return;
  }
  if (phase_ != Phase::kVerifying) return;
  phase_ = Phase::kIdle;
  done_ = true;
}

void OverlapSampler::Verify(const RingMoment& moment, Questions& questions) {
  const auto allowed = static_cast<size_t>(moment.rings().verified_holders);
  for (uint32_t i = 0; i < samples_.size(); ++i) {
    std::vector<Holder> drawn = samples_[i].holders;
    moment.random.Shuffle(std::span(drawn));
    drawn.resize(std::min(drawn.size(), allowed));
    for (const Holder& holder : drawn) {
      questions.Ask(moment, holder.peer, Asker::kSampler, i, RefsRequest{.infos = {}, .keys = {}});
    }
  }
}

// Those who were silent are gone from the list; of those not asked as many are taken to be.
uint32_t OverlapSampler::CountOf(const Sample& sample) {
  const auto left = static_cast<uint32_t>(sample.holders.size());
  const uint32_t asked = uint32_t{sample.verified} + sample.silent;
  if (sample.silent == 0 || left <= sample.verified) return left;
  return sample.verified + (left - sample.verified) * sample.verified / asked;
}

bool OverlapSampler::TakeDone(Halves& halves) {
  if (!done_) return false;
  done_ = false;
  halves = {};
  for (const Sample& sample : samples_) {
    const auto inner = std::count_if(sample.holders.begin(), sample.holders.end(),
                                     [](const Holder& holder) { return holder.inner; });
    const uint32_t holders = CountOf(sample);
    (sample.gained ? halves.gained : halves.shed)
        .Add(holders, std::min(holders, static_cast<uint32_t>(inner)));
  }
  samples_.clear();
  return true;
}

void OverlapSampler::CollectPeers(PeerSet& peers) const {
  for (const Sample& sample : samples_) {
    for (const Holder& holder : sample.holders) peers.Add(holder.peer);
  }
}

template <typename State>
void OverlapSampler::Tell(State& state) const {
  state.Add("phase", phase_, kPhases);
  state.Hash(done_);
  state.Hash(ring_);
  for (const Sample& sample : samples_) {
    state.Part("sample", [&] {
      state.Add("key", sample.key);
      state.Add("gained", sample.gained);
      for (const Holder& holder : sample.holders) {
        state.Add("holder", holder.peer);
        state.Add("further in", holder.inner);
      }
      state.Add("verified", sample.verified);
      state.Add("silent", sample.silent);
    });
  }
}

void OverlapSampler::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void OverlapSampler::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t OverlapSampler::HeapBytes() const {
  size_t bytes = samples_.capacity() * sizeof(Sample);
  for (const Sample& sample : samples_) bytes += sample.holders.capacity() * sizeof(Holder);
  return bytes;
}

}  // namespace core
