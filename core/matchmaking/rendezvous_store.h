// Rendezvous::Store: what a holder allocates on its first request. Books by key, one expiry queue,
// the pushes that wait for their 250 ms, and the rates of those who ask.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/flat_table.h"
#include "core/base/rate_limit.h"
#include "core/base/time.h"
#include "core/matchmaking/key_book.h"
#include "core/matchmaking/rendezvous.h"

namespace core {

struct Rendezvous::Store {
  // An entry whose time is no longer the record's `scheduled` is a leftover and ignored.
  struct Expiry {
    Time at;
    uint32_t slot = 0;
    PeerId owner;
  };

  struct DuePush {
    Time at;
    uint32_t slot = 0;
  };

  FlatTable<Key256, uint32_t> slots;
  std::vector<std::unique_ptr<KeyBook>> books;  // Empty where a slot is free.
  std::vector<uint32_t> free_slots;
  std::vector<Expiry> expiries;  // A heap, earliest first.
  std::vector<DuePush> pushes;   // In order: every push waits equally long.
  size_t record_count = 0;
  RateLimit registrations;
  RateLimit queries;
  Time sweep_at;

  [[nodiscard]] KeyBook* BookOf(const Key256& key);
  // The book of a key, made when there is none. REQUIRES: the caller has checked the bounds.
  [[nodiscard]] uint32_t SlotFor(const Key256& key);
  void Put(const Record& record, uint32_t slot, Time now, Time expires);
  void Erase(uint32_t slot, PeerId owner);
  [[nodiscard]] bool HasRoomFor(const Moment& moment, const Provide& provide);
  // Drops every record that has expired.
  void Expire(Time now);

 private:
  void Schedule(const Expiry& expiry);
};

}  // namespace core
