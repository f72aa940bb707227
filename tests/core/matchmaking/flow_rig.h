// FlowRig: one peer's surroundings for the test of a single flow. Lookups and reports are noted and
// never answered by themselves; the test plays the holders.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/matchmaking/keys.h"
#include "core/matchmaking/moment.h"
#include "core/matchmaking/record_check.h"
#include "core/matchmaking/rendezvous.h"
#include "tests/core/identities.h"

namespace core {

class FlowRig : public Locator, public Conduct {
 public:
  struct Asked {
    Key256 key;
    uint64_t token = 0;
  };

  explicit FlowRig(size_t peers = 64, PeerId self = PeerId{0})
      : identities(7, peers), self_(self), random_(StreamKey{.seed = 11}) {
    context.config = &config;
    context.directory = &identities;
    context.suite = &identities.suite();
    context.network.bytes[0] = 9;
    topic = HashTopic(context, Topic{"proof", "chapter one"});
  }

  // ---- the surroundings ----
  void Lookup(const Moment&, const Key256& target, uint64_t token) override {
    lookups.push_back({target, token});
  }

  [[nodiscard]] int SharedPrefix(int) const override { return shared_prefix; }

  void Report(Time, PeerId peer, Offence offence, Effects&) override {
    reports.emplace_back(peer, offence);
  }

  [[nodiscard]] bool IsDoubtful(Time, PeerId peer) const override { return peer == doubtful; }

  // ---- what the test does ----
  [[nodiscard]] Moment At(PeerId who) {
    return Moment{now,   who,   context,  identities.SecretOf(who),  random_, effects,
                  *this, *this, own_book, sequences_[who.value % 64]};
  }

  [[nodiscard]] Moment moment() { return At(self_); }

  [[nodiscard]] PeerId self() const { return self_; }

  [[nodiscard]] const NodeId& IdOf(PeerId peer) const { return identities.NodeIdOf(peer); }

  [[nodiscard]] Record RecordOf(PeerId owner, Role role, uint8_t specificity = 0) {
    Record record;
    record.topic = topic;
    record.role = role;
    record.specificity = specificity;
    record.budget = role == Role::kWorker ? 1 : 0;
    record.want = role == Role::kMatcher ? 2 : 0;
    record.ttl_ms = 90'000;
    return Signed(owner, record);
  }

  [[nodiscard]] Record Signed(PeerId owner, Record record) {
    SignRecord(At(owner), record);
    return record;
  }

  [[nodiscard]] Provide ProvideOf(const Record& record) {
    return {RendezvousKey(IdOf(record.peer), record.topic, record.specificity), record};
  }

  // Messages of one kind that left since the last Clear, with their receivers.
  template <typename Body>
  [[nodiscard]] std::vector<std::pair<PeerId, Message>> Sent() {
    std::vector<std::pair<PeerId, Message>> sent;
    for (const Outgoing& outgoing : effects.sends()) {
      if (!std::holds_alternative<Body>(outgoing.message.body)) continue;
      for (const PeerId to : outgoing.to) sent.emplace_back(to, outgoing.message);
    }
    return sent;
  }

  template <typename Fact>
  [[nodiscard]] std::vector<Fact> Observed() {
    std::vector<Fact> facts;
    for (const Observation& observation : effects.observations()) {
      if (const auto* fact = std::get_if<Fact>(&observation)) facts.push_back(*fact);
    }
    return facts;
  }

  Config config;
  Identities identities;
  Context context;
  Key256 topic;
  Effects effects;
  Rendezvous own_book;
  Time now{Seconds(1'000'000).us};
  int shared_prefix = 4;
  PeerId doubtful = kNoPeer;
  std::vector<Asked> lookups;
  std::vector<std::pair<PeerId, Offence>> reports;

 private:
  PeerId self_;
  Random random_;
  uint64_t sequences_[64] = {};
};

}  // namespace core
