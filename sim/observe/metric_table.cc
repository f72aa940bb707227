#include "sim/observe/metric_table.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "sim/observe/traffic.h"

namespace sim {
namespace {

struct Row {
  Metric metric;
  const char* name;
  MetricKind kind;
  const char* unit;
  const char* description;
};

constexpr auto kCounter = MetricKind::kCounter;
constexpr auto kGauge = MetricKind::kGauge;
constexpr auto kHistogram = MetricKind::kHistogram;
constexpr auto kRatio = MetricKind::kRatio;

constexpr std::array<Row, kMetrics> kRows = {{
    {Metric::kMatchStarted, "match.started", kCounter, "count", "matches that peers began"},
    {Metric::kMatchFinished, "match.finished", kCounter, "count", "matches that ended, any way"},
    {Metric::kMatchSuccess, "match.success", kRatio, "ppm", "finished matches with all partners"},
    {Metric::kMatchTime, "match.time", kHistogram, "us", "from start to end of satisfied matches"},
    {Metric::kMatchRequests, "match.requests", kHistogram, "count", "requests per satisfied match"},
    {Metric::kMatchLevels, "match.levels", kHistogram, "count", "specificities tried per match"},
    {Metric::kMatchPartners, "match.partners", kHistogram, "count", "partners per finished match"},
    {Metric::kMatchCandidates, "match.candidates", kCounter, "count", "records seekers accepted"},
    {Metric::kMatchNarrowed, "match.narrowed", kCounter, "count", "steps to a narrower key"},
    {Metric::kMatchWidened, "match.widened", kCounter, "count", "steps to a wider key"},
    {Metric::kLookupDone, "lookup.done", kCounter, "count", "routing lookups that ended"},
    {Metric::kLookupHops, "lookup.hops", kHistogram, "count", "longest chain of answers"},
    {Metric::kLookupTime, "lookup.time", kHistogram, "us", "duration of a routing lookup"},
    {Metric::kLookupRequests, "lookup.requests", kHistogram, "count", "requests per lookup"},
    {Metric::kLookupTimeouts, "lookup.timeouts", kCounter, "count", "requests without an answer"},
    {Metric::kLookupExact, "lookup.exact", kRatio, "ppm", "checked lookups with the true nearest"},
    {Metric::kJoinTime, "join.time", kHistogram, "us", "from a peer's start to its joining"},
    {Metric::kJoinContacts, "join.contacts", kHistogram, "count", "contacts when joined"},
    {Metric::kRoutingAdded, "routing.added", kCounter, "count", "contacts taken into tables"},
    {Metric::kRoutingEvicted, "routing.evicted", kCounter, "count", "contacts dropped from tables"},
    {Metric::kRoutingDegree, "routing.degree", kHistogram, "count", "live contacts at the end"},
    {Metric::kRoutingComponents, "routing.components", kGauge, "count", "parts of the overlay"},
    {Metric::kRoutingDiameter, "routing.diameter", kGauge, "count", "longest path of the sample"},
    {Metric::kRoutingClustering, "routing.clustering", kGauge, "ppm",
     "neighbours that know others"},
    {Metric::kRecordsHeld, "records.held", kCounter, "count", "records taken or renewed"},
    {Metric::kRecordsPerKey, "records.per_key", kHistogram, "count", "worker records of one key"},
    {Metric::kRecordsRefused, "records.refused", kCounter, "count", "records seekers refused"},
    {Metric::kHolderAnswers, "holder.answers", kCounter, "count", "traffic statements of holders"},
    {Metric::kHolderCrowded, "holder.crowded", kCounter, "count", "of these, crowded ones"},
    {Metric::kHolderRefusals, "holder.refusals", kCounter, "count", "requests over a rate limit"},
    {Metric::kTasksOffered, "tasks.offered", kCounter, "count", "offers sent to partners"},
    {Metric::kTasksAccepted, "tasks.accepted", kCounter, "count", "offers that workers accepted"},
    {Metric::kTasksDeclined, "tasks.declined", kCounter, "count", "offers that workers declined"},
    {Metric::kTasksFinished, "tasks.finished", kCounter, "count", "tasks that workers finished"},
    {Metric::kCallsStarted, "calls.started", kCounter, "count", "reads and writes of blocks begun"},
    {Metric::kCallsCommitted, "calls.committed", kCounter, "count", "writes that were committed"},
    {Metric::kCallsFound, "calls.found", kCounter, "count", "reads that were answered"},
    {Metric::kCallsLost, "calls.lost", kCounter, "count", "writes lost to others: stale, conflict"},
    {Metric::kCallsRefused, "calls.refused", kCounter, "count", "calls rejected or expired"},
    {Metric::kCallsUnavailable, "calls.unavailable", kCounter, "count", "calls nobody answered"},
    {Metric::kCallsInDoubt, "calls.in_doubt", kCounter, "count", "writes without a known end"},
    {Metric::kCallsNoRoom, "calls.no_room", kCounter, "count",
     "writes for which too many members had no room"},
    {Metric::kCallsLanding, "calls.landing", kCounter, "count",
     "writes of several blocks told as committed before every block was seen to have them"},
    {Metric::kActionsBegun, "actions.begun", kCounter, "count", "actions on collections begun"},
    {Metric::kActionsCommitted, "actions.committed", kCounter, "count", "actions in their logs"},
    {Metric::kActionsRefused, "actions.refused", kCounter, "count",
     "actions dropped by a conflict rule, refused by their conditions or by the network"},
    {Metric::kActionsUnfinished, "actions.unfinished", kCounter, "count",
     "tries to bring a collection up to date that gave up; what was pending stays so"},
    {Metric::kActionTime, "action.time", kHistogram, "us", "from an action's begin to its commit"},
    {Metric::kWriteSuccess, "write.success", kRatio, "ppm", "finished writes that were committed"},
    {Metric::kWriteTime, "write.time", kHistogram, "us", "from call to commit, retries included"},
    {Metric::kWriteAttempts, "write.attempts", kHistogram, "count", "transactions per write"},
    {Metric::kReadTime, "read.time", kHistogram, "us", "duration of a confirmed read"},
    {Metric::kCertificatesCommitted, "certificates.committed", kCounter, "count",
     "commit certificates, each maker's"},
    {Metric::kCertificatesAborted, "certificates.aborted", kCounter, "count",
     "abort certificates, each maker's"},
    {Metric::kVotesCast, "votes.cast", kCounter, "count", "votes that members cast"},
    {Metric::kRevisionsApplied, "revisions.applied", kCounter, "count", "revisions at replicas"},
    {Metric::kRevisionsRestored, "revisions.restored", kCounter, "count", "caught up from others"},
    {Metric::kRevisionsCollected, "revisions.collected", kCounter, "count", "removed as too old"},
    {Metric::kResolutionsStarted, "resolutions.started", kCounter, "count", "members that asked"},
    {Metric::kDoubleVotesProven, "double_votes.proven", kCounter, "count", "proofs, each finder's"},
    {Metric::kForksSeen, "forks.seen", kCounter, "count", "replicas that met another history"},
    {Metric::kClustersCaptured, "clusters.captured", kRatio, "ppm",
     "blocks whose cluster hostile peers could commit for"},
    {Metric::kClustersHindered, "clusters.hindered", kRatio, "ppm",
     "blocks whose cluster they could refuse for"},
    {Metric::kRingsMovedOut, "rings.moved_out", kCounter, "count", "settled moves outwards"},
    {Metric::kRingsMovedIn, "rings.moved_in", kCounter, "count", "settled moves inwards"},
    {Metric::kRingsHandoffsFailed, "rings.handoffs_failed", kCounter, "count",
     "handoffs given up, because too few others held a block"},
    {Metric::kRingsHeld, "rings.held", kCounter, "count", "revisions that storage nodes took"},
    {Metric::kRingsReleased, "rings.released", kCounter, "count", "blocks given up after a move"},
    {Metric::kRingsRefused, "rings.refused", kCounter, "count", "archives without a good proof"},
    {Metric::kRingsPressure, "rings.pressure", kCounter, "count",
     "times that a node was too full and the floor kept it where it was"},
    {Metric::kFetchesFound, "fetches.found", kCounter, "count",
     "searches of members through the rings that found the block"},
    {Metric::kFetchesAbsent, "fetches.absent", kCounter, "count",
     "those that found that no holder has it"},
    {Metric::kFetchesUnknown, "fetches.unknown", kCounter, "count",
     "those that could not ask every holder"},
    {Metric::kFetchesSpared, "fetches.spared", kCounter, "count",
     "those before a block is made, ended by the word of as many holders as the floor"},
    {Metric::kFetchContacts, "fetch.contacts", kHistogram, "count",
     "nodes that a search asked, of those that found the block"},
    {Metric::kFetchTime, "fetch.time", kHistogram, "us",
     "duration of a search that found the block"},
    {Metric::kCacheHits, "cache.hits", kCounter, "count",
     "values that members with a bounded cache gave and had"},
    {Metric::kCacheMisses, "cache.misses", kCounter, "count",
     "those that they got from the rings first"},
    {Metric::kCacheCoverage, "cache.coverage", kRatio, "ppm", "of all of these, the hits"},
    {Metric::kCacheLetGo, "cache.let_go", kCounter, "count",
     "values that members let go of, since the rings hold them"},
    {Metric::kCacheRefusals, "cache.refusals", kCounter, "count",
     "votes against a write for want of room"},
    {Metric::kRingsHolders, "rings.holders", kHistogram, "count",
     "at the end, per block in the rings: nodes that hold it and answer for it"},
    {Metric::kRingsOverlap, "rings.overlap", kHistogram, "count",
     "at the end, for all keys: nodes that are up whose ring has the key"},
    {Metric::kRingsDepth, "rings.depth", kHistogram, "count", "at the end, per node: its ring"},
    {Metric::kRingsSampled, "rings.sampled.overlap", kHistogram, "count",
     "what each node itself found last: mean overlap, without itself, of a half next to its ring"},
    {Metric::kRingsKeysWithout, "rings.keys_without", kRatio, "ppm",
     "at the end, of all keys: those in nobody's ring"},
    {Metric::kRingsKeysThin, "rings.keys_thin", kRatio, "ppm",
     "at the end, of all keys: those in fewer rings than the floor"},
    {Metric::kRingsCoverage, "rings.coverage", kRatio, "ppm",
     "at the end, of all blocks that nodes answer for: those that they hold"},
    {Metric::kRingsThin, "rings.thin", kGauge, "count",
     "blocks that had their floor of holders and have fewer that are up; every ten seconds"},
    {Metric::kRingsLost, "rings.lost", kGauge, "count",
     "of these, blocks that nobody holds who is up"},
    {Metric::kRingsThinTime, "rings.thin_time", kHistogram, "us",
     "from a block's fall under its floor to its return"},
    {Metric::kRingsBytesNeeded, "rings.bytes_needed", kCounter, "bytes",
     "archives that storage nodes took and had not made themselves"},
    {Metric::kRingsBytesSent, "rings.bytes_sent", kCounter, "bytes",
     "frames that move archives or find out who lacks them, searches of members among them"},
    {Metric::kRingsRepairRatio, "rings.repair.ratio", kGauge, "ppm",
     "at the end: bytes sent for bytes needed"},
    {Metric::kVotesStarted, "votes.started", kCounter, "count", "votes of honest peers"},
    {Metric::kVotesCounted, "votes.counted", kRatio, "ppm", "ended votes that are in a block"},
    {Metric::kVotesUnitary, "votes.unitary", kRatio, "ppm",
     "votes in a block that are alone in it"},
    {Metric::kVoteTime, "vote.time", kHistogram, "us", "from a vote's begin to its whole block"},
    {Metric::kVoteAttempts, "vote.attempts", kHistogram, "count",
     "tickets that a vote in a block took"},
    {Metric::kVoteMessages, "vote.messages", kHistogram, "count",
     "messages that a voter sent for a vote in a block"},
    {Metric::kPairsFormed, "pairs.formed", kCounter, "count", "pairs, as their coordinators say"},
    {Metric::kSeedsOpened, "seeds.opened", kCounter, "count", "pools of three begun"},
    {Metric::kPoolsMerged, "pools.merged", kCounter, "count", "mergers all members acknowledged"},
    {Metric::kPoolsLost, "pools.lost", kCounter, "count",
     "members that left a pool without a block"},
    {Metric::kSignaturesRefused, "signatures.refused", kCounter, "count",
     "blocks that a member would not sign"},
    {Metric::kNegotiationRefused, "negotiation.refused", kCounter, "count",
     "messages of negotiation that were not believed"},
    {Metric::kBlockVoters, "block.voters", kHistogram, "count", "voters of a whole block"},
    {Metric::kAnonymity, "anonymity", kHistogram, "count",
     "at the end, per honest voter in a block: voters that the hostile peers together cannot tell "
     "it from, itself included"},
    {Metric::kVotersLinked, "voters.linked", kRatio, "ppm",
     "at the end, of honest voters in blocks: those whose vote the hostile peers know"},
    {Metric::kStoresFailed, "stores.failed", kCounter, "count", "batches that storage refused"},
    {Metric::kFramesBad, "frames.bad", kCounter, "count", "frames that the codec refused"},
    {Metric::kStandingFell, "standing.fell", kCounter, "count", "peers put behind the others"},
    {Metric::kStandingBanned, "standing.banned", kCounter, "count", "peers that were banned"},
    {Metric::kPeersUp, "peers.up", kGauge, "count", "peers that run now"},
    {Metric::kPeersStarted, "peers.started", kCounter, "count", "starts and restarts"},
    {Metric::kPeersStopped, "peers.stopped", kCounter, "count", "stops and crashes"},
    {Metric::kEngineSteps, "engine.steps", kCounter, "count", "steps that peers made"},
    {Metric::kNetworkSent, "network.sent", kCounter, "count", "messages sent"},
    {Metric::kNetworkDelivered, "network.delivered", kCounter, "count", "messages delivered"},
    {Metric::kNetworkBytes, "network.bytes", kCounter, "bytes", "frame bytes sent"},
    {Metric::kNetworkDropped, "network.dropped", kCounter, "count", "messages that did not arrive"},
    {Metric::kNetworkQueueDelay, "network.queue_delay", kHistogram, "us", "waits for bandwidth"},
}};

std::vector<MetricInfo> BuildTable() {
  std::vector<MetricInfo> table;
  for (size_t i = 0; i < kRows.size(); ++i) {
    CHECK(static_cast<size_t>(kRows[i].metric) == i);
    table.push_back({kRows[i].name, kRows[i].kind, kRows[i].unit, kRows[i].description});
  }
  for (size_t i = 0; i < kMessageTypes; ++i) {
    const std::string type(NameOfMessageType(i));
    table.push_back({"network.sent." + type, kCounter, "count", type + " messages sent"});
    table.push_back({"network.delivered." + type, kCounter, "count", type + " messages delivered"});
    table.push_back({"network.bytes." + type, kCounter, "bytes", type + " frame bytes sent"});
  }
  for (size_t i = 1; i < kDropReasons; ++i) {
    const std::string reason(NameOf(static_cast<DropReason>(i)));
    table.push_back({"network.dropped." + reason, kCounter, "count", "messages lost: " + reason});
  }
  return table;
}

}  // namespace

const std::vector<MetricInfo>& MetricTable() {
  static const std::vector<MetricInfo> table = BuildTable();
  return table;
}

const MetricInfo& InfoOf(Metric metric) {
  return MetricTable()[static_cast<size_t>(metric)];
}

std::vector<std::string> MetricNames() {
  std::vector<std::string> names;
  for (const MetricInfo& info : MetricTable()) {
    if (info.kind != MetricKind::kHistogram) {
      names.push_back(info.name);
      continue;
    }
    for (const StatisticInfo& statistic : kStatistics) {
      names.push_back(info.name + "." + std::string(statistic.name));
    }
  }
  return names;
}

std::string UnitOfMetric(std::string_view name) {
  for (const MetricInfo& info : MetricTable()) {
    if (info.kind != MetricKind::kHistogram) {
      if (info.name == name) return info.unit;
      continue;
    }
    if (!name.starts_with(info.name + ".")) continue;
    const std::string_view rest = name.substr(info.name.size() + 1);
    for (const StatisticInfo& statistic : kStatistics) {
      if (statistic.name != rest) continue;
      return statistic.statistic == Statistic::kCount ? "count" : info.unit;
    }
  }
  return "";
}

}  // namespace sim
