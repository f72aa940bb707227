#include "core/routing/table.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"

namespace core {
namespace {

// Growth step of the array: a table in steady state wastes less than this.
constexpr size_t kGrowth = 4;

// The 16 bits of the key from bit `from` on; zeros behind its end.
uint16_t DigitAt(const Key256& key, int from) {
  const auto first = static_cast<size_t>(from / 8);
  uint32_t window = 0;
  for (size_t at = first; at < first + 3; ++at) {
    window = window << 8 | (at < key.bytes.size() ? key.bytes[at] : 0u);
  }
  return static_cast<uint16_t>(window >> (8 - from % 8));
}

}  // namespace

Table::Table(const NodeId& self_id, int bucket_size)
    : self_id_(self_id),
      bucket_size_(
          static_cast<uint8_t>(std::clamp(bucket_size, 1, static_cast<int>(limits::kNodesMax)))) {}

Table::Entry Table::MakeEntry(PeerId peer, const NodeId& id, int bucket) {
  return {.peer_high = static_cast<uint16_t>(peer.value >> 16),
          .peer_low = static_cast<uint16_t>(peer.value),
          .digit = DigitAt(id, bucket + 1)};
}

size_t Table::BeginOf(int bucket) const {
  size_t begin = 0;
  for (int b = 0; b < bucket; ++b) begin += At(b).size;
  return begin;
}

size_t Table::PositionOf(PeerId peer, int bucket) const {
  if (!Has(bucket)) return kNone;
  const size_t begin = BeginOf(bucket);
  for (size_t i = begin; i < begin + At(bucket).size; ++i) {
    if (entries_[i].peer() == peer) return i;
  }
  return kNone;
}

void Table::MoveToTail(size_t position, int bucket) {
  const size_t begin = BeginOf(bucket);
  if (position - begin < At(bucket).suspects) --At(bucket).suspects;
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(position);
  const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(begin + At(bucket).size);
  std::rotate(first, first + 1, end);
}

void Table::Append(const Entry& entry, int bucket) {
  if (!Has(bucket)) {
    buckets_.reserve(static_cast<size_t>(bucket) + 1);
    buckets_.resize(static_cast<size_t>(bucket) + 1);
  }
  if (entries_.size() == entries_.capacity()) entries_.reserve(entries_.size() + kGrowth);
  const size_t end = BeginOf(bucket) + At(bucket).size;
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(end), entry);
  ++At(bucket).size;
}

void Table::RemoveAt(size_t position, int bucket) {
  if (position - BeginOf(bucket) < At(bucket).suspects) --At(bucket).suspects;
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(position));
  --At(bucket).size;
  while (!buckets_.empty() && buckets_.back().size == 0) buckets_.pop_back();
}

Table::NoteResult Table::NoteAlive(PeerId peer, const NodeId& id, int bucket) {
  CHECK(bucket >= 0 && bucket < kNoBucket);
  const size_t position = PositionOf(peer, bucket);
  if (position != kNone) {
    MoveToTail(position, bucket);
    return {.noted = Noted::kKnown};
  }
  if (!IsFull(bucket)) {
    Append(MakeEntry(peer, id, bucket), bucket);
    return {.noted = Noted::kAdded};
  }
  if (At(bucket).suspects == 0) return {.noted = Noted::kFull};
  const PeerId gone = OldestOf(bucket);
  Replace(gone, peer, id, bucket);
  return {.noted = Noted::kReplacedSuspect, .evicted = gone};
}

bool Table::NoteSilent(PeerId peer, int bucket) {
  const size_t position = PositionOf(peer, bucket);
  if (position == kNone) return false;
  const size_t begin = BeginOf(bucket);
  if (position - begin < At(bucket).suspects) {
    RemoveAt(position, bucket);
    return true;
  }
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(begin + At(bucket).suspects);
  const auto here = entries_.begin() + static_cast<std::ptrdiff_t>(position);
  std::rotate(first, here, here + 1);
  ++At(bucket).suspects;
  return false;
}

void Table::Replace(PeerId gone, PeerId newcomer, const NodeId& id, int bucket) {
  const size_t position = PositionOf(gone, bucket);
  CHECK(position != kNone);
  MoveToTail(position, bucket);
  entries_[BeginOf(bucket) + At(bucket).size - 1] = MakeEntry(newcomer, id, bucket);
}

bool Table::Contains(PeerId peer, int bucket) const {
  return PositionOf(peer, bucket) != kNone;
}

bool Table::IsSuspect(PeerId peer, int bucket) const {
  const size_t position = PositionOf(peer, bucket);
  return position != kNone && position - BeginOf(bucket) < At(bucket).suspects;
}

PeerId Table::OldestOf(int bucket) const {
  return SizeOf(bucket) == 0 ? kNoPeer : entries_[BeginOf(bucket)].peer();
}

size_t Table::SizeOf(int bucket) const {
  return Has(bucket) ? At(bucket).size : 0;
}

size_t Table::SuspectsOf(int bucket) const {
  return Has(bucket) ? At(bucket).suspects : 0;
}

bool Table::AnyFull() const {
  return std::any_of(buckets_.begin(), buckets_.end(),
                     [this](const Bucket& bucket) { return bucket.size == bucket_size_; });
}

// Within one bucket all entries share bucket + 1 bits, so the digits decide.
void Table::AppendSorted(const Directory& directory, const Query& query, int bucket, size_t begin,
                         PeerList& out) const {
  std::array<uint32_t, limits::kNodesMax> order;  // Digit distance, then the offset.
  size_t count = 0;
  const uint32_t target_digit = DigitAt(query.target, bucket + 1);
  for (size_t i = query.with_suspects ? 0 : At(bucket).suspects; i < At(bucket).size; ++i) {
    const Entry& entry = entries_[begin + i];
    if (entry.peer() == query.except) continue;
    order[count++] = (entry.digit ^ target_digit) << 16 | static_cast<uint32_t>(i);
  }
  const auto peer_at = [&](uint32_t key) { return entries_[begin + (key & 0xffffu)].peer(); };
  std::sort(order.begin(), order.begin() + count, [&](uint32_t a, uint32_t b) {
    if (a >> 16 != b >> 16) return a < b;
    return Nearer(query.target, directory.NodeIdOf(peer_at(a)), directory.NodeIdOf(peer_at(b)));
  });
  const size_t room = std::min(query.count, out.capacity()) - out.size();
  for (size_t i = 0; i < std::min(count, room); ++i) out.push_back(peer_at(order[i]));
}

// Let d = own id xor target. A contact of bucket b differs from the target as d does before bit b,
// and otherwise at bit b. So where d has a one, bucket b is nearer than all deeper buckets; where
// it has a zero, farther. Hence: ones ascending, then zeros descending, and buckets never mix.
PeerList Table::Nearest(const Directory& directory, const Query& query) const {
  PeerList out;
  const size_t wanted = std::min(query.count, out.capacity());
  const Key256 difference = self_id_ ^ query.target;
  size_t begin = 0;
  for (int b = 0; b < buckets() && out.size() < wanted; ++b) {
    if (difference.Bit(b)) AppendSorted(directory, query, b, begin, out);
    begin += At(b).size;
  }
  begin = entries_.size();
  for (int b = buckets() - 1; b >= 0 && out.size() < wanted; --b) {
    begin -= At(b).size;
    if (!difference.Bit(b)) AppendSorted(directory, query, b, begin, out);
  }
  return out;
}

int Table::SharedPrefixWithNearest(size_t n) const {
  size_t seen = 0;
  for (int b = buckets() - 1; b >= 0; --b) {
    seen += At(b).size;
    if (seen >= n) return b;
  }
  return 0;
}

uint64_t Table::DistanceOfNearest(size_t n) const {
  CHECK(n > 0 && n <= size());
  int bucket = buckets();
  size_t deeper = 0;  // Contacts in the buckets behind this one.
  do {
    --bucket;
    deeper += At(bucket).size;
  } while (deeper < n);
  deeper -= At(bucket).size;
  if (bucket >= 64) return 0;
  std::array<uint16_t, limits::kNodesMax> digits{};
  const size_t begin = BeginOf(bucket);
  const uint16_t own = DigitAt(self_id_, bucket + 1);
  for (size_t i = 0; i < At(bucket).size; ++i) {
    digits[i] = static_cast<uint16_t>(entries_[begin + i].digit ^ own);
  }
  std::sort(digits.begin(), digits.begin() + At(bucket).size);
  const uint64_t significant = 0x10000u | digits[n - deeper - 1];
  const int shift = 63 - bucket - 16;
  return shift >= 0 ? significant << shift : significant >> -shift;
}

void Table::MarkLookedUp(int bucket) {
  if (Has(bucket)) At(bucket).looked_up = 1;
}

bool Table::LookedUp(int bucket) const {
  return Has(bucket) && At(bucket).looked_up != 0;
}

void Table::ClearLookedUp() {
  for (Bucket& bucket : buckets_) bucket.looked_up = 0;
}

uint8_t Table::CheckTickOf(int bucket) const {
  return Has(bucket) ? At(bucket).check_tick : 0;
}

void Table::SetCheckTick(int bucket, uint8_t tick) {
  if (Has(bucket)) At(bucket).check_tick = tick;
}

std::vector<PeerId> Table::Contacts() const {
  std::vector<PeerId> contacts;
  contacts.reserve(entries_.size());
  for (const Entry& entry : entries_) contacts.push_back(entry.peer());
  return contacts;
}

template <typename State>
void Table::Tell(State& state) const {
  state.Hash(entries_.size());
  for (const Entry& entry : entries_) state.Hash(entry.peer());
  state.Hash(buckets_.size());
  for (const Bucket& bucket : buckets_) {
    state.Hash(uint32_t{bucket.size} << 24 | uint32_t{bucket.suspects} << 16 |
               uint32_t{bucket.looked_up} << 8 | bucket.check_tick);
  }
  if constexpr (State::kShown) {
    auto entry = entries_.begin();
    for (size_t i = 0; i < buckets_.size(); ++i) {
      const Bucket& bucket = buckets_[i];
      state.Part("bucket", [&] {
        state.Show("prefix", i);
        state.Show("suspects", bucket.suspects);
        state.Show("looked up", bucket.looked_up != 0);
        state.Show("check tick", bucket.check_tick);
        for (int n = bucket.size; n > 0; --n) state.Show("contacts", (entry++)->peer());
      });
    }
  }
}

void Table::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Table::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
