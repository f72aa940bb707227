#include "core/matchmaking/rendezvous_store.h"

#include <algorithm>

namespace core {
namespace {

// Total order: the slot and owner break ties.
struct Later {
  template <typename Expiry>
  bool operator()(const Expiry& a, const Expiry& b) const {
    if (a.at != b.at) return a.at > b.at;
    if (a.slot != b.slot) return a.slot > b.slot;
    return a.owner > b.owner;
  }
};

}  // namespace

KeyBook* Rendezvous::Store::BookOf(const Key256& key) {
  const uint32_t* slot = slots.Find(key);
  return slot == nullptr ? nullptr : books[*slot].get();
}

uint32_t Rendezvous::Store::SlotFor(const Key256& key) {
  const auto [slot, added] = slots.Insert(key);
  if (!added) return *slot;
  if (free_slots.empty()) {
    *slot = static_cast<uint32_t>(books.size());
    books.push_back(std::make_unique<KeyBook>(key));
  } else {
    *slot = free_slots.back();
    free_slots.pop_back();
    books[*slot] = std::make_unique<KeyBook>(key);
  }
  return *slot;
}

void Rendezvous::Store::Schedule(const Expiry& expiry) {
  expiries.push_back(expiry);
  std::push_heap(expiries.begin(), expiries.end(), Later{});
}

void Rendezvous::Store::Put(const Record& record, uint32_t slot, Time now, Time expires) {
  KeyBook& book = *books[slot];
  const bool known = book.Find(record.peer) != nullptr;
  HeldRecord& held = book.Put(record, now, expires);
  if (!known) ++record_count;
  // A renewal that lives longer keeps its entry, which moves itself when its time comes.
  if (known && held.scheduled <= expires) return;
  held.scheduled = expires;
  Schedule({expires, slot, record.peer});
}

void Rendezvous::Store::Erase(uint32_t slot, PeerId owner) {
  KeyBook& book = *books[slot];
  if (book.Find(owner) == nullptr) return;
  book.Erase(owner);
  --record_count;
  if (book.size() != 0) return;
  slots.Erase(book.key());
  books[slot].reset();
  free_slots.push_back(slot);
}

void Rendezvous::Store::Expire(Time now) {
  while (!expiries.empty() && expiries.front().at <= now) {
    std::pop_heap(expiries.begin(), expiries.end(), Later{});
    const Expiry due = expiries.back();
    expiries.pop_back();
    if (books[due.slot] == nullptr) continue;
    HeldRecord* held = books[due.slot]->Find(due.owner);
    if (held == nullptr || held->scheduled != due.at) continue;
    if (held->expires <= now) {
      Erase(due.slot, due.owner);
    } else {
      held->scheduled = held->expires;
      Schedule({held->expires, due.slot, due.owner});
    }
  }
}

}  // namespace core
