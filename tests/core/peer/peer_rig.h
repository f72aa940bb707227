// PeerRig: one whole peer among known identities, with arbitrary messages to throw at it.
#pragma once

#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "core/matchmaking/keys.h"
#include "core/peer/peer.h"
#include "tests/core/identities.h"

namespace core {

class PeerRig {
 public:
  explicit PeerRig(size_t peers = 64) : identities(21, peers) {
    context.config = &config;
    context.directory = &identities;
    context.suite = &identities.suite();
    Restart();
  }

  void Restart() {
    peer = std::make_unique<Peer>(PeerId{0}, context, identities.SecretOf(PeerId{0}),
                                  Random(StreamKey{.seed = 5}));
  }

  void Step(const Input& input) {
    effects.Clear();
    peer->Step(now, input, effects);
  }

  void Receive(PeerId from, const Message& message) { Step(Arrival{from, &message}); }

  // Moves the clock and wakes the peer whenever it asked for it.
  void Advance(Duration by) {
    const Time end = now + by;
    while (peer->NextDeadline() <= end) {
      now = std::max(now, peer->NextDeadline());
      Step(Wake{});
    }
    now = end;
  }

  void SeedEverybody() {
    std::vector<PeerId> all;
    for (uint32_t i = 1; i < identities.size(); ++i) all.push_back(PeerId{i});
    peer->SeedRoutes(all);
  }

  template <typename Body>
  [[nodiscard]] size_t CountSent() {
    size_t count = 0;
    for (const Outgoing& outgoing : effects.sends()) {
      if (std::holds_alternative<Body>(outgoing.message.body)) count += outgoing.to.size();
    }
    return count;
  }

  template <typename Fact>
  [[nodiscard]] size_t CountObserved() {
    size_t count = 0;
    for (const Observation& what : effects.observations())
      count += std::holds_alternative<Fact>(what);
    return count;
  }

  [[nodiscard]] Fingerprint Digest() const {
    Hasher hasher;
    peer->Digest(hasher);
    return hasher.Result();
  }

  Config config;
  Identities identities;
  Context context;
  Effects effects;
  Time now{Seconds(1'000'000).us};
  Topic topic{"proof", "chapter one"};
  std::unique_ptr<Peer> peer;
};

// One message of each kind, with unhelpful contents.
inline std::vector<Message> OneOfEach(const Key256& topic) {
  std::vector<Body> bodies{Ping{}, Pong{}, FindNode{topic}, Nodes{.target = topic, .peers = {}}};
  Record record;
  record.topic = topic;
  record.peer = PeerId{3};
  record.sequence = 1;
  bodies.push_back(Provide{topic, record});
  bodies.push_back(ProvideAck{.key = topic, .traffic = {}, .crowded = true});
  bodies.push_back(Withdraw{.key = topic, .topic = topic, .peer = PeerId{3}, .sequence = 1});
  Find find;
  find.key = topic;
  find.limit = 1;
  find.subscribe = true;
  bodies.push_back(find);
  Found found;
  found.key = topic;
  found.records = {record};
  bodies.push_back(found);
  bodies.push_back(Push{topic, {record}, {}});
  Offer offer;
  offer.topic = topic;
  offer.kind = "other";
  bodies.push_back(offer);
  bodies.push_back(Accept{});
  bodies.push_back(Decline{});
  bodies.push_back(Done{});
  std::vector<Message> messages;
  for (Body& body : bodies) {
    messages.emplace_back();
    messages.back().id = 99;
    messages.back().body = std::move(body);
  }
  return messages;
}

}  // namespace core
