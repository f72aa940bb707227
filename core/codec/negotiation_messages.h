// The messages of block negotiation and what they are made of; core/codec/messages.h says what holds
// for all. The adjusted time that the seed puts into `present` and `greet` is the frame's sent_ms.
// Source: protocol document, 1.6.1 and 1.6.3; docs/decisions/0022-negotiation-as-built.md.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/codec/limits.h"
#include "core/codec/transaction_messages.h"

namespace core {

// A group element as it travels: core/crypto/combined_key.h says which bytes are one.
using GroupKeyBytes = std::array<uint8_t, 32>;

// "This node negotiates for me, under this key, until then": signed by the registrant.
struct Ticket {
  Key256 template_cid;
  PublicKey registrant{};
  NodeId node;
  GroupKeyBytes pairing_key{};  // Fresh for each attempt.
  uint32_t attempt = 0;
  int64_t expires_ms = 0;
  Signature signature{};

  friend bool operator==(const Ticket&, const Ticket&) = default;
};

// One of a block's votes: who knows the nonce finds its own, nobody says whose it is.
struct VoteRecord {
  Key256 nonce;
  Bytes sealed;  // The answers, to the election's key.

  friend bool operator==(const VoteRecord&, const VoteRecord&) = default;
};

// One of a block's voters.
struct VoterRecord {
  PublicKey registrant{};
  Bytes sealed;  // The cids of the registrant's records and its signature, to the election's key.

  friend bool operator==(const VoterRecord&, const VoterRecord&) = default;
};

// A registrant's signature over a block's cid.
struct BlockSignature {
  PublicKey registrant{};
  Signature signature{};

  friend bool operator==(const BlockSignature&, const BlockSignature&) = default;
};

enum class NegotiationStage : uint8_t {
  kFree = 1,  // Looks for a partner, or for a pair to be the third of.
  kPair = 2,  // Coordinates a pair and looks for a third.
  kPool = 3   // Coordinates a pool and looks for pools to merge with.
};

// "I am here": to those who stand at the same topic.
struct Present {
  Key256 template_cid;
  NegotiationStage stage = NegotiationStage::kFree;
  uint8_t depth = 0;  // Digits of the topic's token.
  Key256 pool;        // kPool; zero otherwise.
  uint16_t size = 0;  // Of the pool.

  friend bool operator==(const Present&, const Present&) = default;
};

struct Greet {
  NegotiationStage stage = NegotiationStage::kFree;  // kFree or kPair.
  uint8_t depth = 0;
  Ticket ticket;

  friend bool operator==(const Greet&, const Greet&) = default;
};

// A free node's answer to a greet from a free one: my records, sealed to both of us.
struct Pair {
  Ticket ticket;
  Bytes voter;  // A sealed VoterRecord.
  Bytes vote;   // A sealed VoteRecord.

  friend bool operator==(const Pair&, const Pair&) = default;
};

// To a pair: accepted, I coordinate. To a greet of a pair's coordinator: bring your seed.
struct PairAck {
  Ticket ticket;

  friend bool operator==(const PairAck&, const PairAck&) = default;
};

enum class NegotiationReject : uint8_t {
  kFarther = 1,    // Others are nearer.
  kBusy = 2,       // Locked to somebody else.
  kLatency = 3,    // The round trip does not fit the estimate.
  kDuplicate = 4,  // This registrant is here already.
  kBad = 5,        // The message is no good.
  kDissolved = 6   // What we had is over: you are free.
};

// The answer to any request of this group that is not granted; unasked, with kDissolved.
struct NegotiationRefusal {
  NegotiationReject reason = NegotiationReject::kBusy;

  friend bool operator==(const NegotiationRefusal&, const NegotiationRefusal&) = default;
};

// A record that is sealed to a pair.
struct HiddenRecord {
  Bytes sealed;

  friend bool operator==(const HiddenRecord&, const HiddenRecord&) = default;
};

// A pair coordinator's seed for a third. What it hides opens with both secrets.
struct PoolSeed {
  std::vector<HiddenRecord> voters;  // Two sealed VoterRecords, in no order.
  std::vector<HiddenRecord> votes;   // Two sealed VoteRecords, in another one.
  GroupKeyBytes coordinator_secret{};
  Ticket coordinator;
  Ticket partner;
  PeerId peer;            // The partner.
  Signature signature{};  // The coordinator's registrant over seed and receiver.

  friend bool operator==(const PoolSeed&, const PoolSeed&) = default;
};

// The third asks the partner to open the seed.
struct SeedConfirm {
  Key256 seed;  // Hash of the seed.
  Ticket coordinator;
  Ticket receiver;
  GroupKeyBytes partner_key{};
  GroupKeyBytes box_key{};  // One-time.
  Signature signature{};    // The coordinator's, as in PoolSeed.

  friend bool operator==(const SeedConfirm&, const SeedConfirm&) = default;
};

struct SeedReceived {
  Key256 seed;
  Bytes secret;  // The partner's pairing secret, sealed to the box key.

  friend bool operator==(const SeedReceived&, const SeedReceived&) = default;
};

enum class PoolEvent : uint8_t { kFormed = 1, kMerged = 2, kReverted = 3, kDissolved = 4 };

// A node by its id, whether the receiver has met it or not.
struct NamedNode {
  NodeId id;

  friend bool operator==(const NamedNode&, const NamedNode&) = default;
};

// From a pool's coordinator to its members.
struct PoolInform {
  PoolEvent event = PoolEvent::kFormed;
  Key256 pool;
  uint32_t epoch = 0;
  uint16_t size = 0;
  Key256 lists;                   // Hash of the pool's lists.
  Key256 former;                  // kMerged: the pool that the receiver was in; zero otherwise.
  PeerId peer;                    // Who coordinates from now on.
  std::vector<NamedNode> silent;  // kReverted, kDissolved: who did not acknowledge.

  friend bool operator==(const PoolInform&, const PoolInform&) = default;
};

struct PoolAck {
  Key256 pool;
  uint32_t epoch = 0;

  friend bool operator==(const PoolAck&, const PoolAck&) = default;
};

// Between coordinators of pools.
struct MergeGreet {
  Key256 pool;
  uint32_t epoch = 0;
  uint16_t size = 0;
  Ticket ticket;  // The coordinator's.

  friend bool operator==(const MergeGreet&, const MergeGreet&) = default;
};

struct PoolMember {
  PeerId peer;
  Ticket ticket;

  friend bool operator==(const PoolMember&, const PoolMember&) = default;
};

// The smaller pool to the larger one.
struct MergeLists {
  Key256 pool;
  Key256 into;
  uint32_t epoch = 0;  // Of `pool`.
  std::vector<VoterRecord> voters;
  std::vector<VoteRecord> votes;
  std::vector<PoolMember> members;

  friend bool operator==(const MergeLists&, const MergeLists&) = default;
};

enum class MergeVerdict : uint8_t {
  kAgreed = 1,   // To a greet of a smaller pool: send your lists. Of a larger one: here they come.
  kDone = 2,     // All members have acknowledged.
  kReverted = 3  // They have not: your pool is yours again.
};

struct MergeAck {
  MergeVerdict verdict = MergeVerdict::kAgreed;
  Key256 pool;  // The smaller one.
  Key256 into;
  uint32_t epoch = 0;  // Of the larger one.
  uint16_t size = 0;

  friend bool operator==(const MergeAck&, const MergeAck&) = default;
};

// A pool's lists, to be signed by all of its members.
struct BlockForm {
  Key256 pool;
  uint32_t epoch = 0;
  std::vector<VoterRecord> voters;
  std::vector<VoteRecord> votes;
  Key256 cid;
  int64_t deadline_ms = 0;

  friend bool operator==(const BlockForm&, const BlockForm&) = default;
};

enum class SignObjection : uint8_t {
  kNone = 0,
  kCid = 1,        // Not the hash of these lists.
  kMissing = 2,    // The own records are not there, or more than once.
  kAltered = 3,    // They are there, changed.
  kUnequal = 4,    // Not as many votes as voters.
  kDuplicate = 5,  // A registrant or a nonce twice.
  kLate = 6,       // The period is over.
  kSize = 7        // Too few.
};

struct BlockSign {
  Key256 pool;
  Key256 cid;
  SignObjection objection = SignObjection::kNone;
  BlockSignature signature;  // Zero with an objection.

  friend bool operator==(const BlockSign&, const BlockSign&) = default;
};

// All have signed.
struct BlockSigned {
  Key256 pool;
  Key256 cid;
  std::vector<BlockSignature> signatures;  // Ascending by registrant.

  friend bool operator==(const BlockSigned&, const BlockSigned&) = default;
};

}  // namespace core
