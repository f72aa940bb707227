// What clients are told of their writes: TX-4, TX-5, TX-6, TX-12.
//
// Source: protocol_voting_network.md, 1.4.5, 1.4.6 and 1.4.10. Thread rule: as Observer.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/block_keys.h"
#include "sim/observe/checkers/checker.h"
#include "sim/observe/quiet_time.h"

namespace sim {

// TX-4: a write that is acknowledged is durable on a majority of its cluster at that moment. Counted are honest replicas that have
// applied its revision, and those that stopped since it was certified, who could not report it; the size of the cluster is the certificate's.
class DurabilityChecker : public Checker {
 public:
  DurabilityChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::CallFinished, core::CertificateMade, core::RevisionApplied>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;

 private:
  // Of the cluster that made a revision.
  struct Certified {
    uint8_t members = 0;
    WorldTime at;
  };

  [[nodiscard]] uint32_t Dishonest(const WorldView& world);
  [[nodiscard]] uint32_t StoppedSince(WorldTime since) const;

  core::FlatTable<BlockRevision, std::vector<core::PeerId>, BlockKeyHash> replicas_;
  core::FlatTable<BlockRevision, Certified, BlockKeyHash> certified_;
  core::FlatTable<core::PeerId, WorldTime> stopped_;  // Last.
  std::optional<uint32_t> dishonest_;
};

// TX-5: a client that was told stale, conflict, rejected or unavailable never sees its write appear.
class DenialChecker : public Checker {
 public:
  DenialChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::CallAttempt, core::CallFinished, core::RevisionApplied>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  struct Attempt {
    bool denied = false;
    bool applied = false;
    core::BlockId block;
    uint64_t revision = 0;
  };

  void Appeared(const Fact& fact, const core::TxId& id, const Attempt& attempt);

  core::FlatTable<core::TxId, Attempt> attempts_;
  core::FlatTable<CallName, std::vector<core::TxId>, BlockKeyHash> open_;
};

// TX-6: what was left in doubt is decided within expiry and resolution once everybody can be reached. Where no member approved, there
// is nothing to decide.
class DoubtChecker : public Checker {
 public:
  DoubtChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::CallAttempt, core::CallFinished, core::VoteCast, core::TxDecided>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnCheckpoint(const WorldView& world) override;

 private:
  struct Known {
    bool approved = false;
    bool decided = false;
  };

  struct Doubt {
    core::TxId id;
    core::PeerId client;
    WorldTime since;
  };

  QuietTime quiet_;
  core::FlatTable<core::TxId, Known> known_;
  core::FlatTable<CallName, std::vector<core::TxId>, BlockKeyHash> open_;
  std::vector<Doubt> doubts_;
};

// TX-12: progress. In quiet times the only writer of its blocks is committed in one attempt and in time, or told that its base is
// stale; and where writers meet, at least one commit comes of each such meeting, on average. A call meets whoever writes one of
// its blocks meanwhile, and whom they meet.
class ProgressChecker : public Checker {
 public:
  ProgressChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::CallStarted, core::CallWrite, core::CallFinished>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnEnd(const WorldView& world) override;

 private:
  // Writers who met, from the moment when there is one until there is none.
  struct Meeting {
    std::vector<CallName> open;
    std::vector<core::BlockId> blocks;
    uint32_t calls = 0;
    uint32_t committed = 0;
    WorldTime begun;
  };

  void Join(const CallName& name, const core::BlockId& block);
  [[nodiscard]] size_t MeetingOf(const CallName& name) const;
  void Finish(const WorldView& world, const Fact& fact, const core::CallFinished& finished);
  void JudgeAlone(const Fact& fact, const core::CallFinished& finished);

  QuietTime quiet_;
  std::vector<Meeting> meetings_;  // Few at a time.
  uint64_t contended_ = 0;  // Meetings of two and more in quiet times, and what came of them.
  uint64_t commits_ = 0;
};

}  // namespace sim
