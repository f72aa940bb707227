// Tables of the protocol section: the parameters of core/port/config.h by their names.
#include "core/base/time.h"
#include "core/codec/limits.h"
#include "sim/scenario/key_table.h"

namespace sim {
namespace {

constexpr int64_t kMs = 1'000;
constexpr int64_t kHourUs = core::Minutes(60).us;
constexpr int64_t kDayUs = 24 * kHourUs;
constexpr int64_t kTtlLowUs = int64_t{core::limits::kTtlMinMs} * kMs;
constexpr int64_t kTtlHighUs = int64_t{core::limits::kTtlMaxMs} * kMs;

constexpr KeyRow Count(std::string_view key, int64_t low, int64_t high, std::string_view fallback,
                       std::string_view about) {
  return {.key = key,
          .kind = KeyKind::kInteger,
          .about = about,
          .low = low,
          .high = high,
          .fallback = fallback};
}

constexpr KeyRow Span(std::string_view key, int64_t low, int64_t high, std::string_view fallback,
                      std::string_view about) {
  return {.key = key,
          .kind = KeyKind::kDuration,
          .about = about,
          .low = low,
          .high = high,
          .fallback = fallback};
}

constexpr KeyRow Size(std::string_view key, int64_t low, int64_t high, std::string_view fallback,
                      std::string_view about) {
  return {.key = key,
          .kind = KeyKind::kSize,
          .about = about,
          .low = low,
          .high = high,
          .fallback = fallback};
}

constexpr KeyRow Flag(std::string_view key, std::string_view fallback, std::string_view about) {
  return {.key = key, .kind = KeyKind::kFlag, .about = about, .fallback = fallback};
}

constexpr KeyRow kRouting[] = {
    Count("bucket_size", 1, int64_t{core::limits::kNodesMax}, "16", "k: peers per bucket."),
    Count("parallel_lookups", 1, 16, "3", "alpha: questions of one lookup under way."),
    Span("refresh_interval", kMs, kDayUs, "\"60min\"", "Between two refreshes of a bucket."),
    Span("response_timeout", kMs, kHourUs, "\"2s\"",
         "A peer that is silent for longer has failed in a lookup."),
    Count("replacements_max", 0, 64, "2", "Candidates per bucket that wait for a place."),
    Span("bootstrap_retry", kMs, kHourUs, "\"5s\"", "Between two attempts to join.")};
constexpr KeyTable kRoutingTable = {"routing", "Parameters of routing.", kRouting, "", {}};

constexpr KeyRow kMatchmaking[] = {
    Count("neighbours", 1, 64, "16", "n of the key derivation."),
    Count("holders", 1, int64_t{core::limits::kNodesMax}, "3", "r: holders per key."),
    Count("roots", 1, 3, "1", "1, or 3 epoch-salted roots."),
    Span("root_epoch", 1'000 * kMs, kDayUs, "\"60min\"",
         "The salt changes after this long, when roots is 3."),
    Count("high_water", 1, 1'000'000, "64", "A key with more records is crowded."),
    Count("low_water", 0, 1'000'000, "16", "A key with fewer records is sparse."),
    Span("matcher_ttl", kTtlLowUs, kTtlHighUs, "\"10s\"", "Life of a matcher's record."),
    Span("worker_ttl", kTtlLowUs, kTtlHighUs, "\"90s\"", "Life of a worker's record."),
    Span("requery_interval", kMs, kHourUs, "\"1s\"", "Between two questions of a matcher."),
    Span("safety_poll", kMs, kHourUs, "\"5s\"", "A subscribed matcher still asks this often."),
    Span("push_coalesce", 0, kHourUs, "\"250ms\"", "A holder gathers news for this long."),
    Flag("push", "false", "Waiting matchers subscribe at c = 0."),
    Span("narrow_hold", 0, kDayUs, "\"5min\"", "Workers wait this long before they undo a step."),
    Count("reply_limit", 1, int64_t{core::limits::kRecordsMax}, "256", "Records per reply."),
    Count("register_rate_per_min", 1, 1'000'000, "4", "Per peer, topic and holder."),
    Count("query_rate_per_min", 1, 1'000'000, "120", "Per peer and holder."),
    Count("topics_per_holder", 1, 16'777'216, "2048", "Keys that a holder keeps."),
    Count("records_per_key", 1, 16'777'216, "4096", "Records that a holder keeps per key."),
    Count("records_per_holder", 1, 16'777'216, "65536", "Records over all keys of a holder."),
    Count("subscriptions_per_key", 0, 1'000'000, "64", "Seekers beyond these poll."),
    Count("rate_entries", 1, 16'777'216, "16384", "Peers whose rates a holder tracks."),
    Span("holder_cache", 0, kDayUs, "\"5min\"", "Holders are looked up again after this."),
    Span("locate_timeout", kMs, kHourUs, "\"10s\"", "A longer lookup counts as empty."),
    Span("clock_tolerance", 0, kHourUs, "\"15s\"", "Largest difference of two clocks."),
    Span("offer_expiry", kMs, kHourUs, "\"3s\"", "An offer is open for this long."),
    Span("task_duration", 0, kDayUs, "\"20s\"",
         "A worker frees its budget after this at the latest."),
    Span("backoff_base", kMs, kHourUs, "\"1s\"", "First wait after a refusal."),
    Span("backoff_cap", kMs, kDayUs, "\"60s\"", "Longest wait after refusals."),
    Flag("gallop", "true", "Widen by 1, 2, 4, ... bits; false: one bit a step.")};
constexpr KeyTable kMatchmakingTable = {
    "matchmaking", "Parameters of matchmaking.", kMatchmaking, "", {}};

constexpr KeyRow kTransactions[] = {
    Count("cluster_size", 1, int64_t{core::limits::kMembersMax}, "10",
          "K: members of a block's cluster."),
    Count("cluster_min", 1, int64_t{core::limits::kMembersMax}, "3",
          "Fewer members decide nothing."),
    Count("approve_percent", 51, 100, "75", "Share of K whose approvals commit."),
    Count("admission_percent", 1, 100, "75", "A declared cluster has at least this share of K."),
    Span("absence_keep", 0, kDayUs, "\"10min\"",
         "A silent peer counts so long as a member of its clusters."),
    Span("cut_keep", 0, 365 * kDayUs, "\"24h\"",
         "The same for peers that fell silent with so many others that quorums are gone: a cut."),
    Span("lifetime", kMs, kHourUs, "\"30s\"", "Of a transaction, from submission to expiry."),
    Span("member_wait", kMs, kHourUs, "\"1500ms\"", "For votes, acks and answers to a read."),
    Span("resolve_wait", kMs, kHourUs, "\"500ms\"",
         "A conflicting request waits so long for the other's end."),
    Span("ack_retry", kMs, kHourUs, "\"250ms\"", "Doubles up to ack_retry_cap."),
    Span("ack_retry_cap", kMs, kHourUs, "\"8s\"", "Longest wait for an ack."),
    Count("ack_tries", 0, 100, "5", "How often an ack is asked for again."),
    Span("backoff_base", kMs, kHourUs, "\"100ms\"", "Of a client after a conflict; doubles."),
    Span("backoff_cap", kMs, kHourUs, "\"5s\"", "Longest wait of a client."),
    Count("attempts", 1, 1'000, "10", "Of a client, before it reports the conflict."),
    Span("coordinator_cache", 0, kDayUs, "\"30min\"", "How long a client remembers a coordinator."),
    Span("decided_keep", 0, kDayUs, "\"10min\"", "Outcomes are remembered for this long."),
    Span("history_ttl", 0, 365 * kDayUs, "\"24h\"", "Life of a revision that was superseded."),
    Span("tombstone_ttl", 0, 365 * kDayUs, "\"48h\"", "Life of a tombstone."),
    Span("sweep_interval", kMs, kDayUs, "\"60s\"", "Between two collections."),
    Count("materialise_every", 1, 1'024, "32", "Revisions between two whole copies."),
    Count("open_max", 1, 1'000'000, "4096", "Undecided transactions that a member remembers."),
    Count("open_per_client", 1, 1'000'000, "64",
          "Of these, of one client; and its pends, as many again."),
    Size("cluster_cache", 0, int64_t{1} << 40, "\"0B\"",
         "Values that a member keeps for its clusters; 0B: all of them."),
    Span("reservation_ttl", 0, kHourUs, "\"0us\"", "A lock is lost after this; 0: never."),
    Flag("forget_at_commit_signature", "false", "A lock goes with the commit's signature."),
    Flag("wait_for_all_members", "false", "The coordinator waits for every vote."),
    Flag("priority_steals", "false", "A higher priority takes the lock over."),
    Flag("check_pending_when_voting", "true", "A pend is in the way of others."),
    Flag("tolerate_local_refusal", "false",
         "A member that cannot apply acknowledges all the same."),
    Flag("peer_resolution", "true", "Members ask each other how a transaction ended.")};
constexpr KeyTable kTransactionsTable = {
    "transactions", "Parameters of the repository and its transactions.", kTransactions, "", {}};

constexpr KeyRow kArachnode[] = {
    Count("floor", 1, 16, "3", "N: holders that no block has fewer of."),
    Count("overlap_low", 1, 1'000, "8", "With fewer holders of a key free nodes move in."),
    Count("overlap_high", 1, 10'000, "24", "With more holders of their own keys too."),
    Count("out_percent", 1, 100, "85", "Share of the capacity above which a node moves out."),
    Count("in_percent", 0, 100, "40", "Share of the capacity below which it moves in."),
    Count("fill_percent", 1, 100, "70", "What a joiner expects of its first ring, at most."),
    Span("gossip_interval", kMs, kHourUs, "\"10s\"", "Between two statements to neighbours."),
    Span("info_keep", kMs, kDayUs, "\"45s\"", "A statement that is older says nothing."),
    Span("monitor_interval", kMs, kDayUs, "\"60s\"",
         "Between two samples of capacity and overlap."),
    Span("dwell", 0, kDayUs, "\"10min\"", "Between two settled moves of a node."),
    Count("smooth_percent", 1, 100, "20", "Weight of a new sample of the capacity used."),
    Count("dead_band_percent", 0, 1'000, "50", "Of a ring, before free_share_signal moves a node."),
    Count("sample_keys", 1, 64, "8", "Keys of one overlap sample."),
    Count("verified_holders", 0, 32, "3", "Holders of a sampled key that are asked themselves."),
    Span("response_timeout", kMs, kHourUs, "\"2s\"",
         "A node that is silent for longer is left out."),
    Span("confirm_timeout", kMs, kHourUs, "\"30s\"",
         "For the confirmation of one stretch of blocks."),
    Count("confirm_tries", 1, 100, "3", "Of it, before a handoff is given up."),
    Span("move_max", kMs, kDayUs, "\"30min\"", "A node that moves for longer counts for nothing."),
    Span("spread_wait", kMs, kHourUs, "\"5s\"", "The next member of a cluster pushes after this."),
    Count("spread_seen", 1, 16, "3", "Ring nodes that store a write before pushing ends."),
    Span("release_wait", 0, kDayUs, "\"60s\"", "From a settled move to the first byte reclaimed."),
    Count("fetch_width", 1, 64, "3", "Nodes that one search for a block asks at a time."),
    Count("fetch_contacts", 1, 1'000, "24", "Nodes that it asks in all."),
    Span("fetch_time", kMs, kHourUs, "\"10s\"", "The longest that a search takes."),
    Span("absent_keep", 0, kHourUs, "\"5s\"",
         "What was not found is not looked for again so soon."),
    Flag("inner_fetch_only", "false",
         "Searches leave out rings beyond the own one, as the reference implementation does."),
    Flag("free_share_signal", "false",
         "Depth from free over total free, as the reference implementation has it.")};
constexpr KeyTable kArachnodeTable = {
    "arachnode", "Parameters of the storage rings.", kArachnode, "", {}};

constexpr KeyRow kNegotiation[] = {
    Count("group", 1, 1'000'000, "32", "Voters that the first topic is cut for."),
    Span("accumulate", 0, kHourUs, "\"2s\"",
         "Before the first greet, when accumulate_count peers are there."),
    Count("accumulate_count", 0, 1'000, "5", "Peers that are enough to begin with."),
    Span("accumulate_max", kMs, kHourUs, "\"15s\"", "Before the first greet at most."),
    Count("greet_width", 1, 16, "3", "Peers that are greeted at a time."),
    Span("greet_timeout", kMs, kHourUs, "\"3s\"",
         "A peer that does not answer a greet for longer is passed over."),
    Span("pair_lock", kMs, kHourUs, "\"5s\"",
         "How long a node keeps itself free for one that it has answered."),
    Count("relax_percent", 0, 1'000, "10",
          "What a greet may be farther than the nearest peer met, for each second waited."),
    Span("rtt_slack", 0, kHourUs, "\"25ms\"",
         "Between the estimate of a delay and half a round trip."),
    Span("specific_bonus", 0, kHourUs, "\"100ms\"",
         "What a greet from a more specific topic may be farther."),
    Span("widen_after", kMs, kDayUs, "\"30s\"",
         "Without anybody at a topic for so long: one digit less."),
    Span("present_interval", kMs, kHourUs, "\"15s\"",
         "Between two announcements of one who looks for others."),
    Span("ticket_life", kMs, kDayUs, "\"30min\"", "The longest that one attempt takes."),
    Span("seed_wait", kMs, kDayUs, "\"60s\"", "A pair that has found no third breaks up."),
    Span("confirm_wait", kMs, kHourUs, "\"5s\"", "For the secret that opens a seed."),
    Span("ack_wait", kMs, kHourUs, "\"5s\"", "For the acknowledgement of all members of a pool."),
    Span("sign_wait", kMs, kHourUs, "\"10s\"", "For the signatures of all voters of a block."),
    Count("capacity", 3, 64, "32", "Voters of one block."),
    Count("margin", 0, 61, "4", "A pool that lacks no more voters than these forms its block."),
    Count("block_min", 3, 64, "3", "Voters of the smallest block, unitary ones excepted."),
    Count("form_percent", 0, 100, "15", "Of the voting period left when pools form their blocks."),
    Count("unitary_percent", 0, 100, "10",
          "Of the voting period left when who is alone votes alone."),
    Flag("reserve", "false", "A registrant's slot is reserved before its ticket is shown."),
    Flag("random_partner", "false", "Partners are drawn by lot instead of by delay."),
    Flag("fresh_records", "true", "Each attempt has a nonce and a sealing of its own.")};
constexpr KeyTable kNegotiationTable = {
    "negotiation", "Parameters of block negotiation.", kNegotiation, "", {}};

constexpr KeyRow kProtocol[] = {{.key = "routing",
                                 .kind = KeyKind::kObject,
                                 .about = "Kademlia.",
                                 .fallback = "{}",
                                 .table = &kRoutingTable},
                                {.key = "matchmaking",
                                 .kind = KeyKind::kObject,
                                 .about = "Rendezvous keys.",
                                 .fallback = "{}",
                                 .table = &kMatchmakingTable},
                                {.key = "transactions",
                                 .kind = KeyKind::kObject,
                                 .about = "Writing and reading blocks.",
                                 .fallback = "{}",
                                 .table = &kTransactionsTable},
                                {.key = "arachnode",
                                 .kind = KeyKind::kObject,
                                 .about = "Storing blocks in rings.",
                                 .fallback = "{}",
                                 .table = &kArachnodeTable},
                                {.key = "negotiation",
                                 .kind = KeyKind::kObject,
                                 .about = "How voters form blocks.",
                                 .fallback = "{}",
                                 .table = &kNegotiationTable}};

}  // namespace

constinit const KeyTable kProtocolTable = {
    "protocol", "Parameters of the protocols; the profile sets other defaults.", kProtocol, "", {}};

}  // namespace sim
