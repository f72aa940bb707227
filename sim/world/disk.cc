// What a peer's disk does: batches to completions, troubles, and what a crash leaves.
//
//   event               | process runs                                    | process is down
//   alarm: written      | Stored, one step for each batch of the group    | void
//   alarm: restart      | void                                            | as the errand "start"
//   errand: disk        | the trouble of the fault begins; nobody is told | the same
//   errand: disk mended | void                                            | who stayed down for it starts
//
// A group takes sync + drawn spread + bytes / rate. An armed crash at a store happens between two batches of a
// group: those before it are durable and told.
#include <algorithm>

#include "core/base/random.h"
#include "sim/network/schedule.h"
#include "sim/world/turn.h"

namespace sim {
namespace {

constexpr int64_t kMicrosecondsPerSecond = 1'000'000;

// Exact for everything that a group can hold, and rounded up.
core::Duration TimeToWrite(size_t bytes, uint64_t bits_per_s) {
  if (bits_per_s == 0) return {};
  const auto scaled = static_cast<unsigned __int128>(bytes) * 8 * kMicrosecondsPerSecond;
  return {static_cast<int64_t>((scaled + bits_per_s - 1) / bits_per_s)};
}

SimulatedStorage::Trouble TroubleOf(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::kDiskFull:
      return SimulatedStorage::Trouble::kFull;
    case Fault::Kind::kDiskFailing:
      return SimulatedStorage::Trouble::kFailing;
    case Fault::Kind::kLostSync:
      return SimulatedStorage::Trouble::kLying;
    default:
      return SimulatedStorage::Trouble::kMisreading;
  }
}

}  // namespace

SimulatedStorage& World::StorageOf(PeerExtras& extras) {
  if (extras.storage == nullptr) extras.storage = std::make_unique<SimulatedStorage>(&rows_);
  return *extras.storage;
}

core::Random World::DiskDraw(core::PeerId peer, SimulatedStorage& storage) const {
  return core::Random({.seed = luck_,
                       .peer = peer.value,
                       .incarnation = storage.NextDraw(),
                       .purpose = core::Purpose::kStorage});
}

void World::Store(Turn& turn, WorldTime departure) {
  SimulatedStorage& storage = StorageOf(turn.slot.Extras());
  for (core::StoreRequest& request : turn.lane.effects.stores()) {
    storage.HandOver(std::move(request));
  }
  BeginWriting(turn, departure);
}

void World::BeginWriting(Turn& turn, WorldTime now) {
  SimulatedStorage& storage = *turn.slot.extras->storage;
  const std::optional<size_t> bytes = storage.BeginGroup();
  if (!bytes.has_value()) return;
  const DiskSpec& disk = scenario_.groups[turn.slot.group].disk;
  core::Duration takes = disk.sync + TimeToWrite(*bytes, disk.bits_per_s);
  if (disk.sync_spread.us > 0) {
    core::Random random = DiskDraw(turn.peer, storage);
    takes = takes + core::Duration{random.Between(0, disk.sync_spread.us)};
  }
  const Alarm alarm(Alarm::Kind::kWritten, turn.slot.incarnation);
  turn.outbox.Post(now + takes, turn.peer, alarm.Packed());
}

// An alarm of an earlier incarnation is void.
void World::Ring(Turn& turn, uint32_t payload) {
  const Alarm alarm = Alarm::Unpack(payload);
  if (!alarm.IsOf(turn.slot.incarnation)) return;
  if (alarm.kind == Alarm::Kind::kRestart) return Start(turn);
  if (turn.slot.process == nullptr) return;
  const WorldTime paused_until = turn.slot.Extras().paused_until;
  if (paused_until > turn.now) return turn.outbox.Post(paused_until, turn.peer, payload);
  CompleteStores(turn);
}

// What the steps hand over meanwhile belongs to the next group.
void World::CompleteStores(Turn& turn) {
  SimulatedStorage& storage = *turn.slot.Extras().storage;
  while (storage.HasNext()) {
    if (const Fault* fault = TakeCrashPoint(turn)) return CrashAtStore(turn, *fault);
    Step(turn, storage.Complete(turn.now));
  }
  BeginWriting(turn, turn.now);
}

// The armed fault that the next batch meets; each is met once. No fault outlasts the fault phase.
const Fault* World::TakeCrashPoint(Turn& turn) {
  PeerExtras& extras = *turn.slot.extras;
  const SimulatedStorage& storage = *extras.storage;
  const bool over = turn.now >= EndOfFaults(scenario_);
  if (extras.crash_points.empty() || over || !storage.JudgeNext(turn.now).ok()) return nullptr;
  const auto met = std::find_if(
      extras.crash_points.begin(), extras.crash_points.end(),
      [&](uint32_t fault) { return scenario_.faults[fault].nth == storage.applied() + 1; });
  if (met == extras.crash_points.end()) return nullptr;
  const Fault& fault = scenario_.faults[*met];
  extras.crash_points.erase(met);
  return &fault;
}

void World::CrashAtStore(Turn& turn, const Fault& fault) {
  SimulatedStorage& storage = *turn.slot.extras->storage;
  if (fault.after) {
    static_cast<void>(storage.Complete(turn.now));  // Nobody will be told.
  } else {
    storage.DropOpen();
  }
  const DiskSpec& disk = scenario_.groups[turn.slot.group].disk;
  Stop(turn, Errand::Kind::kCrash, fault.keeps.value_or(disk.keeps));
  if (fault.length.us == 0) return;
  const WorldTime back = std::max(EndOf(fault, turn.now), turn.now + core::Microseconds(1));
  turn.outbox.Post(back, turn.peer, Alarm(Alarm::Kind::kRestart, turn.slot.incarnation).Packed());
}

void World::TroubleDisk(Turn& turn, uint32_t index) {
  const Fault& fault = scenario_.faults[index];
  PeerExtras& extras = turn.slot.Extras();
  if (fault.kind == Fault::Kind::kCrashAtStore) return extras.crash_points.push_back(index);
  SimulatedStorage& storage = StorageOf(extras);
  // As the fault list has it: who hears of the beginning late does not hear of the end the later for it.
  storage.Begin(TroubleOf(fault.kind), EndOf(fault, WorldTime{fault.at.us}),
                DiskDraw(turn.peer, storage));
}

// The operator tries again.
void World::MendDisk(Turn& turn) {
  PeerExtras& extras = turn.slot.Extras();
  if (extras.storage != nullptr) extras.storage->EndMisreading(turn.now);
  if (extras.unreadable) Start(turn);
}

// As a node does: without its rows a peer must not speak, and what it would forget nobody can tell it.
bool World::RefusesToStart(Turn& turn) {
  PeerExtras* extras = turn.slot.extras.get();
  if (extras == nullptr || extras->storage == nullptr) return false;
  extras->unreadable = extras->storage->Unreadable();
  if (!extras->unreadable) return false;
  turn.slot.refuses = true;
  turn.lane.world_facts.push_back(
      {WorldFact::Kind::kUnreadable, turn.now, turn.peer, turn.slot.incarnation});
  return true;
}

// Valid until the lane needs them for another start.
std::span<const core::StoredRow> World::RowsOf(Turn& turn) {
  const PeerExtras* extras = turn.slot.extras.get();
  if (extras == nullptr || extras->storage == nullptr) return {};
  extras->storage->CopyRows(turn.lane.rows);
  return turn.lane.rows;
}

void World::StopDisk(Turn& turn, DiskSpec::Keeps keeps) {
  PeerExtras* extras = turn.slot.extras.get();
  if (extras == nullptr || extras->storage == nullptr) return;
  ReportLoss(turn, extras->storage->Crash(keeps, turn.now, DiskDraw(turn.peer, *extras->storage)));
}

void World::ReportLoss(Turn& turn, std::optional<WorldTime> since) {
  if (!since.has_value()) return;
  turn.lane.world_facts.push_back({WorldFact::Kind::kForgot, turn.now, turn.peer, 0, *since});
}

}  // namespace sim
