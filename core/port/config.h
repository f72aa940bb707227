// Parameters of the protocols, with the defaults of the protocol document (1.0, 1.1.6, 1.2, 1.4.3 and 1.6.4).
// Durations are the peer's own clock. A scenario's "protocol" section and the node's configuration
// file set them by these names.
#pragma once

#include <cstdint>

#include "core/base/time.h"

namespace core {

struct RoutingConfig {
  int bucket_size = 16;                     // k
  int parallel_lookups = 3;                 // alpha
  Duration refresh_interval = Minutes(60);  // Simulations use 60 s.
  Duration response_timeout = Seconds(2);   // A silent peer counts as failed in a lookup.
  int replacements_max = 2;  // Per bucket: candidates that wait for a ping-before-evict.
  Duration bootstrap_retry = Seconds(5);
};

struct MatchmakingConfig {
  int neighbours = 16;                // n of the key derivation.
  int holders = 3;                    // r
  int roots = 1;                      // 1, or 3 epoch-salted roots.
  Duration root_epoch = Minutes(60);  // Salt changes with the epoch when roots > 1.
  uint32_t high_water = 64;
  uint32_t low_water = 16;
  Duration matcher_ttl = Seconds(10);
  Duration worker_ttl = Seconds(90);
  Duration requery_interval = Seconds(1);
  Duration safety_poll = Seconds(5);
  Duration push_coalesce = Milliseconds(250);
  bool push = false;                  // Waiting matchers subscribe at c = 0.
  Duration narrow_hold = Minutes(5);  // Workers wait this long before they undo a step.
  uint32_t reply_limit = 256;
  uint32_t register_rate_per_min = 4;  // Per (peer, topic, holder).
  uint32_t query_rate_per_min = 120;   // Per (peer, holder); the upstream design has none.
  uint32_t topics_per_holder = 2048;
  uint32_t records_per_key = 4096;  // Memory bound of one key at one holder.
  Duration offer_expiry = Seconds(3);
  Duration task_duration = Seconds(20);  // A worker frees its budget after this at the latest.
  Duration backoff_base = Seconds(1);
  Duration backoff_cap = Seconds(60);
  bool gallop = true;                      // Widen by 1, 2, 4, ... bits; false: one bit a step.
  uint32_t records_per_holder = 65'536;    // Memory bound over all keys of one holder.
  uint32_t subscriptions_per_key = 64;     // Seekers beyond these rely on their safety poll.
  uint32_t rate_entries = 16'384;          // Peers whose rates one holder tracks at a time.
  Duration holder_cache = Minutes(5);      // Age at which a key's holders are looked up again.
  Duration locate_timeout = Seconds(10);   // A lookup that takes longer counts as empty.
  Duration clock_tolerance = Seconds(15);  // Largest difference of two peers' clocks.
};

// Rules of 1.4.3 to 1.4.6. The last group are the switches between our rules (strict, the defaults)
// and those of the reference implementation (UpstreamProfile).
struct TransactionsConfig {
  int cluster_size = 10;       // K
  int cluster_min = 3;         // Fewer members decide nothing.
  int approve_percent = 75;    // q = ceil(0.75 K) approvals commit, K - q + 1 refusals abort.
  int admission_percent = 75;  // A declared cluster has at least this share of K.
  // A silent peer counts so long as a member of its clusters; 0: it is forgotten at once. No departure
  // is healed earlier.
  Duration absence_keep = Minutes(10);
  // The same for peers that fell silent together with so many that quorums are gone: a cut. No cut that
  // lasts longer is survived without a fork. As long as a tail tells what it decided (history_ttl).
  Duration cut_keep = Minutes(1'440);
  Duration lifetime = Seconds(30);            // Of a transaction, from submission to expiry.
  Duration member_wait = Milliseconds(1500);  // For votes, acks and answers to a read.
  Duration resolve_wait =
      Milliseconds(500);  // A conflicting request waits so long for the other's end.
  Duration ack_retry = Milliseconds(250);  // Doubles up to ack_retry_cap.
  Duration ack_retry_cap = Seconds(8);
  int ack_tries = 5;
  Duration backoff_base = Milliseconds(100);  // Of a client after a conflict; doubles.
  Duration backoff_cap = Seconds(5);
  int attempts = 10;
  Duration coordinator_cache = Minutes(30);
  Duration decided_keep = Minutes(10);  // L8
  Duration history_ttl = Minutes(1'440);
  Duration tombstone_ttl = Minutes(2'880);
  Duration sweep_interval = Seconds(60);
  int materialise_every = 32;  // Revisions between two whole copies.
  int open_max = 4096;         // Undecided transactions that one member remembers.
  int open_per_client = 64;
  // Bytes of values that a member keeps for its clusters; 0: everything stays. What it lets go of the
  // storage rings must hold, so where nobody lends it is how much may be written.
  uint64_t cluster_cache = 0;

  Duration reservation_ttl{0};              // 0: time releases no lock (L5).
  bool forget_at_commit_signature = false;  // The lock goes with the commit's own signature.
  bool wait_for_all_members = false;        // The coordinator waits for all votes, up to its wait.
  bool priority_steals = false;             // A higher priority takes the lock over.
  bool check_pending_when_voting = true;    // A pend is in the way of others.
  bool tolerate_local_refusal = false;      // A member that cannot apply acknowledges all the same.
  bool peer_resolution = true;              // L7: members ask each other.
};

// What the reference implementation does, for runs that show what comes of it (1.4.9).
[[nodiscard]] constexpr TransactionsConfig UpstreamProfile() {
  TransactionsConfig config;
  config.absence_keep = Duration{0};
  config.member_wait = Seconds(10);
  config.reservation_ttl = Seconds(2);
  config.forget_at_commit_signature = true;
  config.wait_for_all_members = true;
  config.priority_steals = true;
  config.check_pending_when_voting = false;
  config.tolerate_local_refusal = true;
  config.peer_resolution = false;
  return config;
}

// Rules of 1.2. The last two are the switches between our rules and the reference implementation's.
struct ArachnodeConfig {
  int floor = 3;                            // N: no block has fewer holders.
  int overlap_low = 8;                      // Below it free nodes move in.
  int overlap_high = 24;                    // Above it too: their ring is crowded.
  int out_percent = 85;                     // Of the capacity used: above it a node moves out.
  int in_percent = 40;                      // Below it: in.
  int fill_percent = 70;                    // What a joiner expects of its first ring, at most.
  Duration gossip_interval = Seconds(10);   // Statements to neighbours.
  Duration info_keep = Seconds(45);         // A statement that is older says nothing.
  Duration monitor_interval = Seconds(60);  // Samples of capacity and overlap.
  Duration dwell = Minutes(10);             // Between two settled moves.
  int smooth_percent = 20;                  // Weight of a new sample of the capacity used.
  int dead_band_percent = 50;               // Of a ring; free share only.
  int sample_keys = 8;                      // Of one overlap sample.
  int verified_holders = 3;                 // Of the holders that it counts.
  Duration response_timeout = Seconds(2);   // A silent peer is left out.
  Duration confirm_timeout = Seconds(30);   // For the confirmation of one stretch of blocks.
  int confirm_tries = 3;                    // Of it, before the handoff is given up.
  Duration move_max = Minutes(30);          // A node that moves for longer counts for nothing.
  Duration spread_wait = Seconds(5);        // The next member of a cluster waits so long.
  int spread_seen = 3;                      // Ring nodes that store before pushing ends.
  Duration release_wait = Seconds(60);      // From a settled move to the first byte reclaimed.
  int fetch_width = 3;                      // Nodes that one search asks at a time.
  int fetch_contacts = 24;                  // And in all.
  Duration fetch_time = Seconds(10);        // The longest that a search takes.
  Duration absent_keep = Seconds(5);        // What was not found is not looked for again so soon.
  bool inner_fetch_only = false;            // A search leaves out rings beyond the own one.
  bool free_share_signal = false;           // Depth from free over total free (1.2.8).
};

// Rules of 1.6.4. The last three are for runs that show what weaker or stronger rules make of it.
struct NegotiationConfig {
  int group = 32;                    // Voters that the first topic is cut for.
  Duration accumulate = Seconds(2);  // Before the first greet, if accumulate_count are there.
  int accumulate_count = 5;
  Duration accumulate_max = Seconds(15);  // At most, whoever is there.
  int greet_width = 3;                    // Peers greeted at a time.
  Duration greet_timeout = Seconds(3);
  Duration pair_lock = Seconds(5);              // For one who has been answered.
  int relax_percent = 10;                       // Of the nearest delay met, for each second waited.
  Duration rtt_slack = Milliseconds(25);        // Between estimate and half a round trip.
  Duration specific_bonus = Milliseconds(100);  // What a more specific token is worth.
  Duration widen_after = Seconds(30);           // Without anybody: one digit less.
  Duration present_interval = Seconds(15);
  Duration ticket_life = Minutes(30);  // Of one attempt.
  Duration seed_wait = Seconds(60);    // A pair without a third breaks up.
  Duration confirm_wait = Seconds(5);  // For a partner's secret.
  Duration ack_wait = Seconds(5);      // For all members of a pool.
  Duration sign_wait = Seconds(10);    // For all signatures of a block.
  int capacity = 32;                   // Voters of one block.
  int margin = 4;                      // A pool that lacks no more than these forms its block.
  int block_min = 3;
  int form_percent = 15;        // Of the voting period left: pools form.
  int unitary_percent = 10;     // And who is alone votes alone.
  bool reserve = false;         // Registrants' slots are reserved before tickets are shown.
  bool random_partner = false;  // Partners are drawn, not the nearest.
  bool fresh_records = true;    // Each attempt has its own nonce and sealing (N3).
};

struct Config {
  RoutingConfig routing;
  MatchmakingConfig matchmaking;
  TransactionsConfig transactions;
  ArachnodeConfig arachnode;
  NegotiationConfig negotiation;
};

}  // namespace core
