// What the scenario does to peers: arrivals, churn, commands, process faults, calm. Decided at
// window starts; carried out in the peer's own turn.
//
//   errand      | process runs                                     | process is down
//   start       | void                                             | new incarnation: Start
//   leave       | stops silently; its disk keeps the routing table | void
//   crash, wipe | stops; its machine refuses what arrives          | void; a wipe empties the disk
//   disk        | see disk.cc                                      | see disk.cc
//   command     | Step(command); void while paused                 | void
//   pause       | inputs wait until the fault ends                 | void
//   clock moved | deadlines are armed again                        | void
//   slow        | each message costs more until the fault ends     | void
#include <algorithm>

#include "core/base/random.h"
#include "sim/world/ballot.h"
#include "sim/world/occurrences.h"
#include "sim/world/turn.h"

namespace sim {
namespace {

// A restart comes this long after the crash: events of one instant have no order that people would
// expect.
constexpr core::Duration kRestartGap = core::Milliseconds(1);

// Only a fault that says what the disk keeps needs to be named.
Errand CrashBy(const Fault& fault, uint32_t index) {
  return {Errand::Kind::kCrash, fault.keeps.has_value() ? index + 1 : 0};
}

}  // namespace

void World::PostWorkload() {
  for (uint32_t i = 0; i < scenario_.workload.size(); ++i) PostOperation(i);
}

void World::PostOperation(uint32_t index) {
  const Operation& operation = scenario_.workload[index];
  const Errand errand{Errand::Kind::kCommand, index};
  const uint32_t members = operation.who.Count();
  for (uint32_t i = 0; i < members; ++i) {
    const core::PeerId peer = operation.who.At(i);
    ForEachTime(operation, {scenario_.seed, index, peer},
                [&](WorldTime at) { Send(peer, at, errand); });
  }
}

void World::Send(core::PeerId peer, WorldTime at, Errand errand) {
  engine_->Inject(at, peer, errand.Packed());
}

// In the calm phase nobody leaves any more.
void World::ActOnChurn(WorldTime now) {
  while (const std::optional<Transition> transition = transitions_->TakeDue(now)) {
    if (transition->up) {
      Send(transition->peer, now, {Errand::Kind::kStart});
    } else if (!calm_) {
      const bool wipes = scenario_.groups[slots_[transition->peer.value].group].churn.wipe;
      Send(transition->peer, now, {wipes ? Errand::Kind::kWipe : Errand::Kind::kLeave});
    }
  }
}

// Everything is healed: who is away returns at once.
void World::BeginCalm(WorldTime now) {
  calm_ = true;
  ReportWorld(WorldFact::Kind::kCalm, core::kNoPeer, 0);
  for (uint32_t i = 0; i < PeerCount(); ++i) {
    const core::PeerId peer{i};
    if (!IsUp(peer) && churn_->ArrivalOf(peer) < now) Send(peer, now, {Errand::Kind::kStart});
  }
}

void World::ActOnFaults(WorldTime now) {
  for (const FaultEdge& edge : schedule_->TakeDue(now)) ActOnFault(edge);
  const bool phased = scenario_.safety_until.us > 0 && !scenario_.safety_only;
  if (phased && !calm_ && now.us >= scenario_.safety_until.us) BeginCalm(now);
}

void World::ActOnFault(const FaultEdge& edge) {
  const Fault& fault = scenario_.faults[edge.fault];
  ReportWorld(edge.begins ? WorldFact::Kind::kFaultBegan : WorldFact::Kind::kFaultEnded,
              core::kNoPeer, edge.fault);
  if (IsLinkFault(fault.kind)) {
    if (edge.begins) return network_->Begin(fault, edge.fault);
    return network_->End(edge.fault);
  }
  const uint32_t targets = fault.targets.Count();
  for (uint32_t i = 0; i < targets; ++i) ActOnTarget(edge, fault, fault.targets.At(i));
}

void World::ActOnTarget(const FaultEdge& edge, const Fault& fault, core::PeerId peer) {
  switch (fault.kind) {
    case Fault::Kind::kCrash:
      return Send(peer, now_, edge.begins ? CrashBy(fault, edge.fault) : Errand{});
    case Fault::Kind::kWipe:
      return Send(peer, now_, {edge.begins ? Errand::Kind::kWipe : Errand::Kind::kStart});
    case Fault::Kind::kRestart:
      Send(peer, now_, CrashBy(fault, edge.fault));
      return Send(peer, now_ + kRestartGap, {Errand::Kind::kStart});
    case Fault::Kind::kClockJump:
      clocks_->Jump(peer, fault.amount);
      return Send(peer, now_, {Errand::Kind::kClockMoved});
    case Fault::Kind::kPause:
      if (!edge.begins) return Resume(peer, edge.fault);
      return Send(peer, now_, {Errand::Kind::kPause, edge.fault});
    case Fault::Kind::kSlow:
      if (edge.begins) Send(peer, now_, {Errand::Kind::kSlow, edge.fault});
      return;
    case Fault::Kind::kCorruptRead:
      return Send(peer, now_,
                  {edge.begins ? Errand::Kind::kDisk : Errand::Kind::kDiskMended, edge.fault});
    case Fault::Kind::kDiskFull:
    case Fault::Kind::kDiskFailing:
    case Fault::Kind::kLostSync:
    case Fault::Kind::kCrashAtStore:
      if (edge.begins) Send(peer, now_, {Errand::Kind::kDisk, edge.fault});
      return;
    default:
      return;  // Link faults are the network's.
  }
}

// What hangs on luck alone: messages, ties, the peers' and the disks' draws. Churn, arrivals and the workload are the story.
void World::ActOnReseed(WorldTime now) {
  for (; reseeds_ < scenario_.reseed.size() && scenario_.reseed[reseeds_].at.us <= now.us;
       ++reseeds_) {
    // Mixed, because no draw may come again, whatever seeds the scenario names.
    luck_ = core::Mix64(scenario_.reseed[reseeds_].seed, reseeds_ + 1);
    engine_->Reseed(luck_);
    network_->Reseed(luck_);
    for (uint32_t i = 0; i < PeerCount(); ++i) {
      const PeerSlot& slot = slots_[i];
      if (slot.process == nullptr) continue;
      slot.process->Reseed(PeerDraws(core::PeerId{i}, slot.incarnation - 1));
    }
  }
}

core::Random World::PeerDraws(core::PeerId peer, uint32_t incarnation) const {
  return core::Random({.seed = luck_,
                       .peer = peer.value,
                       .incarnation = incarnation,
                       .purpose = core::Purpose::kPeer});
}

void World::CarryOut(Turn& turn, Errand errand) {
  if (errand.kind == Errand::Kind::kStart) return Start(turn);
  if (errand.kind == Errand::Kind::kDisk) return TroubleDisk(turn, errand.detail);
  if (errand.kind == Errand::Kind::kDiskMended) return MendDisk(turn);
  if (turn.slot.process == nullptr) return StayDown(turn, errand.kind);
  switch (errand.kind) {
    case Errand::Kind::kStart:
    case Errand::Kind::kDisk:
    case Errand::Kind::kDiskMended:
      return;
    case Errand::Kind::kLeave:
    case Errand::Kind::kCrash:
    case Errand::Kind::kWipe:
      return Stop(turn, errand.kind, KeptBy(turn, errand));
    case Errand::Kind::kCommand:
      if (turn.slot.extras != nullptr && turn.slot.extras->paused_until > turn.now) return;
      turn.lane.world_facts.push_back(
          {WorldFact::Kind::kCommanded, turn.now, turn.peer, errand.detail});
      if (scenario_.workload[errand.detail].on_blocks.has_value()) {
        return BeginOnBlocks(turn, errand.detail);
      }
      if (!scenario_.workload[errand.detail].on_collections.empty()) {
        return BeginOnCollections(turn, errand.detail);
      }
      return Step(turn, CommandFor(turn, errand.detail));
    case Errand::Kind::kPause:
      return Pause(turn, errand.detail);
    case Errand::Kind::kSlow:
      turn.slot.Extras().slow_until = EndOf(scenario_.faults[errand.detail], turn.now);
      turn.slot.Extras().slow_by = scenario_.faults[errand.detail].amount;
      return;
    case Errand::Kind::kClockMoved:
      return Arm(turn);
  }
}

// Who is down already stops trying to start, and a wiped disk has nothing that could not be read.
void World::StayDown(Turn& turn, Errand::Kind how) {
  PeerExtras* extras = turn.slot.extras.get();
  const bool stops =
      how == Errand::Kind::kLeave || how == Errand::Kind::kCrash || how == Errand::Kind::kWipe;
  if (extras == nullptr || !stops) return;
  extras->unreadable = false;
  if (how == Errand::Kind::kWipe && extras->storage != nullptr) {
    ReportLoss(turn, extras->storage->Wipe());
  }
}

// No fault outlasts the fault phase.
WorldTime World::EndOf(const Fault& fault, WorldTime begun) const {
  return std::min(begun + fault.length, std::max(begun, EndOfFaults(scenario_)));
}

// Of two pauses at once, the one that ends last counts.
void World::Pause(Turn& turn, uint32_t fault) {
  PeerExtras& extras = turn.slot.Extras();
  const WorldTime end = EndOf(scenario_.faults[fault], turn.now);
  if (end <= extras.paused_until) return;
  extras.paused_until = end;
  if (!extras.paused_by.has_value())
    turn.lane.world_facts.push_back({WorldFact::Kind::kPaused, turn.now, turn.peer, fault});
  extras.paused_by = fault;
}

// Only says so: the process goes on by itself, because its inputs wait no longer than the pause.
void World::Resume(core::PeerId peer, uint32_t fault) {
  PeerExtras* extras = slots_[peer.value].extras.get();
  if (extras == nullptr || extras->paused_by != fault) return;
  extras->paused_by.reset();
  ReportWorld(WorldFact::Kind::kResumed, peer, fault);
}

void World::Start(Turn& turn) {
  PeerSlot& slot = turn.slot;
  if (slot.process != nullptr || RefusesToStart(turn)) return;
  slot.process = factory_->Make(turn.peer, wrong_context_->context(),
                                identities_->directory().SecretOf(turn.peer),
                                PeerDraws(turn.peer, slot.incarnation));
  core::Start start{.seeds = seeds_, .client = IsClient(turn.peer), .rows = RowsOf(turn)};
  if (slot.incarnation == 0 && warm_tables_ != nullptr) {
    warm_tables_->ContactsFor(turn.peer, turn.lane.contacts);
    slot.process->SeedRoutes(turn.lane.contacts);
    start.seeds = {};
  } else if (slot.extras != nullptr) {
    slot.process->SeedRoutes(slot.extras->saved_contacts);
  }
  turn.lane.world_facts.push_back(
      {WorldFact::Kind::kStarted, turn.now, turn.peer, slot.incarnation});
  ++slot.incarnation;
  Step(turn, start);
}

DiskSpec::Keeps World::KeptBy(const Turn& turn, Errand errand) const {
  if (errand.kind == Errand::Kind::kWipe) return DiskSpec::Keeps::kNothing;
  const bool named = errand.kind == Errand::Kind::kCrash && errand.detail > 0;
  if (named) return scenario_.faults[errand.detail - 1].keeps.value();
  return scenario_.groups[turn.slot.group].disk.keeps;
}

void World::Stop(Turn& turn, Errand::Kind how, DiskSpec::Keeps keeps) {
  PeerSlot& slot = turn.slot;
  if (keeps != DiskSpec::Keeps::kNothing) {
    slot.Extras().saved_contacts = slot.process->Contacts();
  } else if (slot.extras != nullptr) {
    slot.extras->saved_contacts.clear();
  }
  if (slot.extras != nullptr) {
    slot.extras->paused_by.reset();
    if (slot.extras->user != nullptr) slot.extras->user->Forget();
    if (slot.extras->collections != nullptr) slot.extras->collections->Forget();
  }
  StopDisk(turn, keeps);
  slot.refuses = how != Errand::Kind::kLeave;
  slot.process.reset();
  turn.lane.world_facts.push_back(
      {WorldFact::Kind::kStopped, turn.now, turn.peer, slot.incarnation});
  turn.outbox.Arm(WorldTime::Never());
}

void World::BeginOnBlocks(Turn& turn, uint32_t operation) {
  PeerExtras& extras = turn.slot.Extras();
  if (extras.user == nullptr) {
    extras.user = std::make_unique<BlockUser>(scenario_, context_, turn.peer);
  }
  extras.user->Begin(operation, turn.now);
  if (std::optional<core::Command> call = extras.user->TakeCall()) Step(turn, *std::move(call));
}

void World::BeginOnCollections(Turn& turn, uint32_t operation) {
  PeerExtras& extras = turn.slot.Extras();
  if (extras.collections == nullptr) {
    extras.collections = std::make_unique<CollectionUser>(scenario_, context_, turn.peer);
  }
  extras.collections->Begin(operation, turn.local);
  ReportDeeds(turn);
  if (std::optional<core::Command> call = extras.collections->TakeCall()) {
    Step(turn, *std::move(call));
  }
}

core::Command World::CommandFor(const Turn& turn, uint32_t operation) const {
  core::Command command = scenario_.workload[operation].command;
  if (scenario_.workload[operation].vote.has_value()) {
    return BallotOf(scenario_, context_, operation, turn.peer);
  }
  if (!scenario_.workload[operation].random_target) return command;
  core::Random random({.seed = scenario_.seed ^ static_cast<uint64_t>(turn.now.us),
                       .peer = turn.peer.value,
                       .incarnation = operation,
                       .purpose = core::Purpose::kWorkload});
  random.Fill(std::get<core::LookupCommand>(command).target.bytes);
  return command;
}

}  // namespace sim
