#include "tests/node/discovery/discovery_net.h"

#include <algorithm>

#include "core/base/check.h"

namespace tests {
namespace {

constexpr core::Duration kUnreachableAfter = core::Seconds(5);

std::pair<uint32_t, uint32_t> Pair(uint32_t a, uint32_t b) {
  return {std::min(a, b), std::max(a, b)};
}

}  // namespace

DiscoveryNet::DiscoveryNet(const Terms& terms) : terms_(terms), nodes_(terms.nodes) {
  core::Random random({.seed = terms.seed, .peer = 7});
  for (uint32_t i = 0; i < terms.nodes; ++i) {
    nodes_[i].endpoint = Public(i * 7 + 1, 1 + i);
    nodes_[i].natted = i > 0 && random.Below(100) < terms.natted_percent;
    places_[nodes_[i].endpoint] = i;
    Create(i, nullptr);
  }
}

void DiscoveryNet::Create(uint32_t node, const std::vector<uint8_t>* stored) {
  node::DiscoverySettings settings;
  settings.listen_port = 7420;
  settings.inbound_max = terms_.inbound_max;
  for (uint32_t i = 0; i < terms_.dead_seeds; ++i) {
    settings.seeds.push_back({{}, {"", Public(20'000 + i, 1)}});
  }
  if (node > 0) settings.seeds.push_back({{}, {"", nodes_[0].endpoint}});
  Node& one = nodes_[node];
  const auto life = static_cast<uint32_t>(++one.life);
  const core::Random random({.seed = terms_.seed, .peer = node, .incarnation = life});
  one.discovery.emplace(IdOf(node), settings, KeyOf(terms_.seed * 1'000'000 + node * 100 + life),
                        random, now_);
  if (stored != nullptr) CHECK(one.discovery->Restore(*stored, MomentNow()).ok());
  one.up = true;
  one.seed_dials = 0;
  one.wake_at = core::Time::Never();
  ScheduleWake(node);
}

void DiscoveryNet::Stop(uint32_t node) {
  nodes_[node].up = false;
  ++nodes_[node].life;
  for (auto& [id, wire] : wires_) {
    if (wire.dialler == node || wire.answerer == node) CloseWire(id, node);
  }
}

void DiscoveryNet::Restart(uint32_t node, const std::vector<uint8_t>& stored) {
  Create(node, &stored);
}

// 10 to 100 ms one way, the same for a pair at all times.
core::Duration DiscoveryNet::Delay(uint32_t a, uint32_t b) const {
  const auto [low, high] = Pair(a, b);
  return core::Milliseconds(10 + static_cast<int64_t>(core::Mix64(terms_.seed, low, high) % 91));
}

void DiscoveryNet::Put(Event event) {
  event.order = ++orders_;
  event.life = nodes_[event.to].life;
  events_.push(std::move(event));
}

void DiscoveryNet::ScheduleWake(uint32_t node) {
  const core::Time at = std::max(nodes_[node].discovery->NextDeadline(), now_);
  if (at >= nodes_[node].wake_at) return;
  nodes_[node].wake_at = at;
  Put({.at = at, .kind = Event::Kind::kWake, .to = node, .input = node::Tick{}, .bytes = {}});
}

void DiscoveryNet::RunFor(core::Duration span) {
  const core::Time end = now_ + span;
  while (!events_.empty() && events_.top().at <= end) {
    const Event event = events_.top();
    events_.pop();
    now_ = event.at;
    Handle(event);
  }
  now_ = end;
}

void DiscoveryNet::Handle(const Event& event) {
  if (event.kind == Event::Kind::kDial) {
    OnDial(event);
    return;
  }
  if (!nodes_[event.to].up || nodes_[event.to].life != event.life) return;
  switch (event.kind) {
    case Event::Kind::kWake:
      if (now_ != nodes_[event.to].wake_at) return;  // An earlier one took its place.
      nodes_[event.to].wake_at = core::Time::Never();
      if (now_ >= nodes_[event.to].discovery->NextDeadline()) Step(event.to, event.input);
      ScheduleWake(event.to);
      return;
    case Event::Kind::kMessage:
      Step(event.to, node::Received{node::LinkId{event.wire}, event.bytes});
      return;
    case Event::Kind::kUp:
      if (!wires_.at(event.wire).ended.contains(event.to)) Step(event.to, event.input);
      return;
    case Event::Kind::kDown:
      wires_.at(event.wire).ended.insert(event.to);
      [[fallthrough]];
    default:
      Step(event.to, event.input);
  }
}

// The dial arrives where it was sent to: a time-out, a duplicate, oneself, or a connection.
void DiscoveryNet::OnDial(const Event& event) {
  const uint32_t from = event.from;
  const auto place = places_.find(event.dial.address.endpoint);
  const auto fail = [&](core::Duration after, node::DialError error,
                        std::optional<core::NodeId> id) {
    Put({.at = now_ + after,
         .kind = Event::Kind::kFailed,
         .to = from,
         .input = node::DialFailed{event.dial.dial, error, id},
         .bytes = {}});
  };
  if (place == places_.end() || !nodes_[place->second].up || nodes_[place->second].natted) {
    fail(kUnreachableAfter, node::DialError::kUnreachable, {});
    return;
  }
  const uint32_t to = place->second;
  const core::Duration back = Delay(from, to) * 3;
  if (to == from) {
    fail(core::Milliseconds(1), node::DialError::kSelf, {});
  } else if (pairs_.contains(Pair(from, to))) {
    fail(back, node::DialError::kDuplicate, IdOf(to));
  } else {
    pairs_.insert(Pair(from, to));
    const uint64_t wire = ++wires_drawn_;
    wires_[wire] = {from, to, true, {}};
    const uint16_t stated = 7420;  // Who is behind a translator does not know it.
    node::IpEndpoint remote = nodes_[from].endpoint;
    remote.port = static_cast<uint16_t>(40'000 + wire % 20'000);
    Put({.at = now_ + back,
         .kind = Event::Kind::kUp,
         .to = from,
         .input = node::LinkUp{node::LinkId{wire}, IdOf(to), nodes_[to].endpoint, stated,
                               event.dial.dial},
         .bytes = {},
         .wire = wire});
    Put({.at = now_ + back,
         .kind = Event::Kind::kUp,
         .to = to,
         .input = node::LinkUp{node::LinkId{wire}, IdOf(from), remote, stated, {}},
         .bytes = {},
         .wire = wire});
  }
}

void DiscoveryNet::Step(uint32_t node, const node::DiscoveryInput& input) {
  node::DiscoveryEffects effects;
  nodes_[node].discovery->Step(now_, input, effects);
  Drain(node, effects);
  ScheduleWake(node);
}

void DiscoveryNet::Drain(uint32_t node, const node::DiscoveryEffects& effects) {
  for (const node::DiscoveryEffect& effect : effects) {
    if (const auto* dial = std::get_if<node::Dial>(&effect)) {
      if (dial->purpose == node::DialPurpose::kSeed) ++nodes_[node].seed_dials;
      Event event{.at = now_ + core::Milliseconds(50),
                  .kind = Event::Kind::kDial,
                  .to = node,
                  .input = node::Tick{},
                  .bytes = {}};
      event.from = node;
      event.dial = *dial;
      Put(std::move(event));
    } else if (const auto* send = std::get_if<node::Send>(&effect)) {
      OnSend(node, *send);
    } else if (const auto* close = std::get_if<node::Close>(&effect)) {
      CloseWire(close->link.value, node);
    } else if (std::holds_alternative<node::Penalised>(effect)) {
      ++penalties_;
    }
  }
}

void DiscoveryNet::OnSend(uint32_t node, const node::Send& send) {
  const Wire& wire = wires_.at(send.link.value);
  if (!wire.open) return;
  const uint32_t to = wire.dialler == node ? wire.answerer : wire.dialler;
  trace_.Add(now_.us);
  trace_.Add(to);
  trace_.Add(std::span<const uint8_t>(send.bytes));
  node::DiscoveryMessage message;
  CHECK(node::DecodeMessage(send.bytes, message).ok());
  if (const auto* peers = std::get_if<node::Peers>(&message)) {
    for (const node::PeerRecord& record : peers->records) {
      ++told_;
      natted_told_ += nodes_[places_.at(record.endpoint)].natted ? 1 : 0;
    }
  }
  Put({.at = now_ + Delay(node, to),
       .kind = Event::Kind::kMessage,
       .to = to,
       .input = node::Tick{},
       .bytes = send.bytes,
       .wire = send.link.value});
}

// Behind what was sent before, for both sides.
void DiscoveryNet::CloseWire(uint64_t id, uint32_t by) {
  Wire& wire = wires_.at(id);
  if (!wire.open) return;
  wire.open = false;
  pairs_.erase(Pair(wire.dialler, wire.answerer));
  const uint32_t other = wire.dialler == by ? wire.answerer : wire.dialler;
  for (const uint32_t node : {by, other}) {
    const core::Duration delay = node == by ? core::Milliseconds(1) : Delay(by, other);
    Put({.at = now_ + delay,
         .kind = Event::Kind::kDown,
         .to = node,
         .input = node::LinkDown{node::LinkId{id}},
         .bytes = {},
         .wire = id});
  }
}

size_t DiscoveryNet::Satisfied(size_t degree) const {
  size_t satisfied = 0;
  for (uint32_t i = 0; i < size(); ++i) {
    if (!nodes_[i].up) continue;
    satisfied += nodes_[i].discovery->outbound() >= degree || KnowsEverybody(i) ? 1 : 0;
  }
  return satisfied;
}

bool DiscoveryNet::KnowsEverybody(uint32_t node) const {
  for (uint32_t other = 0; other < size(); ++other) {
    const bool dialable = nodes_[other].up && !nodes_[other].natted && other != node;
    if (dialable && !pairs_.contains(Pair(node, other))) return false;
  }
  return true;
}

}  // namespace tests
