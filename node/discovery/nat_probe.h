// NAT probe: can others dial this node? It asks peers that it dialled to dial it back.
//
//   round     event                                        becomes
//   none      due, this node listens, peers to ask         open     (NatProbe to up to three)
//   open      NatProbeBack with a token, over a new link   public
//   open      NatResult "reached" of two of the asked      public
//   open      all answered, or kWait passed:
//               some said "not reached"                    behind NAT
//               otherwise                                  unknown
//
// A token that comes back over a connection that somebody else opened is proof; a peer's word is only
// a word, so two are needed. Invariants: (1) results count from the asked peer with its token only, once;
// (2) a round ends within kWait. A node that does not listen is behind NAT without asking.
// Source: protocols_of_the_other_seeds.md, 3.3 (NatProbe), 3.4 (6 s) and 3.7 (reflection).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "node/discovery/address.h"
#include "node/discovery/messages.h"

namespace node {

// A connection, as the host numbers it; never reused.
struct LinkId {
  uint64_t value = 0;

  friend auto operator<=>(const LinkId&, const LinkId&) = default;
};

enum class Reachability : uint8_t { kUnknown, kPublic, kBehindNat };

[[nodiscard]] std::string_view TextOf(Reachability reachability);

class NatProber {
 public:
  static constexpr size_t kAskedMax = 3;
  static constexpr size_t kWordsNeeded = 2;
  static constexpr core::Duration kWait = core::Seconds(6);

  explicit NatProber(bool listens)
      : verdict_(listens ? Reachability::kUnknown : Reachability::kBehindNat) {}

  [[nodiscard]] Reachability verdict() const { return verdict_; }

  // Our own address as the peer of the last positive result saw it.
  [[nodiscard]] const std::optional<IpAddress>& seen() const { return seen_; }

  [[nodiscard]] bool open() const { return !asked_.empty(); }

  // Never, when no round is open.
  [[nodiscard]] core::Time NextDeadline() const { return open() ? ends_at_ : core::Time::Never(); }

  // REQUIRES: at most kAskedMax calls per round, one per link; tokens cannot be guessed.
  void OnAsked(LinkId link, uint64_t token, core::Time now);
  // True when it was a token of this round. `over_own_link`: the link was opened by this node, which
  // proves nothing.
  bool OnBack(uint64_t token, bool over_own_link);
  // False when nobody asked for it.
  bool OnResult(LinkId link, const NatResult& result);
  void OnLinkDown(LinkId link);
  void OnDeadline(core::Time now);

 private:
  enum class Word : uint8_t { kNone, kReached, kNotReached };

  struct Asked {
    uint64_t token = 0;
    Word word = Word::kNone;
    bool gone = false;  // Nothing will come any more.
  };

  void Conclude();
  void EndIfComplete();

  std::map<LinkId, Asked> asked_;
  core::Time ends_at_ = core::Time::Never();
  bool proven_ = false;
  Reachability verdict_;
  std::optional<IpAddress> seen_;
};

// The other side: who is to be dialled back, and how many at a time. Only the address from which the
// connection came is dialled, so a probe can aim at nobody but its sender.
class DialBacks {
 public:
  static constexpr size_t kOpenMax = 64;
  static constexpr size_t kOpenPerGroup = 4;
  static constexpr core::Duration kServeInterval =
      core::Seconds(60);                                     // Per link; kept by the owner.
  static constexpr core::Duration kWait = core::Seconds(5);  // Shorter than the asker's.

  struct Open {
    LinkId asker;
    uint64_t token = 0;
    IpEndpoint endpoint;
    core::Time ends_at;
  };

  // False: no room now; the asker gets no answer.
  bool Add(uint64_t dial, const Open& open);
  // Takes the entry out; nothing when the dial is not one of these.
  [[nodiscard]] std::optional<Open> Take(uint64_t dial);
  // One whose time is over; nothing when there is none.
  [[nodiscard]] std::optional<Open> TakeExpired(core::Time now);
  [[nodiscard]] core::Time NextDeadline() const;

  [[nodiscard]] size_t size() const { return open_.size(); }

 private:
  std::map<uint64_t, Open> open_;
};

}  // namespace node
