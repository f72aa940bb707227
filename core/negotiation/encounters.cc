#include "core/negotiation/encounters.h"

#include <algorithm>
#include <optional>

#include "core/port/names.h"

namespace core {
namespace {

constexpr uint8_t kSilencesMax = 6;

}  // namespace

void Encounters::Note(Time now, const Met& met) {
  if (table_.Find(met.peer) == nullptr && table_.size() >= kMax) {
    std::optional<std::pair<Time, PeerId>> oldest;
    table_.ForEach([&](PeerId peer, const Encounter& known) {
      const std::pair<Time, PeerId> age{known.heard, peer};
      if (!oldest.has_value() || age < *oldest) oldest = age;
    });
    table_.Erase(oldest->second);
  }
  const auto [known, added] = table_.Insert(met.peer);
  const Duration estimate = std::max(met.estimate, Duration{0});
  // A queue on the way only ever adds.
  known->estimate = added ? estimate : std::min(known->estimate, estimate);
  known->depth = added ? met.depth : std::max(known->depth, met.depth);
  // What it was refused for does not hold for what it is now.
  if (known->stage != met.stage) known->rest_until = {INT64_MIN};
  known->stage = met.stage;
  known->heard = now;
  known->silences = 0;
}

void Encounters::NoteRoundTrip(PeerId peer, Duration round_trip) {
  if (Encounter* known = table_.Find(peer)) known->round_trip = round_trip;
}

void Encounters::Rest(PeerId peer, Time until) {
  if (Encounter* known = table_.Find(peer)) known->rest_until = until;
}

void Encounters::NoteSilence(PeerId peer, Time now, Duration rest) {
  Encounter* known = table_.Find(peer);
  if (known == nullptr) return;
  known->rest_until = now + rest * (int64_t{1} << known->silences);
  if (known->silences < kSilencesMax) ++known->silences;
}

Duration Encounters::Distance(const Encounter& met, uint8_t depth, Duration bonus) {
  if (met.depth >= depth) return met.delay();
  return met.delay() + bonus * (depth - met.depth) / depth;
}

void Encounters::CollectPeers(PeerSet& peers) const {
  table_.ForEach([&](PeerId peer, const Encounter&) { peers.Add(peer); });
}

template <typename State>
void Encounters::Tell(State& state) const {
  table_.ForEach([&](PeerId peer, const Encounter& met) {
    state.Part("encounter", [&] {
      state.Add("peer", peer);
      state.Add("stage", met.stage);
      state.Add("depth", met.depth);
      state.Add("silences", met.silences);
      state.Add("estimate", met.estimate);
      state.Add("round trip", met.round_trip);
      state.Add("heard", met.heard);
      state.Add("rests until", met.rest_until);
    });
  });
}

void Encounters::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Encounters::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
