#include "sim/observe/fact_metrics.h"

#include <algorithm>
#include <variant>

namespace sim {
namespace {

Metric MetricOf(core::CallOutcome outcome) {
  switch (outcome) {
    case core::CallOutcome::kCommitted:
      return Metric::kCallsCommitted;
    case core::CallOutcome::kFound:
      return Metric::kCallsFound;
    case core::CallOutcome::kStale:
    case core::CallOutcome::kConflict:
      return Metric::kCallsLost;
    case core::CallOutcome::kRejected:
    case core::CallOutcome::kExpired:
      return Metric::kCallsRefused;
    case core::CallOutcome::kNoRoom:
      return Metric::kCallsNoRoom;
    case core::CallOutcome::kUnavailable:
      return Metric::kCallsUnavailable;
    case core::CallOutcome::kInDoubt:
      break;
  }
  return Metric::kCallsInDoubt;
}

}  // namespace

void FactMetrics::OnMatchFinished(const core::MatchFinished& match) {
  const bool satisfied = match.end == core::MatchEnd::kSatisfied;
  metrics_.Count(Metric::kMatchFinished);
  // Who left on their own account says nothing about the network.
  if (match.end != core::MatchEnd::kLeft) metrics_.Trial(Metric::kMatchSuccess, satisfied);
  metrics_.Record(Metric::kMatchPartners, match.partners);
  metrics_.Record(Metric::kMatchLevels, match.levels);
  if (!satisfied) return;
  metrics_.Record(Metric::kMatchTime, match.took.us);
  metrics_.Record(Metric::kMatchRequests, match.requests);
}

void FactMetrics::OnCallFinished(const core::CallFinished& call) {
  const bool committed = call.outcome == core::CallOutcome::kCommitted;
  metrics_.Count(MetricOf(call.outcome));
  if (call.outcome == core::CallOutcome::kFound) metrics_.Record(Metric::kReadTime, call.took.us);
  if (!core::IsWrite(call.call)) return;
  metrics_.Trial(Metric::kWriteSuccess, committed);
  if (!committed) return;
  if (!call.landed) metrics_.Count(Metric::kCallsLanding);
  metrics_.Record(Metric::kWriteTime, call.took.us);
  metrics_.Record(Metric::kWriteAttempts, call.attempts);
}

void FactMetrics::OnLookup(const core::LookupDone& lookup) {
  metrics_.Count(Metric::kLookupDone);
  metrics_.Count(Metric::kLookupTimeouts, lookup.timeouts);
  metrics_.Record(Metric::kLookupHops, lookup.hops);
  metrics_.Record(Metric::kLookupTime, lookup.took.us);
  metrics_.Record(Metric::kLookupRequests, lookup.requests);
}

void FactMetrics::OnFetchEnded(const core::FetchEnded& fetch) {
  constexpr Metric kEnds[] = {Metric::kFetchesFound, Metric::kFetchesAbsent,
                              Metric::kFetchesUnknown, Metric::kFetchesSpared};
  metrics_.Count(kEnds[static_cast<size_t>(fetch.end) - 1]);
  if (fetch.end != core::FetchEnd::kFound) return;
  metrics_.Record(Metric::kFetchContacts, fetch.contacts);
  metrics_.Record(Metric::kFetchTime, fetch.took.us);
}

void FactMetrics::OnJoined(const Fact& fact, const core::Joined& joined) {
  metrics_.Record(Metric::kJoinContacts, joined.contacts);
  if (fact.peer.value < started_.size()) {
    metrics_.Record(Metric::kJoinTime, (fact.at - started_[fact.peer.value]).us);
  }
}

// What a peer tells in the moment in which it starts again, it told in its earlier life.
void FactMetrics::OnVote(const Fact& fact, const core::VoteCast& vote) {
  const bool again = fact.peer.value < started_.size() && fact.at == started_[fact.peer.value];
  if (again) return;
  metrics_.Count(Metric::kVotesCast);
  if (vote.reason == core::RejectReason::kNoRoom) metrics_.Count(Metric::kCacheRefusals);
}

void FactMetrics::OnServed(const core::ValueServed& served) {
  metrics_.Count(served.hit ? Metric::kCacheHits : Metric::kCacheMisses);
  metrics_.Trial(Metric::kCacheCoverage, served.hit);
}

void FactMetrics::OnFact(const WorldView&, const Fact& fact) {
  if (const auto* match = std::get_if<core::MatchFinished>(&fact.what)) {
    OnMatchFinished(*match);
  } else if (const auto* lookup = std::get_if<core::LookupDone>(&fact.what)) {
    OnLookup(*lookup);
  } else if (const auto* joined = std::get_if<core::Joined>(&fact.what)) {
    OnJoined(fact, *joined);
  } else if (const auto* held = std::get_if<core::Held>(&fact.what)) {
    metrics_.Count(Metric::kRecordsHeld);
    if (held->role == core::Role::kWorker) metrics_.Record(Metric::kRecordsPerKey, held->count);
  } else if (const auto* answered = std::get_if<core::Answered>(&fact.what)) {
    metrics_.Count(Metric::kHolderAnswers);
    if (answered->crowded) metrics_.Count(Metric::kHolderCrowded);
  } else if (const auto* step = std::get_if<core::Respecified>(&fact.what)) {
    if (step->to > step->from) metrics_.Count(Metric::kMatchNarrowed);
    if (step->to < step->from) metrics_.Count(Metric::kMatchWidened);
  } else if (const auto* call = std::get_if<core::CallFinished>(&fact.what)) {
    OnCallFinished(*call);
  } else if (const auto* vote = std::get_if<core::VoteCast>(&fact.what)) {
    OnVote(fact, *vote);
  } else if (const auto* served = std::get_if<core::ValueServed>(&fact.what)) {
    OnServed(*served);
  } else if (const auto* made = std::get_if<core::CertificateMade>(&fact.what)) {
    metrics_.Count(made->committed ? Metric::kCertificatesCommitted : Metric::kCertificatesAborted);
  } else if (const auto* applied = std::get_if<core::RevisionApplied>(&fact.what)) {
    metrics_.Count(applied->restored ? Metric::kRevisionsRestored : Metric::kRevisionsApplied);
  } else if (const auto* pressure = std::get_if<core::StoragePressure>(&fact.what)) {
    if (pressure->on) metrics_.Count(Metric::kRingsPressure);
  } else if (const auto* handoff = std::get_if<core::HandoffEnded>(&fact.what)) {
    if (!handoff->done) metrics_.Count(Metric::kRingsHandoffsFailed);
  } else if (const auto* fetch = std::get_if<core::FetchEnded>(&fact.what)) {
    OnFetchEnded(*fetch);
  } else if (const auto* fell = std::get_if<core::StandingFell>(&fact.what)) {
    metrics_.Count(fell->banned ? Metric::kStandingBanned : Metric::kStandingFell);
  } else {
    struct Counted {
      size_t alternative;
      Metric metric;
    };

    constexpr const core::Observation* kType = nullptr;
    static constexpr Counted kCounted[] = {
        {AlternativeOf<core::MatchStarted>(kType), Metric::kMatchStarted},
        {AlternativeOf<core::Seen>(kType), Metric::kMatchCandidates},
        {AlternativeOf<core::ContactAdded>(kType), Metric::kRoutingAdded},
        {AlternativeOf<core::ContactEvicted>(kType), Metric::kRoutingEvicted},
        {AlternativeOf<core::RecordRefused>(kType), Metric::kRecordsRefused},
        {AlternativeOf<core::Refused>(kType), Metric::kHolderRefusals},
        {AlternativeOf<core::Offered>(kType), Metric::kTasksOffered},
        {AlternativeOf<core::TaskAccepted>(kType), Metric::kTasksAccepted},
        {AlternativeOf<core::TaskDeclined>(kType), Metric::kTasksDeclined},
        {AlternativeOf<core::TaskFinished>(kType), Metric::kTasksFinished},
        {AlternativeOf<core::CallStarted>(kType), Metric::kCallsStarted},
        {AlternativeOf<core::RevisionCollected>(kType), Metric::kRevisionsCollected},
        {AlternativeOf<core::ResolutionStarted>(kType), Metric::kResolutionsStarted},
        {AlternativeOf<core::DoubleVoteProven>(kType), Metric::kDoubleVotesProven},
        {AlternativeOf<core::ForkSeen>(kType), Metric::kForksSeen},
        {AlternativeOf<core::BlockHeld>(kType), Metric::kRingsHeld},
        {AlternativeOf<core::BlockReleased>(kType), Metric::kRingsReleased},
        {AlternativeOf<core::ArchiveRefused>(kType), Metric::kRingsRefused},
        {AlternativeOf<core::ValueLetGo>(kType), Metric::kCacheLetGo},
        {AlternativeOf<core::StoreFailed>(kType), Metric::kStoresFailed},
        {AlternativeOf<core::BadFrame>(kType), Metric::kFramesBad},
    };
    for (const Counted& counted : kCounted) {
      if (counted.alternative == fact.what.index()) metrics_.Count(counted.metric);
    }
  }
}

void FactMetrics::OnUserFact(const WorldView&, const UserFact& fact) {
  if (const auto* begun = std::get_if<ActionBegun>(&fact.what)) {
    metrics_.Count(Metric::kActionsBegun);
    *begun_.Insert({fact.peer, begun->collection, begun->action}).first = fact.at;
  } else if (const auto* ended = std::get_if<ActionEnded>(&fact.what)) {
    OnActionEnded(fact, *ended);
  } else if (std::holds_alternative<SyncFailed>(fact.what)) {
    metrics_.Count(Metric::kActionsUnfinished);
  }
}

void FactMetrics::OnActionEnded(const UserFact& fact, const ActionEnded& ended) {
  const bool committed = ended.report.end == core::ActionEnd::kCommitted;
  metrics_.Count(committed ? Metric::kActionsCommitted : Metric::kActionsRefused);
  const UserAction name{fact.peer, ended.collection, ended.report.id};
  const WorldTime* begun = begun_.Find(name);
  if (begun == nullptr) return;
  if (committed) metrics_.Record(Metric::kActionTime, (fact.at - *begun).us);
  begun_.Erase(name);
}

void FactMetrics::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  const bool started = fact.kind == WorldFact::Kind::kStarted;
  if (!started && fact.kind != WorldFact::Kind::kStopped) return;
  if (fact.peer.value >= started_.size()) {
    started_.resize(std::max(world.PeerCount(), fact.peer.value + 1));
    up_.resize(started_.size());
  }
  metrics_.Count(started ? Metric::kPeersStarted : Metric::kPeersStopped);
  if (up_[fact.peer.value] != started) up_count_ += started ? 1 : -1;
  up_[fact.peer.value] = started;
  if (started) started_[fact.peer.value] = fact.at;
  metrics_.Set(Metric::kPeersUp, up_count_);
}

void FactMetrics::OnTraffic(const WorldView&, const TrafficCounters& since) {
  metrics_.AddTraffic(since);
}

void FactMetrics::OnCheckpoint(const WorldView& world) {
  metrics_.CloseRow(world.Now());
}

}  // namespace sim
