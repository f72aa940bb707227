#include "core/arachnode/arachnode.h"

#include <algorithm>
#include <utility>

#include "core/arachnode/archive_proof.h"
#include "core/codec/stored.h"
#include "core/transactions/cluster.h"

namespace core {
namespace {

constexpr size_t kJoinAsked = 3;
constexpr uint32_t kJoinTries = 6;  // Before a node that knows nobody begins alone.
constexpr Duration kJoinRetry = Seconds(5);
constexpr size_t kReleasedAtOnce = 64;
constexpr Duration kReleasePause = Seconds(1);
constexpr size_t kBacklogAtOnce = 32;
constexpr Duration kBacklogPause = Seconds(1);

Archive ArchiveOf(const Repository& repository, const BlockId& block) {
  const Tip tip = repository.TipOf(block);
  const Revision* revision = tip.revision == 0 ? nullptr : repository.Find(block, tip.revision);
  if (revision == nullptr) return {};
  Archive archive{.block = block,
                  .revision = tip.revision,
                  .hash = revision->row.hash,
                  .prior_hash = revision->row.prior_hash,
                  .deleted = revision->tombstone(),
                  .certificate = revision->row.certificate,
                  .decision = revision->row.decision,
                  .value = {}};
  if (archive.deleted) return archive;
  std::optional<Bytes> content = repository.ContentOf(block, *revision);
  if (!content.has_value()) return {};
  archive.value = *std::move(content);
  return archive;
}

// Nothing: this peer is none of the members that it knows of.
std::optional<uint32_t> RankOf(const RingMoment& moment, const BlockId& block) {
  uint32_t rank = 0;
  for (const Neighbour& member : OwnView(moment, block)) {
    if (member.peer == moment.self) return rank;
    if (!member.away) ++rank;
  }
  return std::nullopt;
}

}  // namespace

// ---- lending and joining ----

void Arachnode::OnLend(const RingMoment& moment, const LendCommand& lend) {
  if (lend.bytes > 0) {
    capacity_ = lend.bytes;
    if (!lends()) {
      choosing_ = true;
      Enter(moment, {RingStatus::kJoining, limits::kRingMax, limits::kRingMax});
      AskToJoin(moment);
    } else if (place_->status == RingStatus::kLeaving) {
      handoff_.Stop(WaysOfHandoff());
      Enter(moment, {RingStatus::kActive, place_->ring, place_->ring});
    } else {
      Enter(moment, *place_);
    }
  } else if (lends() && place_->status != RingStatus::kLeaving) {
    handoff_.Stop(WaysOfHandoff());
    pull_.Stop(questions_);
    repair_.Stop(questions_);
    const uint8_t ring = TakenRing(*place_);
    Enter(moment, {RingStatus::kLeaving, ring, ring});
    handoff_.Begin(moment, RangeOf(moment.self_id(), ring));
  }
}

// A new place: durable, told, and the clocks run.
void Arachnode::Enter(const RingMoment& moment, Place place) {
  place_ = place;
  if (gossip_at_ == Time::Never()) gossip_at_ = moment.now + moment.rings().gossip_interval;
  if (monitor_at_ == Time::Never()) monitor_at_ = moment.now + moment.rings().monitor_interval;
  WritePlace(moment);
  moment.effects.Observe(RingChanged{.status = place.status,
                                     .ring = place.ring,
                                     .from = place.from,
                                     .lends = true,
                                     .capacity = capacity_,
                                     .used = shelf_.used()});
  Announce(moment);
}

void Arachnode::AskToJoin(const RingMoment& moment) {
  const NodeId& self = moment.self_id();
  const std::vector<PeerId> nearest = moment.Nearest(self, kJoinAsked);
  for (const PeerId near : nearest) {
    questions_.Ask(moment, near, Asker::kJoin, 0,
                   RefsRequest{.infos = OwnWord(moment), .keys = {{self, 0}}});
  }
  join_at_ = nearest.empty() ? moment.now + kJoinRetry : Time::Never();
  if (!nearest.empty() || ++join_tries_ < kJoinTries) return;
  join_at_ = Time::Never();
  ChooseRing(moment);
}

// The innermost ring whose data fit (1.2.3); where nobody holds anything, everything is nothing.
void Arachnode::ChooseRing(const RingMoment& moment) {
  choosing_ = false;
  uint8_t ring = 0;
  if (moment.rings().free_share_signal) {
    ring = static_cast<uint8_t>((FreeShareDepth(OwnShare(moment)) + 500) / 1000);
  } else {
    uint64_t known = 0;
    uint64_t all = 0;  // What ring 0 would hold, summed over those who tell.
    for (const RingInfo* info : book_.HoldersOf(moment.self_id())) {
      all += std::min(info->used, UINT64_MAX >> 32) << AnsweredRing(PlaceOf(*info));
      ++known;
    }
    const uint64_t data = known == 0 ? 0 : all / known;
    const uint64_t room = capacity_ / 100 * static_cast<uint64_t>(moment.rings().fill_percent);
    while (ring < limits::kRingMax && data >> ring > room) ++ring;
  }
  Enter(moment, {RingStatus::kJoining, ring, ring});
  pull_.Begin(RangeOf(moment.self_id(), ring));
}

FreeShare Arachnode::OwnShare(const RingMoment& moment) const {
  uint64_t known = 1;
  uint64_t free = capacity_ - std::min(capacity_, shelf_.used());
  FreeShare share{.own_free = free, .mean_free = 0, .peers = moment.peers};
  for (const RingInfo* info : book_.All()) {
    free += info->capacity - std::min(info->capacity, info->used);
    ++known;
  }
  share.mean_free = free / known;
  return share;
}

// ---- moving ----

void Arachnode::Monitor(const RingMoment& moment) {
  monitor_at_ = moment.now + moment.rings().monitor_interval;
  book_.Expire(moment);
  pushes_.Sweep(moment.now);
  refs_asked_.Sweep(moment.now);
  if (place_->status == RingStatus::kLeaving && !handoff_.running()) {
    handoff_.Begin(moment, RangeOf(moment.self_id(), place_->ring));
  }
  if (place_->status != RingStatus::kActive) return;
  placement_.Sample(moment.rings(), refused_ ? capacity_ : shelf_.used(), capacity_);
  refused_ = false;
  if (!placement_.IsFull(moment.rings())) Press(moment, false);
  if (!repair_.running()) repair_.Begin(moment, place_->ring, book_);
  Watch(moment);
  if (!placement_.MayMove(moment.rings(), moment.now)) return;
  if (moment.rings().free_share_signal) {
    Decide(moment, placement_.Decide(moment.rings(), place_->ring, OwnShare(moment)));
  } else if (sampler_.phase() == OverlapSampler::Phase::kIdle) {
    sampler_.Begin(moment, place_->ring, book_, questions_);
  }
}

void Arachnode::Decide(const RingMoment& moment, RingMove move) {
  const uint8_t ring = place_->ring;
  if (move == RingMove::kStay) {
    placement_.Stay(moment.rings(), moment.now);
    return Press(moment, placement_.IsFull(moment.rings()) && ring < limits::kRingMax);
  }
  repair_.Stop(questions_);
  if (move == RingMove::kOut) {
    Enter(moment, {RingStatus::kMoving, static_cast<uint8_t>(ring + 1), ring});
    return handoff_.Begin(moment, ShedHalf(moment.self_id(), ring));
  }
  const auto inner = static_cast<uint8_t>(ring - 1);
  Enter(moment, {RingStatus::kMoving, inner, ring});
  pull_.Begin(ShedHalf(moment.self_id(), inner));
}

void Arachnode::Press(const RingMoment& moment, bool on) {
  if (pressed_ == on) return;
  pressed_ = on;
  moment.effects.Observe(StoragePressure{.on = on});
}

// What could not be fetched is left to repair: a source that names what nobody has must not keep a node
// from its place.
void Arachnode::EndPull(const RingMoment& moment) {
  moment.effects.Observe(
      FillEnded{.ring = place_->ring, .blocks = pull_.fetched(), .whole = pull_.failed() == 0});
  placement_.Settle(moment.now);
  Enter(moment, {RingStatus::kActive, place_->ring, place_->ring});
}

void Arachnode::Watch(const RingMoment& moment) {
  Key256 key;
  moment.random.Fill(key.bytes);
  const KeyRange range = RangeOf(moment.self_id(), place_->ring);
  const std::vector<KeyedRevision> drawn =
      shelf_.Page(range, Splice(moment.self_id(), key, place_->ring), 1);
  if (drawn.empty()) return;
  const std::vector<const RingInfo*> holders = book_.HoldersOf(drawn[0].key, true);
  if (holders.empty()) return;
  const PeerId watched = holders[moment.random.Below(holders.size())]->peer;
  challenges_.Begin(moment, shelf_, {watched, {drawn[0].key, 1}, Challenges::Why::kWatch});
}

void Arachnode::EndHandoff(const RingMoment& moment) {
  const Handoff::End end = handoff_.TakeEnd();
  if (end == Handoff::End::kNone) return;
  const bool done = end == Handoff::End::kDone;
  const bool leaves = place_->status == RingStatus::kLeaving;
  moment.effects.Observe(HandoffEnded{.done = done,
                                      .from = place_->from,
                                      .to = leaves ? limits::kRingNone : place_->ring,
                                      .blocks = handoff_.confirmed(),
                                      .stuck = handoff_.stuck()});
  if (!leaves) {
    placement_.Settle(moment.now);
    const uint8_t ring = done ? place_->ring : place_->from;
    Enter(moment, {RingStatus::kActive, ring, ring});
    if (!done) Press(moment, placement_.IsFull(moment.rings()));
  } else if (done) {
    place_.reset();
    word_.reset();
    gossip_at_ = Time::Never();
    monitor_at_ = Time::Never();
    WritePlace(moment);
    moment.effects.Observe(
        RingChanged{.status = RingStatus::kLeaving, .capacity = capacity_, .used = shelf_.used()});
  }
  if (done) release_at_ = moment.now + moment.rings().release_wait;
}

// A bit at a time: the disk has other work.
void Arachnode::Release(const RingMoment& moment) {
  // Nothing is to stay when nothing is lent; otherwise all that the node has taken on.
  std::optional<KeyRange> kept;
  if (lends()) kept = RangeOf(moment.self_id(), TakenRing(*place_));
  const std::vector<KeyedRevision> doomed = shelf_.Outside(kept, kReleasedAtOnce);
  for (const KeyedRevision& block : doomed) {
    shelf_.Erase(moment, block.key);
    moment.effects.Observe(BlockReleased{.key = block.key, .revision = block.revision});
  }
  release_at_ = doomed.empty() ? Time::Never() : moment.now + kReleasePause;
}

// ---- what its clusters commit ----

void Arachnode::OnCommitted(const RingMoment& moment, const Repository& repository,
                            const BlockId& block) {
  const KeyedRevision made{RingKeyOf(moment, block), repository.TipOf(block).revision};
  const std::optional<uint32_t> rank = RankOf(moment, block);
  if (made.revision == 0 || !rank.has_value()) return;
  spreading_.Add(moment, block, made, *rank);
  if (Takes(moment, made.key) && !shelf_.Has(made)) {
    const Archive archive = ArchiveOf(repository, block);
    if (!archive.empty()) (void)Keep(moment, {.use = ShelfTask::Use::kPulled}, archive);
  }
  Advance(moment, repository);
}

// ---- what its clusters have lost ----

void Arachnode::OnWanted(const RingMoment& moment, const WantedBlock& wanted) {
  constexpr uint8_t kRingAssumed = 8;  // Of who is in none, by the reference implementation.
  const uint8_t own = lends() ? AnsweredRing(*place_) : kRingAssumed;
  fetch_.Find(moment, wanted, moment.rings().inner_fetch_only ? own : limits::kRingMax);
  fetch_.Advance(moment, book_, shelf_, questions_);
}

// ---- what it would let go of ----

// What has changed meanwhile is not vouched for.
void Arachnode::OnParting(const RingMoment& moment, const Repository& repository,
                          const PartingValue& value) {
  const Key256 key = RingKeyOf(moment, value.block);
  const bool answers = lends() && Covers(moment.self_id(), SettledRing(*place_), key);
  const ShelfEntry* held = answers ? shelf_.Find(key) : nullptr;
  Archive archive = ArchiveOf(repository, value.block);
  if (archive.revision != value.revision) archive = {};
  vouching_.Begin(moment, WaysOfVouching(), value, std::move(archive),
                  held != nullptr && held->revision == value.revision);
}

// What too few hold is spread once more: they may have had no room.
std::vector<VouchedValue> Arachnode::TakeVouched(const RingMoment& moment,
                                                 const Repository& repository) {
  std::vector<VouchedValue> ended = vouching_.TakeEnded();
  for (const VouchedValue& each : ended) {
    const BlockId& block = each.value.block;
    if (!each.held && !spreading_.IsOpen(block)) OnCommitted(moment, repository, block);
  }
  return ended;
}

// ---- time ----

void Arachnode::OnDeadline(const RingMoment& moment, const Repository& repository) {
  while (const std::optional<Question> silent = questions_.TakeSilent(moment.now)) {
    OnSilence(moment, *silent);
  }
  if (gossip_at_ <= moment.now) Gossip(moment);
  if (monitor_at_ <= moment.now) Monitor(moment);
  if (release_at_ <= moment.now) Release(moment);
  if (join_at_ <= moment.now) AskToJoin(moment);
  handoff_.OnDeadline(moment, WaysOfHandoff());
  if (backlog_at_ <= moment.now) {
    for (size_t i = 0; i < kBacklogAtOnce && !backlog_.empty(); ++i) {
      const BlockId block = backlog_.back();
      backlog_.pop_back();
      OnCommitted(moment, repository, block);
    }
    backlog_at_ = backlog_.empty() ? Time::Never() : moment.now + kBacklogPause;
  }
  Advance(moment, repository);
}

void Arachnode::Advance(const RingMoment& moment, const Repository& repository) {
  if (choosing_ && join_at_ == Time::Never() && questions_.CountOf(Asker::kJoin) == 0) {
    ChooseRing(moment);
  }
  if (pull_.running()) {
    pull_.Advance(moment, book_, shelf_, questions_);
    if (!pull_.running()) EndPull(moment);
  }
  repair_.Advance(moment, shelf_, questions_);
  handoff_.Advance(moment, WaysOfHandoff());
  EndHandoff(moment);
  Halves halves;
  if (sampler_.TakeDone(halves) && lends() && place_->status == RingStatus::kActive) {
    for (const Overlap* half : {&halves.shed, &halves.gained}) {
      if (half->keys == 0) continue;
      moment.effects.Observe(OverlapSampled{.keys = static_cast<uint16_t>(half->keys),
                                            .least = static_cast<uint16_t>(half->least),
                                            .sum = half->sum});
    }
    Decide(moment, placement_.Decide(moment.rings(), place_->ring, halves));
  }
  spreading_.Advance(moment, {book_, questions_, challenges_},
                     [&](const BlockId& block) { return ArchiveOf(repository, block); });
  fetch_.Advance(moment, book_, shelf_, questions_);
}

Time Arachnode::NextDeadline() const {
  return std::min({questions_.NextDeadline(), handoff_.NextDeadline(), spreading_.NextDeadline(),
                   fetch_.NextDeadline(), gossip_at_, monitor_at_, release_at_, join_at_,
                   backlog_at_});
}

}  // namespace core
