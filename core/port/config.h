// Parameters of the protocols, with the defaults of the protocol document (1.0 and 1.1.6).
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

struct Config {
  RoutingConfig routing;
  MatchmakingConfig matchmaking;
};

}  // namespace core
