#include "tests/conformance/simulated_arm.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/peer/peer.h"
#include "sim/observe/observer_set.h"
#include "sim/world/world.h"

namespace conformance {
namespace {

// Makes the peers as the world does, and remembers who they are.
class WatchedPeers : public sim::ParticipantFactory {
 public:
  explicit WatchedPeers(uint32_t count) : peers_(count, nullptr) {
    cast_.secrets.resize(count);
    cast_.ids.resize(count);
  }

  std::unique_ptr<core::Participant> Make(core::PeerId self, const core::Context& context,
                                          const core::SecretKey& secret,
                                          core::Random random) const override {
    auto peer = std::make_unique<core::Peer>(self, context, secret, random);
    cast_.network = context.network;
    cast_.secrets[self.value] = secret;
    cast_.ids[self.value] = context.directory->NodeIdOf(self);
    peers_[self.value] = peer.get();
    return peer;
  }

  [[nodiscard]] std::vector<core::SettledState> Settled() const {
    std::vector<core::SettledState> states;
    for (const core::Peer* peer : peers_) {
      states.push_back(peer == nullptr ? core::SettledState{} : peer->Settled());
    }
    return states;
  }

  [[nodiscard]] const Cast& cast() const { return cast_; }

 private:
  mutable Cast cast_;  // The world makes peers on its one thread.
  mutable std::vector<const core::Peer*> peers_;
};

class Listener : public sim::Observer {
 public:
  explicit Listener(uint32_t peers) : starts_(peers) {}

  void OnFact(const sim::WorldView&, const sim::Fact& fact) override {
    const auto said = ToSaid(fact.what, [](core::PeerId peer) { return peer; });
    if (said.has_value()) reports_.push_back({fact.peer.value, *said});
  }

  void OnWorldFact(const sim::WorldView&, const sim::WorldFact& fact) override {
    if (fact.kind == sim::WorldFact::Kind::kStarted) starts_[fact.peer.value] = {fact.at.us};
  }

  [[nodiscard]] const std::vector<Report>& reports() const { return reports_; }

  [[nodiscard]] const std::vector<core::Duration>& starts() const { return starts_; }

 private:
  std::vector<Report> reports_;
  std::vector<core::Duration> starts_;
};

}  // namespace

core::Duration FirstOperation(const sim::Scenario& scenario) {
  core::Duration first = scenario.duration;
  for (const sim::Operation& operation : scenario.workload) first = std::min(first, operation.at);
  return first;
}

core::StatusOr<Simulated> Simulate(const sim::Scenario& scenario) {
  const uint32_t count = scenario.PeerCount();
  WatchedPeers peers(count);
  sim::ObserverSet observers;
  const Listener* listener = observers.Add(std::make_unique<Listener>(count));
  sim::RunPlan plan;
  plan.factory = &peers;
  ASSIGN_OR_RETURN(auto world, sim::World::Make(std::make_shared<const sim::Scenario>(scenario),
                                                plan, observers));
  Simulated simulated;
  RETURN_IF_ERROR(world->RunUntil({FirstOperation(scenario).us}).status());
  simulated.account.ready = peers.Settled();
  RETURN_IF_ERROR(world->RunUntil({scenario.duration.us}).status());
  simulated.account.settled = peers.Settled();
  simulated.account.reports = listener->reports();
  simulated.cast = peers.cast();
  simulated.cast.starts = listener->starts();
  return simulated;
}

}  // namespace conformance
