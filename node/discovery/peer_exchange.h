// The exchange of addresses over one connection: who may ask when, and what an answer holds.
//
//   side     event                                         verdict
//   asker    Ask: nothing open, kAskInterval passed        GetPeers is sent, an answer is awaited
//   asker    Peers while one is awaited                    wanted
//   asker    Peers as a refusal, dialled by us, once       wanted
//   asker    Peers otherwise                               unsolicited   (penalty)
//   answerer GetPeers, the first or kServeInterval later   answered
//   answerer GetPeers sooner                               too early     (penalty)
//
// The asker waits longer than the answerer demands, so that no delay of the network makes an honest
// peer look greedy. An answer is 23 % of the verified entries, at least 32, at most 250, drawn at
// random, so that asking again and again does not soon copy the book.
// Source: protocols_of_the_other_seeds.md, 3.3 (Peers), 3.4 (push when there is no room) and 3.5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/base/random.h"
#include "core/base/time.h"
#include "node/discovery/messages.h"
#include "node/discovery/peer_book.h"

namespace node {

inline constexpr core::Duration kServeInterval = core::Seconds(10);
inline constexpr core::Duration kAskInterval = core::Seconds(15);

// Of `verified` entries: how many an answer holds.
[[nodiscard]] size_t AnswerSize(size_t verified);

// An answer for the peer at `witness`; never tells it of itself (`asker`).
[[nodiscard]] Peers MakeAnswer(const PeerBook& book, const IpAddress& witness,
                               const core::NodeId& asker, core::Time now, core::Random& random);

// The state of one connection.
class PeerExchange {
 public:
  explicit PeerExchange(bool dialled) : refusal_expected_(dialled) {}

  [[nodiscard]] bool MayAsk(core::Time now) const { return !awaiting_ && now >= may_ask_at_; }

  // Never while an answer is awaited.
  [[nodiscard]] core::Time may_ask_at() const {
    return awaiting_ ? core::Time::Never() : may_ask_at_;
  }

  // REQUIRES: MayAsk(now).
  void OnAsked(core::Time now);

  // True: to be answered; false: too early.
  bool OnGetPeers(core::Time now);

  // True: wanted; false: unsolicited.
  bool OnPeers(bool refusal);

 private:
  static constexpr core::Time kEver{std::numeric_limits<int64_t>::min()};

  core::Time may_ask_at_ = kEver;
  core::Time serves_at_ = kEver;
  bool awaiting_ = false;
  bool refusal_expected_;
};

}  // namespace node
