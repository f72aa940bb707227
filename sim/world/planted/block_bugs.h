// The planted bugs of the checkers of blocks (BR): planted_bugs.cc says what each does and who must
// catch it. One role per peer; thread rule as for the peer that it wraps.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "sim/world/role.h"

namespace sim {

// A replica that says something wrong of a block to whoever asks. WrongContext makes everybody blind
// where the lie breaks a signature.
class WrongReplies : public Role {
 public:
  // What becomes of the answer to a question.
  using Edit = void (*)(const core::BlockGet& asked, core::BlockReply& reply);

  explicit WrongReplies(Edit edit) : edit_(edit) {}

  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  Edit edit_;
};

// BR-2: a replica that catches up is told another transaction than the one that made the revision.
void RenameCopy(const core::BlockGet& asked, core::BlockReply& reply);
// BR-3: it is told another predecessor.
void ForgeAncestry(const core::BlockGet& asked, core::BlockReply& reply);
// BR-6: the latest revision, when it is asked for by its number, is said to be expired.
void ExpireEarly(const core::BlockGet& asked, core::BlockReply& reply);
// TX-10: it is told too high a revision.
void SkipSequence(const core::BlockGet& asked, core::BlockReply& reply);
// TX-11: live revisions are said to be deleted.
void BuryAlive(const core::BlockGet& asked, core::BlockReply& reply);

// BR-1, BR-9, TX-1, TX-3: a replica whose restart loses rows, though the disk has them.
class LostRows : public Role {
 public:
  enum class What : uint8_t { kLatest, kMemories, kVotes, kOthers };

  explicit LostRows(What what) : what_(what) {}

  bool Before(core::Time now, core::Input& input) override;

 private:
  [[nodiscard]] bool IsLost(const core::StoredRow& row) const;

  What what_;
  std::map<core::BlockId, uint64_t> newest_;  // Contents of the start.
  std::vector<core::StoredRow> rows_;         // What is left; lives during the first step.
};

// BR-7: a coordinator that sends each commit of a pend once more, long after everybody forgot it and as
// if for a later base. WrongContext makes everybody blind.
class ReplayedPends : public Role {
 public:
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;
  [[nodiscard]] core::Time NextDeadline() const override;

 private:
  struct Kept {
    core::Time due;
    std::vector<core::PeerId> to;
    core::Message message;
  };

  std::vector<Kept> kept_;  // In the order of sending.
};

// BR-8: a client all of whose transactions have the same name, and which hears its own names.
class ReusedIds : public Role {
 public:
  explicit ReusedIds(const RoleContext& context);

  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  core::TxId alike_;
  std::map<uint64_t, core::TxId> submitted_;  // By request: the name that the client thinks of.
  core::Message heard_;                       // What the peer sees instead; lives during its step.
};

// BR-10: a reader that takes the first answer about a block for all later ones.
class OldAnswers : public Role {
 public:
  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  std::set<core::BlockId> reading_;
  std::map<core::BlockId, core::BlockReply> first_;
  core::Message heard_;  // What the peer sees instead; lives during its step.
};

}  // namespace sim
