// HandleAudit: the directory as one peer of a test may see it. Between two steps a host may give
// away every handle that CollectPeers does not name, so a step may use only those, its own, those of
// its input, and those that it has looked up itself.
#pragma once

#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/base/peer_set.h"
#include "core/codec/directory.h"
#include "core/peer/peer.h"

namespace core {

class HandleAudit : public Directory {
 public:
  explicit HandleAudit(const Directory& all) : all_(&all) {}

  // Opens the directory for one step of the peer; everything else is as good as evicted.
  void Begin(const Peer& peer, PeerId self, const Input& input) {
    PeerSet allowed;
    peer.CollectPeers(allowed);
    allowed.Add(self);
    std::visit([&](const auto& what) { Add(what, allowed); }, input);
    allowed_ = std::move(allowed);
    auditing_ = true;
  }

  // What leaves the peer is encoded before the next step.
  void End(Effects& effects) {
    for (const Outgoing& outgoing : effects.sends()) {
      for (const PeerId to : outgoing.to) Use(to);
      AddMessage(outgoing.message, used_);
    }
    auditing_ = false;
  }

  [[nodiscard]] const NodeId& NodeIdOf(PeerId peer) const override {
    Use(peer);
    return all_->NodeIdOf(peer);
  }

  [[nodiscard]] const PublicKey& PublicKeyOf(PeerId peer) const override {
    Use(peer);
    return all_->PublicKeyOf(peer);
  }

  void AppendAddresses(PeerId peer, AddressList& addresses) const override {
    all_->AppendAddresses(peer, addresses);
  }

  [[nodiscard]] PeerId Learn(const Contact&) override { return kNoPeer; }

  [[nodiscard]] PeerId FindByNodeId(const NodeId& node_id) const override {
    const PeerId found = all_->FindByNodeId(node_id);
    allowed_.Add(found);
    return found;
  }

 private:
  // Adds the handles of a message to a set, or counts them as used.
  struct Uses {
    const HandleAudit* audit;

    void Add(PeerId peer) const { audit->Use(peer); }
  };

  void Use(PeerId peer) const { CHECK(!auditing_ || allowed_.Contains(peer)); }

  template <typename Set>
  static void AddMessage(const Message& message, Set& set) {
    if (const auto* nodes = std::get_if<Nodes>(&message.body)) {
      for (const PeerId peer : nodes->peers) set.Add(peer);
    } else if (const auto* provide = std::get_if<Provide>(&message.body)) {
      set.Add(provide->record.peer);
    } else if (const auto* withdraw = std::get_if<Withdraw>(&message.body)) {
      set.Add(withdraw->peer);
    } else if (const auto* found = std::get_if<Found>(&message.body)) {
      for (const Record& record : found->records) set.Add(record.peer);
    } else if (const auto* push = std::get_if<Push>(&message.body)) {
      for (const Record& record : push->records) set.Add(record.peer);
    }
    std::visit([&set](const auto& body) { AddInfos(body, set); }, message.body);
  }

  template <typename Body, typename Set>
  static void AddInfos(const Body& body, Set& set) {
    if constexpr (requires { body.infos; }) {
      for (const RingInfo& info : body.infos) set.Add(info.peer);
    }
    if constexpr (requires { body.members; }) {
      for (const PoolMember& member : body.members) set.Add(member.peer);
    }
    if constexpr (std::is_same_v<Body, PoolSeed> || std::is_same_v<Body, PoolInform>) {
      set.Add(body.peer);
    }
  }

  static void Add(const Start& start, PeerSet& set) { set.AddAll(start.seeds); }

  static void Add(const Wake&, PeerSet&) {}

  static void Add(const Command&, PeerSet&) {}

  static void Add(const Stored&, PeerSet&) {}

  static void Add(const Arrival& arrival, PeerSet& set) {
    set.Add(arrival.from);
    AddMessage(*arrival.message, set);
  }

  static void Add(const Garbled& garbled, PeerSet& set) { set.Add(garbled.from); }

  static void Add(const Link& link, PeerSet& set) { set.Add(link.peer); }

  const Directory* all_;
  mutable PeerSet allowed_;
  Uses used_{this};
  bool auditing_ = false;
};

}  // namespace core
