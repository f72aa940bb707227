// What the members of a cluster decide: TX-1, TX-2, TX-3, TX-7, TX-8.
//
// Certificates are the word of whoever counted the votes; TX-8 holds them against the votes that members cast. Only honest peers are
// judged. Source: protocol_voting_network.md, 1.4.3, 1.4.4 and 1.4.10. Thread rule: as Observer.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/block_keys.h"
#include "sim/observe/checkers/checker.h"
#include "sim/observe/quiet_time.h"

namespace sim {

// TX-1: no two commit certificates for conflicting transactions at one revision of a block. Nor does a replica meet a decision for a
// revision at which it holds another one.
class CertificateChecker : public Checker {
 public:
  CertificateChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::CertificateMade, core::ForkSeen>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  struct Committed {
    core::Key256 content;
    core::TxId id;
    core::PeerId maker;
  };

  core::FlatTable<BlockRevision, Committed, BlockKeyHash> committed_;  // By the revision made.
};

// TX-2: no transaction is both committed and aborted, by certificate or in what members know.
class DecisionChecker : public Checker {
 public:
  DecisionChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::CertificateMade, core::TxDecided>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  struct Decided {
    bool committed = false;
    core::PeerId by;
  };

  core::FlatTable<core::Key256, Decided> decided_;
};

// TX-3: a member never signs two different votes for a transaction, nor two approvals whose locks overlap in time. A lock ends when
// the member knows how its transaction ended; a lock that was released for another reason (time, theft, forgetting) still counts,
// because the approval is out in the world.
class VoteChecker : public Checker {
 public:
  VoteChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::VoteCast, core::TxDecided, core::LockReleased>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  struct Cast {
    core::VoteKind kind = core::VoteKind::kReject;
    core::RejectReason reason = core::RejectReason::kNone;
    core::Key256 winner;
  };

  void OnVote(const Fact& fact, const core::VoteCast& vote);
  void Release(const PeerBlock& at, const core::Key256& tx);

  core::FlatTable<PeerTx, Cast, BlockKeyHash> votes_;
  core::FlatTable<PeerBlock, std::vector<core::Key256>, BlockKeyHash> approved_;  // Undecided ones.
};

// TX-7: every lock is released within the transaction's lifetime and the time that resolution takes, counted from when everybody can
// reach everybody.
class LockChecker : public Checker {
 public:
  LockChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::LockTaken, core::LockReleased>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnCheckpoint(const WorldView& world) override;

 private:
  struct Lock {
    core::Key256 tx;
    WorldTime taken;
    bool reported = false;
  };

  QuietTime quiet_;
  core::FlatTable<PeerBlock, Lock, BlockKeyHash> locks_;
};

// TX-8: nothing is committed with fewer than q approvals, nor by a declared cluster smaller than admission allows: no side of a
// partition that is too small decides.
class QuorumChecker : public Checker {
 public:
  QuorumChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::CertificateMade, core::VoteCast, core::LockTaken>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  void Approve(core::PeerId member, const core::Key256& tx);
  [[nodiscard]] uint32_t Dishonest(const WorldView& world);

  core::FlatTable<PeerTx, bool, BlockKeyHash> approvals_;
  core::FlatTable<core::Key256, uint32_t> approving_;  // Honest members.
  std::optional<uint32_t> dishonest_;  // Peers of the world whose votes nobody reports.
};

}  // namespace sim
