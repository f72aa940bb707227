#include "sim/world/row_pool.h"

#include <mutex>

#include "core/base/check.h"
#include "core/base/flat_table.h"
#include "core/base/hash.h"

namespace sim {

struct SharedRow::Kept {
  RowPool::Stripe* stripe;
  uint64_t hash;
  size_t rows;  // Guarded by the stripe, as is next.
  Kept* next;   // Of equal hash.
  core::Bytes value;
};

struct RowPool::Stripe {
  std::mutex lock;
  core::FlatTable<uint64_t, SharedRow::Kept*> first;  // By hash.
  size_t values = 0;
};

RowPool::RowPool() : stripes_(std::make_unique<Stripe[]>(kStripes)) {}

RowPool::~RowPool() {
  CHECK(size() == 0);
}

size_t RowPool::size() const {
  size_t values = 0;
  for (size_t i = 0; i < kStripes; ++i) values += stripes_[i].values;
  return values;
}

SharedRow RowPool::Share(core::Bytes value) {
  const uint64_t hash = core::HashBytes(value);
  Stripe& stripe = stripes_[hash % kStripes];
  const std::scoped_lock locked(stripe.lock);
  SharedRow::Kept*& first = *stripe.first.Insert(hash).first;
  for (SharedRow::Kept* kept = first; kept != nullptr; kept = kept->next) {
    if (kept->value != value) continue;
    ++kept->rows;
    return SharedRow(kept);
  }
  value.shrink_to_fit();
  first = new SharedRow::Kept{
      .stripe = &stripe, .hash = hash, .rows = 1, .next = first, .value = std::move(value)};
  ++stripe.values;
  return SharedRow(first);
}

SharedRow::~SharedRow() {
  if (kept_ == nullptr) return;
  RowPool::Stripe& stripe = *kept_->stripe;
  const std::scoped_lock locked(stripe.lock);
  if (--kept_->rows > 0) return;
  Kept** at = stripe.first.Find(kept_->hash);
  while (*at != kept_) at = &(*at)->next;
  *at = kept_->next;
  if (Kept** first = stripe.first.Find(kept_->hash); *first == nullptr) {
    stripe.first.Erase(kept_->hash);
  }
  --stripe.values;
  delete kept_;
}

const core::Bytes& SharedRow::value() const {
  return kept_->value;
}

size_t SharedRow::HeapBytes() const {
  const std::scoped_lock locked(kept_->stripe->lock);
  return (sizeof(Kept) + kept_->value.capacity()) / kept_->rows;
}

}  // namespace sim
