// PoolsNet: voters that have opened seeds of three, their pools, and real topics in between. Whoever is free again
// gets fresh records; a test opens seeds, as pairing would.
//
// PoolRules watches what they tell: nobody in two pools (BN-6), nobody in two signed blocks (BN-2), blocks that are
// whole (BN-3). Thread rule: one thread.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/codec/canonical.h"
#include "core/negotiation/pools.h"
#include "core/negotiation/ticket.h"
#include "tests/core/matchmaking/matchmaking_net.h"

namespace core {

inline constexpr int64_t kPoolsOpenMs = 1'000'000'000;  // When the net's time begins.

inline Key256 PoolsTemplate() {
  Key256 key;
  key.bytes.fill(77);
  return key;
}

// One attempt of one voter.
struct TestVoter {
  VotingTerms terms{.template_cid = PoolsTemplate(),
                    .election_keys = {},
                    .voters = 96,
                    .opens_ms = kPoolsOpenMs,
                    .closes_ms = kPoolsOpenMs + 600'000};
  SecretKey registrant;
  Ticket ticket;
  Key256 ticket_hash;
  OwnRecords own;
  PeerId opener = kNoPeer;
  uint32_t attempts = 0;

  void Renew(const Moment& moment) {
    opener = kNoPeer;
    registrant = RegistrantSecretOf(moment.context, moment.secret);
    ticket = {
        .template_cid = terms.template_cid,
        .registrant = {},
        .node = moment.self_id(),
        .pairing_key = {},
        .attempt = ++attempts,
        .expires_ms = moment.now_ms() + moment.context.config->negotiation.ticket_life.us / 1000,
        .signature = {}};
    SignTicket(moment.context, registrant, ticket);
    ticket_hash = TicketHash(moment.context, ticket);
    own.voter = {.registrant = ticket.registrant, .sealed = Bytes(40, uint8_t{3})};
    moment.random.Fill(own.vote.nonce.bytes);
    own.vote.sealed = Bytes(60, static_cast<uint8_t>(moment.self.value));
  }

  [[nodiscard]] PoolMoment At(const Moment& moment, Matchmaking& topics) const {
    return {{moment, topics}, terms, registrant, ticket, ticket_hash, own, opener};
  }
};

class PoolNode {
 public:
  PoolNode(PeerId, const Context&) {}

  void OnArrival(const Moment& moment, PeerId from, const Message& message) {
    matchmaking.OnArrival(moment, from, message);
    const PoolMoment at = voter.At(moment, matchmaking);
    if (!votes || !pools.OnArrival(at, from, message)) Pools::Decline(at, from, message);
    Settle(moment);
  }

  void OnLookup(const Moment& moment, const Located& located) {
    matchmaking.OnLookup(moment, located);
    Settle(moment);
  }

  void OnLinkDown(const Moment& moment, PeerId peer) { matchmaking.OnLinkDown(moment, peer); }

  void OnDeadline(const Moment& moment) {
    if (matchmaking.NextDeadline() <= moment.now) matchmaking.OnDeadline(moment);
    if (pools.NextDeadline() <= moment.now) pools.OnDeadline(voter.At(moment, matchmaking));
    Settle(moment);
  }

  [[nodiscard]] Time NextDeadline() const {
    return std::min(matchmaking.NextDeadline(), pools.NextDeadline());
  }

  Rendezvous& rendezvous() { return matchmaking.rendezvous(); }

  // Whoever is out of its pool begins anew, or is done.
  void Settle(const Moment& moment) {
    if (pools.coordination() != nullptr) pools.OnNewcomers(voter.At(moment, matchmaking));
    for (const Observation& what : moment.effects.observations()) {
      const auto* formed = std::get_if<BlockFormed>(&what);
      if (formed != nullptr) blocks.emplace_back(formed->block.begin(), formed->block.end());
    }
    const PoolEnd end = pools.TakeEnded();
    if (end.kind == PoolEnd::Kind::kBlock) cid = end.cid;
    if (end.kind == PoolEnd::Kind::kFree) voter.Renew(moment);
    done = done || end.kind == PoolEnd::Kind::kBlock;
  }

  Matchmaking matchmaking;
  Pools pools;
  TestVoter voter;
  bool votes = false;
  bool done = false;
  Key256 cid;
  std::vector<Bytes> blocks;
};

// What a whole block says.
struct ReadBlock {
  BlockForm lists;
  std::vector<BlockSignature> signatures;
  bool ok = false;
};

inline ReadBlock ReadVoteBlock(const Bytes& bytes) {
  ReadBlock block;
  CanonicalReader reader(bytes);
  reader.Literal(kWholeBlockDomain);
  block.lists.pool = reader.Key();  // The template.
  const auto sealed = [&reader] {
    const std::string_view text = reader.Text(limits::kSealedRecordBytesMax);
    return Bytes(text.begin(), text.end());
  };
  for (uint32_t left = reader.U32(); left > 0 && reader.ok(); --left) {
    VoteRecord vote;
    vote.nonce = reader.Key();
    vote.sealed = sealed();
    block.lists.votes.push_back(vote);
  }
  for (uint32_t left = reader.U32(); left > 0 && reader.ok(); --left) {
    VoterRecord voter;
    reader.Fixed(voter.registrant);
    voter.sealed = sealed();
    block.lists.voters.push_back(voter);
  }
  for (uint32_t left = reader.U32(); left > 0 && reader.ok(); --left) {
    BlockSignature signature;
    reader.Fixed(signature.registrant);
    reader.Fixed(signature.signature);
    block.signatures.push_back(signature);
  }
  block.ok = reader.Finished();
  return block;
}

// What was broken first, in words; empty: nothing.
class PoolRules {
 public:
  void Note(PeerId peer, const Observation& what) {
    if (const auto* joined = std::get_if<PoolJoined>(&what)) OnJoined(peer, *joined);
    if (const auto* left = std::get_if<PoolLeft>(&what)) {
      if (at_[peer].pool != left->pool) Break("left a pool that it was not in");
      at_.erase(peer);
    }
    if (std::holds_alternative<BlockFormed>(what)) ++blocks_told_;
  }

  void NoteBlock(const Context& context, const Bytes& bytes) {
    const ReadBlock block = ReadVoteBlock(bytes);
    const size_t size = block.lists.voters.size();
    if (!block.ok) return Break("a block that cannot be read");
    if (block.lists.votes.size() != size || block.signatures.size() != size) {
      return Break("votes, voters and signatures differ in number (BN-3)");
    }
    const Key256 cid = ListsHash(context, block.lists.pool, block.lists.voters, block.lists.votes);
    std::vector<uint8_t> signing;
    BlockSigningBytes(context.network, block.lists.pool, cid, signing);
    std::set<PublicKey> voters;
    for (const BlockSignature& each : block.signatures) {
      if (!context.suite->Verify(each.registrant, signing, each.signature)) {
        Break("a signature that is none (BN-3)");
      }
      voters.insert(each.registrant);
    }
    for (const VoterRecord& voter : block.lists.voters) {
      if (!voters.contains(voter.registrant)) Break("a voter that has not signed (BN-3)");
      const auto [known, fresh] = block_of_.emplace(voter.registrant, cid);
      if (!fresh && known->second != cid) Break("a voter in two signed blocks (BN-2)");
    }
    sizes_[cid] = size;
  }

  void Forget(PeerId peer) { at_.erase(peer); }

  [[nodiscard]] const std::string& broken() const { return broken_; }

  [[nodiscard]] size_t joins() const { return joins_; }

  [[nodiscard]] size_t blocks_told() const { return blocks_told_; }

  // Of the voters of all blocks.
  [[nodiscard]] size_t voters() const { return block_of_.size(); }

  [[nodiscard]] const std::map<Key256, size_t>& sizes() const { return sizes_; }

 private:
  struct Where {
    Key256 pool;
    uint32_t epoch = 0;
  };

  void OnJoined(PeerId peer, const PoolJoined& joined) {
    ++joins_;
    const auto [known, fresh] = at_.emplace(peer, Where{joined.pool, joined.epoch});
    if (fresh) return;
    if (known->second.pool != joined.pool) Break("in two pools (BN-6)");
    if (known->second.epoch >= joined.epoch) Break("an epoch again (BN-6)");
    known->second = {joined.pool, joined.epoch};
  }

  void Break(std::string what) {
    if (broken_.empty()) broken_ = std::move(what);
  }

  std::map<PeerId, Where> at_;
  std::map<PublicKey, Key256> block_of_;
  std::map<Key256, size_t> sizes_;
  size_t joins_ = 0;
  size_t blocks_told_ = 0;
  std::string broken_;
};

class PoolsNet : public MatchmakingNet<PoolNode> {
 public:
  using MatchmakingNet::MatchmakingNet;

  // `c` has read the seed of `a` and `b`.
  void OpenSeed(PeerId a, PeerId b, PeerId c, uint32_t epoch = 0) {
    Pool pool;
    pool.epoch = epoch;
    random().Fill(pool.id.bytes);
    for (const PeerId peer : {a, b, c}) {
      Run(peer, [&](PoolNode& node, const Moment& moment) {
        node.votes = true;
        node.voter.Renew(moment);
        node.voter.opener = peer == c ? kNoPeer : c;
        pool.voters.push_back(node.voter.own.voter);
        pool.votes.push_back(node.voter.own.vote);
        pool.members.push_back({.peer = peer, .ticket = node.voter.ticket});
      });
    }
    Run(c, [&](PoolNode& node, const Moment& moment) {
      node.pools.Begin(node.voter.At(moment, node.matchmaking), pool);
      node.Settle(moment);
    });
  }

  // All of the first so many who are up and free, by threes.
  void SeedTheFree(uint32_t voters) {
    std::vector<PeerId> free;
    for (uint32_t i = 0; i < voters; ++i) {
      const PeerId peer{i};
      if (IsUp(peer) && !at(peer).done && !at(peer).pools.inside()) free.push_back(peer);
      if (free.size() < 3) continue;
      OpenSeed(free[0], free[1], free[2]);
      free.clear();
    }
  }

  // What rule was broken first, in words; empty: none.
  [[nodiscard]] std::string Check() {
    for (; checked_ < reported().size(); ++checked_) {
      rules_.Note(reported()[checked_].peer, reported()[checked_].what);
    }
    for (uint32_t i = 0; i < size(); ++i) {
      if (!IsUp(PeerId{i})) continue;
      for (const Bytes& block : at(PeerId{i}).blocks) rules_.NoteBlock(context(), block);
      at(PeerId{i}).blocks.clear();
    }
    return rules_.broken();
  }

  // For good.
  void Kill(PeerId peer) {
    (void)Check();
    Crash(peer);
    rules_.Forget(peer);
  }

  [[nodiscard]] PoolRules& rules() { return rules_; }

  [[nodiscard]] size_t CountDone() {
    size_t count = 0;
    for (uint32_t i = 0; i < size(); ++i) count += IsUp(PeerId{i}) && at(PeerId{i}).done ? 1u : 0u;
    return count;
  }

  [[nodiscard]] std::vector<PeerId> Coordinators() {
    std::vector<PeerId> found;
    for (uint32_t i = 0; i < size(); ++i) {
      const PeerId peer{i};
      if (IsUp(peer) && at(peer).pools.coordination() != nullptr) found.push_back(peer);
    }
    return found;
  }

  // That pools and members agree, those excepted who have signed: what contradicts, in words.
  [[nodiscard]] std::string Disagreement() {
    std::set<PeerId> claimed;
    for (const PeerId peer : Coordinators()) {
      const Pool& pool = at(peer).pools.coordination()->pool();
      for (const PoolMember& member : pool.members) {
        if (!IsUp(member.peer)) return "a member that is dead";
        if (!claimed.insert(member.peer).second) return "a member of two pools";
        if (member.peer == peer) continue;
        const PoolMembership* membership = at(member.peer).pools.membership();
        if (membership == nullptr) return "a member that knows of no pool";
        if (membership->place().pool != pool.id) return "a member in another pool";
        if (membership->place().epoch != pool.epoch) return "a member in another epoch";
      }
    }
    for (uint32_t i = 0; i < size(); ++i) {
      if (!IsUp(PeerId{i})) continue;
      const PoolMembership* membership = at(PeerId{i}).pools.membership();
      if (membership == nullptr || membership->phase() != PoolMembership::Phase::kMember) continue;
      if (!claimed.contains(PeerId{i})) return "a member that nobody knows of";
    }
    return "";
  }

  // That no record is in two pools, and each pool has one of each kind for each member: what contradicts, in
  // words. A giver's copy does not count: the taker may have the lists already.
  [[nodiscard]] std::string Misplaced() {
    using Phase = PoolCoordination::Phase;
    std::set<PublicKey> voters;
    std::set<Key256> nonces;
    for (const PeerId peer : Coordinators()) {
      const PoolCoordination& coordination = *at(peer).pools.coordination();
      const Phase phase = coordination.phase();
      if (phase == Phase::kGiving || phase == Phase::kMoving || phase == Phase::kMoved) continue;
      const Pool& pool = coordination.pool();
      if (pool.voters.size() != pool.size() || pool.votes.size() != pool.size()) return "counts";
      for (const VoterRecord& voter : pool.voters) {
        if (!voters.insert(voter.registrant).second) return "a voter in two pools";
      }
      for (const VoteRecord& vote : pool.votes) {
        if (!nonces.insert(vote.nonce).second) return "a vote in two pools";
      }
      for (const PoolMember& member : pool.members) {
        if (!voters.contains(member.ticket.registrant)) return "a member without its record";
      }
    }
    return "";
  }

 private:
  PoolRules rules_;
  size_t checked_ = 0;
};

}  // namespace core
