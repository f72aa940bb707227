#include "node/host/host.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/check.h"
#include "core/matchmaking/keys.h"
#include "node/host/command_check.h"
#include "node/host/endpoints.h"

namespace node {
namespace {

// Told to the core a little later, so that a core which tries again at once cannot spin.
constexpr core::Duration kUnreachableDelay = core::Milliseconds(10);
constexpr core::Duration kDrainPoll = core::Milliseconds(10);
constexpr size_t kPassingDials = 8;  // Feelers and dials back.

core::Random StreamOf(const HostOptions& options, core::Purpose purpose) {
  return core::Random({.seed = options.seed, .purpose = purpose});
}

Hello OfferOf(const core::AddressList& addresses) {
  Hello offer;
  offer.addresses = addresses;
  return offer;
}

// Discovery can always dial its share; of what is tight each has half.
Courier::Terms CourierTermsOf(const HostOptions& options) {
  const size_t all = options.transport.outbound_max;
  const size_t discovery = std::min(options.discovery.desired + kPassingDials, all / 2);
  Courier::Terms terms;
  terms.dials_max = all - discovery;
  return terms;
}

std::unique_ptr<core::Peer> MakeCorePeer(core::PeerId self, const core::Context& context,
                                         const core::SecretKey& secret, core::Random random) {
  return std::make_unique<core::Peer>(self, context, secret, random);
}

// REQUIRES: the command begins a participation.
const core::Topic& TopicIn(const core::Command& command) {
  if (const auto* match = std::get_if<core::MatchCommand>(&command)) return match->topic;
  return std::get<core::WorkCommand>(command).topic;
}

// The nearest scope that the operator has named: loopback and private addresses are dialled only then, or when somebody
// has come from there.
Scope FloorOf(const HostOptions& options) {
  Scope floor = Scope::kPublic;
  if (options.listen.has_value() && !IsAny(options.listen->ip)) {
    floor = std::min(floor, ScopeOf(options.listen->ip));
  }
  for (const Seed& seed : options.discovery.seeds) {
    if (seed.address.name.empty()) floor = std::min(floor, ScopeOf(seed.address.endpoint.ip));
  }
  return floor;
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): each is borrowed from somebody else.
Host::Host(asio::io_context& io, HostOptions options, const Identity& identity,
           const core::Suite& suite, HostMemory& memory, Log& log, TimeSource time)
    : io_(&io),
      options_(std::move(options)),
      identity_(&identity),
      suite_(&suite),
      memory_(&memory),
      log_(&log),
      time_(std::move(time)),
      moment_(time_()),
      begun_(moment_),
      clock_(moment_),
      directory_(identity.key(), suite, options_.directory_capacity),
      context_{.config = &options_.protocol,
               .directory = &directory_,
               .suite = suite_,
               .network = identity.network()},
      own_(options_.listen, options_.advertise),
      transport_(io, options_.transport, socket_clock_, {identity, hello_}, *this),
      courier_(
          transport_, directory_, [this](const IpEndpoint& at) { return MayDial(at); },
          StreamOf(options_, core::Purpose::kNetwork), CourierTermsOf(options_)),
      timer_(io),
      resolver_(io),
      floor_(FloorOf(options_)) {
  hello_ = OfferOf(own_.List());
  if (!options_.make_peer) options_.make_peer = MakeCorePeer;
}

Host::~Host() = default;

core::Status Host::Open() {
  if (options_.listen.has_value()) {
    RETURN_IF_ERROR(transport_.Listen(ToAsio(*options_.listen)));
    options_.discovery.listen_port = transport_.local().port();
    own_.SetPort(transport_.local().port());
  }
  static_cast<void>(Now());
  TellOwnAddresses();
  discovery_.emplace(identity_->node_id(), options_.discovery, options_.bucket_key,
                     StreamOf(options_, core::Purpose::kChurn), Steady());
  return absl::OkStatus();
}

core::Status Host::RestorePeers(std::span<const uint8_t> bytes) {
  return discovery_->Restore(bytes, moment_);
}

void Host::RestoreRoutes(std::span<const core::Contact> routes) {
  for (const core::Contact& contact : routes) {
    const core::PeerId peer = directory_.Learn(contact);
    if (peer != core::kNoPeer && peer != NodeDirectory::kSelf) routes_.push_back(peer);
  }
}

void Host::Begin() {
  static_cast<void>(Now());
  Discover(Tick{});
  KeepHouse();
  ArmTimer();
}

std::optional<IpEndpoint> Host::listening() const {
  if (!transport_.listening()) return std::nullopt;
  return FromAsio(transport_.local());
}

core::Time Host::Now() {
  moment_ = time_();
  const core::Time now = clock_.At(moment_);
  NoteClock();
  return now;
}

void Host::Deliver(core::Input input) {
  if (peer_ == nullptr || phase_ >= HostPhase::kStopping) return;
  inputs_.push_back(std::move(input));
  if (!stepping_) DeliverWaiting();
}

void Host::DeliverWaiting() {
  while (!inputs_.empty()) {
    const core::Input input = std::move(inputs_.front());
    inputs_.pop_front();
    Step(input);
  }
}

void Host::Step(const core::Input& input, std::span<const uint8_t> frame) {
  CHECK(!stepping_);
  stepping_ = true;
  ++steps_;
  effects_.Clear();
  const core::Time now = Now();
  if (recording_) recorder_->Record(now, input, frame);
  peer_->Step(now, input, effects_);
  if (recording_) recorder_->Settle(*peer_);
  CarryOut();
  stepping_ = false;
}

void Host::CarryOut() {
  for (const core::Outgoing& outgoing : effects_.sends()) {
    if (!outgoing.to.empty()) Route(outgoing);
  }
  for (const core::Observation& observation : effects_.observations()) Report(observation);
  for (core::StoreRequest& request : effects_.stores()) {
    ++open_stores_;
    memory_->Store(std::move(request));
  }
}

void Host::OnStored(const core::Stored& stored) {
  CHECK(open_stores_ > 0);
  --open_stores_;
  if (phase_ >= HostPhase::kStopping) return;
  static_cast<void>(Now());
  if (!start_when_stored_.has_value()) {
    Deliver(stored);
  } else if (open_stores_ == 0) {
    StartCore(*std::exchange(start_when_stored_, std::nullopt));
  }
  ArmTimer();
}

void Host::Route(const core::Outgoing& outgoing) {
  wire_->Encode(outgoing.message, frame_);
  MessageCounter& counter = messages_.types[outgoing.message.body.index()];
  for (const core::PeerId to : outgoing.to) {
    if (to == NodeDirectory::kSelf) continue;
    ++counter.out;
    counter.out_bytes += frame_.size();
    static_cast<void>(courier_.Send(Steady(), to, frame_));
  }
}

void Host::Report(const core::Observation& observation) {
  if (const auto* joined = std::get_if<core::Joined>(&observation)) {
    phase_ = std::max(phase_, HostPhase::kJoined);
    log_->Info("joined the network", {{"contacts", joined->contacts}, {"client", client_}});
  } else if (const auto* finished = std::get_if<core::MatchFinished>(&observation)) {
    topics_.erase(finished->topic);
  } else if (const auto* call = std::get_if<core::CallFinished>(&observation)) {
    calls_.Finished(call->request);
  } else if (const auto* fell = std::get_if<core::StandingFell>(&observation)) {
    log_->Write(penalty_site_, "a peer lost its standing",
                {{"peer", directory_.NodeIdOf(fell->peer)},
                 {"score", fell->score},
                 {"banned", fell->banned}});
    if (fell->banned) BanFor(fell->peer);
  }
  ReportRings(observation);
  for (const auto& [id, observer] : observers_) observer(clock_.time(), observation);
}

void Host::OnTimer() {
  timer_at_ = core::Time::Never();
  const core::Time now = Now();
  if (phase_ >= HostPhase::kStopping) return;
  if (peer_ != nullptr && peer_->NextDeadline() <= now) Deliver(core::Wake{});
  if (discovery_->NextDeadline() <= Steady()) Discover(Tick{});
  courier_.Tick(Steady());
  if (unreachable_at_ <= Steady()) ReportUnreachable();
  if (house_at_ <= Steady()) KeepHouse();
  ArmTimer();
}

void Host::ReportUnreachable() {
  unreachable_at_ = core::Time::Never();
  for (const core::PeerId peer : courier_.TakeUnreachable()) Deliver(core::Link{peer, false});
}

// An armed timer that comes too early finds nothing to do and arms again; so only earlier deadlines move it.
void Host::ArmTimer() {
  if (courier_.HasUnreachable() && unreachable_at_ == core::Time::Never()) {
    unreachable_at_ = Steady() + kUnreachableDelay;
  }
  core::Time next = std::min({house_at_, unreachable_at_, courier_.NextDeadline(),
                              std::max(discovery_->NextDeadline(), Steady())});
  if (peer_ != nullptr && peer_->NextDeadline() != core::Time::Never()) {
    next = std::min(next, Steady() + clock_.Delay(peer_->NextDeadline()));
  }
  if (next >= timer_at_) return;
  timer_at_ = next;
  timer_.expires_after(std::chrono::microseconds(std::max<int64_t>((next - Steady()).us, 0)));
  timer_.async_wait([this, alive = std::weak_ptr<bool>(alive_)](const ErrorCode& error) {
    if (!error && !alive.expired()) OnTimer();
  });
}

void Host::KeepHouse() {
  house_at_ = Steady() + kHousekeeping;
  MaybeStart();
  MaybeStartAgain();
  SweepHandles();
  RetryStore();
  NoteDescriptors();
}

void Host::NoteClock() {
  const auto jump = clock_.TakeJump();
  if (!jump.has_value()) return;
  log_->Warning("the wall clock jumped", {{"by", jump->by}, {"ahead", jump->ahead}});
}

void Host::NoteDescriptors() {
  if (std::exchange(short_, transport_.degraded()) == transport_.degraded()) return;
  if (short_) {
    log_->Write(short_site_, "no file descriptors: nobody is accepted");
  } else {
    log_->Write(short_site_, "there are file descriptors again: others are accepted");
  }
}

void Host::SweepHandles() {
  if (!directory_.WantsSweep()) return;
  core::PeerSet held;
  if (peer_ != nullptr) peer_->CollectPeers(held);
  courier_.CollectPeers(held);
  held.AddAll(routes_);
  held.AddAll(tried_seeds_);
  for (const auto& [socket, connection] : connections_) held.Add(connection.peer);
  const auto freed = directory_.Sweep(held);
  if (!freed.empty()) EndRecording();
  log_->Write(sweep_site_, "swept the directory",
              {{"freed", freed.size()}, {"left", directory_.size()}});
}

bool Host::AwaitsProbe() const {
  if (!options_.listen.has_value() || !options_.discovery.probe) return false;
  if (discovery_->reachability() != Reachability::kUnknown) return false;
  if (Steady() - first_link_ >= kProbePatience) return false;
  return std::any_of(connections_.begin(), connections_.end(), [](const auto& entry) {
    return ScopeOf(FromAsio(entry.second.info.remote).ip) == Scope::kPublic;
  });
}

std::vector<core::PeerId> Host::StartSeeds() const {
  std::vector<core::PeerId> seeds;
  for (const auto& [socket, connection] : connections_) seeds.push_back(connection.peer);
  seeds.insert(seeds.end(), routes_.begin(), routes_.end());
  std::sort(seeds.begin(), seeds.end());
  seeds.erase(std::unique(seeds.begin(), seeds.end()), seeds.end());
  return seeds;
}

void Host::MaybeStart() {
  if (phase_ != HostPhase::kSeeking) return;
  const bool looks = !options_.discovery.seeds.empty() || discovery_->book().size() > 0;
  if (connections_.empty() && looks) return;
  if (AwaitsProbe()) return;
  StartCore(!options_.listen.has_value() || discovery_->reachability() == Reachability::kBehindNat);
}

// The incarnation before ends here, whatever becomes of the next.
void Host::StartCore(bool client) {
  peer_.reset();
  inputs_.clear();
  AbandonCalls();
  if (open_stores_ > 0) {
    start_when_stored_ = client;
    return;
  }
  const auto rows = memory_->LoadRows();
  rows_ = rows.status();
  if (rows.ok()) return BeginIncarnation(client, *rows);
  phase_ = HostPhase::kSeeking;
  log_->Write(rows_site_, "the core cannot start without its rows", {{"why", rows_}});
}

void Host::BeginIncarnation(bool client, std::span<const core::StoredRow> rows) {
  incarnation_ = memory_->NextIncarnation();
  const core::StreamKey stream{.seed = options_.seed,
                               .peer = NodeDirectory::kSelf.value,
                               .incarnation = incarnation_,
                               .purpose = core::Purpose::kPeer};
  BeginRecording(stream);
  client_ = client;
  phase_ = HostPhase::kRunning;
  started_ = Steady();
  tried_seeds_ = StartSeeds();
  peer_ =
      options_.make_peer(NodeDirectory::kSelf, context_, identity_->secret(), core::Random(stream));
  log_->Info("the core starts", {{"incarnation", incarnation_},
                                 {"seeds", tried_seeds_.size()},
                                 {"client", client},
                                 {"rows", rows.size()}});
  Step(core::Start{.seeds = tried_seeds_, .client = client, .rows = rows});
  DeliverWaiting();
  const auto again = topics_;  // A step may end some.
  for (const auto& [key, command] : again) Deliver(command);
}

void Host::BeginRecording(const core::StreamKey& stream) {
  EndRecording();
  recorder_.reset();
  if (!options_.recorder.has_value()) return;
  const core::RecordingHeader header{.build = options_.version.substr(0, core::kBuildTextBytesMax),
                                     .network = identity_->network(),
                                     .public_key = identity_->key(),
                                     .self = NodeDirectory::kSelf,
                                     .stream = stream,
                                     .config = options_.protocol};
  recorder_ = std::make_unique<core::Recorder>(header, *options_.recorder, directory_, *suite_);
  recording_ = true;
  context_.directory = &recorder_->directory();
  context_.suite = &recorder_->suite();
  wire_.emplace(identity_->network(), recorder_->directory());
}

// What was recorded stays; the core goes on without it.
void Host::EndRecording() {
  if (std::exchange(recording_, false)) log_->Info("the flight recorder ends");
  context_.directory = &directory_;
  context_.suite = suite_;
  wire_.emplace(identity_->network(), directory_);
}

void Host::AbandonCalls() {
  for (const core::CallFinished& end : calls_.Abandon()) Report(end);
}

void Host::MaybeStartAgain() {
  if (start_when_stored_.has_value()) return;
  if (phase_ != HostPhase::kRunning && phase_ != HostPhase::kJoined) return;
  if (Steady() - started_ < kJoinPatience) return;
  if (phase_ == HostPhase::kRunning && StartSeeds() != tried_seeds_) return StartCore(client_);
  const Reachability reachability = discovery_->reachability();
  if (reachability == Reachability::kUnknown || !topics_.empty() || !calls_.empty()) return;
  const bool client = !options_.listen.has_value() || reachability == Reachability::kBehindNat;
  if (client != client_) StartCore(client);
}

core::Status Host::Submit(const core::Command& command) {
  RETURN_IF_ERROR(CheckCommand(command));
  if (peer_ == nullptr) {
    return core::Unavailable("command: the node still looks for somebody to join through");
  }
  if (phase_ >= HostPhase::kStopping) return core::Unavailable("command: the node is stopping");
  if (const auto* lend = std::get_if<core::LendCommand>(&command)) {
    RETURN_IF_ERROR(CheckLender(*lend));
  }
  const auto begin = [&](const core::Topic& topic) {
    if (topics_.size() >= kTopicsMax && !topics_.contains(TopicOf(topic))) return false;
    topics_[TopicOf(topic)] = command;
    return true;
  };
  bool allowed = true;
  if (const auto* match = std::get_if<core::MatchCommand>(&command)) {
    allowed = begin(match->topic);
  } else if (const auto* work = std::get_if<core::WorkCommand>(&command)) {
    allowed = begin(work->topic);
  } else if (const auto* leave = std::get_if<core::LeaveCommand>(&command)) {
    topics_.erase(TopicOf(leave->topic));
  }
  if (!allowed) {
    return core::ResourceExhausted("command: found " + std::to_string(topics_.size()) +
                                   " topics, allowed " + std::to_string(kTopicsMax));
  }
  RETURN_IF_ERROR(calls_.Begin(command));
  Deliver(command);
  ArmTimer();
  return absl::OkStatus();
}

// What was learned while the store refused is stored as soon as it takes it again.
void Host::RetryStore() {
  if (memory_->Health().ok() || Steady() < store_at_) return;
  store_at_ = Steady() + kStoreRetry;
  Remember();
}

void Host::Remember() {
  memory_->SavePeers(discovery_->Encode(moment_));
  if (peer_ == nullptr) return;
  std::vector<core::Contact> routes;
  for (const core::PeerId peer : peer_->Contacts()) {
    if (routes.size() == kRoutesMax) break;
    core::Contact contact{.node_id = directory_.NodeIdOf(peer),
                          .public_key = directory_.PublicKeyOf(peer),
                          .addresses = directory_.AddressesOf(peer)};
    if (!contact.addresses.empty()) routes.push_back(contact);
  }
  if (!routes.empty()) memory_->SaveRoutes(routes);
}

void Host::Stop(std::function<void()> stopped) {
  stopped_ = std::move(stopped);
  if (phase_ >= HostPhase::kStopping) return;
  static_cast<void>(Now());
  if (peer_ != nullptr) {
    for (const auto& [key, command] : std::exchange(topics_, {})) {
      Deliver(core::LeaveCommand{TopicIn(command)});
    }
  }
  AbandonCalls();
  Remember();
  phase_ = HostPhase::kStopping;
  resolver_.cancel();
  transport_.Stop();
  AwaitDrained();
}

void Host::AwaitDrained() {
  if (transport_.sockets() == 0) {
    phase_ = HostPhase::kStopped;
    timer_.cancel();
    if (stopped_) std::exchange(stopped_, nullptr)();
    return;
  }
  timer_.expires_after(std::chrono::microseconds(kDrainPoll.us));
  timer_.async_wait([this, alive = std::weak_ptr<bool>(alive_)](const ErrorCode& error) {
    if (!error && !alive.expired()) AwaitDrained();
  });
}

}  // namespace node
