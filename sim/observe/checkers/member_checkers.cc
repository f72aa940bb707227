#include "sim/observe/checkers/member_checkers.h"

#include <algorithm>
#include <string>

#include "sim/observe/allowances.h"

namespace sim {
namespace {

constexpr std::string_view kFamily = "transactions";

std::string Subject(const core::BlockId& block, const core::Key256& tx) {
  return "block " + Short(block) + "  transaction " + Short(tx);
}

std::string_view NameOf(core::VoteKind kind) {
  switch (kind) {
    case core::VoteKind::kApprove:
      return "approve";
    case core::VoteKind::kReject:
      return "reject";
    case core::VoteKind::kConflict:
      return "conflict";
    case core::VoteKind::kExpired:
      break;
  }
  return "expired";
}

// ceil(percent / 100 of count).
uint32_t Share(uint32_t percent, uint32_t count) {
  return (count * percent + 99) / 100;
}

}  // namespace

CertificateChecker::CertificateChecker()
    : Checker({.id = "TX-1",
               .title = "two conflicting transactions were committed",
               .family = kFamily,
               .statement = "no two commit certificates for conflicting transactions at one "
                            "revision of a block"}) {}

void CertificateChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* fork = std::get_if<core::ForkSeen>(&fact.what)) {
    Premise();
    Violate([&] {
      return Violation{
          fact.at, fact.peer,
          "block " + Short(fork->block) + "  revision " + std::to_string(fork->revision),
          "one decision, transaction " + Short(fork->have),
          "another decision, transaction " + Short(fork->got)};
    });
    return;
  }
  const auto* made = std::get_if<core::CertificateMade>(&fact.what);
  if (made == nullptr || !made->committed || !core::MakesRevision(made->action)) return;
  Premise();
  const auto [first, fresh] = committed_.Insert({made->block, made->base_revision + 1});
  if (fresh) *first = {made->content_hash, made->id, fact.peer};
  // A retry with the same content is no conflict, nor is one transaction that two counted.
  if (first->content == made->content_hash || first->id == made->id) return;
  Violate([&, first = first] {
    return Violation{
        fact.at, fact.peer,
        "block " + Short(made->block) + "  revision " + std::to_string(made->base_revision + 1),
        "the transaction " + Short(core::TaskId{first->id.bytes}) + " certified by peer " +
            std::to_string(first->maker.value),
        "the transaction " + Short(core::TaskId{made->id.bytes}) + " with " +
            std::to_string(made->votes) + " of " + std::to_string(made->members) + " votes"};
  });
}

DecisionChecker::DecisionChecker()
    : Checker({.id = "TX-2",
               .title = "a transaction both committed and aborted",
               .family = kFamily,
               .statement = "no transaction has both certificates"}) {}

void DecisionChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  const auto judge = [&](const core::Key256& tx, const core::BlockId& block, bool committed) {
    const auto [decided, fresh] = decided_.Insert(tx);
    if (fresh) *decided = {committed, fact.peer};
    Premise();
    if (decided->committed == committed) return;
    Violate([&, decided = decided] {
      return Violation{fact.at, fact.peer, Subject(block, tx),
                       std::string(decided->committed ? "committed" : "aborted") + ", as by peer " +
                           std::to_string(decided->by.value),
                       committed ? "committed" : "aborted"};
    });
  };
  if (const auto* made = std::get_if<core::CertificateMade>(&fact.what)) {
    judge(made->tx, made->block, made->committed);
  } else if (const auto* known = std::get_if<core::TxDecided>(&fact.what)) {
    judge(known->tx, known->block, known->committed);
  }
}

VoteChecker::VoteChecker()
    : Checker({.id = "TX-3",
               .title = "a member signed votes that exclude each other",
               .family = kFamily,
               .statement = "an honest member never signs two different votes for a transaction, "
                            "nor two approvals whose locks overlap"}) {}

void VoteChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* vote = std::get_if<core::VoteCast>(&fact.what)) {
    OnVote(fact, *vote);
  } else if (const auto* decided = std::get_if<core::TxDecided>(&fact.what)) {
    Release({fact.peer, decided->block}, decided->tx);
  } else if (const auto* released = std::get_if<core::LockReleased>(&fact.what)) {
    using Cause = core::LockReleased::Cause;
    if (released->cause == Cause::kCommitted || released->cause == Cause::kAborted)
      Release({fact.peer, released->block}, released->tx);
  }
}

void VoteChecker::OnVote(const Fact& fact, const core::VoteCast& vote) {
  Premise();
  const auto [cast, fresh] = votes_.Insert({fact.peer, vote.tx});
  if (fresh) *cast = {vote.kind, vote.reason, vote.winner};
  if (cast->kind != vote.kind || cast->reason != vote.reason || cast->winner != vote.winner) {
    Violate([&, cast = cast] {
      return Violation{fact.at, fact.peer, Subject(vote.block, vote.tx),
                       "its vote, " + std::string(NameOf(cast->kind)),
                       "another vote, " + std::string(NameOf(vote.kind))};
    });
  }
  if (vote.kind != core::VoteKind::kApprove || !fresh) return;
  auto& approved = *approved_.Insert({fact.peer, vote.block}).first;
  if (!approved.empty()) {
    Violate([&] {
      return Violation{
          fact.at, fact.peer, Subject(vote.block, vote.tx),
          "no approval while transaction " + Short(approved.front()) + " is approved and undecided",
          "an approval"};
    });
  }
  approved.push_back(vote.tx);
}

void VoteChecker::Release(const PeerBlock& at, const core::Key256& tx) {
  std::vector<core::Key256>* approved = approved_.Find(at);
  if (approved != nullptr) std::erase(*approved, tx);
}

LockChecker::LockChecker()
    : Checker({.id = "TX-7",
               .title = "a lock was never released",
               .family = kFamily,
               .check_class = CheckClass::kLiveness,
               .scope = CheckScope::kEveryCheckpoint,
               .statement = "every promised lock is released within expiry and resolution after "
                            "full reachability"}) {}

void LockChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* taken = std::get_if<core::LockTaken>(&fact.what)) {
    *locks_.Insert({fact.peer, taken->block}).first = {taken->tx, fact.at, false};
  } else if (const auto* released = std::get_if<core::LockReleased>(&fact.what)) {
    const PeerBlock key{fact.peer, released->block};
    const Lock* lock = locks_.Find(key);
    if (lock == nullptr || lock->tx != released->tx) return;
    Premise();
    locks_.Erase(key);
  }
}

void LockChecker::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  quiet_.Note(world, fact);
  // A lock is taken before it is durable; whoever starts again reports those that it still holds.
  if (fact.kind != WorldFact::Kind::kStopped) return;
  locks_.EraseIf([&](const PeerBlock& key, const Lock&) { return key.peer == fact.peer; });
}

void LockChecker::OnCheckpoint(const WorldView& world) {
  const auto quiet = quiet_.Since();
  if (!quiet.has_value() || !Demanded(world, *quiet)) return;
  const core::Duration bound = world.context().config->transactions.lifetime + kResolutionTime;
  locks_.ForEach([&](const PeerBlock& key, Lock& lock) {
    const WorldTime from = std::max(lock.taken, *quiet);
    if (lock.reported || world.Now() - from <= bound) return;
    lock.reported = true;
    Premise();
    Violate([&] {
      return Violation{world.Now(), key.peer, Subject(key.block, lock.tx),
                       "released within " + InSeconds(bound) + " of t=" + InSeconds({from.us}),
                       "still held"};
    });
  });
}

QuorumChecker::QuorumChecker()
    : Checker({.id = "TX-8",
               .title = "too few members committed a transaction",
               .family = kFamily,
               .statement = "no commit with fewer than q approvals, nor by a declared cluster "
                            "below the admitted size"}) {}

void QuorumChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* vote = std::get_if<core::VoteCast>(&fact.what)) {
    if (vote->kind == core::VoteKind::kApprove) Approve(fact.peer, vote->tx);
    return;
  }
  // Who crashed when its vote was durable could not report it; its lock is back when it starts.
  if (const auto* taken = std::get_if<core::LockTaken>(&fact.what)) {
    return Approve(fact.peer, taken->tx);
  }
  const auto* made = std::get_if<core::CertificateMade>(&fact.what);
  if (made == nullptr || !made->committed) return;
  Premise();
  const core::TransactionsConfig& config = world.context().config->transactions;
  const auto cluster =
      std::min<uint32_t>(static_cast<uint32_t>(config.cluster_size), world.PeerCount());
  const uint32_t members_min =
      std::max(static_cast<uint32_t>(config.cluster_min),
               Share(static_cast<uint32_t>(config.admission_percent), cluster));
  const uint32_t quorum = Share(static_cast<uint32_t>(config.approve_percent), made->members);
  const uint32_t* honest = approving_.Find(made->tx);
  const uint32_t seen = (honest == nullptr ? 0 : *honest) + Dishonest(world);
  if (made->members >= members_min && made->votes >= quorum && seen >= quorum) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, Subject(made->block, made->tx),
                     "at least " + std::to_string(quorum) + " approvals of at least " +
                         std::to_string(members_min) + " members",
                     std::to_string(made->votes) + " votes of " + std::to_string(made->members) +
                         " members; at most " + std::to_string(seen) + " approved"};
  });
}

void QuorumChecker::Approve(core::PeerId member, const core::Key256& tx) {
  if (approvals_.Insert({member, tx}).second) ++*approving_.Insert(tx).first;
}

uint32_t QuorumChecker::Dishonest(const WorldView& world) {
  if (!dishonest_.has_value()) {
    dishonest_ = 0;
    for (uint32_t peer = 0; peer < world.PeerCount(); ++peer) {
      if (!world.IsHonest({peer})) ++*dishonest_;
    }
  }
  return *dishonest_;
}

}  // namespace sim
