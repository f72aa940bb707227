// World: the peers of a run and their border with the engine. It turns events into inputs (decode,
// deliver), effects into events (encode, route), carries out the scenario's agenda, and shows
// observers what happened.
//
// Invariants: (1) peers share nothing but immutable things; (2) the agenda and the observers act
// only at window borders (rule 6 of architecture.md, section 4); (3) nothing that an observer does
// reaches a peer. Thread rule: Deliver and Wake run on the engine's threads, for different peers at
// once; everything else on one thread. Source: simulator.md sections 1 and 2. The flow of a message
// is split over deliver.cc (events to inputs), dispatch.cc (effects to events), disk.cc (batches to
// completions) and agenda.cc (what the scenario does to peers).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/state.h"
#include "core/port/context.h"
#include "core/port/participant.h"
#include "sim/engine/engine.h"
#include "sim/network/churn.h"
#include "sim/network/clocks.h"
#include "sim/network/network.h"
#include "sim/network/schedule.h"
#include "sim/observe/observer_set.h"
#include "sim/observe/traffic.h"
#include "sim/scenario/scenario.h"
#include "sim/world/alarm.h"
#include "sim/world/errand.h"
#include "sim/world/frame_pool.h"
#include "sim/world/identities.h"
#include "sim/world/inspector.h"
#include "sim/world/peer_slot.h"
#include "sim/world/planted/wrong_context.h"
#include "sim/world/step_lane.h"
#include "sim/world/warm_tables.h"

namespace sim {

// Makes the process of a peer; benchmarks run smaller participants than core::Peer over the same
// border.
class ParticipantFactory {
 public:
  virtual ~ParticipantFactory() = default;
  // Called on any thread. The secret outlives the participant.
  [[nodiscard]] virtual std::unique_ptr<core::Participant> Make(core::PeerId self,
                                                                const core::Context& context,
                                                                const core::SecretKey& secret,
                                                                core::Random random) const = 0;
};

// How a run is carried out. None of it changes the result, except the factory.
struct RunPlan {
  int threads = 1;
  int shards = 0;                                // 0: the engine's choice.
  const std::atomic<bool>* stop_flag = nullptr;  // Ends the run at the next window.
  const ParticipantFactory* factory = nullptr;   // Null: core::Peer.
};

class World : public WorldView {
 public:
  // REQUIRES: the scenario's swarm is drawn (sim/network/swarm.h); observers outlive the world; all were added.
  static core::StatusOr<std::unique_ptr<World>> Make(std::shared_ptr<const Scenario> scenario,
                                                     const RunPlan& plan, ObserverSet& observers);
  ~World() override;

  // Runs the windows that start before `until`. Errors: a livelock, named.
  core::StatusOr<RunState> RunUntil(WorldTime until);
  // Tells the observers that the run is over.
  void Finish();

  // Null: none, as at first. REQUIRES: one thread; between two calls of RunUntil; the inspector outlives the world or is taken away.
  void SetInspector(Inspector* inspector) { inspector_ = inspector; }

  // Where the window begins in which `at` lies.
  [[nodiscard]] WorldTime WindowOf(WorldTime at) const;
  // What the peer is now, in the time of its own clock: its process, its machine, its disk and who works at it.
  void Describe(core::PeerId peer, core::StateListener& listener) const;
  [[nodiscard]] core::Time LocalTime(core::PeerId peer, WorldTime at) const;

  // Of every event that every peer received, and of every peer's state now.
  [[nodiscard]] core::Fingerprint fingerprint() const;

  [[nodiscard]] const std::vector<Checkpoint>& checkpoints() const {
    return engine_->checkpoints();
  }

  [[nodiscard]] Statistics statistics() const { return engine_->statistics(); }

  // Bytes of what grows with the peers: processes, identities, links, pending events, frames.
  [[nodiscard]] size_t MemoryUsage() const;

  // WorldView.
  [[nodiscard]] const Scenario& scenario() const override { return scenario_; }

  [[nodiscard]] const core::Context& context() const override { return context_; }

  [[nodiscard]] uint32_t PeerCount() const override { return static_cast<uint32_t>(slots_.size()); }

  [[nodiscard]] bool IsUp(core::PeerId peer) const override;
  [[nodiscard]] bool IsHonest(core::PeerId peer) const override;
  [[nodiscard]] bool CanReach(core::PeerId from, core::PeerId to) const override;
  [[nodiscard]] core::Duration RoundTrip(core::PeerId a, core::PeerId b) const override;
  [[nodiscard]] std::vector<core::PeerId> ContactsOf(core::PeerId peer) const override;

  // Takes part, but nobody's routing table may count on it.
  [[nodiscard]] bool IsClient(core::PeerId peer) const override {
    return network_->placement().ReachabilityOf(peer) != Reachability::kPublic;
  }

  [[nodiscard]] WorldTime Now() const override { return now_; }

  // The engine's application.
  using Lane = StepLane;
  std::unique_ptr<StepLane> MakeLane(int index);
  WorldTime BeginWindow(WorldTime start, WorldTime end);
  void EndWindow(WorldTime end);
  void Deliver(StepLane& lane, Outbox& outbox, WorldTime now, const Event& event);
  void Wake(StepLane& lane, Outbox& outbox, WorldTime now, core::PeerId peer);

  [[nodiscard]] ORB_ALWAYS_INLINE uint64_t PayloadDigest(const Event& event) const {
    return IsFrame(event) ? frames_.At(event.payload).digest : event.payload;
  }

  ORB_ALWAYS_INLINE void Prefetch(core::PeerId peer) const {
    __builtin_prefetch(&slots_[peer.value]);
  }

  ORB_ALWAYS_INLINE void PrefetchPayload(const Event& event) const {
    if (!IsFrame(event)) return;
    const auto* frame = reinterpret_cast<const char*>(&frames_.At(event.payload));
    for (size_t line = 0; line < 256; line += 64) __builtin_prefetch(frame + line);
  }

 private:
  struct Turn;

  // Payload of the answer of a machine on which nobody listens. No frame has this handle, nor an alarm.
  static constexpr uint32_t kRefusal = 0xffffffffu;

  static bool IsFrame(const Event& event) {
    return event.from != kWorld && event.payload < Alarm::kFirst;
  }

  World(std::shared_ptr<const Scenario> scenario, const RunPlan& plan, ObserverSet& observers);
  core::Status Build();
  void BuildIdentities();
  core::Status BuildRoles();
  void BuildBootstrap();

  // inspected.cc
  template <typename Handle>
  void Inspected(StepLane& lane, InspectedEvent event, const Handle& handle);
  void InspectedDeliver(StepLane& lane, Outbox& outbox, WorldTime now, const Event& event);
  void InspectedWake(StepLane& lane, Outbox& outbox, WorldTime now, core::PeerId peer);
  void DescribeExtras(core::PeerId peer, const PeerExtras& extras,
                      core::StateListener& listener) const;

  // deliver.cc
  void HandleDelivery(StepLane& lane, Outbox& outbox, WorldTime now, const Event& event);
  void HandleWake(StepLane& lane, Outbox& outbox, WorldTime now, core::PeerId peer);
  bool Admit(Turn& turn, uint32_t handle);
  void Arrive(Turn& turn, uint32_t handle);
  void DropArrival(Turn& turn, uint32_t handle, DropReason reason);
  void Step(Turn& turn, core::Input input);
  void StepOnce(Turn& turn, core::Input input);
  [[nodiscard]] static std::optional<core::Command> TakeCall(PeerExtras& extras);

  // dispatch.cc
  void Dispatch(Turn& turn);
  void Route(Turn& turn, const core::Outgoing& outgoing, WorldTime departure);
  void Post(Turn& turn, core::PeerId to, uint32_t handle, WorldTime departure);
  [[nodiscard]] uint32_t CorruptedCopy(Turn& turn, uint32_t handle, const Passage& passage);
  void ShowUsers(Turn& turn);
  static void ReportDeeds(Turn& turn);
  void ReportFacts(Turn& turn);
  void Tap(Turn& turn, const MessageFact& fact);
  void Arm(Turn& turn);

  // agenda.cc
  void PostWorkload();
  void PostOperation(uint32_t index);
  void ActOnChurn(WorldTime now);
  void ActOnFaults(WorldTime now);
  void ActOnReseed(WorldTime now);
  void BeginCalm(WorldTime now);
  void ActOnFault(const FaultEdge& edge);
  void ActOnTarget(const FaultEdge& edge, const Fault& fault, core::PeerId peer);
  void Send(core::PeerId peer, WorldTime at, Errand errand);
  void CarryOut(Turn& turn, Errand errand);
  static void StayDown(Turn& turn, Errand::Kind how);
  [[nodiscard]] WorldTime EndOf(const Fault& fault, WorldTime begun) const;
  void Pause(Turn& turn, uint32_t fault);
  void Resume(core::PeerId peer, uint32_t fault);
  [[nodiscard]] core::Random PeerDraws(core::PeerId peer, uint32_t incarnation) const;
  void Start(Turn& turn);
  void Stop(Turn& turn, Errand::Kind how, DiskSpec::Keeps keeps);
  [[nodiscard]] DiskSpec::Keeps KeptBy(const Turn& turn, Errand errand) const;
  void BeginOnBlocks(Turn& turn, uint32_t operation);
  void BeginOnCollections(Turn& turn, uint32_t operation);
  [[nodiscard]] core::Command CommandFor(const Turn& turn, uint32_t operation) const;

  // disk.cc
  // Its disk, made on use.
  [[nodiscard]] SimulatedStorage& StorageOf(PeerExtras& extras);
  [[nodiscard]] core::Random DiskDraw(core::PeerId peer, SimulatedStorage& storage) const;
  void Store(Turn& turn, WorldTime departure);
  void BeginWriting(Turn& turn, WorldTime now);
  void Ring(Turn& turn, uint32_t payload);
  void CompleteStores(Turn& turn);
  [[nodiscard]] const Fault* TakeCrashPoint(Turn& turn);
  void CrashAtStore(Turn& turn, const Fault& fault);
  void TroubleDisk(Turn& turn, uint32_t index);
  void MendDisk(Turn& turn);
  [[nodiscard]] static bool RefusesToStart(Turn& turn);
  [[nodiscard]] static std::span<const core::StoredRow> RowsOf(Turn& turn);
  static void ReportLoss(Turn& turn, std::optional<WorldTime> since);
  void StopDisk(Turn& turn, DiskSpec::Keeps keeps);

  // observers (world.cc)
  void ShowWindow();
  void ReportWorld(WorldFact::Kind kind, core::PeerId peer, uint32_t detail);

  const std::shared_ptr<const Scenario> shared_;  // Kept alive for scenario_.
  const Scenario& scenario_;
  const RunPlan plan_;
  ObserverSet& observers_;
  std::unique_ptr<Identities> identities_;
  core::Context context_;                        // The truth: for codec, network, checkers.
  std::unique_ptr<WrongContext> wrong_context_;  // What peers get: the truth, or a planted bug's.
  std::unique_ptr<Network> network_;
  std::unique_ptr<Clocks> clocks_;
  std::unique_ptr<Churn> churn_;
  std::unique_ptr<ChurnQueue> transitions_;
  std::unique_ptr<FaultSchedule> schedule_;
  std::unique_ptr<WarmTables> warm_tables_;
  std::unique_ptr<ParticipantFactory> peer_factory_;  // When the plan names none.
  const ParticipantFactory* factory_ = nullptr;
  uint64_t luck_;       // The seed of what Scenario::reseed draws anew.
  size_t reseeds_ = 0;  // Of the scenario's, those done.
  Inspector* inspector_ = nullptr;
  std::vector<core::PeerId> seeds_;  // Contacts that a cold start joins through.
  RowPool rows_;                     // Of all disks; outlives them.
  std::vector<PeerSlot> slots_;
  FramePool frames_;
  std::vector<StepLane*> lanes_;        // Owned by the engine.
  std::vector<Fact> facts_;             // Of the closing window, merged.
  std::vector<TappedMessage*> tapped_;  // The lanes', which are too large to be moved about.
  std::vector<WorldFact> world_facts_;
  std::vector<UserFact> user_facts_;
  WorldTime now_;
  WorldTime next_checkpoint_{1'000'000};
  bool calm_ = false;
  bool workload_posted_ = false;
  std::unique_ptr<Engine<World>> engine_;
};

}  // namespace sim
