#include "node/discovery/peer_exchange.h"

#include <algorithm>
#include <span>

#include "core/base/check.h"

namespace node {
namespace {
constexpr size_t kAnswerPercent = 23;
constexpr size_t kAnswerMin = 32;
static_assert(kPeersMax == 250);
}  // namespace

size_t AnswerSize(size_t verified) {
  const size_t wanted = std::clamp(verified * kAnswerPercent / 100, kAnswerMin, kPeersMax);
  return std::min(wanted, verified);
}

Peers MakeAnswer(const PeerBook& book, const IpAddress& witness, const core::NodeId& asker,
                 core::Time now, core::Random& random) {
  std::vector<KnownPeer> known = book.Advertised(witness, now);
  std::erase_if(known, [&](const KnownPeer& peer) { return peer.id == asker; });
  random.Shuffle(std::span<KnownPeer>(known));
  known.resize(AnswerSize(known.size()));
  Peers answer;
  for (const KnownPeer& peer : known) {
    const int64_t age_s = (now - peer.verified_at).us / 1'000'000;
    answer.records.push_back({peer.id, peer.endpoint, static_cast<uint32_t>(age_s)});
  }
  return answer;
}

void PeerExchange::OnAsked(core::Time now) {
  CHECK(MayAsk(now));
  awaiting_ = true;
  may_ask_at_ = now + kAskInterval;
}

bool PeerExchange::OnGetPeers(core::Time now) {
  if (now < serves_at_) return false;
  serves_at_ = now + kServeInterval;
  return true;
}

bool PeerExchange::OnPeers(bool refusal) {
  bool& expected = refusal ? refusal_expected_ : awaiting_;
  const bool wanted = expected;
  expected = false;
  return wanted;
}

}  // namespace node
