// Every tolerance and bound that a checker uses beyond the protocol's own parameters, in one place,
// each with its reason. A checker that needs a new one adds it here.
#pragma once

#include <cstdint>

#include "core/base/time.h"
#include "sim/observe/observer.h"
#include "sim/scenario/scenario.h"

namespace sim {

// ---- MM-2 ----

// Beyond one query interval and one round trip: the lookup of the holders (a few round trips, at
// most one silent peer on the way: the response timeout is added to this), queues, service time.
inline constexpr core::Duration kMeetingProcessing = core::Seconds(1);
// Pairs watched per topic: seekers times targets, first come.
inline constexpr size_t kMeetingSeekersMax = 48;
inline constexpr size_t kMeetingTargetsMax = 48;

// ---- MM-3, MM-6, MM-9 ----

// One propagation delay including jitter, queueing and reordering of a working network.
inline constexpr core::Duration kPropagation = core::Seconds(2);
// MM-6: how long before a step the holders' answers count as its reason.
inline constexpr core::Duration kAnswerMemory = core::Seconds(15);

// ---- MM-4 ----

// Workers renew up to a tenth early: ten renewals take at least this many periods.
inline constexpr uint32_t kTenRenewalsTake = 9;
// A crowd that fell by this share within a renewal period is still splitting, not stuck.
inline constexpr uint32_t kSplittingPercent = 10;
// Growth of a topic within two renewal periods that still counts as steady.
inline constexpr uint32_t kSteadyGrowthPercent = 10;

// ---- MM-7 ----

// Requests of a satisfied match at most A + B log2 N. Generous first values; to be fitted from runs
// of the matchmaking scenarios.
inline constexpr uint64_t kRequestsBase = 60;
inline constexpr uint64_t kRequestsPerBit = 20;

// ---- TX-6, TX-7, TX-12 ----

// T_resolve: beyond a transaction's expiry, the members' clocks differ, and each asks all others and retries a few times.
inline constexpr core::Duration kResolutionTime = core::Seconds(30);
// A write without a rival: finding the cluster (a lookup with silent peers on its way), two round trips, two stores.
inline constexpr core::Duration kLoneWriteTime = core::Seconds(20);

// ---- AR-1, AR-8 ----

// How long a storage node that stopped still counts: its neighbours notice by its silence, and repair goes page by page.
inline constexpr core::Duration kRepairTime = core::Minutes(10);
// AR-1 looks at all blocks every so many seconds.
inline constexpr uint64_t kFloorEvery = 10;

// ---- AR-5, AR-6 ----

// How long before a search a node must have held the block and answered for it: its word travels with gossip.
inline constexpr core::Duration kHolderKnown = core::Seconds(60);

// ---- BN-1, BN-7, BN-10 ----

// How long before the end of the period an honest voter must have begun.
inline constexpr core::Duration kVotingTime = core::Minutes(2);
// Messages that one attempt of a vote sends at most: A + B log2(peers).
inline constexpr uint64_t kVoteMessagesBase = 200;
inline constexpr uint64_t kVoteMessagesPerBit = 20;
// And while it waits, in each present interval: announcements to 32 peers, as many words to a pool's members.
inline constexpr uint64_t kVoteMessagesWaiting = 64;
// BN-7: a member that missed the word of the end asks after two announcements have not come.
[[nodiscard]] core::Duration SettlingTime(const Scenario& scenario);

// ---- RT-1, RT-2, RT-3 ----

// A peer counts as part of the truth when it has been joined for this long: news need a refresh or
// a lookup to spread.
inline constexpr core::Duration kSettled = core::Seconds(60);
// Lookups compared with brute force per simulated second.
inline constexpr uint32_t kNearestPerSecond = 64;
// Hops at most (kHopsPerBitHalves / 2) log2 N + kHopsBase. Kademlia with k = 16 needs about
// log2(N) / 4.
inline constexpr uint32_t kHopsPerBitHalves = 1;
inline constexpr uint32_t kHopsBase = 4;
// Overlay check: every 10 s up to the first bound, every 60 s up to the second, above at the end.
inline constexpr uint32_t kOverlayOftenMax = 10'000;
inline constexpr uint32_t kOverlaySometimesMax = 100'000;
// Graph statistics need the whole graph in memory.
inline constexpr uint32_t kGraphStatisticsMax = 200'000;
inline constexpr uint32_t kGraphSamples = 16;

// Largest difference of two peers' clocks at a time: offsets and drift of the groups both ways, and
// every clock jump of the fault list.
[[nodiscard]] core::Duration ClockErrorMax(const Scenario& scenario, WorldTime at);

// ceil(log2(n)); 0 for n < 2.
[[nodiscard]] uint32_t BitsOf(uint64_t n);

}  // namespace sim
