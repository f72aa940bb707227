#include "core/arachnode/repair.h"

#include <algorithm>

namespace core {

RangeDigest AnswerTo(const RangeDigestRequest& request, const Shelf& shelf) {
  const KeyRange range{request.prefix, request.bits};
  RangeDigest answer;
  if (shelf.DigestOfRange(range).digest == request.own) return answer;
  for (uint32_t part = 0; part < 1u << limits::kBucketBits; ++part) {
    answer.buckets.push_back(shelf.DigestOfRange(PartOf(range, part)));
  }
  return answer;
}

// A random key's random holder: neighbours come up by what they share with this node.
void Repair::Begin(const RingMoment& moment, uint8_t ring, const RingBook& book) {
  wants_.Clear();
  unfit_ = 0;
  for (size_t i = 0; i < kNeighbours; ++i) {
    Key256 key;
    moment.random.Fill(key.bytes);
    key = Splice(moment.self_id(), key, ring);
    std::vector<const RingInfo*> holders = book.HoldersOf(key);
    std::erase_if(holders, [&](const RingInfo* info) {
      return std::any_of(neighbours_.begin(), neighbours_.end(),
                         [&](const Neighbour& drawn) { return drawn.peer == info->peer; });
    });
    if (holders.empty()) continue;
    const RingInfo& info = *holders[moment.random.Below(holders.size())];
    const uint8_t bits = std::max(ring, AnsweredRing(PlaceOf(info)));
    neighbours_.push_back({info.peer, RangeOf(key, bits)});
  }
  if (running()) Compare(neighbours_.back());
}

void Repair::Compare(const Neighbour& neighbour) {
  parts_.assign(1, {.range = neighbour.range});
  next_ = 0;
}

void Repair::Stop(Questions& questions) {
  questions.Drop(Asker::kRepair);
  questions.Drop(Asker::kRepairFetch);
  neighbours_.clear();
  parts_.clear();
  next_ = 0;
  wants_.Clear();
}

void Repair::Advance(const RingMoment& moment, const Shelf& shelf, Questions& questions) {
  while (running()) {
    while (next_ < parts_.size() && wants_.size() < kWantsMax &&
           questions.CountOf(Asker::kRepair) < kWindow) {
      AskPart(moment, shelf, questions);
    }
    const bool fetching = wants_.Ask(moment, Asker::kRepairFetch, questions);
    if (fetching || questions.CountOf(Asker::kRepair) > 0) return;
    if (next_ < parts_.size()) continue;
    neighbours_.pop_back();
    parts_.clear();
    next_ = 0;
    if (running()) Compare(neighbours_.back());
  }
}

void Repair::AskPart(const RingMoment& moment, const Shelf& shelf, Questions& questions) {
  const auto number = static_cast<uint32_t>(next_++);
  const Part& part = parts_[number];
  const PeerId peer = neighbours_.back().peer;
  if (part.listed) {
    questions.Ask(moment, peer, Asker::kRepair, number,
                  RangeRequest{.prefix = part.range.prefix,
                               .bits = part.range.bits,
                               .after = part.after,
                               .limit = kPageBlocks});
  } else {
    questions.Ask(moment, peer, Asker::kRepair, number,
                  RangeDigestRequest{.prefix = part.range.prefix,
                                     .bits = part.range.bits,
                                     .own = shelf.DigestOfRange(part.range).digest});
  }
}

void Repair::Follow(const Part& part) {
  if (parts_.size() < kPartsMax) parts_.push_back(part);
}

void Repair::OnDigest(const Question& question, const RangeDigest& digest, const Shelf& shelf) {
  if (question.number >= parts_.size()) return;
  const KeyRange range = parts_[question.number].range;
  for (uint32_t i = 0; i < digest.buckets.size(); ++i) {
    const BucketDigest& theirs = digest.buckets[i];
    const KeyRange part = PartOf(range, i);
    const BucketDigest own = shelf.DigestOfRange(part);
    if (theirs.blocks == 0 || theirs == own) continue;
    const bool few = theirs.blocks <= kListBlocks || own.blocks < theirs.blocks / 2;
    if (part.bits <= limits::kRangeBitsMax) {
      Follow({.range = part, .listed = few});
    } else {
      // Too fine to be asked about: all of it at once.
      return Follow({.range = range, .listed = true});
    }
  }
}

void Repair::OnRange(const Question& question, const Range& range, const Shelf& shelf) {
  if (question.number >= parts_.size()) return;
  const Part part = parts_[question.number];
  if (!part.listed || range.blocks.size() > kPageBlocks) return;
  Key256 last = part.after;
  for (const KeyedRevision& block : range.blocks) {
    if ((block.key <= last && last != Key256{}) || !part.range.Contains(block.key)) return;
    last = block.key;
    if (!shelf.Has(block)) wants_.Add(block, question.peer);
  }
  if (range.more && range.blocks.size() == kPageBlocks) {
    Follow({.range = part.range, .listed = true, .after = last});
  }
}

// One who is silent is asked nothing more.
void Repair::OnSilence(const Question& question) {
  if (question.asker == Asker::kRepairFetch) wants_.OnSilence(question);
  next_ = parts_.size();
}

void Repair::OnUnfit(Questions& questions) {
  if (++unfit_ == kUnfitMax) Stop(questions);
}

void Repair::CollectPeers(PeerSet& peers) const {
  for (const Neighbour& neighbour : neighbours_) peers.Add(neighbour.peer);
  wants_.CollectPeers(peers);
}

template <typename State>
void Repair::Tell(State& state) const {
  for (const Neighbour& neighbour : neighbours_) {
    state.Part("neighbour", [&] {
      state.Add("peer", neighbour.peer);
      state.Add("prefix", neighbour.range.prefix);
      state.Add("bits", neighbour.range.bits);
    });
  }
  state.Add("asked", next_);
  state.Add("unfit", unfit_);
  for (const Part& part : parts_) {
    state.Part("part", [&] {
      state.Add("prefix", part.range.prefix);
      state.Add("bits", part.range.bits);
      state.Add("listed", part.listed);
      state.Add("after", part.after);
    });
  }
  wants_.Tell(state);
}

void Repair::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Repair::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Repair::HeapBytes() const {
  return neighbours_.capacity() * sizeof(Neighbour) + parts_.capacity() * sizeof(Part) +
         wants_.HeapBytes();
}

}  // namespace core
