// Engine: runs an application's peers over plain-data events in time windows, with one result for
// any number of threads and shards. Implements architecture.md, section 5.
//
// Invariants: (1) a peer sees its events in the order (time, tie, source, sequence); (2) windows
// lie on the grid [kL, (k+1)L), clipped at the end of the run, and no message arrives in the window
// that it was sent in; (3) the fingerprint covers what every peer was given, in its order; (4)
// windows in which nothing can happen are not visited. The application owns peers and payloads; the
// engine owns events, wake-ups, threads and time.
//
// What an application provides (World, or a benchmark; `Application` below spells it in C++):
//   Lane, MakeLane(i)      scratch of thread i. Which lane runs a peer is not deterministic, so
//                          nothing that is kept may depend on it.
//   BeginWindow(start,end) one thread, before each visited window; the first is window 0. May
//                          change anything, Inject and Arm. Returns when it wants control next: the
//                          window with that instant will be visited (Never: only when events do).
//   EndWindow(end)         one thread, after a window in which something ran: merge what lanes
//   hold. Deliver(lane, outbox, now, event), Wake(lane, outbox, now, peer)
//                          any thread: touch that peer, the lane and immutable things only.
//   PayloadDigest(event)   what the fingerprint says about the payload; called before Deliver.
//   Prefetch(peer), PrefetchPayload(event)
//                          about 24 events ahead; ORB_ALWAYS_INLINE, or GCC drops them.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "sim/engine/checkpoint.h"
#include "sim/engine/chunk_pool.h"
#include "sim/engine/crew.h"
#include "sim/engine/event.h"
#include "sim/engine/inline.h"
#include "sim/engine/lane.h"
#include "sim/engine/outbox.h"
#include "sim/engine/peer_table.h"
#include "sim/engine/shard_map.h"
#include "sim/engine/statistics.h"
#include "sim/engine/window_grid.h"

namespace sim {

template <typename A>
concept Application = requires(A a, const A c, typename A::Lane& lane, Outbox& outbox,
                               WorldTime time, const Event& event, core::PeerId peer) {
  { a.MakeLane(0) } -> std::same_as<std::unique_ptr<typename A::Lane>>;
  { a.BeginWindow(time, time) } -> std::same_as<WorldTime>;
  a.EndWindow(time);
  a.Deliver(lane, outbox, time, event);
  a.Wake(lane, outbox, time, peer);
  { c.PayloadDigest(event) } -> std::same_as<uint64_t>;
  c.Prefetch(peer);
  c.PrefetchPayload(event);
};

struct EngineOptions {
  uint64_t seed = 1;
  uint32_t peers = 0;
  core::Duration lookahead;  // Smallest link delay, at most kLongestLookahead.
  WorldTime end;             // Instants before it happen, it and later ones do not.
  int threads = 1;
  int shards = 0;                                // 0: chosen by the number of peers.
  core::Duration checkpoint_every{1'000'000};    // 0: no checkpoints.
  uint32_t events_per_instant_max = 100'000;     // Of one peer; more is a livelock.
  uint32_t shared_events_min = 512;              // A window with fewer runs on one thread.
  uint32_t chunk_bytes = 512;                    // Of pending events, a power of two.
  const std::atomic<bool>* stop_flag = nullptr;  // Looked at before each window.
};

enum class RunState {
  kPaused,    // The instant asked for is reached.
  kFinished,  // Nothing is left before the end of the run.
  kStopped,   // The stop flag was set.
};

// For a livelock found by the engine.
[[nodiscard]] core::Status LivelockError(const Livelock& livelock, uint32_t events_max);

template <typename A>
class Engine {
  static_assert(Application<A>);

 public:
  // The application outlives the engine. Only MakeLane is called before Run.
  Engine(const EngineOptions& options, A* application);

  // To the end of the run.
  [[nodiscard]] core::StatusOr<RunState> Run() { return RunUntil(WorldTime::Never()); }

  // Visits the windows that start before `until`; may be called again with a later instant. Where a
  // run is paused changes nothing in it. An error is final.
  [[nodiscard]] core::StatusOr<RunState> RunUntil(WorldTime until);

  // The next two are for BeginWindow only. REQUIRES: at >= the window's start.
  // Ties come in this seed's order from now on. Between windows, or at the beginning of one.
  void Reseed(uint64_t seed) { options_.seed = seed; }

  // An event from kWorld. Two for one peer and instant come in seeded order, as all events do.
  void Inject(WorldTime at, core::PeerId to, uint32_t payload);
  // As Outbox::Arm, for example Never for a peer that has crashed.
  void Arm(core::PeerId peer, WorldTime at);

  // Start of the next window to visit, or of the open one during a callback.
  [[nodiscard]] WorldTime Now() const {
    return {window_ == kNoWindow ? grid_.end() : std::min(grid_.StartOf(window_), grid_.end())};
  }

  [[nodiscard]] core::Fingerprint fingerprint() const { return peers_.Fold(); }

  [[nodiscard]] const std::vector<Checkpoint>& checkpoints() const { return checkpoints_; }

  [[nodiscard]] uint32_t shards() const { return shards_.count(); }

  [[nodiscard]] Statistics statistics() const;

  // Bytes: peer lines, pending events, scratch.
  [[nodiscard]] size_t MemoryUsage() const;

 private:
  static constexpr size_t kAhead = 24;
  static constexpr uint64_t kNoWindow = ~uint64_t{0};

  // What one member of the crew takes its next shard from, its own share first.
  struct alignas(128) Share {
    std::atomic<uint32_t> next{0};
    uint32_t end = 0;
  };

  // A thread at work on a shard.
  struct Station {
    Lane& lane;
    typename A::Lane& application_lane;
    core::PeerId first;  // Of the shard.
  };

  void EnterWindow();
  bool RunWindow();
  uint64_t PlanShards();
  void ShareOut(uint64_t events);
  void Work(size_t member);
  void RunShard(size_t member, uint32_t shard);
  size_t RunPeer(const Station& at, size_t i);
  void RunLocalBefore(const Station& at, Outbox& outbox, size_t i);
  void Execute(const Station& at, Outbox& outbox, int64_t now, const Event& event);
  void ExecuteWake(const Station& at, Outbox& outbox, int64_t now);
  bool Advances(const Station& at, Outbox& outbox, int64_t now) const;
  void Hint(const Station& at, size_t i) const;
  [[nodiscard]] uint64_t NextWindow() const;
  [[nodiscard]] uint64_t NextOccupied() const;
  void TakeCheckpoint(int64_t start);
  core::Status FindLivelock();

  EngineOptions options_;
  A* application_;
  WindowGrid grid_;
  ShardMap shards_;
  PeerTable peers_;
  ChunkStore store_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::unique_ptr<typename A::Lane>> application_lanes_;
  std::vector<Share> shares_;
  std::vector<uint32_t> work_;         // Shards with something to do in this window.
  std::vector<uint32_t> work_events_;  // Their events.
  std::vector<EnteredSlot> entered_;
  uint64_t window_ = 0;       // The open one, or the next to visit.
  uint64_t last_window_ = 0;  // The last one visited.
  WorldTime wanted_{0};
  uint32_t world_sequence_ = 0;
  bool changed_ = false;  // Since the last checkpoint.
  int64_t next_checkpoint_;
  uint64_t windows_run_ = 0;
  uint64_t windows_shared_ = 0;
  std::vector<Checkpoint> checkpoints_;
  core::Status failure_;
  Crew crew_;  // Last: its threads use all of the above.
};

template <typename A>
Engine<A>::Engine(const EngineOptions& options, A* application)
    : options_(options),
      application_(application),
      grid_(options.lookahead, options.end),
      shards_(options.peers, options.shards),
      peers_(options.peers),
      store_(options.chunk_bytes),
      shares_(static_cast<size_t>(options.threads)),
      next_checkpoint_(options.checkpoint_every.us),
      crew_(options.threads, [this](int member) { Work(static_cast<size_t>(member)); }) {
  // Offsets and places share a sort key.
  CHECK(shards_.bits() + grid_.OffsetBits() <= 64 - Batch::kIndexBits);
  for (int i = 0; i < options.threads; ++i) {
    lanes_.push_back(std::make_unique<Lane>(grid_, shards_, &store_));
    application_lanes_.push_back(application->MakeLane(i));
  }
}

template <typename A>
core::StatusOr<RunState> Engine<A>::RunUntil(WorldTime until) {
  RETURN_IF_ERROR(failure_);
  while (window_ != kNoWindow && grid_.StartOf(window_) < grid_.end()) {
    if (grid_.StartOf(window_) >= until.us) return RunState::kPaused;
    if (options_.stop_flag != nullptr && options_.stop_flag->load()) return RunState::kStopped;
    EnterWindow();
    const WorldTime end{grid_.EndOf(window_)};
    wanted_ = application_->BeginWindow(Now(), end);
    if (RunWindow()) application_->EndWindow(end);
    failure_ = FindLivelock();
    RETURN_IF_ERROR(failure_);
    last_window_ = window_;
    window_ = NextWindow();
  }
  TakeCheckpoint(grid_.end());
  return RunState::kFinished;
}

template <typename A>
void Engine<A>::Inject(WorldTime at, core::PeerId to, uint32_t payload) {
  CHECK(to.value < options_.peers);
  CHECK(at.us >= grid_.StartOf(window_));
  const uint32_t sequence = world_sequence_++;
  CHECK(sequence != kWakeSequence);
  lanes_[0]->windows().Add(at.us, to, kWorld, sequence, payload);
}

template <typename A>
void Engine<A>::Arm(core::PeerId peer, WorldTime at) {
  CHECK(peer.value < options_.peers);
  CHECK(at.us >= grid_.StartOf(window_));
  const int64_t when = at.us < grid_.end() ? at.us : PeerLine::kNever;
  if (!peers_[peer].Arm(when)) return;
  lanes_[0]->windows().Add(when, peer, peer, kWakeSequence, 0);
}

template <typename A>
void Engine<A>::EnterWindow() {
  TakeCheckpoint(grid_.StartOf(window_));
  entered_.clear();
  for (int level = Windows::kLevels - 1; level > 0; --level) {
    const int shift = Windows::kSlotBits * level;
    const uint64_t slot = window_ >> shift;
    if (slot == last_window_ >> shift) continue;
    bool occupied = false;
    for (const auto& lane : lanes_) occupied |= lane->windows().TakeMark(level, slot);
    if (occupied) entered_.push_back({level, slot});
  }
  for (const auto& lane : lanes_) lane->Open(window_);
  for (const auto& lane : lanes_) lane->windows().BringNear();
}

// Returns whether something ran.
template <typename A>
bool Engine<A>::RunWindow() {
  const uint64_t before = statistics().events;
  const uint64_t events = PlanShards();
  if (options_.threads > 1 && work_.size() > 1 && events >= options_.shared_events_min) {
    ShareOut(events);
    crew_.Round();
    ++windows_shared_;
  } else {
    for (const uint32_t shard : work_) RunShard(0, shard);
  }
  for (const auto& lane : lanes_) (void)lane->windows().TakeMark(0, window_);
  const bool ran = statistics().events != before;
  if (ran) ++windows_run_;
  changed_ |= ran;
  return ran;
}

// Lists the shards that have something in this window; returns the number of their events.
template <typename A>
uint64_t Engine<A>::PlanShards() {
  work_.clear();
  work_events_.clear();
  uint64_t sum = 0;
  for (uint32_t shard = 0; shard < shards_.count(); ++shard) {
    uint32_t events = 0;
    for (const auto& lane : lanes_) {
      events += lane->windows().CountAt({0, window_, shard});
      for (const EnteredSlot& slot : entered_) {
        events += lane->windows().CountAt({slot.level, slot.slot, shard});
      }
    }
    if (events == 0) continue;
    work_.push_back(shard);
    work_events_.push_back(events);
    sum += events;
  }
  return sum;
}

// Cuts the list into one contiguous share of about equal events for each thread.
template <typename A>
void Engine<A>::ShareOut(uint64_t events) {
  const auto size = static_cast<uint32_t>(work_.size());
  uint32_t at = 0;
  uint64_t given = 0;
  for (size_t i = 0; i < shares_.size(); ++i) {
    shares_[i].next.store(at, std::memory_order_relaxed);
    const uint64_t until = events * (i + 1) / shares_.size();
    while (at < size && given < until) given += work_events_[at++];
    shares_[i].end = i + 1 == shares_.size() ? size : at;
  }
}

// A member that has done its share helps the next ones.
template <typename A>
void Engine<A>::Work(size_t member) {
  for (size_t i = 0; i < shares_.size(); ++i) {
    Share& share = shares_[(member + i) % shares_.size()];
    for (;;) {
      const uint32_t at = share.next.fetch_add(1, std::memory_order_relaxed);
      if (at >= share.end) break;
      RunShard(member, work_[at]);
    }
  }
}

template <typename A>
void Engine<A>::RunShard(size_t member, uint32_t shard) {
  const Station at{*lanes_[member], *application_lanes_[member], shards_.FirstOf(shard)};
  at.lane.Collect(lanes_, entered_, shard);
  const size_t size = at.lane.batch().size();
  for (size_t i = 0; i < std::min(kAhead, size); ++i) Hint(at, i);
  for (size_t i = 0; i < size;) i = RunPeer(at, i);
}

template <typename A>
ORB_ALWAYS_INLINE void Engine<A>::Hint(const Station& at, size_t i) const {
  const Batch& batch = at.lane.batch();
  const uint64_t key = batch.Key(i);
  const core::PeerId peer{at.first.value + batch.PlaceOf(key)};
  if (i == 0 || batch.PlaceOf(batch.Key(i - 1)) != batch.PlaceOf(key)) {
    peers_.Prefetch(peer);
    application_->Prefetch(peer);
  }
  const Batch::Body& body = batch.BodyOf(key);
  if (body.sequence == kWakeSequence) return;  // It carries none.
  application_->PrefetchPayload({0, peer, body.from, body.sequence, body.payload});
}

// Runs the events of one peer, the first of which is number i; returns the number after the last.
template <typename A>
ORB_ALWAYS_INLINE size_t Engine<A>::RunPeer(const Station& at, size_t i) {
  Batch& batch = at.lane.batch();
  const size_t size = batch.size();
  const uint32_t place = batch.PlaceOf(batch.Key(i));
  const core::PeerId peer{at.first.value + place};
  Outbox outbox(&at.lane, &peers_[peer], peer, options_.seed);
  size_t ordered = i;
  do {
    if (i + kAhead < size) Hint(at, i + kAhead);
    uint64_t key = batch.Key(i);
    if (i >= ordered && i + 1 < size && batch.InstantOf(key) == batch.InstantOf(batch.Key(i + 1)))
        [[unlikely]] {
      ordered = batch.OrderTies(i, options_.seed);
      key = batch.Key(i);
    }
    const int64_t now = at.lane.start() + batch.OffsetOf(key);
    const Batch::Body& body = batch.BodyOf(key);
    const Event event{static_cast<uint32_t>(now), peer, body.from, body.sequence, body.payload};
    if (!at.lane.local().empty()) [[unlikely]]
      RunLocalBefore(at, outbox, i);
    Execute(at, outbox, now, event);
    ++i;
  } while (i < size && batch.PlaceOf(batch.Key(i)) == place);
  if (!at.lane.local().empty()) [[unlikely]]
    RunLocalBefore(at, outbox, size);
  return i;
}

// The peer's own posts for this window that precede event number i; all of them at the end.
template <typename A>
ORB_NO_INLINE void Engine<A>::RunLocalBefore(const Station& at, Outbox& outbox, size_t i) {
  LocalHeap& local = at.lane.local();
  const Batch& batch = at.lane.batch();
  LocalEvent next{WindowGrid::kLatest + 1, 0, {}};
  if (i < batch.size()) {
    const uint64_t key = batch.Key(i);
    const Batch::Body& body = batch.BodyOf(key);
    next.at = at.lane.start() + batch.OffsetOf(key);
    next.tie = TieOf(options_.seed, body.from, body.sequence);
    next.event.from = body.from;
    next.event.sequence = body.sequence;
  }
  while (!local.empty() && local.top().Before(next)) {
    const LocalEvent event = local.Pop();
    Execute(at, outbox, event.at, event.event);
  }
}

template <typename A>
ORB_ALWAYS_INLINE void Engine<A>::Execute(const Station& at, Outbox& outbox, int64_t now,
                                          const Event& event) {
  if (event.sequence == kWakeSequence) [[unlikely]]
    return ExecuteWake(at, outbox, now);
  if (!Advances(at, outbox, now)) [[unlikely]]
    return;
  outbox.now_ = now;
  uint64_t& chain = outbox.line_->chain;
  chain = Extend(chain, {now, event.from, event.sequence, application_->PayloadDigest(event)});
  ++at.lane.statistics().deliveries;
  application_->Deliver(at.application_lane, outbox, WorldTime{now}, event);
}

template <typename A>
ORB_NO_INLINE void Engine<A>::ExecuteWake(const Station& at, Outbox& outbox, int64_t now) {
  PeerLine& line = *outbox.line_;
  const PeerLine::Due due = line.TakeEntry(now);
  if (due == PeerLine::Due::kQueueAgain) outbox.QueueWake(line.armed());
  if (due != PeerLine::Due::kWake || !Advances(at, outbox, now)) return;
  outbox.now_ = now;
  line.chain = Extend(line.chain, {now, outbox.peer_, kWakeSequence, 0});
  ++at.lane.statistics().wakes;
  application_->Wake(at.application_lane, outbox, WorldTime{now}, outbox.peer_);
}

// False once the peer has had too many events at one instant: it runs no further in this window,
// and the run ends after it.
template <typename A>
ORB_ALWAYS_INLINE bool Engine<A>::Advances(const Station& at, Outbox& outbox, int64_t now) const {
  if (now != outbox.now_) [[likely]] {
    outbox.repeats_ = 0;
    return !outbox.stuck_;
  }
  if (++outbox.repeats_ < options_.events_per_instant_max) [[likely]]
    return true;
  Livelock& livelock = at.lane.livelock();
  if (!outbox.stuck_) livelock = std::min(livelock, Livelock{now, outbox.peer_});
  outbox.stuck_ = true;
  return false;
}

template <typename A>
uint64_t Engine<A>::NextWindow() const {
  uint64_t next = NextOccupied();
  if (wanted_.us < grid_.end()) {
    next = std::min(next, std::max(window_ + 1, grid_.WindowAt(std::max(wanted_.us, int64_t{0}))));
  }
  return next;
}

// The first window after the open one in which an event may be, or a coarse slot begins that has
// some.
template <typename A>
uint64_t Engine<A>::NextOccupied() const {
  uint64_t next = kNoWindow;
  int64_t beyond = WindowGrid::kLatest + 1;
  for (const auto& lane : lanes_) beyond = std::min(beyond, lane->windows().EarliestBeyond());
  if (beyond <= WindowGrid::kLatest) next = grid_.WindowAt(beyond);
  for (int level = 0; level < Windows::kLevels; ++level) {
    uint64_t occupied = 0;
    for (const auto& lane : lanes_) occupied |= lane->windows().Occupied(level);
    if (occupied == 0) continue;
    const int shift = Windows::kSlotBits * level;
    const uint64_t after = (window_ >> shift) + 1;
    const uint64_t in_turn = std::rotr(occupied, static_cast<int>(after % Windows::kSlots));
    next = std::min(next, (after + static_cast<uint64_t>(std::countr_zero(in_turn))) << shift);
  }
  return next;
}

template <typename A>
void Engine<A>::TakeCheckpoint(int64_t start) {
  const int64_t every = options_.checkpoint_every.us;
  if (every == 0 || start < next_checkpoint_) return;
  if (changed_) checkpoints_.push_back({WorldTime{next_checkpoint_}, fingerprint()});
  changed_ = false;
  next_checkpoint_ = (start / every + 1) * every;
}

template <typename A>
core::Status Engine<A>::FindLivelock() {
  Livelock first;
  for (const auto& lane : lanes_) first = std::min(first, lane->livelock());
  if (first.peer == core::kNoPeer) return {};
  return LivelockError(first, options_.events_per_instant_max);
}

template <typename A>
Statistics Engine<A>::statistics() const {
  Statistics sum;
  for (const auto& lane : lanes_) {
    const Statistics& part = lane->statistics();
    sum.deliveries += part.deliveries;
    sum.wakes += part.wakes;
    sum.moved += part.moved;
  }
  sum.events = sum.deliveries + sum.wakes;
  sum.windows = windows_run_;
  sum.shared_windows = windows_shared_;
  return sum;
}

template <typename A>
size_t Engine<A>::MemoryUsage() const {
  size_t bytes = sizeof(*this) + peers_.MemoryUsage() + store_.MemoryUsage() +
                 (work_.capacity() + work_events_.capacity()) * sizeof(uint32_t) +
                 checkpoints_.capacity() * sizeof(Checkpoint);
  for (const auto& lane : lanes_) bytes += lane->MemoryUsage();
  return bytes;
}

}  // namespace sim
