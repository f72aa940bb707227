#include "core/repository/two_queue.h"

#include <algorithm>

namespace core {

TwoQueue::Queue& TwoQueue::QueueOf(Where where) {
  if (where == Where::kGone) return gone_;
  return where == Where::kRecent ? recent_ : frequent_;
}

void TwoQueue::Move(Place& place, Where to) {
  Queue& from = QueueOf(place.where);
  Queue& into = QueueOf(to);
  from.bytes -= place.at->bytes;
  into.bytes += place.at->bytes;
  into.entries.splice(into.entries.end(), from.entries, place.at);
  place.where = to;
}

void TwoQueue::Drop(const BlockId& block, const Place& place) {
  Queue& queue = QueueOf(place.where);
  queue.bytes -= place.at->bytes;
  queue.entries.erase(place.at);
  places_.Erase(block);
}

void TwoQueue::Use(const BlockId& block, uint64_t bytes) {
  const auto [place, fresh] = places_.Insert(block);
  if (fresh) {
    place->where = Where::kRecent;
    place->at = recent_.entries.insert(recent_.entries.end(), {block, 0});
  } else if (place->where != Where::kRecent) {
    Move(*place, Where::kFrequent);
  }
  Resize(block, bytes);
}

void TwoQueue::Resize(const BlockId& block, uint64_t bytes) {
  Place& place = *places_.Find(block);
  Queue& queue = QueueOf(place.where);
  queue.bytes += bytes;
  queue.bytes -= place.at->bytes;
  place.at->bytes = bytes;
}

void TwoQueue::Defer(const BlockId& block) {
  Place& place = *places_.Find(block);
  Move(place, place.where);
}

void TwoQueue::LetGo(const BlockId& block) {
  Place* place = places_.Find(block);
  if (place == nullptr || place->where == Where::kGone) return;
  if (place->where == Where::kFrequent) {
    Drop(block, *place);
  } else {
    Move(*place, Where::kGone);
  }
  TrimGone();
}

void TwoQueue::TrimGone() {
  while (gone() > std::max(size(), kGoneMin)) {
    const BlockId oldest = gone_.entries.front().block;
    Drop(oldest, *places_.Find(oldest));
  }
}

void TwoQueue::Forget(const BlockId& block) {
  const Place* place = places_.Find(block);
  if (place == nullptr) return;
  Drop(block, *place);
  TrimGone();
}

bool TwoQueue::Has(const BlockId& block) const {
  const Place* place = places_.Find(block);
  return place != nullptr && place->where != Where::kGone;
}

size_t TwoQueue::HeapBytes() const {
  constexpr size_t kNode = sizeof(Entry) + 2 * sizeof(void*);
  return places_.HeapBytes() + (size() + gone()) * kNode;
}

}  // namespace core
