// LockRules: watches the facts of all members and clients of a test and counts violations of the
// rules that 1.3.5 and 1.4.10 of the protocol document give. It never influences a run.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "core/port/observation.h"

namespace core {

class LockRules {
 public:
  struct Call {
    CallStarted started;
    std::vector<TxId> attempts;
    std::vector<CallWrite> writes;
    std::optional<CallFinished> finished;
  };

  void Note(PeerId peer, const Observation& what) {
    std::visit([&](const auto& fact) { On(peer, fact); }, what);
  }

  // A crash: locks come back from the rows, votes stay. A revision may have become durable without
  // anybody having been told, so the next one that is told of may leave a gap.
  void Forget(PeerId peer) {
    std::erase_if(locks_, [&](const auto& lock) { return lock.first.first == peer; });
    for (const auto& [at, revision] : latest_) {
      if (at.first == peer) unsure_.insert(at);
    }
    crashed_.insert(peer);
  }

  [[nodiscard]] size_t CountOf(const std::string& rule) const {
    const auto found = violations_.find(rule);
    return found == violations_.end() ? 0 : found->second.size();
  }

  [[nodiscard]] std::string Report() const {
    std::string text;
    for (const auto& [rule, what] : violations_) {
      text += rule + " " + std::to_string(what.size()) + ": " + what.front() + "\n";
    }
    return text;
  }

  [[nodiscard]] bool clean() const { return violations_.empty(); }

  // Acknowledged writes whose revision no replica has, and refused writes that one has (BR-3, TX-5).
  void JudgeCalls() {
    for (const auto& [key, call] : calls_) {
      if (!call.finished.has_value()) continue;
      const bool write = call.started.call == CallKind::kPut ||
                         call.started.call == CallKind::kDelete ||
                         call.started.call == CallKind::kTransact;
      if (!write) continue;
      size_t applied = 0;
      for (const TxId& id : call.attempts) applied += applied_by_.contains(id) ? 1 : 0;
      const CallOutcome outcome = call.finished->outcome;
      if (outcome == CallOutcome::kCommitted) {
        const auto content =
            std::tuple(call.finished->block, call.finished->revision, call.finished->hash);
        if (applied == 0 && !contents_.contains(content)) {
          Violate("BR-3",
                  "request " + std::to_string(call.started.request) + " acknowledged, and nowhere");
        }
        ++acknowledged_;
      } else if (outcome != CallOutcome::kInDoubt && applied > 0) {
        Violate("TX-5",
                "request " + std::to_string(call.started.request) + " refused, and applied");
      }
      if (applied > 1) Violate("BR-8", "one call, two revisions");
    }
  }

  [[nodiscard]] const std::map<std::pair<PeerId, uint64_t>, Call>& calls() const { return calls_; }

  [[nodiscard]] size_t acknowledged() const { return acknowledged_; }

  [[nodiscard]] size_t locks() const { return locks_.size(); }

  [[nodiscard]] size_t votes() const { return votes_.size(); }

  [[nodiscard]] size_t commits() const { return committed_.size(); }

  [[nodiscard]] size_t aborts() const { return aborted_.size(); }

  [[nodiscard]] size_t resolutions() const { return resolutions_; }

  [[nodiscard]] size_t forks() const { return forks_; }

 private:
  template <typename Fact>
  void On(PeerId, const Fact&) {}

  void Violate(const std::string& rule, const std::string& what) {
    violations_[rule].push_back(what);
  }

  void On(PeerId peer, const VoteCast& vote) {
    const auto [found, fresh] = votes_.emplace(std::pair(peer, vote.tx), vote.kind);
    if (!fresh && found->second != vote.kind) Violate("TX-3", "two votes on one transaction");
  }

  void On(PeerId peer, const LockTaken& lock) {
    const auto [found, fresh] = locks_.emplace(std::pair(peer, lock.block), lock.tx);
    if (fresh || found->second == lock.tx) return;
    // A decided transaction needs no lock: one that is left (a disk that refused the batch of an abort and
    // took a vote behind it) protects nothing.
    const bool moot = committed_.contains(found->second) || aborted_.contains(found->second);
    if (!moot) Violate("TX-3", "two locks overlap");
    found->second = lock.tx;
  }

  void On(PeerId peer, const LockReleased& lock) {
    const auto found = locks_.find(std::pair(peer, lock.block));
    if (found != locks_.end() && found->second == lock.tx) locks_.erase(found);
  }

  void Decided(const Key256& tx, const TxId& id, bool committed) {
    auto& mine = committed ? committed_ : aborted_;
    const auto& other = committed ? aborted_ : committed_;
    mine.emplace(tx, id);
    if (other.contains(tx)) Violate("TX-2", "committed and aborted");
  }

  void On(PeerId, const TxDecided& decided) { Decided(decided.tx, decided.id, decided.committed); }

  void On(PeerId, const CertificateMade& made) {
    Decided(made.tx, made.id, made.committed);
    if (!made.committed) return;
    if (made.action != TxAction::kPut && made.action != TxAction::kDelete) return;
    const auto [found, fresh] =
        certificates_.emplace(std::pair(made.block, made.base_revision), made.id);
    if (!fresh && found->second != made.id) Violate("TX-1", "two certificates for one revision");
  }

  void On(PeerId peer, const RevisionApplied& applied) {
    const auto [found, fresh] =
        revisions_.emplace(std::pair(applied.block, applied.revision), applied.by);
    if (!fresh && found->second != applied.by) Violate("BR-2", "two actions at one revision");
    applied_by_.insert(applied.by);
    contents_.emplace(applied.block, applied.revision, applied.hash);
    uint64_t& latest = latest_[std::pair(peer, applied.block)];
    if (applied.revision <= latest && latest > 0) Violate("BR-1", "the latest did not grow");
    const std::pair at(peer, applied.block);
    const bool unsure = unsure_.erase(at) > 0 || (latest == 0 && crashed_.contains(peer));
    const bool gap = !applied.restored && !unsure && applied.revision != latest + 1;
    if (gap) Violate("BR-1", "a gap");
    latest = applied.revision;
  }

  void On(PeerId, const ForkSeen&) { ++forks_; }

  void On(PeerId, const ResolutionStarted&) { ++resolutions_; }

  void On(PeerId peer, const CallStarted& started) {
    calls_[std::pair(peer, started.request)].started = started;
  }

  void On(PeerId peer, const CallAttempt& attempt) {
    calls_[std::pair(peer, attempt.request)].attempts.push_back(attempt.id);
  }

  void On(PeerId peer, const CallWrite& write) {
    calls_[std::pair(peer, write.request)].writes.push_back(write);
  }

  void On(PeerId peer, const CallFinished& finished) {
    auto& call = calls_[std::pair(peer, finished.request)];
    if (call.finished.has_value()) Violate("call", "finished twice");
    call.finished = finished;
    if (finished.outcome != CallOutcome::kFound) return;
    // BR-10: reads of one client never go back.
    uint64_t& seen = seen_[std::pair(peer, finished.block)];
    if (call.started.revision == 0 && finished.revision < seen)
      Violate("BR-10", "a read went back");
    if (call.started.revision == 0) seen = std::max(seen, finished.revision);
  }

  std::map<std::string, std::vector<std::string>> violations_;
  std::map<std::pair<PeerId, Key256>, VoteKind> votes_;
  std::map<std::pair<PeerId, BlockId>, Key256> locks_;
  std::map<Key256, TxId> committed_;
  std::map<Key256, TxId> aborted_;
  std::map<std::pair<BlockId, uint64_t>, TxId> certificates_;
  std::map<std::pair<BlockId, uint64_t>, TxId> revisions_;
  std::map<std::pair<PeerId, BlockId>, uint64_t> latest_;
  std::map<std::pair<PeerId, BlockId>, uint64_t> seen_;
  std::set<std::pair<PeerId, BlockId>> unsure_;  // Crashed since the latest was told of.
  std::set<PeerId> crashed_;
  std::set<TxId> applied_by_;
  std::set<std::tuple<BlockId, uint64_t, Key256>> contents_;
  std::map<std::pair<PeerId, uint64_t>, Call> calls_;
  size_t acknowledged_ = 0;
  size_t resolutions_ = 0;
  size_t forks_ = 0;
};

}  // namespace core
