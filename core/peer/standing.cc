#include "core/peer/standing.h"

#include <algorithm>

#include "core/port/observation.h"

namespace core {
namespace {

constexpr int64_t kHalfLifeUs = Minutes(30).us;
constexpr uint32_t kConnectionCeiling = 40'000;
constexpr uint32_t kScoreMax = 1'000'000;

uint32_t WeightOf(Offence offence) {
  switch (offence) {
    case Offence::kBadSignature:
      return 50'000;
    case Offence::kDoubleVote:
      return 100'000;
    case Offence::kProtocolViolation:
      return 30'000;
    case Offence::kConnectionFailure:
      return 2'000;
  }
  return 0;
}

}  // namespace

uint32_t Standing::Decayed(const Score& score, Time now) {
  const int64_t age_us = std::max<int64_t>((now - score.since).us, 0);
  const int64_t halvings = age_us / kHalfLifeUs;
  if (halvings >= 32) return 0;
  const uint64_t halved = score.milli >> halvings;
  const auto into = static_cast<uint64_t>(age_us % kHalfLifeUs);
  return static_cast<uint32_t>(halved - halved * into / uint64_t{2 * kHalfLifeUs});
}

void Standing::MakeRoom(Time now) {
  scores_.EraseIf([now](PeerId, const Score& score) { return Decayed(score, now) < 1000; });
  if (scores_.size() < kPeersMax) return;
  PeerId least = kNoPeer;
  uint32_t lowest = UINT32_MAX;
  scores_.ForEach([&](PeerId peer, const Score& score) {
    const uint32_t milli = Decayed(score, now);
    if (milli >= lowest) return;
    lowest = milli;
    least = peer;
  });
  scores_.Erase(least);
}

void Standing::Report(Time now, PeerId peer, Offence offence, Effects& effects) {
  if (scores_.Find(peer) == nullptr && scores_.size() >= kPeersMax) MakeRoom(now);
  Score& score = *scores_.Insert(peer).first;
  const uint32_t before = Decayed(score, now);
  uint32_t after = before + WeightOf(offence);
  if (offence == Offence::kConnectionFailure) {
    after = std::max(before, std::min(after, kConnectionCeiling));
  }
  score = {std::min(after, kScoreMax), now};
  const auto fell = [&](uint32_t points) {
    return before < points * 1000 && score.milli >= points * 1000;
  };
  if (!fell(kDoubtful) && !fell(kBanned)) return;
  const bool banned = score.milli >= kBanned * 1000;
  effects.Observe(StandingFell{.peer = peer, .score = score.milli / 1000, .banned = banned});
  if (banned) effects.Disconnect(peer);
}

uint32_t Standing::ScoreOf(Time now, PeerId peer) const {
  const Score* score = scores_.Find(peer);
  return score == nullptr ? 0 : Decayed(*score, now) / 1000;
}

bool Standing::IsDoubtful(Time now, PeerId peer) const {
  return ScoreOf(now, peer) >= kDoubtful;
}

bool Standing::IsBanned(Time now, PeerId peer) const {
  return ScoreOf(now, peer) >= kBanned;
}

void Standing::CollectPeers(PeerSet& peers) const {
  scores_.ForEach([&](PeerId peer, const Score&) { peers.Add(peer); });
}

template <typename State>
void Standing::Tell(State& state) const {
  scores_.ForEach([&](PeerId peer, const Score& score) {
    state.Part("score", [&] {
      state.Add("peer", peer);
      state.Add("thousandths", score.milli);
      state.Add("since", score.since);
    });
  });
}

void Standing::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Standing::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
