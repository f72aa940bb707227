// A world for tests of observers: what a WorldView answers is set by hand, and facts are fed in the
// order in which the test tells them.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/crypto/modelled_suite.h"
#include "sim/observe/observer.h"
#include "tests/core/fake_directory.h"

namespace sim {

class FakeWorld : public WorldView {
 public:
  explicit FakeWorld(uint32_t peers) : suite_(core::Digest256{}), directory_(7, peers) {
    context_.config = &config;
    context_.directory = &directory_;
    context_.suite = &suite_;
  }

  // Instead of the world's own modelled one. REQUIRES: the suite outlives the world.
  void Use(const core::Suite& suite) { context_.suite = &suite; }

  [[nodiscard]] const Scenario& scenario() const override { return plan; }

  [[nodiscard]] const core::Context& context() const override { return context_; }

  [[nodiscard]] uint32_t PeerCount() const override {
    return static_cast<uint32_t>(directory_.size());
  }

  [[nodiscard]] bool IsUp(core::PeerId peer) const override { return !down.contains(peer.value); }

  [[nodiscard]] bool IsHonest(core::PeerId peer) const override {
    return !dishonest.contains(peer.value);
  }

  [[nodiscard]] bool IsClient(core::PeerId peer) const override {
    return clients.contains(peer.value);
  }

  [[nodiscard]] bool CanReach(core::PeerId a, core::PeerId b) const override {
    return IsUp(a) && IsUp(b) && !cut.contains({a.value, b.value});
  }

  [[nodiscard]] core::Duration RoundTrip(core::PeerId, core::PeerId) const override {
    return core::Milliseconds(100);
  }

  [[nodiscard]] std::vector<core::PeerId> ContactsOf(core::PeerId peer) const override {
    const auto at = contacts.find(peer.value);
    return at == contacts.end() ? std::vector<core::PeerId>{} : at->second;
  }

  [[nodiscard]] WorldTime Now() const override { return now; }

  [[nodiscard]] const core::NodeId& IdOf(uint32_t peer) const {
    return directory_.NodeIdOf({peer});
  }

  // A peer with a key of its own, whose records can be signed.
  core::PeerId AddSigner(const core::SecretKey& secret) {
    core::Contact contact;
    contact.public_key = suite_.PublicKeyFor(secret);
    contact.node_id = core::NodeId{suite_.Sha256(contact.public_key)};
    contact.addresses.push_back(core::Address("test:signer"));
    return directory_.Learn(contact);
  }

  // Tells the observer that the peer observed this at a time in milliseconds.
  void Tell(Observer& observer, int64_t ms, uint32_t peer, const core::Observation& what) {
    now = WorldTime{ms * 1000};
    observer.OnFact(*this, {now, {peer}, 0, core::Time{ms * 1000}, what});
  }

  void TellWorld(Observer& observer, int64_t ms, WorldFact::Kind kind, uint32_t peer,
                 uint32_t detail = 0) {
    now = WorldTime{ms * 1000};
    observer.OnWorldFact(*this, {kind, now, {peer}, detail});
  }

  // A checkpoint per second from the last one up to and including `second`.
  void RunTo(Observer& observer, int64_t second) {
    while (checkpoint_ < second) {
      now = WorldTime{++checkpoint_ * 1'000'000};
      observer.OnCheckpoint(*this);
    }
  }

  core::Config config;
  Scenario plan;
  std::set<uint32_t> down;
  std::set<uint32_t> dishonest;
  std::set<uint32_t> clients;
  std::set<std::pair<uint32_t, uint32_t>> cut;
  std::map<uint32_t, std::vector<core::PeerId>> contacts;
  WorldTime now;

 private:
  int64_t checkpoint_ = 0;
  core::ModelledSuite suite_;
  core::FakeDirectory directory_;
  core::Context context_;
};

inline core::Key256 TopicKey(uint8_t first) {
  core::Key256 key;
  key.bytes.fill(0x5a);
  key.bytes[0] = first;
  return key;
}

}  // namespace sim
