// The messages that peers exchange, as plain structs: what protocol code sees.
//
// A Message that reaches the core was decoded and validated by core/codec/wire: every size is
// within limits.h, every handle is known to the Directory, every enum is in range. Signatures are
// not yet verified, nor are the node ids of members. Source: protocol document, sections 1.0
// (routing), 1.1.2 (matchmaking) and 1.4.2 (transactions); limits in core/codec/limits.h.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/fixed_list.h"
#include "core/base/ids.h"
#include "core/base/string_list.h"
#include "core/codec/arachnode_messages.h"
#include "core/codec/limits.h"
#include "core/codec/negotiation_messages.h"
#include "core/codec/transaction_messages.h"

namespace core {

// ---- routing ----

struct Ping {
  friend bool operator==(const Ping&, const Ping&) = default;
};

struct Pong {
  friend bool operator==(const Pong&, const Pong&) = default;
};

struct FindNode {
  Key256 target;

  friend bool operator==(const FindNode&, const FindNode&) = default;
};

// The peers nearest to target that the sender knows, nearest first.
struct Nodes {
  Key256 target;
  FixedList<PeerId, limits::kNodesMax> peers;

  friend bool operator==(const Nodes&, const Nodes&) = default;
};

// ---- matchmaking ----

enum class Role : uint8_t { kMatcher = 1, kWorker = 2 };

// A participant's registration at a rendezvous key. Signed by its owner over the network and every
// field but the signature, with the node id for the peer: core/codec/canonical.
struct Record {
  Key256 topic;
  PeerId peer;  // The owner.
  Role role = Role::kWorker;
  uint8_t specificity = 0;  // c: how many bits of the key come from the owner's id.
  uint16_t budget = 0;      // Tasks that the owner can still accept.
  uint16_t want = 0;        // Partners that the owner looks for.
  uint32_t ttl_ms = 0;
  uint64_t sequence = 0;    // Grows with each renewal; the highest wins.
  int64_t attached_ms = 0;  // Owner's clock at publication.
  StringList capabilities;
  Signature signature{};

  friend bool operator==(const Record&, const Record&) = default;
};

struct Filter {
  StringList must;
  StringList must_not;
  uint16_t min_budget = 0;

  friend bool operator==(const Filter&, const Filter&) = default;
};

struct Provide {
  Key256 key;
  Record record;

  friend bool operator==(const Provide&, const Provide&) = default;
};

// What a holder tells about a key; advisory, one holder's view.
struct Traffic {
  uint32_t count = 0;
  uint32_t arrivals_per_min = 0;
  uint32_t queries_per_min = 0;
  uint32_t wanted = 0;  // Exact sum of `want` over the matchers held (protocol document, 1.1.10).

  friend bool operator==(const Traffic&, const Traffic&) = default;
};

struct ProvideAck {
  Key256 key;
  Traffic traffic;
  bool crowded = false;
  uint32_t retry_after_ms = 0;  // Not 0: the holder refused for now.

  friend bool operator==(const ProvideAck&, const ProvideAck&) = default;
};

struct Withdraw {
  Key256 key;
  Key256 topic;
  PeerId peer;
  uint64_t sequence = 0;
  Signature signature{};

  friend bool operator==(const Withdraw&, const Withdraw&) = default;
};

struct Find {
  Key256 key;
  Role role_wanted = Role::kWorker;
  Filter filter;
  uint16_t limit = 0;      // 1..kRecordsMax.
  bool subscribe = false;  // Ask for Push until the request's expiry.

  friend bool operator==(const Find&, const Find&) = default;
};

struct Found {
  Key256 key;
  std::vector<Record> records;
  bool truncated = false;
  Traffic traffic;
  uint32_t retry_after_ms = 0;  // Not 0: the holder refused for now.

  friend bool operator==(const Found&, const Found&) = default;
};

struct Push {
  Key256 key;
  std::vector<Record> records;
  Traffic traffic;

  friend bool operator==(const Push&, const Push&) = default;
};

struct Offer {
  TaskId task;
  Key256 topic;
  std::string kind;
  Key256 payload_hash;
  int64_t expires_ms = 0;  // Matcher's clock.

  friend bool operator==(const Offer&, const Offer&) = default;
};

struct Accept {
  TaskId task;

  friend bool operator==(const Accept&, const Accept&) = default;
};

enum class DeclineReason : uint8_t { kBusy = 1, kGone = 2, kFilter = 3 };

struct Decline {
  TaskId task;
  DeclineReason reason = DeclineReason::kBusy;

  friend bool operator==(const Decline&, const Decline&) = default;
};

// The worker has finished an accepted task: its budget is free again.
struct Done {
  TaskId task;

  friend bool operator==(const Done&, const Done&) = default;
};

using BodyVariant =
    std::variant<Ping, Pong, FindNode, Nodes, Provide, ProvideAck, Withdraw, Find, Found, Push,
                 Offer, Accept, Decline, Done, TxSubmit, TxPromise, TxVote, TxRefusal, TxCommit,
                 TxCommitAck, TxOutcome, TxResolve, TxStatus, TxStatusReply, TxResult, BlockGet,
                 BlockReply, DoubleVote, RefsRequest, Refs, RangeRequest, Range, ArchiveRequest,
                 ArchiveReply, ArchiveStore, ArchiveAck, ConfirmRequest, Confirm,
                 RangeDigestRequest, RangeDigest, HoldingChallenge, HoldingProof, Present, Greet,
                 Pair, PairAck, NegotiationRefusal, PoolSeed, SeedConfirm, SeedReceived, PoolInform,
                 PoolAck, MergeGreet, MergeLists, MergeAck, BlockForm, BlockSign, BlockSigned>;

// Copied and destroyed out of line: as inline code, so many alternatives cost every file that
// includes this one seconds.
struct Body : BodyVariant {
  using BodyVariant::BodyVariant;
  using BodyVariant::operator=;
  Body();
  ~Body();
  Body(const Body&);
  Body& operator=(const Body&);
  Body(Body&&) noexcept;
  Body& operator=(Body&&) noexcept;

  friend bool operator==(const Body&, const Body&);
};

// `id` pairs a reply with its request: the sender of a request draws it, the reply carries the
// same.
struct Message {
  uint64_t id = 0;
  int64_t sent_ms = 0;  // Sender's clock.
  uint32_t ttl_ms = 0;  // The receiver ignores a request that is older; 0 for replies.
  bool client = false;  // The sender cannot be dialled: it has no place in routing tables.
  Body body;

  friend bool operator==(const Message&, const Message&) = default;
};

}  // namespace core
