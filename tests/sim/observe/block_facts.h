// Facts of blocks and transactions for tests of their checkers: short ways to say what happened.
#pragma once

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "core/codec/canonical.h"
#include "tests/sim/observe/fake_world.h"

namespace sim {

inline core::Key256 KeyOf(uint8_t first) {
  return TopicKey(first);
}

inline core::TxId TxOf(uint8_t first) {
  core::TxId id;
  id.bytes[0] = first;
  return id;
}

const inline core::BlockId kBlock = KeyOf(0xb1);

// Content is named by a small number, which is the first byte of its hash; 0: none.
inline core::Key256 HashOf(uint8_t content) {
  return content == 0 ? core::Key256() : KeyOf(content);
}

inline core::RevisionApplied Applied(uint64_t revision, uint8_t content, uint8_t prior,
                                     uint8_t by) {
  core::RevisionApplied applied;
  applied.block = kBlock;
  applied.revision = revision;
  applied.hash = HashOf(content);
  applied.prior_hash = HashOf(prior);
  applied.by = TxOf(by);
  applied.tx = KeyOf(by);
  return applied;
}

inline core::RevisionApplied Restored(uint64_t revision, uint8_t content, uint8_t by) {
  core::RevisionApplied applied = Applied(revision, content, 0, by);
  applied.restored = true;
  return applied;
}

inline core::RevisionApplied Deleted(uint64_t revision, uint8_t prior, uint8_t by) {
  core::RevisionApplied applied = Applied(revision, 0xdd, prior, by);
  applied.action = core::TxAction::kDelete;
  return applied;
}

inline core::RevisionCollected Collected(uint64_t revision, bool tombstone = false) {
  return {kBlock, revision, tombstone};
}

inline core::CallStarted Started(core::CallKind call, uint64_t request, uint64_t revision = 0,
                                 uint8_t content = 0) {
  return {request, call, kBlock, revision, HashOf(content), 0};
}

inline core::CallFinished Finished(core::CallKind call, uint64_t request, core::CallOutcome outcome,
                                   uint64_t revision = 0, uint8_t content = 0) {
  core::CallFinished finished;
  finished.request = request;
  finished.call = call;
  finished.block = kBlock;
  finished.outcome = outcome;
  finished.revision = revision;
  finished.hash = HashOf(content);
  finished.attempts = 1;
  return finished;
}

inline core::VoteCast Vote(uint8_t tx, core::VoteKind kind) {
  core::VoteCast vote;
  vote.tx = KeyOf(tx);
  vote.id = TxOf(tx);
  vote.block = kBlock;
  vote.kind = kind;
  return vote;
}

inline core::CertificateMade Certificate(uint8_t tx, uint64_t base, uint8_t content,
                                         uint8_t votes = 8, uint8_t members = 10) {
  core::CertificateMade made;
  made.tx = KeyOf(tx);
  made.id = TxOf(tx);
  made.block = kBlock;
  made.base_revision = base;
  made.content_hash = HashOf(content);
  made.committed = true;
  made.votes = votes;
  made.members = members;
  return made;
}

inline core::CertificateMade Abort(uint8_t tx) {
  core::CertificateMade made = Certificate(tx, 0, 0);
  made.committed = false;
  return made;
}

inline core::TxDecided Decided(uint8_t tx, bool committed) {
  core::TxDecided decided;
  decided.tx = KeyOf(tx);
  decided.id = TxOf(tx);
  decided.block = kBlock;
  decided.committed = committed;
  return decided;
}

// A checker, and the world whose facts it is told.
template <typename Watching>
class FactTest : public ::testing::Test {
 protected:
  void Tell(int64_t ms, uint32_t peer, const core::Observation& what) {
    world_.Tell(checker_, ms, peer, what);
  }

  void ExpectPassed(uint64_t premises) {
    EXPECT_EQ(checker_.verdict(), Verdict::kPassed);
    EXPECT_EQ(checker_.premises(), premises);
  }

  FakeWorld world_{20};
  Watching checker_;
};

}  // namespace sim
