// The fields of core::Config by name, with the range that a recording may hold: those of docs/scenario_files.md, so that no file makes a
// peer out of parameters that a scenario could not. Fields are written by name: a file says what its numbers mean.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "core/base/time.h"
#include "core/codec/limits.h"
#include "core/port/config.h"

namespace core {

struct FieldRange {
  std::string_view name;
  int64_t low = 0;
  int64_t high = 0;
};

inline constexpr int64_t kMillisecondUs = 1000;
inline constexpr int64_t kHourUs = Minutes(60).us;
inline constexpr int64_t kDayUs = 24 * kHourUs;

inline constexpr int64_t kMillion = 1'000'000;
inline constexpr int64_t kTableMax = 16'777'216;
inline constexpr int64_t kCacheMax = int64_t{1} << 40;

template <typename Section, typename Visitor>
void ForEachRoutingField(Section& r, Visitor& visit) {
  constexpr int64_t kNodes{limits::kNodesMax};
  visit(FieldRange{"routing.bucket_size", 1, kNodes}, r.bucket_size);
  visit(FieldRange{"routing.parallel_lookups", 1, 16}, r.parallel_lookups);
  visit(FieldRange{"routing.refresh_interval", kMillisecondUs, kDayUs}, r.refresh_interval);
  visit(FieldRange{"routing.response_timeout", kMillisecondUs, kHourUs}, r.response_timeout);
  visit(FieldRange{"routing.replacements_max", 0, 64}, r.replacements_max);
  visit(FieldRange{"routing.bootstrap_retry", kMillisecondUs, kHourUs}, r.bootstrap_retry);
}

template <typename Section, typename Visitor>
void ForEachMatchmakingField(Section& m, Visitor& visit) {
  constexpr int64_t kNodes{limits::kNodesMax};
  constexpr int64_t kTtlLow = int64_t{limits::kTtlMinMs} * kMillisecondUs;
  constexpr int64_t kTtlHigh = int64_t{limits::kTtlMaxMs} * kMillisecondUs;
  visit(FieldRange{"matchmaking.neighbours", 1, 64}, m.neighbours);
  visit(FieldRange{"matchmaking.holders", 1, kNodes}, m.holders);
  visit(FieldRange{"matchmaking.roots", 1, 3}, m.roots);
  visit(FieldRange{"matchmaking.root_epoch", 1000 * kMillisecondUs, kDayUs}, m.root_epoch);
  visit(FieldRange{"matchmaking.high_water", 1, kMillion}, m.high_water);
  visit(FieldRange{"matchmaking.low_water", 0, kMillion}, m.low_water);
  visit(FieldRange{"matchmaking.matcher_ttl", kTtlLow, kTtlHigh}, m.matcher_ttl);
  visit(FieldRange{"matchmaking.worker_ttl", kTtlLow, kTtlHigh}, m.worker_ttl);
  visit(FieldRange{"matchmaking.requery_interval", kMillisecondUs, kHourUs}, m.requery_interval);
  visit(FieldRange{"matchmaking.safety_poll", kMillisecondUs, kHourUs}, m.safety_poll);
  visit(FieldRange{"matchmaking.push_coalesce", 0, kHourUs}, m.push_coalesce);
  visit(FieldRange{"matchmaking.push", 0, 1}, m.push);
  visit(FieldRange{"matchmaking.narrow_hold", 0, kDayUs}, m.narrow_hold);
  visit(FieldRange{"matchmaking.reply_limit", 1, int64_t{limits::kRecordsMax}}, m.reply_limit);
  visit(FieldRange{"matchmaking.register_rate_per_min", 1, kMillion}, m.register_rate_per_min);
  visit(FieldRange{"matchmaking.query_rate_per_min", 1, kMillion}, m.query_rate_per_min);
  visit(FieldRange{"matchmaking.topics_per_holder", 1, kTableMax}, m.topics_per_holder);
  visit(FieldRange{"matchmaking.records_per_key", 1, kTableMax}, m.records_per_key);
  visit(FieldRange{"matchmaking.offer_expiry", kMillisecondUs, kHourUs}, m.offer_expiry);
  visit(FieldRange{"matchmaking.task_duration", 0, kDayUs}, m.task_duration);
  visit(FieldRange{"matchmaking.backoff_base", kMillisecondUs, kHourUs}, m.backoff_base);
  visit(FieldRange{"matchmaking.backoff_cap", kMillisecondUs, kDayUs}, m.backoff_cap);
  visit(FieldRange{"matchmaking.gallop", 0, 1}, m.gallop);
  visit(FieldRange{"matchmaking.records_per_holder", 1, kTableMax}, m.records_per_holder);
  visit(FieldRange{"matchmaking.subscriptions_per_key", 0, kMillion}, m.subscriptions_per_key);
  visit(FieldRange{"matchmaking.rate_entries", 1, kTableMax}, m.rate_entries);
  visit(FieldRange{"matchmaking.holder_cache", 0, kDayUs}, m.holder_cache);
  visit(FieldRange{"matchmaking.locate_timeout", kMillisecondUs, kHourUs}, m.locate_timeout);
  visit(FieldRange{"matchmaking.clock_tolerance", 0, kHourUs}, m.clock_tolerance);
}

template <typename Section, typename Visitor>
void ForEachTransactionsField(Section& t, Visitor& visit) {
  visit(FieldRange{"transactions.cluster_size", 1, int64_t{limits::kMembersMax}}, t.cluster_size);
  visit(FieldRange{"transactions.cluster_min", 1, int64_t{limits::kMembersMax}}, t.cluster_min);
  visit(FieldRange{"transactions.approve_percent", 51, 100}, t.approve_percent);
  visit(FieldRange{"transactions.admission_percent", 1, 100}, t.admission_percent);
  visit(FieldRange{"transactions.absence_keep", 0, kDayUs}, t.absence_keep);
  visit(FieldRange{"transactions.cut_keep", 0, 365 * kDayUs}, t.cut_keep);
  visit(FieldRange{"transactions.lifetime", kMillisecondUs, kHourUs}, t.lifetime);
  visit(FieldRange{"transactions.member_wait", kMillisecondUs, kHourUs}, t.member_wait);
  visit(FieldRange{"transactions.resolve_wait", kMillisecondUs, kHourUs}, t.resolve_wait);
  visit(FieldRange{"transactions.ack_retry", kMillisecondUs, kHourUs}, t.ack_retry);
  visit(FieldRange{"transactions.ack_retry_cap", kMillisecondUs, kHourUs}, t.ack_retry_cap);
  visit(FieldRange{"transactions.ack_tries", 0, 100}, t.ack_tries);
  visit(FieldRange{"transactions.backoff_base", kMillisecondUs, kHourUs}, t.backoff_base);
  visit(FieldRange{"transactions.backoff_cap", kMillisecondUs, kHourUs}, t.backoff_cap);
  visit(FieldRange{"transactions.attempts", 1, 1000}, t.attempts);
  visit(FieldRange{"transactions.coordinator_cache", 0, kDayUs}, t.coordinator_cache);
  visit(FieldRange{"transactions.decided_keep", 0, kDayUs}, t.decided_keep);
  visit(FieldRange{"transactions.history_ttl", 0, 365 * kDayUs}, t.history_ttl);
  visit(FieldRange{"transactions.tombstone_ttl", 0, 365 * kDayUs}, t.tombstone_ttl);
  visit(FieldRange{"transactions.sweep_interval", kMillisecondUs, kDayUs}, t.sweep_interval);
  visit(FieldRange{"transactions.materialise_every", 1, 1024}, t.materialise_every);
  visit(FieldRange{"transactions.open_max", 1, kMillion}, t.open_max);
  visit(FieldRange{"transactions.open_per_client", 1, kMillion}, t.open_per_client);
  visit(FieldRange{"transactions.cluster_cache", 0, kCacheMax}, t.cluster_cache);
  visit(FieldRange{"transactions.reservation_ttl", 0, kHourUs}, t.reservation_ttl);
  visit(FieldRange{"transactions.forget_at_commit_signature", 0, 1}, t.forget_at_commit_signature);
  visit(FieldRange{"transactions.wait_for_all_members", 0, 1}, t.wait_for_all_members);
  visit(FieldRange{"transactions.priority_steals", 0, 1}, t.priority_steals);
  visit(FieldRange{"transactions.check_pending_when_voting", 0, 1}, t.check_pending_when_voting);
  visit(FieldRange{"transactions.tolerate_local_refusal", 0, 1}, t.tolerate_local_refusal);
  visit(FieldRange{"transactions.peer_resolution", 0, 1}, t.peer_resolution);
}

template <typename Section, typename Visitor>
void ForEachArachnodeField(Section& a, Visitor& visit) {
  visit(FieldRange{"arachnode.floor", 1, 16}, a.floor);
  visit(FieldRange{"arachnode.overlap_low", 1, 1'000}, a.overlap_low);
  visit(FieldRange{"arachnode.overlap_high", 1, 10'000}, a.overlap_high);
  visit(FieldRange{"arachnode.out_percent", 1, 100}, a.out_percent);
  visit(FieldRange{"arachnode.in_percent", 0, 100}, a.in_percent);
  visit(FieldRange{"arachnode.fill_percent", 1, 100}, a.fill_percent);
  visit(FieldRange{"arachnode.gossip_interval", kMillisecondUs, kHourUs}, a.gossip_interval);
  visit(FieldRange{"arachnode.info_keep", kMillisecondUs, kDayUs}, a.info_keep);
  visit(FieldRange{"arachnode.monitor_interval", kMillisecondUs, kDayUs}, a.monitor_interval);
  visit(FieldRange{"arachnode.dwell", 0, kDayUs}, a.dwell);
  visit(FieldRange{"arachnode.smooth_percent", 1, 100}, a.smooth_percent);
  visit(FieldRange{"arachnode.dead_band_percent", 0, 1'000}, a.dead_band_percent);
  visit(FieldRange{"arachnode.sample_keys", 1, 64}, a.sample_keys);
  visit(FieldRange{"arachnode.verified_holders", 0, 32}, a.verified_holders);
  visit(FieldRange{"arachnode.response_timeout", kMillisecondUs, kHourUs}, a.response_timeout);
  visit(FieldRange{"arachnode.confirm_timeout", kMillisecondUs, kHourUs}, a.confirm_timeout);
  visit(FieldRange{"arachnode.confirm_tries", 1, 100}, a.confirm_tries);
  visit(FieldRange{"arachnode.move_max", kMillisecondUs, kDayUs}, a.move_max);
  visit(FieldRange{"arachnode.spread_wait", kMillisecondUs, kHourUs}, a.spread_wait);
  visit(FieldRange{"arachnode.spread_seen", 1, 16}, a.spread_seen);
  visit(FieldRange{"arachnode.release_wait", 0, kDayUs}, a.release_wait);
  visit(FieldRange{"arachnode.fetch_width", 1, 64}, a.fetch_width);
  visit(FieldRange{"arachnode.fetch_contacts", 1, 1'000}, a.fetch_contacts);
  visit(FieldRange{"arachnode.fetch_time", kMillisecondUs, kHourUs}, a.fetch_time);
  visit(FieldRange{"arachnode.absent_keep", 0, kHourUs}, a.absent_keep);
  visit(FieldRange{"arachnode.inner_fetch_only", 0, 1}, a.inner_fetch_only);
  visit(FieldRange{"arachnode.free_share_signal", 0, 1}, a.free_share_signal);
}

template <typename Section, typename Visitor>
void ForEachNegotiationField(Section& n, Visitor& visit) {
  visit(FieldRange{"negotiation.group", 1, 1'000'000}, n.group);
  visit(FieldRange{"negotiation.accumulate", 0, kHourUs}, n.accumulate);
  visit(FieldRange{"negotiation.accumulate_count", 0, 1'000}, n.accumulate_count);
  visit(FieldRange{"negotiation.accumulate_max", kMillisecondUs, kHourUs}, n.accumulate_max);
  visit(FieldRange{"negotiation.greet_width", 1, 16}, n.greet_width);
  visit(FieldRange{"negotiation.greet_timeout", kMillisecondUs, kHourUs}, n.greet_timeout);
  visit(FieldRange{"negotiation.pair_lock", kMillisecondUs, kHourUs}, n.pair_lock);
  visit(FieldRange{"negotiation.relax_percent", 0, 1'000}, n.relax_percent);
  visit(FieldRange{"negotiation.rtt_slack", 0, kHourUs}, n.rtt_slack);
  visit(FieldRange{"negotiation.specific_bonus", 0, kHourUs}, n.specific_bonus);
  visit(FieldRange{"negotiation.widen_after", kMillisecondUs, kDayUs}, n.widen_after);
  visit(FieldRange{"negotiation.present_interval", kMillisecondUs, kHourUs}, n.present_interval);
  visit(FieldRange{"negotiation.ticket_life", kMillisecondUs, kDayUs}, n.ticket_life);
  visit(FieldRange{"negotiation.seed_wait", kMillisecondUs, kDayUs}, n.seed_wait);
  visit(FieldRange{"negotiation.confirm_wait", kMillisecondUs, kHourUs}, n.confirm_wait);
  visit(FieldRange{"negotiation.ack_wait", kMillisecondUs, kHourUs}, n.ack_wait);
  visit(FieldRange{"negotiation.sign_wait", kMillisecondUs, kHourUs}, n.sign_wait);
  visit(FieldRange{"negotiation.capacity", 3, 64}, n.capacity);
  visit(FieldRange{"negotiation.margin", 0, 61}, n.margin);
  visit(FieldRange{"negotiation.block_min", 3, 64}, n.block_min);
  visit(FieldRange{"negotiation.form_percent", 0, 100}, n.form_percent);
  visit(FieldRange{"negotiation.unitary_percent", 0, 100}, n.unitary_percent);
  visit(FieldRange{"negotiation.reserve", 0, 1}, n.reserve);
  visit(FieldRange{"negotiation.random_partner", 0, 1}, n.random_partner);
  visit(FieldRange{"negotiation.fresh_records", 0, 1}, n.fresh_records);
}

// visit(const FieldRange&, field&) in a fixed order.
template <typename AnyConfig, typename Visitor>
void ForEachConfigField(AnyConfig& config, Visitor&& visit) {
  static_assert(sizeof(RoutingConfig) == 40 && sizeof(MatchmakingConfig) == 184 &&
                    sizeof(TransactionsConfig) == 184 && sizeof(ArachnodeConfig) == 160 &&
                    sizeof(NegotiationConfig) == 160,
                "a new parameter needs a line above");
  ForEachRoutingField(config.routing, visit);
  ForEachMatchmakingField(config.matchmaking, visit);
  ForEachTransactionsField(config.transactions, visit);
  ForEachArachnodeField(config.arachnode, visit);
  ForEachNegotiationField(config.negotiation, visit);
}

// A field as the number that is written, and back.
template <typename Field>
[[nodiscard]] constexpr int64_t NumberOf(const Field& field) {
  if constexpr (std::is_same_v<Field, Duration>) {
    return field.us;
  } else {
    return static_cast<int64_t>(field);
  }
}

template <typename Field>
constexpr void SetNumber(Field& field, int64_t number) {
  if constexpr (std::is_same_v<Field, Duration>) {
    field.us = number;
  } else {
    field = static_cast<Field>(number);
  }
}

}  // namespace core
