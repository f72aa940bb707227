// A bench for roles: a directory of invented peers, and one honest step that sends a message of
// every kind.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/hash.h"
#include "core/codec/directory.h"
#include "core/port/context.h"
#include "core/port/effects.h"
#include "sim/world/adversaries/roles.h"

namespace sim {

inline core::NodeId InventedId(uint64_t seed) {
  core::NodeId id;
  uint64_t word = seed;
  for (size_t i = 0; i < id.bytes.size(); ++i) {
    if (i % 8 == 0) word = core::Mix64(word);
    id.bytes[i] = static_cast<uint8_t>(word >> (i % 8 * 8));
  }
  return id;
}

class InventedDirectory : public core::Directory {
 public:
  explicit InventedDirectory(uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) ids_.push_back(InventedId(i));
  }

  const core::NodeId& NodeIdOf(core::PeerId peer) const override { return ids_.at(peer.value); }

  const core::PublicKey& PublicKeyOf(core::PeerId) const override { return key_; }

  void AppendAddresses(core::PeerId, core::AddressList& addresses) const override {
    addresses.push_back(core::Address("a"));
  }

  core::PeerId Learn(const core::Contact&) override { return core::kNoPeer; }

  core::PeerId FindByNodeId(const core::NodeId&) const override { return core::kNoPeer; }

 private:
  std::vector<core::NodeId> ids_;
  core::PublicKey key_{};
};

inline core::Record RecordOf(uint32_t owner, uint64_t sequence = 1) {
  core::Record record;
  record.peer = {owner};
  record.budget = 2;
  record.sequence = sequence;
  record.signature.fill(0x5a);
  return record;
}

constexpr uint32_t kSelf = 3;
constexpr uint32_t kAsker = 40;

// One message of every kind, in the order of core::Body.
inline void SendEveryKind(core::Effects& effects) {
  const auto send = [&effects](core::Body body) {
    core::Message& message = effects.Send(core::PeerId{kAsker});
    message.id = 77;
    message.body = std::move(body);
  };
  const std::vector<core::Record> records = {RecordOf(1), RecordOf(50), RecordOf(60)};
  const core::Traffic traffic{10, 20, 30, 40};
  core::Nodes nodes{InventedId(999), {}};
  nodes.peers.push_back({70});
  core::Provide provide{InventedId(5), RecordOf(kSelf)};
  core::ProvideAck ack;
  ack.traffic = traffic;
  core::Found found;
  found.records = records;
  found.traffic = traffic;
  core::Push push;
  push.records = records;
  push.traffic = traffic;
  send(core::Ping{});
  send(core::Pong{});
  send(core::FindNode{});
  send(nodes);
  send(provide);
  send(ack);
  send(core::Withdraw{});
  send(core::Find{});
  send(found);
  send(push);
  send(core::Offer{});
  send(core::Accept{});
  send(core::Decline{});
  send(core::Done{});
}

// What a step with a message of every kind sends after the role has had its say; peers 0 to 9 are
// accomplices, 90 to 99 ghosts.
class RoleBench {
 public:
  explicit RoleBench(AdversarySpec spec) : directory_(100) {
    context_.directory = &directory_;
    RoleContext role_context{.self = {kSelf},
                             .context = &context_,
                             .seed = 9,
                             .incarnation = 0,
                             .accomplices = {},
                             .ghosts = {}};
    role_context.accomplices.ranges.emplace_back(0, 10);
    role_context.ghosts.ranges.emplace_back(90, 100);
    auto made = MakeRole(spec, role_context);
    EXPECT_TRUE(made.ok()) << made.status().ToString();
    role_ = std::move(made).value();
  }

  core::Effects& Step(core::Time now = {}) {
    effects_.Clear();
    core::Input input = core::Wake{};
    EXPECT_TRUE(role_->Before(now, input));
    SendEveryKind(effects_);
    role_->After(now, input, effects_);
    return effects_;
  }

  // A step in which the honest half does nothing.
  core::Effects& Idle(core::Time now, core::Input input = core::Wake{}) {
    effects_.Clear();
    EXPECT_TRUE(role_->Before(now, input));
    role_->After(now, input, effects_);
    return effects_;
  }

  [[nodiscard]] const core::Directory& directory() const { return directory_; }

  [[nodiscard]] Role& role() { return *role_; }

 private:
  InventedDirectory directory_;
  core::Context context_;
  std::unique_ptr<Role> role_;
  core::Effects effects_;
};

inline AdversarySpec Spec(std::string role, std::map<std::string, std::string> options = {},
                          core::Ratio rate = {1, 1}) {
  AdversarySpec spec;
  spec.role = std::move(role);
  spec.rate = rate;
  spec.options = std::move(options);
  return spec;
}

// Indices of the sends that differ from the honest ones; a removed one differs.
inline std::vector<size_t> Changed(core::Effects& effects) {
  core::Effects honest;
  SendEveryKind(honest);
  std::vector<size_t> changed;
  for (size_t i = 0; i < honest.sends().size(); ++i) {
    const core::Outgoing& a = honest.sends()[i];
    const core::Outgoing& b = effects.sends()[i];
    if (!(a.message == b.message) || a.to != b.to) changed.push_back(i);
  }
  return changed;
}

// Places in core::Body.
enum Place : size_t { kNodesAt = 3, kAckAt = 5, kFoundAt = 8, kPushAt = 9, kKinds = 14 };

}  // namespace sim
