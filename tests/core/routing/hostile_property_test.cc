// One Routing under an arbitrary sequence of inputs: nothing that peers send can make it crash,
// talk without bound, keep memory, or lose a deadline.
#include <algorithm>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/routing/routing.h"
#include "tests/core/fake_directory.h"

namespace core {
namespace {

constexpr PeerId kSelf{0};
constexpr uint32_t kPeers = 400;
constexpr size_t kFlightMax = NodeLookup::kInFlightMax;

class Attacked {
 public:
  explicit Attacked(uint64_t seed)
      : directory_(seed, kPeers),
        random_(StreamKey{.seed = seed}),
        choice_(StreamKey{.seed = seed, .purpose = Purpose::kAdversary}),
        routing_(kSelf, context_) {
    config_.routing.refresh_interval = Seconds(60);
  }

  // One random input; false when it broke a bound.
  bool Step() {
    effects_.Clear();
    const uint64_t kind = choice_.Below(20);
    size_t allowed = 2 + lookups_ * kFlightMax;
    if (kind == 0) {
      Start();
      allowed = kFlightMax;
    } else if (kind == 1) {
      ++lookups_;
      routing_.Lookup(now_, {.target = AnyKey(), .token = lookups_}, random_, effects_);
      allowed = kFlightMax;
    } else if (kind == 2) {
      routing_.OnLinkDown(now_, AnyPeer(), random_, effects_);
      allowed += kWalkSends;
    } else if (kind <= 6) {
      now_ = std::max(now_, std::min(routing_.NextDeadline(), now_ + Milliseconds(300)));
      routing_.OnDeadline(now_, random_, effects_);
      allowed = (lookups_ + 1) * kFlightMax + kWalkSends;
    } else {
      const Message message = AnyMessage();
      routing_.OnArrival(now_, Sender(), message, random_, effects_);
      allowed += kWalkSends;
    }
    Remember();
    return effects_.sends().size() <= allowed && Sane();
  }

  // Lets everything run out. False when something never ends.
  bool Drain() {
    const Time end = now_ + Seconds(64 * 2 * 3);
    while (now_ < end && routing_.NextDeadline() < end) {
      now_ = std::max(now_, routing_.NextDeadline());
      effects_.Clear();
      routing_.OnDeadline(now_, random_, effects_);
    }
    LookupResult result;
    size_t finished = 0;
    while (routing_.TakeFinished(result)) {
      ++finished;
      if (result.requests > NodeLookup::kRequestsMax) return false;
    }
    return finished == lookups_;
  }

  [[nodiscard]] bool OnlyHeardContacts() const {
    for (PeerId contact : routing_.Contacts()) {
      if (!heard_[contact.value]) return false;
    }
    return true;
  }

 private:
  // A walk step may start kWalkMax lookups at once.
  static constexpr size_t kWalkSends = (Bootstrap::kWalkMax + 1) * kFlightMax;

  PeerId AnyPeer() {
    const uint64_t draw = choice_.Below(kPeers + 5);
    return draw >= kPeers ? kNoPeer : PeerId{static_cast<uint32_t>(draw)};
  }

  // Mostly somebody who was asked, so that replies meet their requests.
  PeerId Sender() {
    PeerId peer = reply_to_;
    if (peer == kNoPeer) peer = AnyPeer();
    if (peer != kNoPeer) heard_[peer.value] = true;
    return peer;
  }

  Key256 AnyKey() {
    Key256 key;
    choice_.Fill(key.bytes);
    const int shared = static_cast<int>(choice_.Below(257));
    return Splice(directory_.NodeIdOf(kSelf), key, shared);
  }

  void Start() {
    std::vector<PeerId> seeds;
    for (uint64_t i = choice_.Below(4); i > 0; --i) seeds.push_back(AnyPeer());
    routing_.Start(now_, seeds, random_, effects_);
  }

  Message AnyMessage() {
    reply_to_ = kNoPeer;
    Message message;
    message.id = choice_.Next();
    message.sent_ms = now_.us / 1000 - choice_.Between(-100'000, 100'000);
    message.ttl_ms = static_cast<uint32_t>(choice_.Below(5000));
    const uint64_t kind = choice_.Below(8);
    if (kind == 0) {
      message.body = Ping{};
    } else if (kind == 1) {
      message.body = Pong{};
    } else if (kind == 2) {
      message.body = FindNode{AnyKey()};
    } else if (kind == 3) {
      message.body = Withdraw{};
    } else {
      message.body = AnyNodes(message);
    }
    return message;
  }

  Nodes AnyNodes(Message& message) {
    Nodes nodes;
    nodes.target = AnyKey();
    if (!asked_.empty() && choice_.Below(8) != 0) {
      const auto& [peer, request] = asked_[choice_.Below(asked_.size())];
      reply_to_ = peer;
      message.id = request.id;
      nodes.target = std::get<FindNode>(request.body).target;
    }
    for (uint64_t i = choice_.Below(17); i > 0; --i) nodes.peers.push_back(AnyPeer());
    return nodes;
  }

  void Remember() {
    for (const Outgoing& outgoing : effects_.sends()) {
      if (!std::holds_alternative<FindNode>(outgoing.message.body)) continue;
      asked_.emplace_back(outgoing.to[0], outgoing.message);
      if (asked_.size() > 24) asked_.erase(asked_.begin());
    }
  }

  [[nodiscard]] bool Sane() {
    const std::vector<PeerId> contacts = routing_.Contacts();
    if (std::find(contacts.begin(), contacts.end(), kSelf) != contacts.end()) return false;
    for (const Outgoing& outgoing : effects_.sends()) {
      for (PeerId to : outgoing.to) {
        if (to == kSelf || to == kNoPeer) return false;
      }
    }
    return routing_.HeapBytes() <= 8192 + (lookups_ + 4) * 4096;
  }

  FakeDirectory directory_;
  Config config_;
  Context context_{.config = &config_, .directory = &directory_, .suite = nullptr, .network = {}};
  Random random_;
  Random choice_;
  Effects effects_;
  Time now_{Seconds(1000).us};
  Routing routing_;
  size_t lookups_ = 0;
  PeerId reply_to_ = kNoPeer;
  std::vector<std::pair<PeerId, Message>> asked_;
  std::vector<bool> heard_ = std::vector<bool>(kPeers, false);
};

RC_GTEST_PROP(HostilePropertyTest, NoSequenceOfInputsBreaksABound, (uint64_t seed)) {
  Attacked attacked(seed);
  const auto steps = *rc::gen::inRange(1, 600);
  for (int i = 0; i < steps; ++i) RC_ASSERT(attacked.Step());
  RC_ASSERT(attacked.OnlyHeardContacts());
  RC_ASSERT(attacked.Drain());
}

}  // namespace
}  // namespace core
