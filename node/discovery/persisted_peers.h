// The peer book and the ban list as bytes that outlive the process. Where they lie is the caller's.
//
//   "orb/peers/" and the version as one digit   "1"
//   bucket key 16
//   u32 count, then per entry:  address 16  port u16  id 32  source 5  flags u8 (1 verified, 2 tried)
//                               failures u32  seen i64  verified_at i64
//   u32 count, then per ban:    id 32  address 16  reason u8  expires i64
//   checksum 16                 core/base/hash over everything before
// Times are wall times in microseconds; a clock that was set back makes them "now". The key is secret:
// the bytes belong where only the node can read them.
// Invariants: (1) decode accepts what encode writes and nothing else; (2) every entry lies in the slot
// that the key gives it, so a file cannot hold more than the book's bounds; (3) damaged, foreign or
// newer bytes end in a Status that says which, never in a CHECK. Source: docs/discovery.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/status.h"
#include "node/base/clocks.h"
#include "node/discovery/ban_list.h"
#include "node/discovery/peer_book.h"

namespace node {

struct PersistedPeers {
  PeerBook book;
  BanList bans;
};

[[nodiscard]] std::vector<uint8_t> EncodePeers(const PeerBook& book, const BanList& bans,
                                               const Moment& now);

[[nodiscard]] core::StatusOr<PersistedPeers> DecodePeers(std::span<const uint8_t> bytes,
                                                         const Moment& now);

}  // namespace node
