#include "node/discovery/peer_book.h"

#include <algorithm>
#include <string_view>

#include <sodium.h>

#include "core/base/check.h"
#include "core/codec/canonical.h"

namespace node {
namespace {

static_assert(crypto_shorthash_KEYBYTES == sizeof(BucketKey::bytes));
static_assert(crypto_shorthash_BYTES == sizeof(uint64_t));

constexpr core::Duration kWeek = core::Minutes(60) * 24 * 7;
constexpr core::Ratio kFromNew = {30, 100};
constexpr BackoffTerms kRetry = {core::Seconds(30), core::Minutes(60), 25};
// Beyond these picks an eligible entry is searched for one by one.
constexpr int kPicks = 32;

// The bytes of one hash: a domain, then fields.
class Preimage {
 public:
  explicit Preimage(std::string_view domain) : out_(bytes_) { out_.Literal(domain); }

  Preimage& Add(const IpGroup& group) {
    out_.Fixed(group.bytes);
    return *this;
  }

  Preimage& Add(const IpEndpoint& endpoint) {
    out_.Fixed(endpoint.ip.bytes);
    out_.U16(endpoint.port);
    return *this;
  }

  Preimage& Add(uint32_t value) {
    out_.U32(value);
    return *this;
  }

  [[nodiscard]] uint32_t Below(const BucketKey& key, uint32_t bound) const {
    return static_cast<uint32_t>(KeyedHash(key, bytes_) % bound);
  }

 private:
  std::vector<uint8_t> bytes_;
  core::CanonicalWriter out_;
};

}  // namespace

BucketKey::~BucketKey() {
  sodium_memzero(bytes.data(), bytes.size());
}

uint64_t KeyedHash(const BucketKey& key, std::span<const uint8_t> bytes) {
  std::array<uint8_t, crypto_shorthash_BYTES> out{};
  crypto_shorthash(out.data(), bytes.data(), bytes.size(), key.bytes.data());
  uint64_t hash = 0;
  for (const uint8_t byte : out) hash = hash << 8 | byte;
  return hash;
}

PeerBook::PeerBook(const BucketKey& key) : key_(key) {}

uint32_t PeerBook::NewSlotOf(const IpEndpoint& endpoint, const IpGroup& source) const {
  const uint32_t spread = Preimage("new/spread")
                              .Add(source)
                              .Add(GroupOf(endpoint.ip))
                              .Below(key_, kNewBucketsPerSource);
  const uint32_t bucket = Preimage("new/bucket").Add(source).Add(spread).Below(key_, kNewBuckets);
  const uint32_t slot = Preimage("new/slot").Add(bucket).Add(endpoint).Below(key_, kBucketSlots);
  return bucket * kBucketSlots + slot;
}

uint32_t PeerBook::TriedSlotOf(const IpEndpoint& endpoint) const {
  const uint32_t spread = Preimage("tried/spread").Add(endpoint).Below(key_, kTriedBucketsPerGroup);
  const uint32_t bucket =
      Preimage("tried/bucket").Add(GroupOf(endpoint.ip)).Add(spread).Below(key_, kTriedBuckets);
  const uint32_t slot = Preimage("tried/slot").Add(bucket).Add(endpoint).Below(key_, kBucketSlots);
  return bucket * kBucketSlots + slot;
}

uint32_t PeerBook::SlotOf(const KnownPeer& peer) const {
  return peer.tried ? TriedSlotOf(peer.endpoint) : NewSlotOf(peer.endpoint, peer.source);
}

bool PeerBook::IsBad(const KnownPeer& peer, core::Time now) {
  if (now - peer.seen > kAgeMax) return true;
  if (!peer.verified) return peer.failures >= kFailuresNew;
  return peer.failures >= kFailuresTried && now - peer.verified_at > kWeek;
}

const KnownPeer* PeerBook::Find(const IpEndpoint& endpoint) const {
  const auto found = places_.find(endpoint);
  return found == places_.end() ? nullptr : &entries_[found->second];
}

KnownPeer* PeerBook::FindMutable(const IpEndpoint& endpoint) {
  const auto found = places_.find(endpoint);
  return found == places_.end() ? nullptr : &entries_[found->second];
}

void PeerBook::Insert(const KnownPeer& peer) {
  const uint32_t slot = SlotOf(peer);
  Table& table = TableOf(peer);
  CHECK(table.slots[slot] == kNone);
  const auto index = static_cast<uint32_t>(entries_.size());
  CHECK(places_.emplace(peer.endpoint, index).second);
  if (peer.tried) CHECK(tried_ids_.emplace(peer.id, peer.endpoint).second);
  table.slots[slot] = index;
  ++table.counts[slot / kBucketSlots];
  entries_.push_back(peer);
}

void PeerBook::Erase(const IpEndpoint& endpoint) {
  const auto found = places_.find(endpoint);
  if (found == places_.end()) return;
  const uint32_t index = found->second;
  const uint32_t slot = SlotOf(entries_[index]);
  Table& table = TableOf(entries_[index]);
  table.slots[slot] = kNone;
  --table.counts[slot / kBucketSlots];
  if (entries_[index].tried) tried_ids_.erase(entries_[index].id);
  places_.erase(found);
  if (index + 1 < entries_.size()) {
    entries_[index] = entries_.back();
    places_[entries_[index].endpoint] = index;
    TableOf(entries_[index]).slots[SlotOf(entries_[index])] = index;
  }
  entries_.pop_back();
  EndContests(endpoint);
}

void PeerBook::EndContests(const IpEndpoint& endpoint) {
  std::erase_if(contests_, [&](const Contest& contest) {
    return contest.contender == endpoint || contest.owner == endpoint;
  });
}

bool PeerBook::ClearNewSlot(uint32_t slot, core::Time now) {
  const uint32_t owner = new_.slots[slot];
  if (owner == kNone) return true;
  if (!IsBad(entries_[owner], now)) return false;
  Erase(IpEndpoint(entries_[owner].endpoint));
  return true;
}

bool PeerBook::Hear(const Report& report, core::Time now) {
  if (report.endpoint.port == 0 || ScopeOf(report.endpoint.ip) == Scope::kUnusable) return false;
  const core::Time seen = std::min(report.seen, now);
  if (now - seen > kAgeMax) return false;
  if (KnownPeer* known = FindMutable(report.endpoint)) {
    if (!known->verified) known->seen = std::max(known->seen, seen);
    return false;
  }
  if (!ClearNewSlot(NewSlotOf(report.endpoint, report.source), now)) return false;
  KnownPeer peer;
  peer.endpoint = report.endpoint;
  peer.id = report.id;
  peer.source = report.source;
  peer.seen = seen;
  peer.verified_at = peer.retry_at = now;
  Insert(peer);
  return true;
}

void PeerBook::Verified(const IpEndpoint& endpoint, const core::NodeId& id, core::Time now) {
  if (KnownPeer* known = FindMutable(endpoint); known != nullptr && known->tried) {
    if (known->id == id) {
      known->failures = 0;
      Alive(endpoint, now);
      EndContests(endpoint);
      return;
    }
    Erase(endpoint);  // Another node took over the address.
  }
  const KnownPeer* known = Find(endpoint);
  KnownPeer peer = known != nullptr ? *known : KnownPeer{};
  if (known == nullptr) peer.source = GroupOf(endpoint.ip);
  Erase(endpoint);
  peer.endpoint = endpoint;
  peer.id = id;
  peer.verified = true;
  peer.failures = 0;
  peer.seen = peer.verified_at = peer.retry_at = now;
  if (const auto same = tried_ids_.find(id); same != tried_ids_.end()) {
    Demote(IpEndpoint(same->second), now);
  }
  // A slot of new is not needed to become tried, but to wait for one.
  const uint32_t owner = tried_.slots[TriedSlotOf(endpoint)];
  if (owner != kNone && !IsBad(entries_[owner], now)) {
    const IpEndpoint owner_endpoint = entries_[owner].endpoint;
    if (!ClearNewSlot(NewSlotOf(endpoint, peer.source), now)) return;
    Insert(peer);
    if (contests_.size() < kContestsMax) contests_.push_back({endpoint, owner_endpoint});
    return;
  }
  if (owner != kNone) Demote(IpEndpoint(entries_[owner].endpoint), now);
  peer.tried = true;
  Insert(peer);
}

void PeerBook::Demote(const IpEndpoint& endpoint, core::Time now) {
  KnownPeer peer = *Find(endpoint);
  CHECK(peer.tried);
  Erase(endpoint);
  peer.tried = false;
  if (ClearNewSlot(SlotOf(peer), now)) Insert(peer);
}

void PeerBook::Promote(const IpEndpoint& endpoint, core::Time now) {
  const KnownPeer* known = Find(endpoint);
  if (known != nullptr && known->verified && !known->tried) {
    const core::Time up = known->verified_at;
    Verified(endpoint, core::NodeId(known->id), now);
    KnownPeer* promoted = FindMutable(endpoint);
    if (promoted != nullptr) promoted->seen = promoted->verified_at = up;
  }
}

void PeerBook::Alive(const IpEndpoint& endpoint, core::Time now) {
  KnownPeer* known = FindMutable(endpoint);
  if (known != nullptr && known->verified) known->seen = known->verified_at = known->retry_at = now;
}

void PeerBook::Failed(const IpEndpoint& endpoint, core::Time now, core::Random& random) {
  KnownPeer* known = FindMutable(endpoint);
  if (known == nullptr) return;
  known->failures = std::min(known->failures + 1, 1'000'000u);
  known->retry_at = now + BackoffDelay(kRetry, known->failures, random);
  if (!known->tried) {
    if (IsBad(*known, now)) Erase(endpoint);
    return;
  }
  const auto contest =
      std::find_if(contests_.begin(), contests_.end(),
                   [&](const Contest& candidate) { return candidate.owner == endpoint; });
  if (contest == contests_.end()) return;
  const IpEndpoint contender = contest->contender;
  Demote(endpoint, now);
  Promote(contender, now);
}

void PeerBook::Postpone(const IpEndpoint& endpoint, core::Time until) {
  if (KnownPeer* known = FindMutable(endpoint)) known->retry_at = std::max(known->retry_at, until);
}

std::optional<IpEndpoint> PeerBook::NextContest() const {
  if (contests_.empty()) return std::nullopt;
  return contests_.front().owner;
}

const KnownPeer* PeerBook::PickSlot(const Table& table, core::Random& random) const {
  std::array<uint32_t, kNewBuckets> filled{};
  uint32_t count = 0;
  for (uint32_t i = 0; i < table.counts.size(); ++i) {
    if (table.counts[i] > 0) filled[count++] = i;
  }
  if (count == 0) return nullptr;
  const uint32_t bucket = filled[random.Below(count)];
  uint64_t skip = random.Below(table.counts[bucket]);
  for (uint32_t i = bucket * kBucketSlots;; ++i) {
    if (table.slots[i] != kNone && skip-- == 0) return &entries_[table.slots[i]];
  }
}

const KnownPeer* PeerBook::Pick(const Table& table, core::Random& random,
                                const Filter& filter) const {
  for (int i = 0; i < kPicks; ++i) {
    const KnownPeer* peer = PickSlot(table, random);
    if (peer == nullptr) return nullptr;
    if (filter(*peer)) return peer;
  }
  const size_t start = random.Below(entries_.size());
  for (size_t i = 0; i < entries_.size(); ++i) {
    const KnownPeer& peer = entries_[(start + i) % entries_.size()];
    if (peer.tried == (&table == &tried_) && filter(peer)) return &peer;
  }
  return nullptr;
}

const KnownPeer* PeerBook::Select(core::Time now, core::Random& random,
                                  const Filter& filter) const {
  const Filter due = [&](const KnownPeer& peer) { return peer.retry_at <= now && filter(peer); };
  const bool new_first = random.Chance(kFromNew);
  const KnownPeer* peer = Pick(new_first ? new_ : tried_, random, due);
  return peer != nullptr ? peer : Pick(new_first ? tried_ : new_, random, due);
}

const KnownPeer* PeerBook::SelectNew(core::Time now, core::Random& random,
                                     const Filter& filter) const {
  return Pick(new_, random,
              [&](const KnownPeer& peer) { return peer.retry_at <= now && filter(peer); });
}

std::vector<KnownPeer> PeerBook::Advertised(const IpAddress& witness, core::Time now) const {
  std::vector<KnownPeer> advertised;
  for (const KnownPeer& peer : entries_) {
    if (!peer.verified || peer.failures > 0 || now - peer.verified_at > kAdvertisedFor) continue;
    if (InScope(peer.endpoint.ip, witness)) advertised.push_back(peer);
  }
  return advertised;
}

std::vector<KnownPeer> PeerBook::All() const {
  std::vector<KnownPeer> all;
  all.reserve(size());
  for (const Table* table : {&new_, &tried_}) {
    for (const uint32_t index : table->slots) {
      if (index != kNone) all.push_back(entries_[index]);
    }
  }
  return all;
}

bool PeerBook::Restore(const KnownPeer& peer) {
  const bool usable = peer.endpoint.port != 0 && ScopeOf(peer.endpoint.ip) != Scope::kUnusable;
  const bool consistent = !peer.tried || (peer.verified && !tried_ids_.contains(peer.id));
  if (!usable || !consistent || Find(peer.endpoint) != nullptr) return false;
  if (TableOf(peer).slots[SlotOf(peer)] != kNone) return false;
  Insert(peer);
  return true;
}

}  // namespace node
