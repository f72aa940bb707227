// Discovery: keeps this node connected to enough peers, and knows more of them than it needs.
//
//   dial       event                                   what follows
//   -          outbound < desired, the book has one    peer      (Dial; at most dials_max at a time)
//   -          outbound < desired, the book has none   seed      (book short or nobody connected; back-off per seed)
//   -          feeler time                             feeler    (owner of a contested slot, or an entry of new)
//   -          NatProbe that may be served             back      (Dial of the address it came from)
//   peer, seed LinkUp                                  a link; the book: verified; GetPeers when it is short
//   feeler     LinkUp                                  the book: verified; Close
//   back       LinkUp, the asker's identity            the book: verified; NatProbeBack, NatResult; Close
//   any        DialFailed duplicate, full (proven id)  the book: verified; full: later
//   any        DialFailed self                         an own address; the book forgets it
//   any        DialFailed refused                      the book forgets it
//   any        DialFailed unreachable, or kDialWait    the book: failed; back: NatResult "not reached"
//
//   link       event                                   what follows
//   -          LinkUp inbound, room                    open      (stated address heard of, not verified)
//   -          LinkUp inbound, no room                 -         Peers as a refusal, Close(full)
//   -          LinkUp, banned                          -         Close(banned)
//   open       GetPeers, Peers, NatProbe, ...          peer_exchange.h, nat_probe.h
//   open       Peers as a refusal, dialled by us       closing   the book: later
//   open       malformed, too early, unsolicited       open      points; at kBanPoints: ban, Close
//   open       LinkDown                                -
//
// Invariants: (1) what is advertised was authenticated by this node itself over a connection that it
// opened to exactly that address (C10); (2) memory is bounded whatever peers send: the book, the bans
// and the scores by their caps, links by the host's, the rest by constants here; (3) the same settings,
// seed of `random` and inputs give the same effects; (4) no remote input leads to a CHECK.
// The host hands every input in, drains the effects, delivers Tick at or after NextDeadline, and answers
// every Dial with LinkUp or DialFailed. Time is the steady clock. Thread rule: one thread.
// Source: protocols_of_the_other_seeds.md, 3.3 to 3.7; issue 3, point 3; docs/discovery.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "node/base/clocks.h"
#include "node/discovery/address.h"
#include "node/discovery/backoff.h"
#include "node/discovery/ban_list.h"
#include "node/discovery/messages.h"
#include "node/discovery/nat_probe.h"
#include "node/discovery/peer_book.h"
#include "node/discovery/peer_exchange.h"

namespace node {

struct DiscoverySettings {
  std::vector<Seed> seeds = {};
  uint16_t listen_port = 0;  // 0: this node cannot be dialled.
  size_t desired = 20;       // Outbound connections.
  size_t inbound_max = 128;  // Beyond: refused with addresses. Below the transport's own limit.
  size_t dials_max = 16;     // At a time, to peers and seeds.
  size_t need_more = 1000;   // A smaller book goes on asking.
  bool exchange = true;      // Ask for and tell addresses.
  bool probe = true;         // Ask to be dialled back.
  core::Duration ensure_period = core::Seconds(30);
  core::Duration feeler_interval = core::Seconds(120);
  core::Duration persist_interval = core::Minutes(5);
  core::Duration full_retry = core::Seconds(60);
  BackoffTerms seed_retry = {core::Seconds(2), core::Minutes(5), 25};
  core::Duration ban = core::Minutes(60) * 24;
};

// ---- Inputs ----

struct Tick {};

using DialId = uint64_t;

// An authenticated connection stands.
struct LinkUp {
  LinkId link;
  core::NodeId id;             // Proven.
  IpEndpoint remote;           // As the socket sees it.
  uint16_t stated_port = 0;    // Where the peer says it listens; 0: nowhere.
  std::optional<DialId> dial;  // Ours; nothing: inbound.
};

struct LinkDown {
  LinkId link;
};

enum class DialError : uint8_t {
  kUnreachable,  // No connection, a time-out, or no handshake.
  kDuplicate,    // Another connection with this peer is kept.
  kFull,         // The peer has no room.
  kSelf,
  kRefused,  // Another network or version, wrong identity, banned there.
};

struct DialFailed {
  DialId dial = 0;
  DialError error = DialError::kUnreachable;
  std::optional<core::NodeId> id;  // Only when proven.
};

// On the discovery channel; the bytes are valid during the step.
struct Received {
  LinkId link;
  std::span<const uint8_t> bytes;
};

// What another part of the node has against a peer.
struct Fault {
  LinkId link;
  uint32_t points = 0;
};

// The operator's.
struct BanCommand {
  core::NodeId id;
  core::Duration span;
};

using DiscoveryInput =
    std::variant<Tick, LinkUp, LinkDown, DialFailed, Received, Fault, BanCommand>;

// ---- Effects ----

enum class DialPurpose : uint8_t { kPeer, kSeed, kFeeler, kBack };

struct Dial {
  DialId dial = 0;
  Address address;
  std::optional<core::NodeId> expected;  // Anybody else is to be refused.
  DialPurpose purpose = DialPurpose::kPeer;
};

struct Send {
  LinkId link;
  std::vector<uint8_t> bytes;
};

enum class CloseCause : uint8_t { kDone, kFull, kBanned, kRefusedByPeer, kWrongIdentity, kUnknown };

// After what was sent before has left.
struct Close {
  LinkId link;
  CloseCause cause = CloseCause::kDone;
};

enum class Penalty : uint8_t { kMalformed, kTooEarly, kUnsolicited, kElsewhere };

// For logs and counters; the score is kept here.
struct Penalised {
  core::NodeId id;
  Penalty penalty = Penalty::kMalformed;
  uint32_t score = 0;
};

// The host may refuse the peer before a handshake from now on.
struct Banned {
  Ban ban;
};

// Now is a good time to store Encode().
struct Persist {};

struct ReachabilityChanged {
  Reachability reachability = Reachability::kUnknown;
};

using DiscoveryEffect =
    std::variant<Dial, Send, Close, Penalised, Banned, Persist, ReachabilityChanged>;
using DiscoveryEffects = std::vector<DiscoveryEffect>;

[[nodiscard]] std::string_view TextOf(DialPurpose purpose);
[[nodiscard]] std::string_view TextOf(CloseCause cause);
[[nodiscard]] std::string_view TextOf(Penalty penalty);

class Discovery {
 public:
  static constexpr uint32_t kBanPoints = 100;
  static constexpr size_t kSurplusMax = 3;
  static constexpr core::Duration kDialWait = core::Seconds(30);

  // `key`: 16 fresh random bytes; Restore replaces them by the stored ones.
  Discovery(const core::NodeId& self, DiscoverySettings settings, const BucketKey& key,
            const core::Random& random, core::Time now);

  // Appends to `effects`.
  void Step(core::Time now, const DiscoveryInput& input, DiscoveryEffects& effects);

  [[nodiscard]] core::Time NextDeadline() const;

  // The book and the bans, to be given to Restore in a later life.
  [[nodiscard]] std::vector<uint8_t> Encode(const Moment& now) const;
  // Before the first Step. On an error the book stays as it is: empty.
  [[nodiscard]] core::Status Restore(std::span<const uint8_t> bytes, const Moment& now);

  [[nodiscard]] const PeerBook& book() const { return book_; }

  [[nodiscard]] const BanList& bans() const { return bans_; }

  [[nodiscard]] Reachability reachability() const { return prober_.verdict(); }

  // Links to peers and seeds that this node opened.
  [[nodiscard]] size_t outbound() const { return outbound_; }

  [[nodiscard]] size_t inbound() const { return links_.size() - outbound_; }

 private:
  struct Link {
    core::NodeId id;
    IpEndpoint remote;  // Of an outbound link: what was dialled.
    bool outbound = false;
    uint16_t stated_port = 0;  // Of an inbound link: where the peer says it listens.
    std::optional<size_t> seed;
    core::Time opened;
    core::Time probe_served_at;  // When it may send the next NatProbe.
    core::Time probe_asked_at;   // When we may send it the next.
    PeerExchange exchange{false};
  };

  struct PendingDial {
    DialPurpose purpose = DialPurpose::kPeer;
    Address address;
    std::optional<size_t> seed;
    core::Time ends_at;
  };

  struct SeedState {
    Backoff backoff;
    std::optional<core::NodeId> id;  // Who answered last.
    bool self = false;
  };

  // What a dial must avoid.
  struct Busy {
    std::set<IpEndpoint> endpoints;
    std::set<core::NodeId> ids;
    std::set<IpGroup> groups;
  };

  // discovery.cc: time.
  void OnTick(core::Time now, DiscoveryEffects& effects);
  void ExpireDials(core::Time now, DiscoveryEffects& effects);
  void Refresh(core::Time now);
  void Fill(core::Time now, DiscoveryEffects& effects);
  // True: one was dialled.
  bool DialFromBook(core::Time now, DiscoveryEffects& effects);
  bool DialSeed(core::Time now, DiscoveryEffects& effects);
  void SendFeeler(core::Time now, DiscoveryEffects& effects);
  void AskForPeers(core::Time now, DiscoveryEffects& effects);
  void AskForProbes(core::Time now, DiscoveryEffects& effects);
  void StartDial(const PendingDial& dial, std::optional<core::NodeId> expected,
                 DiscoveryEffects& effects);
  // A feeler may dial an address that an inbound peer states for itself; nothing else should, because
  // the connection with that peer stands already.
  [[nodiscard]] Busy BusyPeers(DialPurpose purpose) const;
  [[nodiscard]] bool MayDial(const KnownPeer& peer, const Busy& busy, core::Time now) const;
  [[nodiscard]] size_t PendingDials() const;
  // Something changed: fill again, but not too often.
  void FillSoon(core::Time now);
  [[nodiscard]] core::Duration Jittered(core::Duration span);

  // discovery_links.cc: what the host reports.
  void OnLinkUp(core::Time now, const LinkUp& up, DiscoveryEffects& effects);
  void OnInbound(core::Time now, const LinkUp& up, DiscoveryEffects& effects);
  void OnOutbound(core::Time now, const LinkUp& up, const PendingDial& dial,
                  DiscoveryEffects& effects);
  void OnLinkDown(core::Time now, LinkId link);
  void OnDialFailed(core::Time now, const DialFailed& failed, DiscoveryEffects& effects);
  void OnReceived(core::Time now, const Received& received, DiscoveryEffects& effects);
  void OnGetPeers(core::Time now, LinkId id, Link& link, DiscoveryEffects& effects);
  void OnPeers(core::Time now, LinkId id, Link& link, const Peers& peers,
               DiscoveryEffects& effects);
  void OnNatProbe(core::Time now, LinkId id, Link& link, const NatProbe& probe,
                  DiscoveryEffects& effects);
  void AnswerProbe(const DialBacks::Open& open, bool reached, DiscoveryEffects& effects);
  void Punish(core::Time now, LinkId id, Penalty penalty, uint32_t points,
              DiscoveryEffects& effects);
  void BanNode(core::Time now, const Ban& ban, DiscoveryEffects& effects);
  void SendMessage(LinkId link, const DiscoveryMessage& message, DiscoveryEffects& effects) const;
  [[nodiscard]] bool IsBanned(const core::NodeId& id, const IpAddress& ip, core::Time now) const;

  core::NodeId self_;
  DiscoverySettings settings_;
  core::Random random_;
  PeerBook book_;
  BanList bans_;
  FaultScores scores_;
  NatProber prober_;
  DialBacks dial_backs_;
  std::vector<SeedState> seeds_;
  std::map<LinkId, Link> links_;
  std::map<DialId, PendingDial> dials_;
  std::set<IpEndpoint> own_endpoints_;
  size_t outbound_ = 0;
  DialId next_dial_ = 1;
  uint64_t tokens_drawn_ = 0;
  uint32_t idle_fills_ = 0;  // In a row, that found nobody to dial.
  core::Time filled_at_{std::numeric_limits<int64_t>::min() / 2};
  core::Time fill_at_;
  core::Time ask_at_;
  core::Time feeler_at_;
  core::Time probe_at_;
  core::Time refresh_at_;
  core::Time persist_at_;
};

}  // namespace node
