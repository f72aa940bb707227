#include "sim/explore/small_world.h"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "absl/strings/str_cat.h"

#include "core/base/check.h"
#include "core/port/conduct.h"
#include "core/port/neighbour.h"
#include "sim/observe/checkers/checker.h"
#include "sim/observe/describe.h"

namespace sim {
namespace {

// A crash may cut off a broadcast after any of its first sends; more would be too many subsets to try.
constexpr size_t kSubsetOf = 8;

constexpr core::Duration kCheckpointEvery = core::Seconds(1);

// Behind a NAT or a relay: in nobody's cluster.
bool AreClients(const Group& group) {
  return std::any_of(group.reachability_ppm.begin(), group.reachability_ppm.end(),
                     [](const auto& share) { return share.first != Reachability::kPublic; });
}

template <typename Command>
constexpr bool kIsOnBlocks =
    std::is_same_v<Command, core::PutCommand> || std::is_same_v<Command, core::DeleteCommand> ||
    std::is_same_v<Command, core::GetCommand> || std::is_same_v<Command, core::RevisionCommand> ||
    std::is_same_v<Command, core::TransactCommand>;

class NoConduct : public core::Conduct {
 public:
  void Report(core::Time, core::PeerId, core::Offence, core::Effects&) override {}

  [[nodiscard]] bool IsDoubtful(core::Time, core::PeerId) const override { return false; }
};

core::Status Refuse(const std::string& found, const std::string& allowed) {
  return core::InvalidArgument(absl::StrCat("explore: found ", found, ", allowed ", allowed));
}

// Points of a crash within one stage: which of its sends left, and whether its stores lasted.
uint32_t PointsOf(size_t sends, bool stores) {
  return (uint32_t{1} << std::min(sends, kSubsetOf)) * (stores ? 2 : 1);
}

}  // namespace

struct SmallWorld::Node {
  Node(const Scenario& scenario, const core::Context& context, core::PeerId peer)
      : self(peer), user(scenario, context, peer) {}

  core::PeerId self;
  std::unique_ptr<core::Transactions> process;  // nullptr: down.
  BlockUser user;
  core::Random random{core::StreamKey{}};
  uint32_t incarnation = 0;
  std::map<core::StoreKey, core::Bytes> rows;
  std::vector<core::StoreRequest> stores;                  // Handed over, not complete.
  std::vector<std::pair<uint64_t, core::Key256>> lookups;  // Not answered.
  core::Hasher told;                                       // What it has reported.
  mutable std::optional<core::Fingerprint> state;          // Nothing: to be computed.
};

// Everybody is known to everybody: the search for a key's neighbours ends where it begins.
class SmallWorld::Neighbours : public core::ClusterSource {
 public:
  Neighbours(const SmallWorld& world, Node& node) : world_(&world), node_(&node) {}

  [[nodiscard]] std::vector<core::PeerId> Nearest(const core::Key256& target, size_t count) const {
    const core::Directory& directory = *world_->context().directory;
    std::vector<core::PeerId> peers = world_->members_;
    std::sort(peers.begin(), peers.end(), [&](core::PeerId a, core::PeerId b) {
      return core::Nearer(target, directory.NodeIdOf(a), directory.NodeIdOf(b));
    });
    peers.resize(std::min(count, peers.size()));
    return peers;
  }

  // Nobody is away: who crashed comes back.
  [[nodiscard]] std::vector<core::Neighbour> NearestRemembered(core::Time,
                                                               const core::Key256& target,
                                                               size_t count) const override {
    std::vector<core::Neighbour> nearest;
    for (const core::PeerId peer : Nearest(target, count)) {
      nearest.push_back(
          {.id = world_->context().directory->NodeIdOf(peer), .peer = peer, .away = false});
    }
    return nearest;
  }

  [[nodiscard]] std::vector<core::Acquaintance> Acquaintances(core::Time) const override {
    return {};
  }

  void Recall(core::Time, std::span<const core::Acquaintance>) override {}

  [[nodiscard]] bool IsConfident(core::Time) const override { return true; }

  void Lookup(const core::TxMoment&, const core::Key256& target, uint64_t token) override {
    node_->lookups.emplace_back(token, target);
  }

 private:
  const SmallWorld* world_;
  Node* node_;
};

core::Status SmallWorld::Check(const Scenario& scenario) {
  if (scenario.PeerCount() > kPeersMax) {
    return Refuse(absl::StrCat(scenario.PeerCount(), " peers"),
                  absl::StrCat("at most ", kPeersMax, ": orders grow exponentially"));
  }
  for (const Group& group : scenario.groups) {
    if (!group.adversary.role.empty())
      return Refuse(absl::StrCat("adversary ", group.adversary.role), "honest peers only");
  }
  for (const Operation& operation : scenario.workload) {
    if (!operation.on_blocks.has_value())
      return Refuse("a workload that is not on blocks", "put, delete, get, revision, transact");
  }
  if (scenario.workload.empty()) return Refuse("no workload", "operations on blocks");
  if (!scenario.plant.empty()) return Refuse("a planted bug", "none");
  if (!scenario.faults.empty() || !scenario.swarm.draw.empty())
    return Refuse("faults in the scenario", "--crashes and --timeouts, which try all of them");
  return core::Status();
}

SmallWorld::SmallWorld(const Scenario& scenario, const Identities& identities, Observer* observer)
    : scenario_(&scenario),
      identities_(&identities),
      observer_(observer),
      wire_(identities.context().network, identities.directory()),
      appointments_(AppointmentsOf(scenario)) {
  for (const Group& group : scenario.groups) {
    for (uint32_t i = group.first; i < group.first + group.count; ++i) {
      if (!AreClients(group)) members_.push_back(core::PeerId{i});
      nodes_.push_back(std::make_unique<Node>(scenario, identities.context(), core::PeerId{i}));
    }
  }
  now_ = appointments_.front().at;
  for (const auto& node : nodes_) Start(node->self);
  Prelude();
}

SmallWorld::~SmallWorld() = default;

std::vector<SmallWorld::Appointment> SmallWorld::AppointmentsOf(const Scenario& scenario) {
  std::vector<Appointment> all;
  for (uint32_t i = 0; i < scenario.workload.size(); ++i) {
    const Operation& operation = scenario.workload[i];
    const core::Duration step = operation.every.us > 0 ? operation.every : scenario.duration;
    const core::Duration until = operation.every.us > 0 ? operation.until : operation.at + step;
    for (core::Duration at = operation.at; at < until; at = at + step) {
      for (uint32_t p = 0; p < operation.who.Count(); ++p)
        all.push_back({WorldTime{at.us}, i, operation.who.At(p)});
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

bool SmallWorld::IsClient(core::PeerId peer) const {
  return std::find(members_.begin(), members_.end(), peer) == members_.end();
}

bool SmallWorld::IsUp(core::PeerId peer) const {
  return nodes_[peer.value]->process != nullptr;
}

// ---- what happens to a peer ----

void SmallWorld::Start(core::PeerId peer) {
  Node& node = *nodes_[peer.value];
  node.random = core::Random({.seed = scenario_->seed,
                              .peer = peer.value,
                              .incarnation = node.incarnation++,
                              .purpose = core::Purpose::kPeer});
  node.process = std::make_unique<core::Transactions>(context());
  ReportWorld(WorldFact::Kind::kStarted, peer);
  std::vector<core::StoredRow> rows;
  for (const auto& [key, value] : node.rows) rows.push_back({key, value});
  Step(peer, std::nullopt, [&](core::Transactions& process, const core::TxMoment& moment) {
    process.Load(moment, rows);
  });
}

void SmallWorld::Stop(core::PeerId peer) {
  Node& node = *nodes_[peer.value];
  node.state.reset();
  node.process.reset();
  node.user.Forget();
  node.stores.clear();
  node.lookups.clear();
  ReportWorld(WorldFact::Kind::kStopped, peer);
}

void SmallWorld::BeginDue() {
  for (; begun_ < appointments_.size() && appointments_[begun_].at <= now_; ++begun_) {
    const Appointment& due = appointments_[begun_];
    Node& node = *nodes_[due.peer.value];
    if (node.process == nullptr) continue;
    node.user.Begin(due.operation, now_);
    Step(due.peer, std::nullopt, [](core::Transactions&, const core::TxMoment&) {});
  }
}

// Whoever writes reads first; the orders of that are of no interest.
void SmallWorld::Prelude() {
  BeginDue();
  const auto is_prelude = [&](const Packet& packet) {
    return !std::holds_alternative<core::TxSubmit>(MessageOf(packet).body);
  };
  for (;;) {
    const auto next = std::find_if(packets_.begin(), packets_.end(), is_prelude);
    if (next == packets_.end()) return;
    Deliver(static_cast<size_t>(next - packets_.begin()), std::nullopt);
  }
}

// ---- moves ----

std::vector<Move> SmallWorld::Moves() const {
  std::vector<Move> moves;
  for (const Packet& packet : packets_) {
    const Move move{Move::Kind::kDeliver, packet.to, packet.id, 0};
    if (std::find(moves.begin(), moves.end(), move) == moves.end()) moves.push_back(move);
  }
  for (const auto& node : nodes_) {
    if (node->process == nullptr) moves.push_back({Move::Kind::kRestart, node->self, 0, 0});
  }
  if (NextTime() != WorldTime::Never())
    moves.push_back({Move::Kind::kPassTime, core::kNoPeer, 0, 0});
  return moves;
}

uint32_t SmallWorld::Make(const Move& move) {
  ++moves_;
  switch (move.kind) {
    case Move::Kind::kDeliver:
      return Deliver(IndexOf(move.message), std::nullopt);
    case Move::Kind::kCrash:
      return Deliver(IndexOf(move.message), move.point);
    case Move::Kind::kRestart:
      Start(move.at);
      return 0;
    case Move::Kind::kPassTime:
      PassTo(NextTime());
      return 0;
  }
  return 0;
}

size_t SmallWorld::IndexOf(uint64_t message) const {
  const auto found = std::find_if(packets_.begin(), packets_.end(),
                                  [&](const Packet& packet) { return packet.id == message; });
  CHECK(found != packets_.end());
  return static_cast<size_t>(found - packets_.begin());
}

uint32_t SmallWorld::Deliver(size_t index, std::optional<uint32_t> crash_at) {
  const Packet packet = std::move(packets_[index]);
  packets_.erase(packets_.begin() + static_cast<std::ptrdiff_t>(index));
  Node& node = *nodes_[packet.to.value];
  if (node.process == nullptr) return 0;
  const core::Message message = MessageOf(packet);
  return Step(packet.to, crash_at, [&](core::Transactions& process, const core::TxMoment& moment) {
    process.OnArrival(moment, packet.from, message);
  });
}

WorldTime SmallWorld::NextTime() const {
  WorldTime next = begun_ < appointments_.size() ? appointments_[begun_].at : WorldTime::Never();
  for (const auto& node : nodes_) {
    if (node->process == nullptr) continue;
    const core::Time deadline = node->process->NextDeadline();
    if (deadline != core::Time::Never()) next = std::min(next, WorldTime{deadline.us});
  }
  return next;
}

void SmallWorld::PassTo(WorldTime time) {
  now_ = std::max(now_, time);
  for (const auto& node : nodes_) {
    if (node->process == nullptr || node->process->NextDeadline().us > now_.us) continue;
    Step(node->self, std::nullopt, [](core::Transactions& process, const core::TxMoment& moment) {
      process.OnDeadline(moment);
    });
  }
  BeginDue();
}

// ---- one step of a peer ----

template <typename Code>
void SmallWorld::Run(Node& node, core::Effects& effects, const Code& code) {
  Neighbours neighbours(*this, node);
  NoConduct conduct;
  const core::TxMoment moment{.now = core::Time{now_.us},
                              .self = node.self,
                              .context = context(),
                              .secret = identities_->directory().SecretOf(node.self),
                              .random = node.random,
                              .effects = effects,
                              .clusters = neighbours,
                              .conduct = conduct,
                              .mail = node.process->mail(),
                              .journal = node.process->journal()};
  code(*node.process, moment);
}

// A step is stages: what the process does at once, then what it does when its disk, its searches and its user have
// answered. A crash lies within a stage.
template <typename Code>
uint32_t SmallWorld::Step(core::PeerId peer, std::optional<uint32_t> crash_at, const Code& code) {
  Node& node = *nodes_[peer.value];
  node.state.reset();
  core::Effects effects;
  Run(node, effects, code);
  uint32_t points = 0;
  do {
    Report(peer, effects.observations());
    node.user.Observe(effects.observations());
    std::vector<Packet> packets = PacketsOf(peer, effects);
    const uint32_t more = packets.empty() && effects.stores().empty()
                              ? 0
                              : PointsOf(packets.size(), !effects.stores().empty());
    if (crash_at.has_value() && *crash_at < points + more) {
      CrashAmid(node, std::move(packets), effects, *crash_at - points);
      return points + more;
    }
    points += more;
    Post(std::move(packets));
    for (core::StoreRequest& store : effects.stores()) node.stores.push_back(std::move(store));
    effects.Clear();
  } while (GoOn(node, effects));
  return points;
}

// The point says which of the packets are gone out, and whether the stores have lasted.
void SmallWorld::CrashAmid(Node& node, std::vector<Packet> packets, core::Effects& effects,
                           uint32_t point) {
  const bool lasted = point >= PointsOf(packets.size(), false);
  std::vector<Packet> left;
  for (size_t i = 0; i < packets.size(); ++i) {
    if (i >= kSubsetOf || (point >> i & 1u) != 0) left.push_back(std::move(packets[i]));
  }
  Post(std::move(left));
  for (const core::StoreRequest& store : effects.stores()) {
    if (lasted) store.batch.ApplyTo(node.rows);
  }
  Stop(node.self);
}

// The next thing that the peer itself waits for; false: nothing.
bool SmallWorld::GoOn(Node& node, core::Effects& effects) {
  if (std::optional<core::Command> call = node.user.TakeCall()) {
    Run(node, effects, [&](core::Transactions& process, const core::TxMoment& moment) {
      std::visit(
          [&](const auto& command) {
            if constexpr (kIsOnBlocks<std::decay_t<decltype(command)>>)
              process.OnCommand(moment, command);
          },
          *call);
    });
    return true;
  }
  if (!node.lookups.empty()) {
    const auto [token, target] = node.lookups.front();
    node.lookups.erase(node.lookups.begin());
    const auto nearest = Neighbours(*this, node).Nearest(target, core::limits::kNodesMax);
    Run(node, effects,
        [&, answered = token](core::Transactions& process, const core::TxMoment& moment) {
          process.OnLookup(moment, answered, nearest);
        });
    return true;
  }
  if (node.stores.empty()) return false;
  const core::StoreRequest store = std::move(node.stores.front());
  node.stores.erase(node.stores.begin());
  const core::Status status = store.batch.CheckLimits();
  if (status.ok()) store.batch.ApplyTo(node.rows);
  Run(node, effects, [&](core::Transactions& process, const core::TxMoment& moment) {
    process.OnStored(moment, {store.ticket, status});
  });
  return true;
}

std::vector<SmallWorld::Packet> SmallWorld::PacketsOf(core::PeerId from, core::Effects& effects) {
  std::vector<Packet> packets;
  for (const core::Outgoing& outgoing : effects.sends()) {
    auto frame = std::make_shared<std::vector<uint8_t>>();
    wire_.Encode(outgoing.message, *frame);
    const uint64_t content = core::HashBytes(*frame);
    for (const core::PeerId to : outgoing.to)
      packets.push_back({from, to, core::Mix64(content, from.value, to.value), frame});
  }
  return packets;
}

core::Message SmallWorld::MessageOf(const Packet& packet) const {
  core::Message message;
  core::Wire wire(context().network, identities_->directory());
  CHECK(wire.Decode(*packet.frame, message) == core::DecodeError::kNone);
  return message;
}

void SmallWorld::Post(std::vector<Packet> packets) {
  for (Packet& packet : packets) packets_.push_back(std::move(packet));
}

// ---- the rest of the run ----

void SmallWorld::RunOn() {
  for (const auto& node : nodes_) {
    if (node->process == nullptr) Start(node->self);
  }
  ReportWorld(WorldFact::Kind::kCalm, core::kNoPeer);
  const WorldTime end{scenario_->duration.us};
  WorldTime checkpoint = now_;
  for (;;) {
    while (!packets_.empty()) Deliver(0, std::nullopt);
    const WorldTime next = std::min(NextTime(), end);
    for (; checkpoint <= next; checkpoint = checkpoint + kCheckpointEvery) {
      now_ = std::max(now_, checkpoint);
      if (observer_ != nullptr) observer_->OnCheckpoint(*this);
    }
    if (next == end) break;
    PassTo(next);
  }
  now_ = end;
  if (observer_ != nullptr) observer_->OnEnd(*this);
}

// ---- what others see ----

core::Fingerprint SmallWorld::StateOf(core::PeerId peer) const {
  const Node& node = *nodes_[peer.value];
  if (node.state.has_value()) return *node.state;
  core::Hasher hasher;
  hasher.Add(node.process != nullptr);
  if (node.process != nullptr) node.process->Digest(hasher);
  node.user.Digest(hasher);
  core::Random random = node.random;
  hasher.Add(random.Next());
  for (const auto& [key, value] : node.rows) {
    hasher.Add(key.key);
    hasher.Add(value);
  }
  hasher.Add(node.told.Result().high);
  node.state = hasher.Result();
  return *node.state;
}

core::Fingerprint SmallWorld::State() const {
  core::Hasher hasher;
  for (const auto& node : nodes_) {
    const core::Fingerprint state = StateOf(node->self);
    hasher.Add(state.high);
    hasher.Add(state.low);
  }
  uint64_t on_the_way = 0;  // In whatever order.
  for (const Packet& packet : packets_) on_the_way += core::Mix64(packet.id);
  hasher.Add(on_the_way);
  hasher.Add(now_.us);
  hasher.Add(begun_);
  return hasher.Result();
}

std::string SmallWorld::Tell(const Move& move) const {
  if (move.kind == Move::Kind::kPassTime)
    return absl::StrCat("time passes to ", InSeconds(NextTime() - WorldTime{0}));
  const std::string peer = absl::StrCat("peer ", move.at.value);
  if (move.kind == Move::Kind::kRestart) return absl::StrCat(peer, " comes back");
  const Packet& packet = packets_[IndexOf(move.message)];
  const Description what = Describe(MessageOf(packet));
  std::string text = absl::StrCat(peer, " gets ", std::string(what.name), " of peer ",
                                  packet.from.value, ": ", Sentence(what));
  if (move.kind == Move::Kind::kCrash)
    absl::StrAppend(&text, ", and crashes at point ", move.point);
  if (!IsUp(move.at)) absl::StrAppend(&text, ", but is down");
  return text;
}

void SmallWorld::Report(core::PeerId peer, std::span<core::Observation> observations) {
  uint32_t index = 0;
  for (const core::Observation& what : observations) {
    nodes_[peer.value]->told.Add(JsonMembers(Describe(what)));
    if (observer_ != nullptr)
      observer_->OnFact(*this, {Now(), peer, index++, core::Time{now_.us}, what});
  }
}

void SmallWorld::ReportWorld(WorldFact::Kind kind, core::PeerId peer) {
  if (observer_ == nullptr) return;
  const uint32_t detail = peer == core::kNoPeer ? 0 : nodes_[peer.value]->incarnation - 1;
  observer_->OnWorldFact(*this, {kind, Now(), peer, detail});
}

}  // namespace sim
