#include "core/arachnode/ring_book.h"

#include <algorithm>

#include "core/codec/canonical.h"
#include "core/port/names.h"

namespace core {
namespace {

bool IsFresh(const RingMoment& moment, const RingInfo& info) {
  const int64_t keep_ms = moment.rings().info_keep.us / 1000;
  const int64_t ahead_ms = moment.context.config->matchmaking.clock_tolerance.us / 1000;
  return info.issued_ms > moment.now_ms() - keep_ms && info.issued_ms <= moment.now_ms() + ahead_ms;
}

std::vector<uint8_t> SigningBytes(const RingMoment& moment, const RingInfo& info) {
  std::vector<uint8_t> bytes;
  RingInfoSigningBytes(moment.context.network, info, moment.context.directory->NodeIdOf(info.peer),
                       bytes);
  return bytes;
}

// Of a node whose ring has this peer's id: the ring; of the others kRingNone.
uint8_t GroupOf(const NodeId& self, const NodeId& id, const RingInfo& info) {
  const uint8_t ring = TakenRing(PlaceOf(info));
  return Covers(id, ring, self) ? ring : limits::kRingNone;
}

}  // namespace

void SignRingInfo(const RingMoment& moment, RingInfo& info) {
  info.signature = moment.Sign(SigningBytes(moment, info));
}

bool IsGenuine(const RingMoment& moment, const RingInfo& info) {
  if (!IsFresh(moment, info)) return false;
  return moment.Verify(moment.context.directory->PublicKeyOf(info.peer), SigningBytes(moment, info),
                       info.signature);
}

bool RingBook::Learn(const RingMoment& moment, const RingInfo& info) {
  if (info.peer == moment.self) return false;
  const RingInfo* known = Find(info.peer);
  if (known != nullptr && known->sequence >= info.sequence) return false;
  if (!IsGenuine(moment, info)) return false;
  Keep(moment, info);
  return Find(info.peer) != nullptr;
}

void RingBook::Keep(const RingMoment& moment, const RingInfo& info) {
  for (Entry& entry : entries_) {
    if (entry.info.peer != info.peer) continue;
    entry.info = info;
    return NoteMove(moment.now, entry);
  }
  entries_.push_back({.id = moment.context.directory->NodeIdOf(info.peer), .info = info});
  NoteMove(moment.now, entries_.back());
  Trim(moment.self_id(), entries_.back());
}

void RingBook::NoteMove(Time now, Entry& entry) {
  if (entry.info.status != RingStatus::kMoving) {
    entry.moves_since = Time::Never();
    entry.overdue = false;
  } else if (entry.moves_since == Time::Never()) {
    entry.moves_since = now;
  }
}

std::vector<RingInfo> RingBook::LearnAll(const RingMoment& moment,
                                         std::span<const RingInfo> infos) {
  std::vector<RingInfo> counting;
  for (const RingInfo& info : infos) {
    if (info.peer == moment.self) continue;
    const RingInfo* known = Find(info.peer);
    if (known != nullptr && known->sequence >= info.sequence) {
      counting.push_back(*known);
    } else if (IsGenuine(moment, info)) {
      counting.push_back(info);
      Keep(moment, info);
    }
  }
  return counting;
}

void RingBook::Trim(const NodeId& self, const Entry& added) {
  const uint8_t group = GroupOf(self, added.id, added.info);
  const size_t allowed = group == limits::kRingNone ? kOuter : kPerRing;
  size_t count = 0;
  size_t farthest = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (GroupOf(self, entries_[i].id, entries_[i].info) != group) continue;
    if (count++ == 0 || Nearer(self, entries_[farthest].id, entries_[i].id)) farthest = i;
  }
  if (count > allowed) entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(farthest));
}

void RingBook::Forget(PeerId peer) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.info.peer == peer; });
}

void RingBook::Expire(const RingMoment& moment) {
  std::erase_if(entries_, [&](const Entry& entry) { return !IsFresh(moment, entry.info); });
  for (Entry& entry : entries_) {
    const bool moves = entry.moves_since != Time::Never();
    entry.overdue = moves && moment.now - entry.moves_since > moment.rings().move_max;
  }
  std::erase_if(doubts_, [&](const DoubtOf& doubt) { return doubt.until <= moment.now; });
}

RingBook::DoubtOf& RingBook::DoubtAbout(PeerId peer) {
  const auto known = std::find_if(doubts_.begin(), doubts_.end(),
                                  [&](const DoubtOf& doubt) { return doubt.peer == peer; });
  if (known != doubts_.end()) return *known;
  if (doubts_.size() == kDoubtsMax) doubts_.erase(doubts_.begin());
  return doubts_.emplace_back(DoubtOf{.peer = peer, .lacks = 0, .until = {}});
}

void RingBook::Doubt(Time now, PeerId peer) {
  DoubtOf& doubt = DoubtAbout(peer);
  doubt.lacks = kLacksMax;
  doubt.until = now + kDoubtTime;
}

void RingBook::NoteLack(Time now, PeerId peer) {
  DoubtOf& doubt = DoubtAbout(peer);
  doubt.lacks = std::min<uint8_t>(kLacksMax, doubt.lacks + 1);
  doubt.until = now + kDoubtTime;
}

void RingBook::NoteHeld(PeerId peer) {
  std::erase_if(
      doubts_, [&](const DoubtOf& doubt) { return doubt.peer == peer && doubt.lacks < kLacksMax; });
}

bool RingBook::IsCounted(PeerId peer) const {
  const bool doubted = std::any_of(doubts_.begin(), doubts_.end(), [&](const DoubtOf& doubt) {
    return doubt.peer == peer && doubt.lacks >= kLacksMax;
  });
  const bool overdue = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.info.peer == peer && entry.overdue;
  });
  return !doubted && !overdue;
}

const RingInfo* RingBook::Find(PeerId peer) const {
  for (const Entry& entry : entries_) {
    if (entry.info.peer == peer) return &entry.info;
  }
  return nullptr;
}

std::vector<const RingInfo*> RingBook::HoldersOf(const Key256& key, bool settled) const {
  std::vector<const Entry*> found;
  const auto ring_of = [&](const Entry& entry) {
    const Place place = PlaceOf(entry.info);
    return settled ? SettledRing(place) : AnsweredRing(place);
  };
  for (const Entry& entry : entries_) {
    const bool covers = Covers(entry.id, ring_of(entry), key);
    if (covers && (!settled || IsCounted(entry.info.peer))) found.push_back(&entry);
  }
  std::sort(found.begin(), found.end(), [&](const Entry* a, const Entry* b) {
    const uint8_t ring_a = ring_of(*a);
    const uint8_t ring_b = ring_of(*b);
    return ring_a != ring_b ? ring_a < ring_b : Nearer(key, a->id, b->id);
  });
  std::vector<const RingInfo*> infos;
  infos.reserve(found.size());
  for (const Entry* entry : found) infos.push_back(&entry->info);
  return infos;
}

std::vector<const RingInfo*> RingBook::All() const {
  std::vector<const RingInfo*> infos;
  infos.reserve(entries_.size());
  for (const Entry& entry : entries_) infos.push_back(&entry.info);
  return infos;
}

std::vector<PeerId> RingBook::Beside(const NodeId& id, uint8_t ring) const {
  const Entry* below = nullptr;
  const Entry* above = nullptr;
  for (const Entry& entry : entries_) {
    if (AnsweredRing(PlaceOf(entry.info)) != ring || !Covers(entry.id, ring, id)) continue;
    if (entry.id < id && (below == nullptr || below->id < entry.id)) below = &entry;
    if (id < entry.id && (above == nullptr || entry.id < above->id)) above = &entry;
  }
  std::vector<PeerId> beside;
  if (below != nullptr) beside.push_back(below->info.peer);
  if (above != nullptr) beside.push_back(above->info.peer);
  return beside;
}

void RingBook::CollectPeers(PeerSet& peers) const {
  for (const Entry& entry : entries_) peers.Add(entry.info.peer);
  for (const DoubtOf& doubt : doubts_) peers.Add(doubt.peer);
}

template <typename State>
void RingBook::Tell(State& state) const {
  for (const Entry& entry : entries_) {
    state.Part("node", [&] {
      state.Add("peer", entry.info.peer);
      state.Add("sequence", entry.info.sequence);
      state.Add("status", entry.info.status);
      state.Add("ring", entry.info.ring);
      state.Add("from", entry.info.from);
      state.Add("capacity", entry.info.capacity);
      state.Add("used", entry.info.used);
      state.Add("issued ms", entry.info.issued_ms);
      state.Add("moves since", entry.moves_since);
      state.Add("overdue", entry.overdue);
    });
  }
  for (const DoubtOf& doubt : doubts_) {
    state.Part("doubt", [&] {
      state.Add("peer", doubt.peer);
      state.Add("lacks", doubt.lacks);
      state.Add("until", doubt.until);
    });
  }
}

void RingBook::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void RingBook::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
