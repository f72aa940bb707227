// What the local user asks of a peer. Typed rather than (verb, bytes): the host parses, the core
// never does.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/string_list.h"
#include "core/base/time.h"
#include "core/codec/messages.h"

namespace core {

// What people meet about: H(topic) = SHA-256("vt/mm/1" || network || kind || label), each
// length-prefixed.
struct Topic {
  std::string kind;
  std::string label;

  friend bool operator==(const Topic&, const Topic&) = default;
};

// Find `want` partners on the topic within `patience`.
struct MatchCommand {
  Topic topic;
  Role seek = Role::kWorker;  // kMatcher: peers that seek each other.
  uint16_t want = 3;
  Duration patience = Seconds(10);
  Filter filter;
  StringList capabilities;  // Of this peer, for the partners' filters.
};

// Offer work capacity on the topic until LeaveCommand.
struct WorkCommand {
  Topic topic;
  uint16_t budget = 1;
  StringList capabilities;
};

// Stop taking part in the topic, in either role; publications are withdrawn.
struct LeaveCommand {
  Topic topic;
};

// Look up the peers nearest to target; answered by the observation LookupDone.
struct LookupCommand {
  Key256 target;
};

// Writing and reading blocks. `request` is the host's number of the call; the answer is the
// observation CallFinished with the same number.

// Makes revision base_revision + 1 if base_revision is the latest (0: the block does not exist yet).
struct PutCommand {
  uint64_t request = 0;
  BlockId block;
  uint64_t base_revision = 0;
  Bytes value;
};

// The same with a tombstone; a later put may restore the block.
struct DeleteCommand {
  uint64_t request = 0;
  BlockId block;
  uint64_t base_revision = 0;
};

// Reads the revision (0: the latest), confirmed by a majority of the cluster; the content comes as
// the observation BlockRead.
struct GetCommand {
  uint64_t request = 0;
  BlockId block;
  uint64_t revision = 0;
};

// The latest revision and its hash, confirmed by a majority of the cluster.
struct RevisionCommand {
  uint64_t request = 0;
  BlockId block;
};

struct BlockWrite {
  BlockId block;
  uint64_t base_revision = 0;
  bool erase = false;
  Bytes value;

  friend bool operator==(const BlockWrite&, const BlockWrite&) = default;
};

// All of the writes or none. REQUIRES (else CallFinished says rejected): 1 to
// limits::kTransactionWritesMax writes, no block twice, the tail's block among them.
struct TransactCommand {
  uint64_t request = 0;
  std::vector<BlockWrite> writes;
  BlockId tail;  // The block whose cluster decides.
};

// Store blocks of others in a ring, in up to so many bytes. 0: leave the rings, once others have what
// is held here.
struct LendCommand {
  uint64_t bytes = 0;
};

// What voters of one election agree on: from its definition.
struct VotingTerms {
  Key256 template_cid;
  std::vector<GroupKeyBytes>
      election_keys;     // The key holders'. Empty: answers stay as the host sealed them.
  uint32_t voters = 0;   // Expected.
  int64_t opens_ms = 0;  // The voting period.
  int64_t closes_ms = 0;

  friend bool operator==(const VotingTerms&, const VotingTerms&) = default;
};

// Cast this peer's vote in a block with others. Answered by the observations of negotiation, by
// VoteEnded in the end. Holds secrets: hosts neither log nor record it.
struct VoteCommand {
  VotingTerms terms;
  Key256 public_cid;  // Of the registrant's records.
  Key256 private_cid;
  Bytes answers;   // At most limits::kAnswerBytesMax.
  Key256 entropy;  // Drawn by the host for this vote alone: what keys, nonces and orders come from.
  bool unitary = true;  // The voter consents to a block of its own if nobody is left.
};

// The host's answer to ReservationWanted.
struct ReservedCommand {
  Key256 template_cid;
  Key256 ticket;
  bool granted = false;
};

using Command = std::variant<MatchCommand, WorkCommand, LeaveCommand, LookupCommand, PutCommand,
                             DeleteCommand, GetCommand, RevisionCommand, TransactCommand,
                             LendCommand, VoteCommand, ReservedCommand>;

}  // namespace core
