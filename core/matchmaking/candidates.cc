#include "core/matchmaking/candidates.h"

#include <algorithm>
#include <tuple>

#include "core/matchmaking/record_check.h"

namespace core {
namespace {

constexpr std::string_view kStates[] = {"", "new", "offered", "partner", "resting", "gone"};

uint64_t PairMix(const NodeId& a, const NodeId& b) {
  const NodeId& low = std::min(a, b);
  const NodeId& high = std::max(a, b);
  return Mix64(WordOf(low, 0) ^ WordOf(low, 3), WordOf(high, 0) ^ WordOf(high, 3));
}

bool IsUsable(const Candidate& candidate, Time now) {
  const bool open =
      candidate.state == CandidateState::kNew || candidate.state == CandidateState::kResting;
  return open && candidate.expires > now && candidate.rest_until <= now;
}

}  // namespace

bool Candidates::IsNews(const Record& record) const {
  const Candidate* known = table_.Find(record.peer);
  return known == nullptr || known->sequence < record.sequence;
}

bool Candidates::HasRoom() const {
  return live_ < live_max_ && table_.size() < 4 * live_max_;
}

void Candidates::Add(const Moment& moment, const Record& record) {
  const auto [candidate, added] = table_.Insert(record.peer);
  const bool returns = !added && candidate->state == CandidateState::kGone;
  if (added || returns) {
    ++live_;
    *candidate = Candidate{};
    const NodeId& other = moment.context.directory->NodeIdOf(record.peer);
    candidate->preference = PairMix(moment.self_id(), other);
  }
  candidate->sequence = record.sequence;
  candidate->expires = moment.now + ClampTtl(record.ttl_ms);
}

void Candidates::NoteRoundTrip(PeerId peer, Duration round_trip) {
  Candidate* candidate = table_.Find(peer);
  if (candidate != nullptr && round_trip >= Duration{0}) candidate->round_trip = round_trip;
}

std::optional<PeerId> Candidates::Best(const Moment& moment) const {
  using Rank = std::tuple<bool, bool, Duration, uint64_t, PeerId>;
  std::optional<Rank> best;
  table_.ForEach([&](PeerId peer, const Candidate& candidate) {
    if (!IsUsable(candidate, moment.now)) return;
    const bool unmeasured = candidate.round_trip < Duration{0};
    const Rank rank{moment.conduct.IsDoubtful(moment.now, peer), unmeasured, candidate.round_trip,
                    candidate.preference, peer};
    if (!best.has_value() || rank < *best) best = rank;
  });
  if (!best.has_value()) return std::nullopt;
  return std::get<PeerId>(*best);
}

uint32_t Candidates::CountUsable(Time now) const {
  uint32_t count = 0;
  table_.ForEach([&](PeerId, const Candidate& candidate) {
    if (IsUsable(candidate, now)) ++count;
  });
  return count;
}

void Candidates::MarkOffered(PeerId peer) {
  Candidate* candidate = table_.Find(peer);
  if (candidate == nullptr) return;
  candidate->state = CandidateState::kOffered;
  ++candidate->offers;
}

void Candidates::MarkPartner(PeerId peer) {
  Candidate* candidate = table_.Find(peer);
  if (candidate == nullptr) return;
  if (candidate->state == CandidateState::kGone) ++live_;
  candidate->state = CandidateState::kPartner;
}

void Candidates::MarkBusy(PeerId peer, Time rest_until) {
  Candidate* candidate = table_.Find(peer);
  if (candidate == nullptr) return;
  if (candidate->offers >= kOffersMax) return MarkGone(peer);
  candidate->state = CandidateState::kResting;
  candidate->rest_until = rest_until;
}

void Candidates::MarkGone(PeerId peer) {
  Candidate* candidate = table_.Find(peer);
  if (candidate == nullptr || candidate->state == CandidateState::kGone) return;
  candidate->state = CandidateState::kGone;
  --live_;
}

void Candidates::CollectPeers(PeerSet& peers) const {
  table_.ForEach([&](PeerId peer, const Candidate&) { peers.Add(peer); });
}

template <typename State>
void Candidates::Tell(State& state) const {
  table_.ForEach([&](PeerId peer, const Candidate& candidate) {
    state.Part("candidate", [&] {
      state.Add("peer", peer);
      state.Add("state", candidate.state, kStates);
      state.Add("offers", candidate.offers);
      state.Add("sequence", candidate.sequence);
      state.Add("expires", candidate.expires);
      state.Add("rests until", candidate.rest_until);
    });
  });
}

void Candidates::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Candidates::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
