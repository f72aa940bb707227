// RecordedRig: one whole peer with its recorder among peers with real identities, driven as a node's host drives it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/codec/wire.h"
#include "core/crypto/sodium_suite.h"
#include "core/peer/peer.h"
#include "core/recording/recorder.h"
#include "core/recording/replayer.h"

namespace core {

// A host's directory: knows whom it has learnt, by handles in the order of learning.
class OpenDirectory : public Directory {
 public:
  [[nodiscard]] const NodeId& NodeIdOf(PeerId peer) const override {
    return contacts_.at(peer.value).node_id;
  }

  [[nodiscard]] const PublicKey& PublicKeyOf(PeerId peer) const override {
    return contacts_.at(peer.value).public_key;
  }

  void AppendAddresses(PeerId peer, AddressList& addresses) const override {
    for (const Address& address : contacts_.at(peer.value).addresses) addresses.push_back(address);
  }

  [[nodiscard]] PeerId Learn(const Contact& contact) override {
    if (NodeId{SodiumSuite().Sha256(contact.public_key)} != contact.node_id) return kNoPeer;
    const PeerId known = FindByNodeId(contact.node_id);
    if (known != kNoPeer) return known;
    contacts_.push_back(contact);
    return PeerId{static_cast<uint32_t>(contacts_.size() - 1)};
  }

  [[nodiscard]] PeerId FindByNodeId(const NodeId& node_id) const override {
    for (uint32_t i = 0; i < contacts_.size(); ++i) {
      if (contacts_[i].node_id == node_id) return PeerId{i};
    }
    return kNoPeer;
  }

 private:
  std::vector<Contact> contacts_;
};

struct RigIdentity {
  SecretKey secret;
  Contact contact;
};

inline RigIdentity MakeRigIdentity(uint32_t number) {
  const SodiumSuite suite;
  RigIdentity identity;
  Random random(StreamKey{.seed = 77, .peer = number, .purpose = Purpose::kIdentity});
  random.Fill(identity.secret.seed);
  identity.contact.public_key = suite.PublicKeyFor(identity.secret);
  identity.contact.node_id.bytes = suite.Sha256(identity.contact.public_key);
  identity.contact.addresses.push_back(Address("192.0.2.1:" + std::to_string(4000 + number)));
  return identity;
}

class RecordedRig {
 public:
  static constexpr uint32_t kOthers = 24;

  explicit RecordedRig(const RecorderLimits& limits = {}) : limits_(limits) {
    for (uint32_t i = 0; i <= kOthers; ++i) identities.push_back(MakeRigIdentity(i));
    self = directory.Learn(identities[0].contact);
    header = {.build = "rig",
              .network = Key256{suite.Sha256(identities[0].contact.public_key)},
              .public_key = identities[0].contact.public_key,
              .self = self,
              .stream = {.seed = 5, .peer = 0, .incarnation = 3, .purpose = Purpose::kPeer},
              .config = config};
    recorder = std::make_unique<Recorder>(header, limits_, directory, suite);
    context = {.config = &header.config,
               .directory = &recorder->directory(),
               .suite = &recorder->suite(),
               .network = header.network};
    wire = std::make_unique<Wire>(header.network, recorder->directory());
    peer = std::make_unique<Peer>(self, context, identities[0].secret, Random(header.stream));
  }

  PeerId Meet(uint32_t number) { return recorder->directory().Learn(identities[number].contact); }

  void Step(const Input& input, std::span<const uint8_t> frame = {}) {
    effects.Clear();
    recorder->Record(now, input, frame);
    peer->Step(now, input, effects);
    recorder->Settle(*peer);
  }

  // A frame as it comes from the network, from a peer of this number.
  void Receive(uint32_t number, const Message& message, Directory& senders) {
    Wire sender(header.network, senders);
    std::vector<uint8_t> frame;
    sender.Encode(message, frame);
    const PeerId from = Meet(number);
    const DecodeError error = wire->Decode(frame, message_);
    if (error.ok()) {
      Step(Arrival{from, &message_}, frame);
    } else {
      Step(Garbled{from, static_cast<GarbledReason>(error.kind)});
    }
  }

  // Somebody answers with the contacts of three others: Nodes with handles of the sender's own.
  void ReceiveNodes(uint32_t number) {
    OpenDirectory senders;
    Message message;
    message.id = number;
    message.sent_ms = now.us / 1000;
    auto& nodes = message.body.emplace<Nodes>();
    for (uint32_t i = 1; i <= 3; ++i) {
      nodes.peers.push_back(senders.Learn(identities[(number + i) % (kOthers + 1)].contact));
    }
    Receive(number, message, senders);
  }

  void ReceiveFindNode(uint32_t number) {
    OpenDirectory senders;
    Message message;
    message.id = number;
    message.sent_ms = now.us / 1000;
    message.ttl_ms = 2000;
    message.body.emplace<FindNode>().target.bytes[0] = static_cast<uint8_t>(number);
    Receive(number, message, senders);
  }

  void Advance(Duration by) {
    const Time end = now + by;
    while (peer->NextDeadline() <= end) {
      now = std::max(now, peer->NextDeadline());
      Step(Wake{});
    }
    now = end;
  }

  // A short life with everything in it: a start, commands, frames, links, garbage, waking.
  void Live(uint32_t rounds) {
    const PeerId seed = Meet(1);
    Step(Start{.seeds = {&seed, 1}, .client = false, .rows = rows});
    WorkCommand work;
    work.topic = {"proof", "one"};
    work.budget = 3;
    work.capabilities.Add("fast");
    Step(Command(work));
    MatchCommand match;
    match.topic = {"proof", "two"};
    match.filter.must.Add("fast");
    Step(Command(match));
    Step(Command(LookupCommand{identities[3].contact.node_id}));
    for (uint32_t i = 0; i < rounds; ++i) {
      ReceiveFindNode(1 + i % kOthers);
      ReceiveNodes(1 + (i * 7) % kOthers);
      if (i % 5 == 1) Step(Link{Meet(1 + i % kOthers), i % 2 == 0});
      if (i % 6 == 3) Step(Stored{{i}, i % 4 == 3 ? Unavailable("the medium") : Status()});
      if (i % 7 == 2) Step(Garbled{Meet(1 + i % kOthers), GarbledReason::kMalformed});
      Advance(Milliseconds(350));
    }
    Step(Command(LeaveCommand{{"proof", "two"}}));
  }

  [[nodiscard]] std::vector<uint8_t> Save() const {
    std::vector<uint8_t> file;
    recorder->Save([&file](std::span<const uint8_t> part) {
      file.insert(file.end(), part.begin(), part.end());
    });
    return file;
  }

  Config config;
  SodiumSuite suite;
  OpenDirectory directory;
  std::vector<RigIdentity> identities;
  PeerId self;
  RecordingHeader header;
  std::unique_ptr<Recorder> recorder;
  Context context;
  std::unique_ptr<Wire> wire;
  std::unique_ptr<Peer> peer;
  Effects effects;
  std::vector<StoredRow> rows = {{{kCoreTableFirst, {1}}, {2}}};  // Of the start.
  Time now{Seconds(1'000'000).us};

 private:
  RecorderLimits limits_;
  Message message_;
};

// What reading and replaying a file comes to.
struct RigReplay {
  std::string error;
  uint64_t inputs = 0;
  uint64_t fed = 0;
  uint64_t compared = 0;
  uint64_t missing = 0;
  uint64_t skipped = 0;     // The gaps, added up as they came.
  uint64_t unreadable = 0;  // Frames that the codec refused.
  std::optional<RecordingTear> torn;
  std::optional<Divergence> divergence;
};

inline RigReplay ReplayBytes(std::span<const uint8_t> file) {
  const SodiumSuite suite;
  RigReplay result;
  auto replayer = Replayer::Open("f", file, suite);
  if (!replayer.ok()) {
    result.error = MessageOf(replayer.status());
    return result;
  }
  Replayer& it = **replayer;
  Peer peer(it.header().self, it.context(), it.secret(), it.random());
  Effects effects;
  ReplayedInput step;
  while (true) {
    const auto more = it.Next(peer, step);
    if (!more.ok()) result.error = MessageOf(more.status());
    result.skipped += more.ok() ? step.skipped : 0;
    if (!more.ok() || !*more) break;
    ++result.inputs;
    result.unreadable += step.readable ? 0 : 1;
    it.Feed(peer, effects, step);
  }
  result.fed = it.fed();
  result.compared = it.compared();
  result.missing = it.missing();
  result.torn = it.torn();
  result.divergence = it.divergence();
  return result;
}

}  // namespace core
