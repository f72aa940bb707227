#include "sim/world/world.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/codec/canonical.h"
#include "core/peer/peer.h"
#include "sim/world/adversaries/roles.h"
#include "sim/world/planted/planted_bugs.h"
#include "sim/world/turn.h"

namespace sim {
namespace {

class PeerFactory : public ParticipantFactory {
 public:
  std::unique_ptr<core::Participant> Make(core::PeerId self, const core::Context& context,
                                          const core::SecretKey& secret,
                                          core::Random random) const override {
    return std::make_unique<core::Peer>(self, context, secret, random);
  }
};

// Groups that arrive after the end: identities that others may name and nobody answers for.
PeerSet Ghosts(const Scenario& scenario) {
  PeerSet ghosts;
  for (const Group& group : scenario.groups) {
    if (group.start_at >= scenario.duration)
      ghosts.ranges.emplace_back(group.first, group.first + group.count);
  }
  return ghosts;
}

bool EarlierFact(const Fact& a, const Fact& b) {
  return a.at != b.at ? a.at < b.at : a.peer < b.peer;
}

bool EarlierTap(const TappedMessage* a, const TappedMessage* b) {
  return a->fact.at != b->fact.at ? a->fact.at < b->fact.at : a->witness < b->witness;
}

bool EarlierWorldFact(const WorldFact& a, const WorldFact& b) {
  return a.at != b.at ? a.at < b.at : a.peer < b.peer;
}

bool EarlierUserFact(const UserFact& a, const UserFact& b) {
  return a.at != b.at ? a.at < b.at : a.peer < b.peer;
}

// Moves what the lanes hold into one list. Within a peer the lanes' order is the order of its
// steps: a stable sort keeps it.
template <typename T, typename Less>
void Merge(const std::vector<StepLane*>& lanes, std::vector<T> StepLane::*from,
           std::vector<T>& into, Less less) {
  for (StepLane* lane : lanes) {
    std::move((lane->*from).begin(), (lane->*from).end(), std::back_inserter(into));
    (lane->*from).clear();
  }
  std::stable_sort(into.begin(), into.end(), less);
}

}  // namespace

World::World(std::shared_ptr<const Scenario> scenario, const RunPlan& plan, ObserverSet& observers)
    : shared_(std::move(scenario)),
      scenario_(*shared_),
      plan_(plan),
      observers_(observers),
      luck_(scenario_.seed),
      slots_(scenario_.PeerCount()) {}

World::~World() = default;

core::StatusOr<std::unique_ptr<World>> World::Make(std::shared_ptr<const Scenario> scenario,
                                                   const RunPlan& plan, ObserverSet& observers) {
  CHECK(scenario->swarm.draw.empty());
  std::unique_ptr<World> world(new World(std::move(scenario), plan, observers));
  RETURN_IF_ERROR(world->Build());
  return world;
}

core::Status World::Build() {
  RETURN_IF_ERROR(Clocks::Check(scenario_));
  RETURN_IF_ERROR(Churn::Check(scenario_));
  ASSIGN_OR_RETURN(network_, Network::Create(scenario_, scenario_.seed));
  clocks_ = std::make_unique<Clocks>(scenario_, scenario_.seed);
  churn_ = std::make_unique<Churn>(scenario_, scenario_.seed);
  transitions_ = std::make_unique<ChurnQueue>(*churn_, scenario_.PeerCount());
  schedule_ = std::make_unique<FaultSchedule>(scenario_);
  BuildIdentities();
  RETURN_IF_ERROR(BuildRoles());
  BuildBootstrap();
  if (plan_.factory != nullptr) {
    factory_ = plan_.factory;
  } else {
    peer_factory_ = std::make_unique<PeerFactory>();
    factory_ = peer_factory_.get();
  }
  EngineOptions options;
  options.seed = scenario_.seed;
  options.peers = PeerCount();
  options.lookahead = network_->Lookahead();
  options.end = WorldTime{scenario_.duration.us};
  options.threads = plan_.threads;
  options.shards = plan_.shards;
  options.stop_flag = plan_.stop_flag;
  engine_ = std::make_unique<Engine<World>>(options, this);
  return core::Status();
}

void World::BuildIdentities() {
  identities_ = std::make_unique<Identities>(scenario_);
  context_ = identities_->context();
  for (uint16_t g = 0; g < scenario_.groups.size(); ++g) {
    const Group& group = scenario_.groups[g];
    for (uint32_t i = 0; i < group.count; ++i) slots_[group.first + i].group = g;
  }
}

core::Status World::BuildRoles() {
  wrong_context_ = std::make_unique<WrongContext>(context_, scenario_.plant, PeerCount());
  const PeerSet ghosts = Ghosts(scenario_);
  for (uint32_t i = 0; i < PeerCount(); ++i) {
    const Group& group = scenario_.groups[slots_[i].group];
    const RoleContext role_context{
        core::PeerId{i}, &context_, &identities_->directory().SecretOf(core::PeerId{i}),
        scenario_.seed,  0,         PeerSet{{{group.first, group.first + group.count}}},
        ghosts};
    if (!group.adversary.role.empty()) {
      ASSIGN_OR_RETURN(auto role, MakeRole(group.adversary, role_context));
      slots_[i].Extras().roles.push_back(std::move(role));
      continue;
    }
    for (const std::string& bug : scenario_.plant) {
      ASSIGN_OR_RETURN(auto role, MakePlanted(bug, role_context));
      if (role != nullptr) slots_[i].Extras().roles.push_back(std::move(role));
    }
  }
  return core::Status();
}

void World::BuildBootstrap() {
  std::vector<core::PeerId> members;
  for (uint32_t i = 0; i < PeerCount(); ++i) {
    const core::PeerId peer{i};
    if (IsClient(peer)) continue;
    if (seeds_.size() < scenario_.seed_peers) seeds_.push_back(peer);
    if (scenario_.warm && churn_->ArrivalOf(peer).us == 0) members.push_back(peer);
  }
  if (!scenario_.warm) return;
  warm_tables_ = std::make_unique<WarmTables>(identities_->directory(), members, scenario_.seed,
                                              scenario_.protocol.routing.bucket_size);
}

std::unique_ptr<StepLane> World::MakeLane(int) {
  auto lane = std::make_unique<StepLane>(context_.network, identities_->directory(), frames_);
  lanes_.push_back(lane.get());
  return lane;
}

core::StatusOr<RunState> World::RunUntil(WorldTime until) {
  return engine_->RunUntil(until);
}

WorldTime World::BeginWindow(WorldTime start, WorldTime) {
  now_ = start;
  if (!workload_posted_) PostWorkload();
  workload_posted_ = true;
  ActOnReseed(start);
  ActOnFaults(start);
  ActOnChurn(start);
  const WorldTime calm = calm_ || scenario_.safety_until.us == 0
                             ? WorldTime::Never()
                             : WorldTime{scenario_.safety_until.us};
  const WorldTime reseed = reseeds_ < scenario_.reseed.size()
                               ? WorldTime{scenario_.reseed[reseeds_].at.us}
                               : WorldTime::Never();
  return std::min({schedule_->NextAt(), transitions_->NextAt(), calm, reseed});
}

void World::EndWindow(WorldTime end) {
  Merge(lanes_, &StepLane::world_facts, world_facts_, EarlierWorldFact);
  Merge(lanes_, &StepLane::user_facts, user_facts_, EarlierUserFact);
  Merge(lanes_, &StepLane::facts, facts_, EarlierFact);
  for (StepLane* lane : lanes_) {
    for (TappedMessage& tapped : lane->tapped) tapped_.push_back(&tapped);
  }
  std::stable_sort(tapped_.begin(), tapped_.end(), EarlierTap);
  ShowWindow();
  TrafficCounters traffic;
  for (StepLane* lane : lanes_) {
    traffic.Add(lane->traffic);
    lane->traffic.Clear();
    lane->tapped.clear();
    lane->contents.clear();
    lane->records.clear();
  }
  observers_.OnTraffic(*this, traffic);
  for (; next_checkpoint_ <= end; next_checkpoint_ = next_checkpoint_ + core::Seconds(1)) {
    now_ = next_checkpoint_;
    observers_.OnCheckpoint(*this);
  }
  now_ = end;
}

// In the order of time. At one time messages come first, because they caused the rest, then world facts, users' facts and facts.
void World::ShowWindow() {
  auto message = tapped_.begin();
  auto world_fact = world_facts_.begin();
  auto user_fact = user_facts_.begin();
  const auto show_messages = [&](WorldTime until) {
    for (; message != tapped_.end() && (*message)->fact.at <= until; ++message) {
      MessageFact& fact = (*message)->fact;
      if (fact.message != nullptr) fact.message = &(*message)->content;
      fact.frame = (*message)->frame;
      now_ = fact.at;
      observers_.OnMessage(*this, fact);
    }
  };
  const auto show_world = [&](WorldTime until) {
    for (; world_fact != world_facts_.end() && world_fact->at <= until; ++world_fact) {
      show_messages(world_fact->at);
      now_ = world_fact->at;
      observers_.OnWorldFact(*this, *world_fact);
    }
    show_messages(until);
  };
  const auto show_users = [&](WorldTime until) {
    for (; user_fact != user_facts_.end() && user_fact->at <= until; ++user_fact) {
      show_world(user_fact->at);
      now_ = user_fact->at;
      observers_.OnUserFact(*this, *user_fact);
    }
    show_world(until);
  };
  for (const Fact& fact : facts_) {
    show_users(fact.at);
    now_ = fact.at;
    observers_.OnFact(*this, fact);
  }
  show_users(WorldTime::Never());
  tapped_.clear();
  facts_.clear();
  world_facts_.clear();
  user_facts_.clear();
}

void World::ReportWorld(WorldFact::Kind kind, core::PeerId peer, uint32_t detail) {
  world_facts_.push_back({kind, now_, peer, detail});
}

WorldTime World::WindowOf(WorldTime at) const {
  const int64_t length = network_->Lookahead().us;
  return {at.us / length * length};
}

void World::Finish() {
  observers_.OnEnd(*this);
}

core::Fingerprint World::fingerprint() const {
  core::Hasher hasher;
  const core::Fingerprint events = engine_->fingerprint();
  hasher.Add(events.high);
  hasher.Add(events.low);
  for (const PeerSlot& slot : slots_) {
    hasher.Add(slot.process != nullptr);
    if (slot.process != nullptr) slot.process->Digest(hasher);
    if (slot.extras != nullptr && slot.extras->storage != nullptr) {
      slot.extras->storage->Digest(hasher);
    }
    if (slot.extras != nullptr && slot.extras->collections != nullptr) {
      slot.extras->collections->Digest(hasher);
    }
  }
  return hasher.Result();
}

size_t World::MemoryUsage() const {
  size_t bytes = engine_->MemoryUsage() + frames_.MemoryUsage() +
                 identities_->directory().MemoryUsage() + network_->MemoryUsage() +
                 clocks_->MemoryUsage() + slots_.capacity() * sizeof(PeerSlot);
  for (const PeerSlot& slot : slots_) {
    if (slot.process != nullptr) bytes += slot.process->MemoryUsage();
    if (slot.extras != nullptr) bytes += sizeof(PeerExtras);
    if (slot.extras != nullptr && slot.extras->storage != nullptr) {
      bytes += slot.extras->storage->MemoryUsage();
    }
    if (slot.extras != nullptr && slot.extras->user != nullptr) {
      bytes += slot.extras->user->MemoryUsage();
    }
    if (slot.extras != nullptr && slot.extras->collections != nullptr) {
      bytes += slot.extras->collections->MemoryUsage();
    }
    bytes += slot.link.HeapBytes();
  }
  return bytes;
}

bool World::IsUp(core::PeerId peer) const {
  return slots_[peer.value].process != nullptr;
}

bool World::IsHonest(core::PeerId peer) const {
  return scenario_.groups[slots_[peer.value].group].adversary.role.empty();
}

bool World::CanReach(core::PeerId from, core::PeerId to) const {
  return IsUp(from) && IsUp(to) && !network_->Blocked(from, to) &&
         network_->Reachable(from, to, slots_[to.value].link, now_);
}

core::Duration World::RoundTrip(core::PeerId a, core::PeerId b) const {
  return network_->Route(a, b) + network_->Route(b, a);
}

std::vector<core::PeerId> World::ContactsOf(core::PeerId peer) const {
  const PeerSlot& slot = slots_[peer.value];
  return slot.process == nullptr ? std::vector<core::PeerId>{} : slot.process->Contacts();
}

}  // namespace sim
