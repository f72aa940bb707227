#include "sim/observe/checkers/reader_checkers.h"

#include <algorithm>
#include <string>

#include "core/codec/canonical.h"

namespace sim {
namespace {

constexpr std::string_view kFamily = "repository";

std::string Subject(const core::BlockId& block, uint64_t revision) {
  return "block " + Short(block) + "  revision " + std::to_string(revision);
}

bool ReadsLatest(const core::CallStarted& call) {
  return call.call == core::CallKind::kRevision ||
         (call.call == core::CallKind::kGet && call.revision == 0);
}

}  // namespace

LostWriteChecker::LostWriteChecker()
    : Checker({.id = "BR-3",
               .title = "an acknowledged write was lost",
               .family = kFamily,
               .cost = CheckCost::kModerate,
               .statement = "an acknowledged write is never lost: later revisions descend from it "
                            "and later reads find it or a later one"}) {}

void LostWriteChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* started = std::get_if<core::CallStarted>(&fact.what)) {
    Open& open = *open_.Insert({fact.peer, started->request}).first;
    open = {};
    const uint64_t* acknowledged = acknowledged_.Find(started->block);
    if (ReadsLatest(*started) && acknowledged != nullptr) open.floor = *acknowledged;
  } else if (const auto* write = std::get_if<core::CallWrite>(&fact.what)) {
    open_.Insert({fact.peer, write->request})
        .first->writes.push_back({write->block, write->base_revision + 1, write->hash});
  } else if (const auto* finished = std::get_if<core::CallFinished>(&fact.what)) {
    OnFinished(fact, *finished);
  } else if (const auto* applied = std::get_if<core::RevisionApplied>(&fact.what)) {
    Known& known = *known_.Insert({applied->block, applied->revision}).first;
    known.applied = true;
    known.hash = applied->hash;
    known.prior = applied->prior_hash;
    Compare(fact, {applied->block, applied->revision});
    if (applied->revision > 1) Compare(fact, {applied->block, applied->revision - 1});
  }
}

void LostWriteChecker::OnFinished(const Fact& fact, const core::CallFinished& finished) {
  const CallName name{fact.peer, finished.request};
  const Open* open = open_.Find(name);
  if (open == nullptr) return;
  if (finished.outcome == core::CallOutcome::kCommitted) {
    if (finished.call != core::CallKind::kTransact) {
      Acknowledge(fact, {finished.block, finished.revision, finished.hash});
    }
    for (const Write& write : open->writes) Acknowledge(fact, write);
    uint64_t& highest = *acknowledged_.Insert(finished.block).first;
    highest = std::max(highest, finished.revision);
  } else if (finished.outcome == core::CallOutcome::kFound && open->floor > 0) {
    Premise();
    if (finished.revision < open->floor) {
      Lost(fact, {finished.block, open->floor}, {},
           "a later read of the latest found revision " + std::to_string(finished.revision));
    }
  }
  if (finished.outcome == core::CallOutcome::kFound && finished.revision > 0) {
    const Known* known = known_.Find({finished.block, finished.revision});
    if (known != nullptr && known->acknowledged && known->promised != finished.hash) {
      Lost(fact, {finished.block, finished.revision}, known->promised,
           "a read found content " + Short(finished.hash));
    }
  }
  open_.Erase(name);
}

void LostWriteChecker::Acknowledge(const Fact& fact, const Write& write) {
  const BlockRevision at{write.block, write.revision};
  Known& known = *known_.Insert(at).first;
  Premise();
  if (known.acknowledged && known.promised != write.hash)
    Lost(fact, at, known.promised, "content " + Short(write.hash) + " acknowledged too");
  known.acknowledged = true;
  known.promised = write.hash;
  Compare(fact, at);
}

// An acknowledged revision against what replicas hold there and behind it.
void LostWriteChecker::Compare(const Fact& fact, const BlockRevision& at) {
  const Known* known = known_.Find(at);
  if (known == nullptr || !known->acknowledged) return;
  Premise();
  if (known->applied && known->hash != known->promised)
    Lost(fact, at, known->promised, "a replica holds content " + Short(known->hash));
  const Known* next = known_.Find({at.block, at.revision + 1});
  if (next != nullptr && next->applied && next->prior != known->promised)
    Lost(fact, at, known->promised, "the next revision stands on content " + Short(next->prior));
}

void LostWriteChecker::Lost(const Fact& fact, const BlockRevision& at, const core::Key256& expected,
                            const std::string& found) {
  Violate([&] {
    return Violation{fact.at, fact.peer, Subject(at.block, at.revision),
                     expected == core::Key256{}
                         ? "the acknowledged revision or a later one"
                         : "content " + Short(expected) + ", as acknowledged",
                     found};
  });
}

ContentChecker::ContentChecker()
    : Checker({.id = "BR-4",
               .title = "a revision was reported whose content is not there",
               .family = kFamily,
               .cost = CheckCost::kModerate,
               .statement = "the latest revision is materialisable wherever it is reported: what a "
                            "get brings has the revision's hash"}) {}

void ContentChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* read = std::get_if<core::BlockRead>(&fact.what)) {
    core::ContentBytes(read->value, bytes_);
    *reads_.Insert({fact.peer, read->request}).first = {
        read->revision, core::Key256{world.context().suite->Sha256(bytes_)}};
    return;
  }
  const auto* finished = std::get_if<core::CallFinished>(&fact.what);
  if (finished == nullptr || finished->call != core::CallKind::kGet) return;
  const CallName name{fact.peer, finished->request};
  const Read* read = reads_.Find(name);
  if (finished->outcome == core::CallOutcome::kFound && finished->revision > 0 &&
      !finished->deleted) {
    Premise();
    if (read == nullptr || read->revision != finished->revision || read->hash != finished->hash) {
      Violate([&] {
        return Violation{fact.at, fact.peer, Subject(finished->block, finished->revision),
                         "content " + Short(finished->hash),
                         read == nullptr ? "no content"
                                         : "content " + Short(read->hash) + " of revision " +
                                               std::to_string(read->revision)};
      });
    }
  }
  reads_.Erase(name);
}

OldRevisionChecker::OldRevisionChecker()
    : Checker({.id = "BR-6",
               .title = "a get brought another revision than it should",
               .family = kFamily,
               .statement = "get(id, r) returns the highest kept revision up to r or expired, "
                            "never another one"}) {}

void OldRevisionChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* applied = std::get_if<core::RevisionApplied>(&fact.what)) {
    uint64_t& highest = *applied_.Insert(applied->block).first;
    highest = std::max(highest, applied->revision);
  } else if (const auto* started = std::get_if<core::CallStarted>(&fact.what)) {
    if (started->call != core::CallKind::kGet || started->revision == 0) return;
    const uint64_t* made = acknowledged_.Find(started->block);
    *open_.Insert({fact.peer, started->request}).first = {started->revision,
                                                          made == nullptr ? 0 : *made};
  } else if (const auto* finished = std::get_if<core::CallFinished>(&fact.what)) {
    if (finished->outcome == core::CallOutcome::kCommitted) {
      uint64_t& highest = *acknowledged_.Insert(finished->block).first;
      highest = std::max(highest, finished->revision);
    }
    const CallName name{fact.peer, finished->request};
    const Open* open = open_.Find(name);
    if (open == nullptr) return;
    Judge(fact, *open, *finished);
    open_.Erase(name);
  }
}

void OldRevisionChecker::Judge(const Fact& fact, const Open& open,
                               const core::CallFinished& finished) {
  const bool found = finished.outcome == core::CallOutcome::kFound;
  const bool expired = finished.outcome == core::CallOutcome::kExpired;
  if (!found && !expired) return;
  Premise();
  const uint64_t* applied = applied_.Find(finished.block);
  const uint64_t highest = applied == nullptr ? 0 : *applied;
  const bool right = found ? finished.revision <= open.asked &&
                                 finished.revision >= std::min(open.asked, open.made)
                           : open.asked < highest;
  if (right) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, Subject(finished.block, open.asked),
                     "revision " + std::to_string(std::min(open.asked, open.made)) + " to " +
                         std::to_string(open.asked) + ", or expired below the latest",
                     expired ? "expired, and no later revision exists"
                             : "revision " + std::to_string(finished.revision)};
  });
}

SessionChecker::SessionChecker()
    : Checker({.id = "BR-10",
               .title = "a client read less than it knew",
               .family = kFamily,
               .statement = "per client, reads of the latest are monotonic and include its own "
                            "acknowledged writes"}) {}

void SessionChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* started = std::get_if<core::CallStarted>(&fact.what)) {
    if (!ReadsLatest(*started)) return;
    const Known* known = known_.Find({fact.peer, started->block});
    *open_.Insert({fact.peer, started->request}).first = known == nullptr ? Known{} : *known;
    return;
  }
  const auto* finished = std::get_if<core::CallFinished>(&fact.what);
  if (finished == nullptr) return;
  const CallName name{fact.peer, finished->request};
  const Known* before = open_.Find(name);
  const bool wrote =
      core::IsWrite(finished->call) && finished->outcome == core::CallOutcome::kCommitted;
  const bool read = before != nullptr && finished->outcome == core::CallOutcome::kFound;
  if (read && before->revision > 0) {
    Premise();
    const bool same = finished->revision > before->revision ||
                      (finished->revision == before->revision && finished->hash == before->hash);
    if (!same) {
      Violate([&] {
        return Violation{fact.at, fact.peer, Subject(finished->block, finished->revision),
                         "revision " + std::to_string(before->revision) + " with content " +
                             Short(before->hash) + ", or a later one",
                         "revision " + std::to_string(finished->revision) + " with content " +
                             Short(finished->hash)};
      });
    }
  }
  if (read || wrote) {
    Known& known = *known_.Insert({fact.peer, finished->block}).first;
    if (finished->revision > known.revision) known = {finished->revision, finished->hash};
  }
  open_.Erase(name);
}

}  // namespace sim
