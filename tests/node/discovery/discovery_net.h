// A network in memory for many Discovery objects: delays, listening ports, translators, one connection
// per pair. Everything follows from the seed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <queue>
#include <set>
#include <utility>
#include <vector>

#include "core/base/hash.h"
#include "node/discovery/discovery.h"
#include "tests/node/discovery/places.h"

namespace tests {

class DiscoveryNet {
 public:
  struct Terms {
    uint64_t seed = 1;
    uint32_t nodes = 200;
    uint32_t natted_percent = 0;  // Never node 0, the seed of all others.
    uint32_t dead_seeds = 0;      // Listed before the living one.
    size_t inbound_max = 128;
  };

  explicit DiscoveryNet(const Terms& terms);

  void RunFor(core::Duration span);

  void Stop(uint32_t node);
  // With the stored bytes and a fresh key.
  void Restart(uint32_t node, const std::vector<uint8_t>& stored);

  [[nodiscard]] core::Time now() const { return now_; }

  [[nodiscard]] size_t size() const { return nodes_.size(); }

  [[nodiscard]] const node::Discovery& At(uint32_t node) const { return *nodes_[node].discovery; }

  [[nodiscard]] std::vector<uint8_t> Stored(uint32_t node) const {
    return At(node).Encode(MomentNow());
  }

  [[nodiscard]] bool natted(uint32_t node) const { return nodes_[node].natted; }

  // Nodes with at least `degree` outbound links, or links with all that can be dialled (a hub that the
  // others were quicker to dial).
  [[nodiscard]] size_t Satisfied(size_t degree) const;

  [[nodiscard]] size_t SeedDials(uint32_t node) const { return nodes_[node].seed_dials; }

  [[nodiscard]] size_t penalties() const { return penalties_; }

  // Addresses of natted nodes in messages that were sent.
  [[nodiscard]] size_t natted_told() const { return natted_told_; }

  [[nodiscard]] size_t told() const { return told_; }

  // Of everything that was sent, in order.
  [[nodiscard]] core::Fingerprint Trace() const { return trace_.Result(); }

 private:
  struct Node {
    std::optional<node::Discovery> discovery;
    node::IpEndpoint endpoint;
    bool natted = false;
    bool up = true;
    uint64_t life = 0;
    size_t seed_dials = 0;
    core::Time wake_at = core::Time::Never();  // Of the one wake that counts.
  };

  struct Wire {
    uint32_t dialler = 0;
    uint32_t answerer = 0;
    bool open = true;
    std::set<uint32_t> ended;  // Who has been told that it is down.
  };

  struct Event {
    enum class Kind : uint8_t { kWake, kDial, kUp, kDown, kFailed, kMessage };

    core::Time at;
    uint64_t order = 0;
    Kind kind = Kind::kWake;
    uint32_t to = 0;
    uint64_t life = 0;  // Of the receiver; others are dropped.
    node::DiscoveryInput input;
    std::vector<uint8_t> bytes;
    uint64_t wire = 0;
    uint32_t from = 0;
    node::Dial dial{};

    friend bool operator>(const Event& a, const Event& b) {
      return std::pair(a.at, a.order) > std::pair(b.at, b.order);
    }
  };

  [[nodiscard]] node::Moment MomentNow() const { return {now_, {now_.us + 1'700'000'000'000'000}}; }

  [[nodiscard]] bool KnowsEverybody(uint32_t node) const;
  [[nodiscard]] core::Duration Delay(uint32_t a, uint32_t b) const;
  void Create(uint32_t node, const std::vector<uint8_t>* stored);
  void Put(Event event);
  void Handle(const Event& event);
  void OnDial(const Event& event);
  void Step(uint32_t node, const node::DiscoveryInput& input);
  void Drain(uint32_t node, const node::DiscoveryEffects& effects);
  void OnSend(uint32_t node, const node::Send& send);
  void CloseWire(uint64_t wire, uint32_t by);
  void ScheduleWake(uint32_t node);

  Terms terms_;
  core::Time now_ = kStart;
  uint64_t orders_ = 0;
  uint64_t wires_drawn_ = 0;
  std::vector<Node> nodes_;
  std::map<node::IpEndpoint, uint32_t> places_;
  std::map<uint64_t, Wire> wires_;
  std::set<std::pair<uint32_t, uint32_t>> pairs_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  core::Hasher trace_;
  size_t penalties_ = 0;
  size_t natted_told_ = 0;
  size_t told_ = 0;
};

}  // namespace tests
