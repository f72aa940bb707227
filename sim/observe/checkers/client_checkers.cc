#include "sim/observe/checkers/client_checkers.h"

#include <algorithm>
#include <string>

#include "sim/observe/allowances.h"

namespace sim {
namespace {

constexpr std::string_view kFamily = "transactions";

bool Denies(core::CallOutcome outcome) {
  return outcome == core::CallOutcome::kStale || outcome == core::CallOutcome::kConflict ||
         outcome == core::CallOutcome::kRejected || outcome == core::CallOutcome::kUnavailable ||
         outcome == core::CallOutcome::kNoRoom;
}

std::string_view NameOf(core::CallOutcome outcome) {
  constexpr std::string_view kNames[] = {"committed", "found",    "stale",
                                         "conflict",  "rejected", "unavailable",
                                         "in doubt",  "expired",  "no room"};
  return kNames[static_cast<size_t>(outcome) - 1];
}

std::string Short(const core::TxId& id) {
  return sim::Short(core::TaskId{id.bytes});
}

}  // namespace

DurabilityChecker::DurabilityChecker()
    : Checker({.id = "TX-4",
               .title = "a write was acknowledged before a majority had it",
               .family = kFamily,
               .statement = "acknowledged means durable on at least a majority of the cluster at "
                            "that moment"}) {}

void DurabilityChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* applied = std::get_if<core::RevisionApplied>(&fact.what)) {
    auto& replicas = *replicas_.Insert({applied->block, applied->revision}).first;
    if (std::find(replicas.begin(), replicas.end(), fact.peer) == replicas.end())
      replicas.push_back(fact.peer);
    return;
  }
  if (const auto* made = std::get_if<core::CertificateMade>(&fact.what)) {
    if (!made->committed || !core::MakesRevision(made->action)) return;
    const auto [certified, fresh] = certified_.Insert({made->block, made->base_revision + 1});
    if (fresh) certified->at = fact.at;
    certified->members = std::max(certified->members, made->members);
    return;
  }
  const auto* finished = std::get_if<core::CallFinished>(&fact.what);
  if (finished == nullptr || finished->outcome != core::CallOutcome::kCommitted) return;
  const BlockRevision at{finished->block, finished->revision};
  const Certified* certified = certified_.Find(at);
  if (certified == nullptr) return;  // Certified by a dishonest coordinator, who reports nothing.
  Premise();
  const uint32_t majority = certified->members / 2u + 1;
  const auto* replicas = replicas_.Find(at);
  const auto honest = static_cast<uint32_t>(replicas == nullptr ? 0 : replicas->size());
  if (honest + Dishonest(world) + StoppedSince(certified->at) >= majority) return;
  Violate([&] {
    return Violation{fact.at, fact.peer,
                     "block " + sim::Short(at.block) + "  revision " + std::to_string(at.revision),
                     "durable on " + std::to_string(majority) + " of " +
                         std::to_string(certified->members) + " members",
                     "on " + std::to_string(honest)};
  });
}

void DurabilityChecker::OnWorldFact(const WorldView&, const WorldFact& fact) {
  if (fact.kind == WorldFact::Kind::kStopped) *stopped_.Insert(fact.peer).first = fact.at;
}

uint32_t DurabilityChecker::StoppedSince(WorldTime since) const {
  uint32_t stopped = 0;
  stopped_.ForEach([&](core::PeerId, WorldTime at) { stopped += at >= since ? 1 : 0; });
  return stopped;
}

uint32_t DurabilityChecker::Dishonest(const WorldView& world) {
  if (!dishonest_.has_value()) {
    dishonest_ = 0;
    for (uint32_t peer = 0; peer < world.PeerCount(); ++peer) {
      if (!world.IsHonest({peer})) ++*dishonest_;
    }
  }
  return *dishonest_;
}

DenialChecker::DenialChecker()
    : Checker({.id = "TX-5",
               .title = "a write appeared that its client was told had failed",
               .family = kFamily,
               .statement = "a client told stale, conflict, rejected or unavailable never sees "
                            "its write appear"}) {}

void DenialChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* attempt = std::get_if<core::CallAttempt>(&fact.what)) {
    open_.Insert({fact.peer, attempt->request}).first->push_back(attempt->id);
    attempts_.Insert(attempt->id);
  } else if (const auto* finished = std::get_if<core::CallFinished>(&fact.what)) {
    const CallName name{fact.peer, finished->request};
    const auto* ids = open_.Find(name);
    if (ids == nullptr) return;
    for (const core::TxId& id : *ids) {
      if (!Denies(finished->outcome)) continue;
      Premise();
      Attempt& denied = *attempts_.Insert(id).first;
      denied.denied = true;
      if (denied.applied) Appeared(fact, id, denied);
    }
    open_.Erase(name);
  } else if (const auto* applied = std::get_if<core::RevisionApplied>(&fact.what)) {
    Attempt* made = attempts_.Find(applied->by);
    if (made == nullptr) return;
    made->applied = true;
    made->block = applied->block;
    made->revision = applied->revision;
    if (made->denied) Appeared(fact, applied->by, *made);
  }
}

void DenialChecker::Appeared(const Fact& fact, const core::TxId& id, const Attempt& attempt) {
  Violate([&] {
    return Violation{fact.at, fact.peer, "block " + sim::Short(attempt.block),
                     "nothing written by transaction " + Short(id) + ", whose client was refused",
                     "its revision " + std::to_string(attempt.revision)};
  });
}

DoubtChecker::DoubtChecker()
    : Checker({.id = "TX-6",
               .title = "a write stayed in doubt",
               .family = kFamily,
               .check_class = CheckClass::kLiveness,
               .scope = CheckScope::kEveryCheckpoint,
               .statement = "in_doubt resolves to one of both within expiry and resolution once "
                            "enough members are reachable"}) {}

void DoubtChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* attempt = std::get_if<core::CallAttempt>(&fact.what)) {
    open_.Insert({fact.peer, attempt->request}).first->push_back(attempt->id);
  } else if (const auto* vote = std::get_if<core::VoteCast>(&fact.what)) {
    if (vote->kind == core::VoteKind::kApprove) known_.Insert(vote->id).first->approved = true;
  } else if (const auto* decided = std::get_if<core::TxDecided>(&fact.what)) {
    known_.Insert(decided->id).first->decided = true;
  } else if (const auto* finished = std::get_if<core::CallFinished>(&fact.what)) {
    const CallName name{fact.peer, finished->request};
    const auto* ids = open_.Find(name);
    if (ids == nullptr) return;
    if (finished->outcome == core::CallOutcome::kInDoubt) {
      for (const core::TxId& id : *ids) doubts_.push_back({id, fact.peer, fact.at});
    }
    open_.Erase(name);
  }
}

void DoubtChecker::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  quiet_.Note(world, fact);
}

void DoubtChecker::OnCheckpoint(const WorldView& world) {
  const core::Duration bound = world.context().config->transactions.lifetime + kResolutionTime;
  const auto quiet = quiet_.Since();
  const bool demanded = quiet.has_value() && Demanded(world, *quiet);
  std::erase_if(doubts_, [&](const Doubt& doubt) {
    const Known* known = known_.Find(doubt.id);
    if (known != nullptr && known->decided) {
      Premise();
      return true;
    }
    if (!demanded || world.Now() - std::max(doubt.since, *quiet) <= bound) return false;
    if (known == nullptr || !known->approved) return true;
    Premise();
    Violate([&] {
      return Violation{world.Now(), doubt.client, "transaction " + Short(doubt.id),
                       "decided within " + InSeconds(bound), "approved by members and undecided"};
    });
    return true;
  });
}

ProgressChecker::ProgressChecker()
    : Checker({.id = "TX-12",
               .title = "writers make no progress",
               .family = kFamily,
               .check_class = CheckClass::kLiveness,
               .statement =
                   "in quiet times the only writer of its blocks is committed at once; "
                   "where writers meet, one commits on average; unless there is no room"}) {}

void ProgressChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (const auto* started = std::get_if<core::CallStarted>(&fact.what)) {
    if (!core::IsWrite(started->call)) return;
    const CallName name{fact.peer, started->request};
    meetings_.push_back(
        {.open = {name}, .blocks = {}, .calls = 1, .committed = 0, .begun = fact.at});
    Join(name, started->block);
  } else if (const auto* write = std::get_if<core::CallWrite>(&fact.what)) {
    Join({fact.peer, write->request}, write->block);
  } else if (const auto* finished = std::get_if<core::CallFinished>(&fact.what)) {
    if (core::IsWrite(finished->call)) Finish(world, fact, *finished);
  }
}

size_t ProgressChecker::MeetingOf(const CallName& name) const {
  const auto found = std::find_if(meetings_.begin(), meetings_.end(), [&](const Meeting& meeting) {
    return std::find(meeting.open.begin(), meeting.open.end(), name) != meeting.open.end();
  });
  return static_cast<size_t>(found - meetings_.begin());
}

// The call writes the block: its meeting and the block's become one.
void ProgressChecker::Join(const CallName& name, const core::BlockId& block) {
  const size_t mine = MeetingOf(name);
  if (mine == meetings_.size()) return;
  for (size_t i = 0; i < meetings_.size(); ++i) {
    const auto& blocks = meetings_[i].blocks;
    if (std::find(blocks.begin(), blocks.end(), block) == blocks.end()) continue;
    if (i == mine) return;
    const Meeting other = std::move(meetings_[i]);
    Meeting& joined = meetings_[mine];
    joined.open.insert(joined.open.end(), other.open.begin(), other.open.end());
    joined.blocks.insert(joined.blocks.end(), other.blocks.begin(), other.blocks.end());
    joined.calls += other.calls;
    joined.committed += other.committed;
    joined.begun = std::min(joined.begun, other.begun);
    meetings_.erase(meetings_.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
  meetings_[mine].blocks.push_back(block);
}

void ProgressChecker::Finish(const WorldView& world, const Fact& fact,
                             const core::CallFinished& finished) {
  const CallName name{fact.peer, finished.request};
  const size_t at = MeetingOf(name);
  if (at == meetings_.size()) return;
  std::erase(meetings_[at].open, name);
  if (finished.outcome == core::CallOutcome::kCommitted) ++meetings_[at].committed;
  if (!meetings_[at].open.empty()) return;
  const Meeting meeting = std::move(meetings_[at]);
  meetings_.erase(meetings_.begin() + static_cast<std::ptrdiff_t>(at));
  const auto quiet = quiet_.Since();
  if (!quiet.has_value() || *quiet > meeting.begun || !Demanded(world, meeting.begun)) return;
  if (meeting.calls == 1) {
    JudgeAlone(fact, finished);
  } else {
    ++contended_;
    commits_ += meeting.committed;
  }
}

// Nobody was in its way: it is committed, in one attempt, or its base was not the latest, or its cluster is full.
void ProgressChecker::JudgeAlone(const Fact& fact, const core::CallFinished& finished) {
  if (finished.outcome == core::CallOutcome::kStale) return;
  if (finished.outcome == core::CallOutcome::kNoRoom) return;
  Premise();
  const bool committed =
      finished.outcome == core::CallOutcome::kCommitted && finished.attempts <= 1;
  if (committed && finished.took <= kLoneWriteTime) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, "block " + sim::Short(finished.block),
                     "committed in 1 attempt within " + InSeconds(kLoneWriteTime),
                     std::string(NameOf(finished.outcome)) + " in " +
                         std::to_string(finished.attempts) + " attempts and " +
                         InSeconds(finished.took)};
  });
}

void ProgressChecker::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  quiet_.Note(world, fact);
  // Who stops never finishes.
  if (fact.kind == WorldFact::Kind::kStopped) meetings_.clear();
}

void ProgressChecker::OnEnd(const WorldView& world) {
  if (contended_ == 0) return;
  Premise();
  if (commits_ >= contended_) return;
  Violate([&] {
    return Violation{
        world.Now(), core::kNoPeer, "all blocks",
        "at least one commit for each of " + std::to_string(contended_) + " meetings of writers",
        std::to_string(commits_) + " commits"};
  });
}

}  // namespace sim
