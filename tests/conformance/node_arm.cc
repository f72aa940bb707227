#include "tests/conformance/node_arm.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "node/handshake/entropy.h"
#include "tests/conformance/simulated_arm.h"

namespace conformance {
namespace {

// A whole run of a small network; nothing is dropped.
constexpr core::RecorderLimits kTape{
    .head_bytes = size_t{64} << 20, .tail_bytes = 0, .digest_words = UINT64_MAX};
constexpr std::chrono::milliseconds kTurn{10};
constexpr size_t kOutbound = 3;

}  // namespace

NodeArm::Place::Place(const core::SecretKey& secret, const core::Key256& network)
    : identity(secret, node::DrawKey(), network),
      log({.level = node::LogLevel::kDebug, .format = node::LogFormat::kText}, sink,
          node::ReadClocks) {}

NodeArm::NodeArm(const sim::Scenario& scenario, const Cast& cast)
    : scenario_(&scenario), cast_(&cast), places_(cast.ids.size()) {
  for (uint32_t i = 0; i < cast.ids.size(); ++i) numbers_.emplace(cast.ids[i], i);
  users_context_.suite = &suite_;
  users_context_.network = cast.network;
}

NodeArm::~NodeArm() {
  for (const auto& place : places_) {
    if (place != nullptr) place->host.reset();
  }
}

Account NodeArm::Run(const Account& simulated) {
  begun_ = Clock::now();
  StartAll();
  const core::Duration first = FirstOperation(*scenario_);
  static_cast<void>(TurnUntil([&] { return Settled() == simulated.ready; }));
  account_.ready = Settled();
  TurnUntil(first);
  Work(Elapsed() - first);
  static_cast<void>(TurnUntil([&] { return AllEnded() && Settled() == simulated.settled; }));
  account_.settled = Settled();
  Account account = account_;
  Tape();
  StopAll();
  return account;
}

core::Duration NodeArm::Elapsed() const {
  const auto passed = Clock::now() - begun_;
  return {std::chrono::duration_cast<std::chrono::microseconds>(passed).count()};
}

void NodeArm::TurnUntil(core::Duration time) {
  while (Elapsed() < time) io_.run_one_for(kTurn);
}

bool NodeArm::TurnUntil(const std::function<bool()>& condition) {
  const auto end = Clock::now() + kPatience;
  while (!condition()) {
    if (Clock::now() > end) return false;
    if (io_.stopped()) io_.restart();
    io_.run_for(kTurn);  // Not one handler: the condition looks at every node.
  }
  return true;
}

// ---- start ----

bool NodeArm::IsClient(uint32_t peer) const {
  for (const sim::Group& group : scenario_->groups) {
    if (peer < group.first || peer >= group.first + group.count) continue;
    return !group.reachability_ppm.empty() &&
           group.reachability_ppm[0].first != sim::Reachability::kPublic;
  }
  return false;
}

node::HostOptions NodeArm::OptionsOf(uint32_t peer) const {
  node::HostOptions options;
  options.version = "conformance";
  options.protocol = scenario_->protocol;
  options.transport.channels = {node::kCoreChannel, node::kDiscoveryChannel};
  options.transport.per_address_max = 1000;
  // Less than there are peers: who wants more goes on dialling, and a connection that takes the place of another may lose
  // what is under way, which no message does in these scenarios.
  options.discovery.desired = kOutbound;
  if (!IsClient(peer)) options.listen = node::IpEndpoint{node::ParseIp("127.0.0.1").value(), 0};
  for (uint32_t seed = 0; seed < scenario_->seed_peers && seed < peer; ++seed) {
    const auto at = places_[seed] == nullptr ? std::nullopt : places_[seed]->host->listening();
    if (at.has_value()) options.discovery.seeds.push_back({cast_->ids[seed], {"", *at}});
  }
  options.seed = scenario_->seed + peer;
  options.recorder = kTape;
  return options;
}

void NodeArm::StartAll() {
  std::vector<uint32_t> order(places_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [this](uint32_t a, uint32_t b) { return cast_->starts[a] < cast_->starts[b]; });
  for (const uint32_t peer : order) {
    TurnUntil(cast_->starts[peer]);
    Start(peer);
  }
}

void NodeArm::Start(uint32_t peer) {
  places_[peer] = std::make_unique<Place>(cast_->secrets[peer], cast_->network);
  Place& place = *places_[peer];
  place.memory.Attach(io_, place.host);
  place.host = std::make_unique<node::Host>(io_, OptionsOf(peer), place.identity, suite_,
                                            place.memory, place.log);
  place.user.emplace(*scenario_, users_context_, core::PeerId{peer});
  place.host->Observe([this, peer, &place](core::Time, const core::Observation& what) {
    place.user->Observe({&what, 1});
    // An observer must not submit.
    if (std::holds_alternative<core::CallFinished>(what)) {
      node::asio::post(io_, [this, peer] { Serve(peer); });
    }
    const auto said =
        ToSaid(what, [&](core::PeerId handle) { return NumberOf(*place.host, handle); });
    if (said.has_value()) account_.reports.push_back({peer, *said});
  });
  const core::Status open = place.host->Open();
  if (!open.ok()) {
    account_.troubles.push_back("peer " + std::to_string(peer) + ": " +
                                std::string(core::MessageOf(open)));
    return;
  }
  place.host->Begin();
}

core::PeerId NodeArm::NumberOf(const node::Host& host, core::PeerId handle) const {
  const auto found = numbers_.find(host.NodeIdOf(handle));
  return found == numbers_.end() ? core::kNoPeer : core::PeerId{found->second};
}

std::vector<core::SettledState> NodeArm::Settled() const {
  std::vector<core::SettledState> states;
  for (const auto& place : places_) states.push_back(place->host->Settled());
  return states;
}

// ---- work ----

// Late by `lag`, when the nodes were ready late: what lies between two operations stays.
void NodeArm::Work(core::Duration lag) {
  std::vector<const sim::Operation*> operations;
  for (const sim::Operation& operation : scenario_->workload) operations.push_back(&operation);
  std::stable_sort(operations.begin(), operations.end(),
                   [](const sim::Operation* a, const sim::Operation* b) { return a->at < b->at; });
  for (const sim::Operation* operation : operations) {
    TurnUntil(operation->at + lag);
    for (uint32_t i = 0; i < operation->who.Count(); ++i) {
      Give(operation->who.At(i).value, *operation);
    }
  }
}

void NodeArm::Give(uint32_t peer, const sim::Operation& operation) {
  if (operation.on_blocks.has_value()) {
    const auto index = static_cast<uint32_t>(&operation - scenario_->workload.data());
    places_[peer]->user->Begin(index, sim::WorldTime{operation.at.us});
    return Serve(peer);
  }
  matches_ += std::holds_alternative<core::MatchCommand>(operation.command);
  const core::Status given = places_[peer]->host->Submit(operation.command);
  if (given.ok()) return;
  account_.troubles.push_back("peer " + std::to_string(peer) + ": " +
                              std::string(core::MessageOf(given)));
}

// Makes the calls that the user wants made.
void NodeArm::Serve(uint32_t peer) {
  Place& place = *places_[peer];
  while (place.host != nullptr) {
    const std::optional<core::Command> call = place.user->TakeCall();
    if (!call.has_value()) return;
    const core::Status given = place.host->Submit(*call);
    if (given.ok()) continue;
    account_.troubles.push_back("peer " + std::to_string(peer) + ": " +
                                std::string(core::MessageOf(given)));
  }
}

bool NodeArm::AllEnded() const {
  const bool called = std::all_of(places_.begin(), places_.end(), [](const auto& place) {
    return !place->user.has_value() || place->user->open() == 0;
  });
  const auto ended =
      std::count_if(account_.reports.begin(), account_.reports.end(), [](const Report& report) {
        return std::holds_alternative<core::MatchFinished>(report.what);
      });
  return called && static_cast<size_t>(ended) >= matches_;
}

// ---- stop ----

void NodeArm::Tape() {
  for (const auto& place : places_) {
    Taped& tape = tapes_.emplace_back();
    tape.steps = place->host->Status().steps;
    tape.log = place->sink.text;
    const core::Recorder* recorder = place->host->Recording();
    if (recorder == nullptr) continue;
    recorder->Save([&tape](std::span<const uint8_t> part) {
      tape.file.insert(tape.file.end(), part.begin(), part.end());
    });
  }
}

void NodeArm::StopAll() {
  size_t running = places_.size();
  for (const auto& place : places_) place->host->Stop([&running] { --running; });
  if (TurnUntil([&] { return running == 0; })) return;
  // Their callbacks must not come later.
  for (const auto& place : places_) place->host.reset();
}

}  // namespace conformance
