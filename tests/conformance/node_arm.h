// The second arm: the scenario on real nodes: one node::Host per peer in this process, each with its own listening socket on
// loopback, real TCP, Noise and codec, on one io_context.
//
//   step     what happens                                                     waits for
//   start    each host opens at its peer's time and joins through the seeds   -
//   ready    the states are taken                                             agreement with the simulated ones, kPatience
//   work     each operation is given at its time, counted from the first      -
//   settle   the states are taken                                             every match and call ended and agreement, kPatience
//   stop     all hosts leave                                                  their sockets, kPatience
//
// What is waited for and does not come is not judged here: the body compares what there is. The seeds of a peer are those
// that were opened before it, so that ports are known. Thread rule: one thread. Source: issue 3, point 8; docs/conformance.md.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/crypto/sodium_suite.h"
#include "node/host/host.h"
#include "node/log/log.h"
#include "sim/scenario/scenario.h"
#include "sim/world/block_user.h"
#include "tests/conformance/account.h"
#include "tests/node/host/host_rig.h"

namespace conformance {

// Of one node, at the end.
struct Taped {
  std::vector<uint8_t> file;  // As docs/recording_format.md.
  std::string log;
  uint64_t steps = 0;  // Inputs that the node's peer was given.
};

class NodeArm {
 public:
  static constexpr std::chrono::seconds kPatience{40};

  // REQUIRES: scenario and cast outlive this.
  NodeArm(const sim::Scenario& scenario, const Cast& cast);
  ~NodeArm();

  // Once. `simulated`: what the other arm saw.
  [[nodiscard]] Account Run(const Account& simulated);

  // After Run; by number of the peer.
  [[nodiscard]] const std::vector<Taped>& tapes() const { return tapes_; }

 private:
  using Clock = std::chrono::steady_clock;

  // Everything of one node.
  struct Place {
    Place(const core::SecretKey& secret, const core::Key256& network);

    node::Identity identity;
    node::MemorySink sink;
    node::Log log;
    node::FakeMemory memory;
    std::unique_ptr<node::Host> host;
    std::optional<sim::BlockUser> user;  // Who sits at it: the same as in the simulator.
  };

  void StartAll();
  void Start(uint32_t peer);
  void Work(core::Duration lag);
  void Give(uint32_t peer, const sim::Operation& operation);
  void Serve(uint32_t peer);
  void Tape();
  void StopAll();
  [[nodiscard]] node::HostOptions OptionsOf(uint32_t peer) const;
  [[nodiscard]] bool IsClient(uint32_t peer) const;
  [[nodiscard]] core::PeerId NumberOf(const node::Host& host, core::PeerId handle) const;
  [[nodiscard]] std::vector<core::SettledState> Settled() const;
  [[nodiscard]] bool AllEnded() const;
  [[nodiscard]] core::Duration Elapsed() const;
  void TurnUntil(core::Duration time);
  // False: it did not come within kPatience.
  [[nodiscard]] bool TurnUntil(const std::function<bool()>& condition);

  const sim::Scenario* scenario_;
  const Cast* cast_;
  node::asio::io_context io_;
  core::SodiumSuite suite_;
  core::Context users_context_;
  std::map<core::NodeId, uint32_t> numbers_;
  std::vector<std::unique_ptr<Place>> places_;
  Clock::time_point begun_;
  size_t matches_ = 0;  // Given.
  Account account_;
  std::vector<Taped> tapes_;
};

}  // namespace conformance
