// SmallWorld: the peers of a small scenario, and nothing between them but the caller, who says which message arrives next,
// who crashes and when time passes.
//
// The production flows of core/transactions run behind the production codec. What is simpler than in a World: everybody
// knows who is nearest to a key, clocks are true, a disk is as fast as its process, and only a crash loses what was handed
// to it.
//
// Invariants: (1) the same moves lead to the same world; (2) worlds with the same State() have the same future, and their
// pasts look the same to whoever judges peer by peer. Thread rule: one thread. Source: issue 4, point 6.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/hash.h"
#include "core/codec/wire.h"
#include "core/transactions/transactions.h"
#include "sim/explore/move.h"
#include "sim/observe/observer.h"
#include "sim/world/block_user.h"
#include "sim/world/identities.h"

namespace sim {

class SmallWorld : public WorldView {
 public:
  static constexpr uint32_t kPeersMax = 16;

  // What a small world cannot carry out; says which part of the scenario, and what is allowed.
  [[nodiscard]] static core::Status Check(const Scenario& scenario);

  // Everybody is up, the scenario's first operations have begun, and all that came of them has arrived in the order in which
  // it was sent, until only writes are on their way. REQUIRES: Check is ok; all outlive this; observer may be nullptr.
  SmallWorld(const Scenario& scenario, const Identities& identities, Observer* observer);
  SmallWorld(const SmallWorld&) = delete;
  ~SmallWorld() override;

  // Deliveries in the order of sending, restarts, and last kPassTime if anybody waits for a time.
  [[nodiscard]] std::vector<Move> Moves() const;

  // Carries it out. Returns at how many points the peer could have crashed meanwhile. REQUIRES: one of Moves(), or such a
  // delivery turned into a crash at one of these points.
  uint32_t Make(const Move& move);

  // As people read it. REQUIRES: as Make.
  [[nodiscard]] std::string Tell(const Move& move) const;

  // All peers come back, nothing is lost any more, later operations begin at their time; then the observer is told the end.
  void RunOn();

  // Of everything that can still matter: all that the peers know and have stored, what is on the way (in whatever order it was sent), and what
  // each has reported so far, which the observers judge.
  [[nodiscard]] core::Fingerprint State() const;

  // WorldView.
  [[nodiscard]] const Scenario& scenario() const override { return *scenario_; }

  [[nodiscard]] const core::Context& context() const override { return identities_->context(); }

  [[nodiscard]] uint32_t PeerCount() const override { return static_cast<uint32_t>(nodes_.size()); }

  [[nodiscard]] bool IsUp(core::PeerId peer) const override;

  [[nodiscard]] bool IsHonest(core::PeerId) const override { return true; }

  [[nodiscard]] bool IsClient(core::PeerId peer) const override;

  [[nodiscard]] bool CanReach(core::PeerId a, core::PeerId b) const override {
    return IsUp(a) && IsUp(b);
  }

  [[nodiscard]] core::Duration RoundTrip(core::PeerId, core::PeerId) const override {
    return core::Duration{};
  }

  [[nodiscard]] std::vector<core::PeerId> ContactsOf(core::PeerId) const override { return {}; }

  // One microsecond more with each move, so that observers can tell what was first.
  [[nodiscard]] WorldTime Now() const override { return {now_.us + moves_}; }

 private:
  struct Node;
  class Neighbours;

  struct Packet {
    core::PeerId from;
    core::PeerId to;
    uint64_t id = 0;  // Move::message
    std::shared_ptr<const std::vector<uint8_t>> frame;
  };

  // One user's operation of the workload.
  struct Appointment {
    WorldTime at;
    uint32_t operation = 0;
    core::PeerId peer;

    friend auto operator<=>(const Appointment&, const Appointment&) = default;
  };

  [[nodiscard]] static std::vector<Appointment> AppointmentsOf(const Scenario& scenario);
  void Start(core::PeerId peer);
  void Stop(core::PeerId peer);
  void BeginDue();
  void Prelude();
  [[nodiscard]] size_t IndexOf(uint64_t message) const;
  uint32_t Deliver(size_t index, std::optional<uint32_t> crash_at);
  [[nodiscard]] WorldTime NextTime() const;
  void PassTo(WorldTime time);

  // Runs `code` as a step of the peer and whatever follows at the peer at once.
  template <typename Code>
  uint32_t Step(core::PeerId peer, std::optional<uint32_t> crash_at, const Code& code);
  template <typename Code>
  void Run(Node& node, core::Effects& effects, const Code& code);
  void CrashAmid(Node& node, std::vector<Packet> packets, core::Effects& effects, uint32_t point);
  bool GoOn(Node& node, core::Effects& effects);
  [[nodiscard]] core::Message MessageOf(const Packet& packet) const;
  [[nodiscard]] core::Fingerprint StateOf(core::PeerId peer) const;
  [[nodiscard]] std::vector<Packet> PacketsOf(core::PeerId from, core::Effects& effects);
  void Post(std::vector<Packet> packets);
  void Report(core::PeerId peer, std::span<core::Observation> observations);
  void ReportWorld(WorldFact::Kind kind, core::PeerId peer);

  const Scenario* scenario_;
  const Identities* identities_;
  Observer* observer_;
  core::Wire wire_;
  std::vector<core::PeerId> members_;  // Who may be in a cluster.
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<Packet> packets_;  // In the order of sending.
  std::vector<Appointment> appointments_;
  size_t begun_ = 0;    // So many of them have begun.
  WorldTime now_;       // Of all clocks.
  uint32_t moves_ = 0;  // Made.
};

}  // namespace sim
