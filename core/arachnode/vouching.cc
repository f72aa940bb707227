#include "core/arachnode/vouching.h"

#include <algorithm>

#include "core/arachnode/archive_proof.h"

namespace core {

void Vouching::Begin(const RingMoment& moment, const Ways& ways, const PartingValue& value,
                     Archive archive, bool holds) {
  if (archive.empty()) return ended_.push_back({.value = value, .held = false});
  Open& open = open_.emplace_back();
  open.value = value;
  open.key = RingKeyOf(moment, value.block);
  open.archive = std::move(archive);
  open.held = holds ? 1 : 0;
  for (const RingInfo* info : ways.book.HoldersOf(open.key, /*settled=*/true)) {
    open.holders.push_back(info->peer);
  }
  Advance(moment, ways, open);
  EndDone(moment);
}

void Vouching::Advance(const RingMoment& moment, const Ways& ways, Open& open) const {
  while (open.held + open.asked < moment.rings().floor && !open.holders.empty()) {
    const PeerId holder = open.holders.back();
    open.holders.pop_back();
    ways.challenges.Ask(moment, ways.questions,
                        {holder, {open.key, open.value.revision}, Challenges::Why::kParting},
                        open.archive);
    ++open.asked;
  }
}

void Vouching::EndDone(const RingMoment& moment) {
  std::erase_if(open_, [&](const Open& open) {
    const bool held = open.held >= moment.rings().floor;
    if (!held && open.asked > 0) return false;
    ended_.push_back({.value = open.value, .held = held});
    return true;
  });
}

void Vouching::OnChallenged(const RingMoment& moment, const Ways& ways,
                            const Challenges::End& end) {
  if (end.subject.why != Challenges::Why::kParting) return;
  const auto open = std::find_if(open_.begin(), open_.end(), [&](const Open& each) {
    return each.key == end.subject.block.key && each.value.revision == end.subject.block.revision;
  });
  if (open == open_.end()) return;
  --open->asked;
  if (end.verdict == Challenges::Verdict::kProven) ++open->held;
  Advance(moment, ways, *open);
  EndDone(moment);
}

void Vouching::CollectPeers(PeerSet& peers) const {
  for (const Open& open : open_) peers.AddAll(open.holders);
}

template <typename State>
void Vouching::Tell(State& state) const {
  for (const Open& open : open_) {
    state.Part("parting value", [&] {
      state.Add("key", open.key);
      state.Add("revision", open.value.revision);
      state.Add("asked", open.asked);
      state.Add("held", open.held);
      state.Add("next", open.holders);
    });
  }
}

void Vouching::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Vouching::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Vouching::HeapBytes() const {
  size_t bytes = open_.capacity() * sizeof(Open);
  for (const Open& open : open_) {
    bytes += open.archive.value.capacity() + open.holders.capacity() * sizeof(PeerId);
  }
  return bytes;
}

}  // namespace core
