// What a restart leaves, and the state told.
#include <algorithm>

#include "core/arachnode/arachnode.h"
#include "core/port/names.h"

namespace core {

void Arachnode::WritePlace(const RingMoment& moment) {
  PlaceRow row{.capacity = lends() ? capacity_ : 0, .sequence = sequence_};
  if (lends()) {
    row.ring = place_->from;
    row.status = place_->status;
  }
  shelf_.WritePlace(moment, EncodeRow(row));
}

void Arachnode::Load(const RingMoment& moment, std::span<const StoredRow> rows) {
  const size_t blocks = shelf_.Load(rows);
  PlaceRow row;
  bool found = false;
  for (const StoredRow& stored : rows) {
    if (stored.at == PlaceKey()) found = DecodeRow(stored.value, row) == nullptr;
  }
  sequence_ = row.sequence;
  if (!found || row.capacity == 0) {
    if (blocks > 0) release_at_ = moment.now;
    return;
  }
  capacity_ = row.capacity;
  if (row.status == RingStatus::kJoining) return OnLend(moment, LendCommand{row.capacity});
  // A move that had not settled never was.
  placement_.Settle(moment.now);
  Enter(moment, {RingStatus::kActive, row.ring, row.ring});
  release_at_ = moment.now + moment.rings().release_wait;
  if (row.status == RingStatus::kLeaving) OnLend(moment, LendCommand{});
}

RingWork Arachnode::WorkNow() const {
  if (choosing_) return RingWork::kChoosing;
  if (pull_.running()) return RingWork::kFilling;
  if (handoff_.running()) return RingWork::kHandingOff;
  return release_at_ == Time::Never() ? RingWork::kNone : RingWork::kReleasing;
}

RingOverview Arachnode::Overview(const Directory& directory, const NodeId& self) const {
  RingOverview overview{.place = place_,
                        .capacity = lends() ? capacity_ : 0,
                        .used = shelf_.used(),
                        .blocks = shelf_.size(),
                        .damaged = shelf_.damaged(),
                        .pressed = lends() && pressed_,
                        .work = WorkNow(),
                        .neighbours = {}};
  if (overview.work == RingWork::kFilling) {
    overview.through_ppm = pull_.through_ppm();
    overview.worked = pull_.fetched();
  } else if (overview.work == RingWork::kHandingOff) {
    overview.through_ppm = handoff_.through_ppm();
    overview.worked = handoff_.confirmed();
  }
  for (const RingInfo* info : book_.All()) {
    const int shared = CommonPrefix(self, directory.NodeIdOf(info->peer));
    const RingSide side = lends() ? SideOf(*place_, PlaceOf(*info), shared) : RingSide::kElsewhere;
    overview.neighbours.push_back({side, *info});
  }
  std::stable_sort(overview.neighbours.begin(), overview.neighbours.end(),
                   [](const RingNeighbour& a, const RingNeighbour& b) {
                     return a.side != b.side ? a.side < b.side : a.info.ring < b.info.ring;
                   });
  return overview;
}

void Arachnode::CollectPeers(PeerSet& peers) const {
  book_.CollectPeers(peers);
  questions_.CollectPeers(peers);
  shelf_.CollectPeers(peers);
  sampler_.CollectPeers(peers);
  pull_.CollectPeers(peers);
  repair_.CollectPeers(peers);
  handoff_.CollectPeers(peers);
  challenges_.CollectPeers(peers);
  spreading_.CollectPeers(peers);
  vouching_.CollectPeers(peers);
  fetch_.CollectPeers(peers);
}

template <typename State>
void Arachnode::Tell(State& state) const {
  state.Add("lends", lends());
  state.Add("capacity", capacity_);
  if (lends()) {
    state.Add("status", place_->status);
    state.Add("ring", place_->ring);
    state.Add("from", place_->from);
  }
  state.Add("sequence", sequence_);
  state.Add("choosing", choosing_);
  state.Add("pressed", pressed_);
  state.Add("refused", refused_);
  state.Hash(join_tries_);
  state.Hash(backlog_.size());
  state.Show("backlog", backlog_.size());
  state.Add("counts silent nodes until", heard_until_);
  state.Add("gossips", gossip_at_);
  state.Add("monitors", monitor_at_);
  state.Add("releases", release_at_);
  state.Add("joins", join_at_);
  state.Add("spreads backlog", backlog_at_);
  state.Part("placement", [&] { placement_.Tell(state); });
  state.Module("book", book_);
  state.Module("questions", questions_);
  state.Module("shelf", shelf_);
  state.Module("sampler", sampler_);
  state.Module("pull", pull_);
  state.Module("repair", repair_);
  state.Module("handoff", handoff_);
  state.Module("challenges", challenges_);
  state.Module("spreading", spreading_);
  state.Module("vouching", vouching_);
  state.Part("pushes", [&] { pushes_.Tell(state); });
  state.Module("refs asked", refs_asked_);
  state.Module("fetch", fetch_);
}

void Arachnode::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Arachnode::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Arachnode::HeapBytes() const {
  return book_.HeapBytes() + questions_.HeapBytes() + shelf_.HeapBytes() + sampler_.HeapBytes() +
         pull_.HeapBytes() + repair_.HeapBytes() + handoff_.HeapBytes() + challenges_.HeapBytes() +
         spreading_.HeapBytes() + vouching_.HeapBytes() + pushes_.HeapBytes() +
         refs_asked_.HeapBytes() + fetch_.HeapBytes() + backlog_.capacity() * sizeof(BlockId);
}

}  // namespace core
