// VoteView: negotiation as the world knows it: whose attempt each ticket is, which pools stand, which
// blocks came about, and who has read which lists. What checkers and metrics of votes go by.
//
// It follows facts of all peers, hostile ones too (they report as honest ones do), each once, in their
// order: VoteCensus leads it, before the other observers that share it hear of the fact. Thread rule:
// one thread.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/observer.h"

namespace sim {

// One attempt of one voter.
struct VoteAttempt {
  core::PeerId peer;
  core::Key256 template_cid;
  core::Key256 nonce;
  core::Key256 pool;  // That it is a member of; zero: of none.
  uint32_t epoch = 0;
};

// Voters and votes that somebody has read in the clear: as many of the ones as of the others, and it
// is not said which belong together. They are told by their nonces: a record that comes again in a
// later attempt is the same one to whoever has read it before (N3).
struct ReadLists {
  core::PeerId reader;
  size_t size = 0;  // Of each list. Not all of their voters may have told that they are in them.
  std::vector<core::Key256> nonces;

  [[nodiscard]] bool known() const { return nonces.size() >= size; }
};

struct VoteBlockSeen {
  core::Key256 template_cid;
  WorldTime at;
  uint16_t voters = 0;
  std::vector<core::Key256> tickets;  // Of those who signed it.
};

class VoteView {
 public:
  [[nodiscard]] static FactMask Facts() {
    return MaskOf<core::AttemptStarted, core::SecretDisclosed, core::SeedOpened, core::PoolJoined,
                  core::PoolLeft, core::BlockSignedBy, core::BlockFormed>();
  }

  void Follow(const Fact& fact);

  // nullptr: no such attempt was begun.
  [[nodiscard]] const VoteAttempt* FindAttempt(const core::Key256& ticket) const {
    return attempts_.Find(ticket);
  }

  // nullptr: nobody has signed it.
  [[nodiscard]] const VoteBlockSeen* FindBlock(const core::Key256& cid) const {
    return blocks_.Find(cid);
  }

  // Lists that hold the nonce, as indices for lists(); nullptr: none.
  [[nodiscard]] const std::vector<uint32_t>* ListsWith(const core::Key256& nonce) const {
    return lists_by_nonce_.Find(nonce);
  }

  // Of those who reported that they joined the pool in this epoch; nullptr: nobody.
  [[nodiscard]] const std::vector<core::Key256>* MembersOf(const core::Key256& pool,
                                                           uint32_t epoch) const {
    return members_.Find({pool, epoch});
  }

  [[nodiscard]] const std::vector<ReadLists>& lists() const { return lists_; }

  [[nodiscard]] bool Coordinates(const core::Key256& pool, uint32_t epoch,
                                 core::PeerId peer) const {
    const uint32_t* list = pools_.Find({pool, epoch});
    return list != nullptr && lists_[*list].reader == peer;
  }

  // visit(cid, block) of those that are whole, in the order in which they were signed first.
  template <typename Visitor>
  void ForEachBlock(Visitor&& visit) const {
    blocks_.ForEach([&](const core::Key256& cid, const VoteBlockSeen& block) {
      if (block.voters > 0) visit(cid, block);
    });
  }

  [[nodiscard]] bool empty() const { return attempts_.empty(); }

 private:
  struct PoolEpoch {
    core::Key256 pool;
    uint32_t epoch = 0;

    friend bool operator==(const PoolEpoch&, const PoolEpoch&) = default;
  };

  struct PoolEpochHash {
    uint64_t operator()(const PoolEpoch& of) const {
      return core::Mix64(core::HashBytes(of.pool.bytes), of.epoch);
    }
  };

  struct Halves {  // Of a seed: the tickets of those who disclosed for it.
    core::Key256 coordinator;
    core::Key256 partner;
  };

  void OnSeedOpened(core::PeerId reader, const core::SeedOpened& opened);
  void OnPoolJoined(const core::PoolJoined& joined);
  void OnPoolLeft(const core::PoolLeft& left);
  void AddTo(uint32_t list, const core::Key256& ticket);

  core::FlatTable<core::Key256, VoteAttempt> attempts_;  // By ticket.
  core::FlatTable<core::Key256, Halves> seeds_;
  core::FlatTable<PoolEpoch, uint32_t, PoolEpochHash>
      pools_;  // Their lists, which the coordinator has read.
  core::FlatTable<PoolEpoch, std::vector<core::Key256>, PoolEpochHash> members_;  // Tickets.
  core::FlatTable<core::Key256, VoteBlockSeen> blocks_;                           // By cid.
  core::FlatTable<core::Key256, std::vector<uint32_t>> lists_by_nonce_;
  std::vector<ReadLists> lists_;
};

}  // namespace sim
