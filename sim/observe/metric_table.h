// Every metric that a run reports: name, kind, unit, what it means. The table serves `orbsim list
// metrics`, the documents and the validation of expectations, so that the three cannot disagree.
//
// A histogram is asked for by a statistic: "match.time.p99"; kStatistics lists them. Traffic by
// message type and drop reason is named by the tables of traffic.h: "network.sent.find".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

enum class Metric : uint8_t {
  kMatchStarted,
  kMatchFinished,
  kMatchSuccess,
  kMatchTime,
  kMatchRequests,
  kMatchLevels,
  kMatchPartners,
  kMatchCandidates,
  kMatchNarrowed,
  kMatchWidened,
  kLookupDone,
  kLookupHops,
  kLookupTime,
  kLookupRequests,
  kLookupTimeouts,
  kLookupExact,
  kJoinTime,
  kJoinContacts,
  kRoutingAdded,
  kRoutingEvicted,
  kRoutingDegree,
  kRoutingComponents,
  kRoutingDiameter,
  kRoutingClustering,
  kRecordsHeld,
  kRecordsPerKey,
  kRecordsRefused,
  kHolderAnswers,
  kHolderCrowded,
  kHolderRefusals,
  kTasksOffered,
  kTasksAccepted,
  kTasksDeclined,
  kTasksFinished,
  kCallsStarted,
  kCallsCommitted,
  kCallsFound,
  kCallsLost,
  kCallsRefused,
  kCallsUnavailable,
  kCallsInDoubt,
  kCallsNoRoom,
  kCallsLanding,
  kActionsBegun,
  kActionsCommitted,
  kActionsRefused,
  kActionsUnfinished,
  kActionTime,
  kWriteSuccess,
  kWriteTime,
  kWriteAttempts,
  kReadTime,
  kCertificatesCommitted,
  kCertificatesAborted,
  kVotesCast,
  kRevisionsApplied,
  kRevisionsRestored,
  kRevisionsCollected,
  kResolutionsStarted,
  kDoubleVotesProven,
  kForksSeen,
  kClustersCaptured,
  kClustersHindered,
  kRingsMovedOut,
  kRingsMovedIn,
  kRingsHandoffsFailed,
  kRingsHeld,
  kRingsReleased,
  kRingsRefused,
  kRingsPressure,
  kFetchesFound,
  kFetchesAbsent,
  kFetchesUnknown,
  kFetchesSpared,
  kFetchContacts,
  kFetchTime,
  kCacheHits,
  kCacheMisses,
  kCacheCoverage,
  kCacheLetGo,
  kCacheRefusals,
  kRingsHolders,
  kRingsOverlap,
  kRingsDepth,
  kRingsSampled,
  kRingsKeysWithout,
  kRingsKeysThin,
  kRingsCoverage,
  kRingsThin,
  kRingsLost,
  kRingsThinTime,
  kRingsBytesNeeded,
  kRingsBytesSent,
  kRingsRepairRatio,
  kVotesStarted,
  kVotesCounted,
  kVotesUnitary,
  kVoteTime,
  kVoteAttempts,
  kVoteMessages,
  kPairsFormed,
  kSeedsOpened,
  kPoolsMerged,
  kPoolsLost,
  kSignaturesRefused,
  kNegotiationRefused,
  kBlockVoters,
  kAnonymity,
  kVotersLinked,
  kStoresFailed,
  kFramesBad,
  kStandingFell,
  kStandingBanned,
  kPeersUp,
  kPeersStarted,
  kPeersStopped,
  kEngineSteps,
  kNetworkSent,
  kNetworkDelivered,
  kNetworkBytes,
  kNetworkDropped,
  kNetworkQueueDelay,
};
inline constexpr size_t kMetrics = static_cast<size_t>(Metric::kNetworkQueueDelay) + 1;

enum class MetricKind : uint8_t {
  kCounter,    // Only grows.
  kGauge,      // The latest value.
  kHistogram,  // A distribution, asked for by a statistic.
  kRatio,      // Hits in a total, in millionths.
};

struct MetricInfo {
  std::string name;
  MetricKind kind = MetricKind::kCounter;
  std::string unit;  // us, ppm, count, bytes.
  std::string description;
};

enum class Statistic : uint8_t { kCount, kSum, kMean, kMin, kP50, kP90, kP99, kMax };

struct StatisticInfo {
  Statistic statistic;
  std::string_view name;
};

inline constexpr StatisticInfo kStatistics[] = {
    {Statistic::kCount, "count"}, {Statistic::kSum, "sum"}, {Statistic::kMean, "mean"},
    {Statistic::kMin, "min"},     {Statistic::kP50, "p50"}, {Statistic::kP90, "p90"},
    {Statistic::kP99, "p99"},     {Statistic::kMax, "max"}};

// The fixed metrics in the order of the enum, then traffic by message type and drop reason.
[[nodiscard]] const std::vector<MetricInfo>& MetricTable();
[[nodiscard]] const MetricInfo& InfoOf(Metric metric);

// Every name that an expectation may use, histograms with each of their statistics.
[[nodiscard]] std::vector<std::string> MetricNames();
// The unit of such a name; empty: there is no such metric.
[[nodiscard]] std::string UnitOfMetric(std::string_view name);

}  // namespace sim
