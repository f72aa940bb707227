#include "core/peer/peer.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/arachnode/arachnode.h"
#include "core/codec/message_types.h"
#include "core/matchmaking/matchmaking.h"
#include "core/negotiation/negotiation.h"
#include "core/peer/deadlines.h"
#include "core/peer/standing.h"
#include "core/routing/routing.h"
#include "core/transactions/transactions.h"

namespace core {
namespace {

// Requests older than their ttl are ignored: whoever asked has stopped waiting. Replies carry none.
bool IsTooOld(const Config& config, Time now, const Message& message) {
  if (message.ttl_ms == 0) return false;
  const int64_t slack_ms = message.ttl_ms + config.matchmaking.clock_tolerance.us / 1000;
  return message.sent_ms < now.us / 1000 - slack_ms;
}

// The speaker group stands in the high byte of a message's type.
uint16_t GroupOf(const Body& body) {
  return kMessageTypes[body.index()].type >> 8;
}

bool IsRouting(const Body& body) {
  return std::holds_alternative<Ping>(body) || std::holds_alternative<Pong>(body) ||
         std::holds_alternative<FindNode>(body) || std::holds_alternative<Nodes>(body);
}

constexpr uint16_t kTransactionsGroup = 3;
constexpr uint16_t kArachnodeGroup = 4;
constexpr uint16_t kNegotiationGroup = 5;

}  // namespace

struct Peer::State : public Locator, public ClusterSource {
  State(PeerId id, const Context& with, const SecretKey& key, Random stream)
      : self(id), context(&with), secret(&key), random(stream), routing(id, with) {}

  // Locator.
  void Lookup(const Moment& moment, const Key256& target, uint64_t token) override {
    routing.Lookup(moment.now, {.target = target, .token = token}, moment.random, moment.effects);
  }

  [[nodiscard]] int SharedPrefix(int n) const override {
    return routing.SharedPrefixWithNearest(n);
  }

  // ClusterSource.
  void Lookup(const TxMoment& moment, const Key256& target, uint64_t token) override {
    const auto members = static_cast<size_t>(moment.config().cluster_size);
    routing.Lookup(moment.now, {.target = target, .token = token, .wanted = members}, moment.random,
                   moment.effects);
  }

  [[nodiscard]] std::vector<Neighbour> NearestRemembered(Time now, const Key256& target,
                                                         size_t count) const override;
  [[nodiscard]] bool IsConfident(Time now) const override;

  [[nodiscard]] std::vector<Acquaintance> Acquaintances(Time now) const override {
    return routing.Acquaintances(now);
  }

  void Recall(Time now, std::span<const Acquaintance> known) override {
    routing.Recall(now, known);
  }

  // Most peers neither write nor hold a block: the module comes with its first input.
  [[nodiscard]] Transactions& Writing() {
    if (transactions == nullptr) transactions = std::make_unique<Transactions>(*context);
    return *transactions;
  }

  [[nodiscard]] TxMoment MomentOf(const Moment& moment) {
    Transactions& writing = Writing();
    return {.now = moment.now,
            .self = self,
            .context = *context,
            .secret = *secret,
            .random = random,
            .effects = moment.effects,
            .clusters = *this,
            .conduct = standing,
            .mail = writing.mail(),
            .journal = writing.journal(),
            .asks_rings = arachnode != nullptr && arachnode->MayBeHeld(moment.now)};
  }

  // The same for storage rings: most peers neither lend nor hear of who does.
  [[nodiscard]] Arachnode& Rings() {
    if (arachnode == nullptr) arachnode = std::make_unique<Arachnode>();
    return *arachnode;
  }

  [[nodiscard]] RingMoment RingMomentOf(const Moment& moment) {
    return {MomentOf(moment), routing.Estimate().peers};
  }

  // And for votes.
  [[nodiscard]] Negotiation& Voting() {
    if (negotiation == nullptr) negotiation = std::make_unique<Negotiation>();
    return *negotiation;
  }

  [[nodiscard]] NegotiationMoment NegotiationMomentOf(const Moment& moment) {
    return {moment, matchmaking};
  }

  [[nodiscard]] const Repository& Blocks() { return Writing().voter().repository(); }

  void On(const Moment& moment, const Start& start);
  void On(const Moment& moment, const Wake&);
  void On(const Moment& moment, const Arrival& arrival);
  void On(const Moment& moment, const Garbled& garbled);
  void On(const Moment& moment, const Link& link);
  void On(const Moment& moment, const Command& command);
  void On(const Moment& moment, const Stored& stored);
  void OnBlocks(const Moment& moment, const Command& command);
  void OnNegotiation(const Moment& moment, PeerId from, const Message& message);

  // Hands finished lookups to those who asked; one may start the next.
  void DeliverLookups(const Moment& moment);
  // What members lack or would let go of is the rings' business, and what these find out the members'.
  void AskRings(const Moment& moment);
  // Who has come to a topic is the business of whoever stands there.
  void MeetNewcomers(const Moment& moment);
  // What this peer's clusters have committed is the rings' business too, where there are any.
  void SpreadApplied(const Moment& moment);

  PeerId self;
  const Context* context;
  const SecretKey* secret;
  Random random;
  Routing routing;
  Matchmaking matchmaking;
  Standing standing;
  std::unique_ptr<Transactions> transactions;
  std::unique_ptr<Arachnode> arachnode;
  std::unique_ptr<Negotiation> negotiation;
  uint64_t last_sequence = 0;
  bool client = false;
};

void Peer::State::On(const Moment& moment, const Start& start) {
  client = start.client;
  if (client) routing.BeClient();
  if (!start.rows.empty()) Writing().Load(MomentOf(moment), start.rows);
  const bool lent = std::any_of(start.rows.begin(), start.rows.end(),
                                [](const StoredRow& row) { return row.at.table == kShelfTable; });
  if (lent) Rings().Load(RingMomentOf(moment), start.rows);
  routing.Start(moment.now, start.seeds, random, moment.effects);
}

void Peer::State::On(const Moment& moment, const Wake&) {
  if (IsDue(routing.NextDeadline(), moment.now)) {
    routing.OnDeadline(moment.now, random, moment.effects);
  }
  DeliverLookups(moment);
  if (IsDue(matchmaking.NextDeadline(), moment.now)) matchmaking.OnDeadline(moment);
  if (transactions != nullptr && IsDue(transactions->NextDeadline(), moment.now)) {
    transactions->OnDeadline(MomentOf(moment));
  }
  if (arachnode != nullptr && IsDue(arachnode->NextDeadline(), moment.now)) {
    arachnode->OnDeadline(RingMomentOf(moment), Blocks());
  }
  if (negotiation != nullptr && IsDue(negotiation->NextDeadline(), moment.now)) {
    negotiation->OnDeadline(NegotiationMomentOf(moment));
  }
}

void Peer::State::On(const Moment& moment, const Arrival& arrival) {
  if (arrival.message == nullptr || arrival.from == self) return;
  if (standing.IsBanned(moment.now, arrival.from)) return;
  const Message& message = *arrival.message;
  const bool is_routing = IsRouting(message.body);
  if (!is_routing && IsTooOld(*context->config, moment.now, message)) return;
  routing.OnArrival(moment.now, arrival.from, message, random, moment.effects);
  if (is_routing) return;
  const uint16_t group = GroupOf(message.body);
  if (group == kTransactionsGroup) {
    Writing().OnArrival(MomentOf(moment), arrival.from, message);
  } else if (group == kArachnodeGroup) {
    Rings().OnArrival(RingMomentOf(moment), Blocks(), arrival.from, message);
  } else if (group == kNegotiationGroup) {
    OnNegotiation(moment, arrival.from, message);
  } else {
    matchmaking.OnArrival(moment, arrival.from, message);
  }
}

void Peer::State::OnNegotiation(const Moment& moment, PeerId from, const Message& message) {
  const NegotiationMoment at = NegotiationMomentOf(moment);
  if (negotiation == nullptr) return Negotiation::Decline(at, from, message);
  negotiation->OnArrival(at, from, message);
}

void Peer::State::On(const Moment& moment, const Garbled& garbled) {
  moment.effects.Observe(BadFrame{.from = garbled.from, .reason = garbled.reason});
  const bool provable =
      garbled.reason == GarbledReason::kMalformed || garbled.reason == GarbledReason::kTooLarge;
  if (provable) moment.Report(garbled.from, Offence::kProtocolViolation);
}

void Peer::State::On(const Moment& moment, const Link& link) {
  if (link.up) {
    if (standing.IsBanned(moment.now, link.peer)) return;
    return routing.OnLinkUp(moment.now, link.peer, random, moment.effects);
  }
  moment.Report(link.peer, Offence::kConnectionFailure);
  routing.OnLinkDown(moment.now, link.peer, random, moment.effects);
  matchmaking.OnLinkDown(moment, link.peer);
  if (negotiation != nullptr) negotiation->OnLinkDown(NegotiationMomentOf(moment), link.peer);
}

void Peer::State::On(const Moment& moment, const Command& command) {
  if (const auto* match = std::get_if<MatchCommand>(&command)) {
    matchmaking.OnMatch(moment, *match);
  } else if (const auto* work = std::get_if<WorkCommand>(&command)) {
    matchmaking.OnWork(moment, *work);
  } else if (const auto* leave = std::get_if<LeaveCommand>(&command)) {
    matchmaking.OnLeave(moment, *leave);
  } else if (const auto* lookup = std::get_if<LookupCommand>(&command)) {
    // Routing itself reports LookupDone; nobody here waits for token 0.
    routing.Lookup(moment.now, {.target = lookup->target}, random, moment.effects);
  } else if (const auto* lend = std::get_if<LendCommand>(&command)) {
    // Who cannot be dialled cannot hold what others look for.
    if (!client) Rings().OnLend(RingMomentOf(moment), *lend);
  } else if (const auto* vote = std::get_if<VoteCommand>(&command)) {
    Voting().OnCommand(NegotiationMomentOf(moment), *vote);
  } else if (const auto* reserved = std::get_if<ReservedCommand>(&command)) {
    if (negotiation != nullptr) negotiation->OnCommand(NegotiationMomentOf(moment), *reserved);
  } else {
    OnBlocks(moment, command);
  }
}

void Peer::State::OnBlocks(const Moment& moment, const Command& command) {
  const TxMoment writing = MomentOf(moment);
  if (const auto* put = std::get_if<PutCommand>(&command)) {
    transactions->OnCommand(writing, *put);
  } else if (const auto* erase = std::get_if<DeleteCommand>(&command)) {
    transactions->OnCommand(writing, *erase);
  } else if (const auto* get = std::get_if<GetCommand>(&command)) {
    transactions->OnCommand(writing, *get);
  } else if (const auto* revision = std::get_if<RevisionCommand>(&command)) {
    transactions->OnCommand(writing, *revision);
  } else if (const auto* transact = std::get_if<TransactCommand>(&command)) {
    transactions->OnCommand(writing, *transact);
  }
}

// The top byte of a ticket is the number of the module that it belongs to.
void Peer::State::On(const Moment& moment, const Stored& stored) {
  if (transactions != nullptr && Journal::Owns(stored.ticket)) {
    transactions->OnStored(MomentOf(moment), stored);
  } else if (arachnode != nullptr && Shelf::Owns(stored.ticket)) {
    arachnode->OnStored(RingMomentOf(moment), Blocks(), stored);
  }
}

void Peer::State::AskRings(const Moment& moment) {
  if (transactions == nullptr || arachnode == nullptr) return;
  std::vector<SoughtBlock> fetched;
  std::vector<VouchedValue> vouched;
  do {
    for (const WantedBlock& wanted : transactions->TakeWanted()) {
      arachnode->OnWanted(RingMomentOf(moment), wanted);
    }
    for (const PartingValue& value : transactions->TakeParting()) {
      arachnode->OnParting(RingMomentOf(moment), Blocks(), value);
    }
    fetched = arachnode->TakeFetched();
    for (const SoughtBlock& each : fetched) transactions->OnFetched(MomentOf(moment), each);
    vouched = arachnode->TakeVouched(RingMomentOf(moment), Blocks());
    for (const VouchedValue& each : vouched) transactions->OnVouched(MomentOf(moment), each);
  } while (!fetched.empty() || !vouched.empty());
}

void Peer::State::MeetNewcomers(const Moment& moment) {
  if (negotiation != nullptr) negotiation->OnNewcomers(NegotiationMomentOf(moment));
}

void Peer::State::SpreadApplied(const Moment& moment) {
  if (transactions == nullptr) return;
  for (const BlockId& block : transactions->TakeApplied()) {
    if (arachnode == nullptr || !arachnode->knows_rings()) continue;
    arachnode->OnCommitted(RingMomentOf(moment), Blocks(), block);
  }
}

std::vector<Neighbour> Peer::State::NearestRemembered(Time now, const Key256& target,
                                                      size_t count) const {
  std::vector<Neighbour> nearest = routing.NearestRemembered(now, target, count);
  // Whoever is not listened to is as good as away: a cluster that counted on its vote would wait for ever.
  for (Neighbour& other : nearest) other.away = other.away || standing.IsBanned(now, other.peer);
  if (client) return nearest;
  const Directory& directory = *context->directory;
  const auto place = std::find_if(nearest.begin(), nearest.end(), [&](const Neighbour& other) {
    return Nearer(target, directory.NodeIdOf(self), other.id);
  });
  nearest.insert(place, {.id = directory.NodeIdOf(self), .peer = self, .away = false});
  if (nearest.size() > count) nearest.pop_back();
  return nearest;
}

// Protocol document, 1.4.3: the gate trusts an estimate above this; and whoever knows a whole cluster
// knows that it is none of somebody else's. Whom an earlier life knew counts before the join is over.
bool Peer::State::IsConfident(Time now) const {
  constexpr uint32_t kConfident = 500'000;
  const auto others = static_cast<size_t>(context->config->transactions.cluster_size) - 1;
  return (routing.joined() || routing.recalls()) &&
         (routing.Estimate().confidence_ppm > kConfident || routing.Remembers(now, others));
}

void Peer::State::DeliverLookups(const Moment& moment) {
  LookupResult result;
  while (routing.TakeFinished(result)) {
    if (!Matchmaking::OwnsToken(result.token)) {
      if (result.token == 0 || transactions == nullptr) continue;
      transactions->OnLookup(MomentOf(moment), result.token,
                             {result.nearest.begin(), result.nearest.size()});
      continue;
    }
    matchmaking.OnLookup(moment, {.token = result.token,
                                  .nearest = {result.nearest.begin(), result.nearest.size()},
                                  .requests = result.requests});
  }
}

Peer::Peer(PeerId self, const Context& context, const SecretKey& secret, Random random)
    : state_(std::make_unique<State>(self, context, secret, random)) {}

Peer::Peer(Peer&&) noexcept = default;
Peer& Peer::operator=(Peer&&) noexcept = default;
Peer::~Peer() = default;

void Peer::Step(Time now, const Input& input, Effects& effects) {
  State& state = *state_;
  const Moment moment{.now = now,
                      .self = state.self,
                      .context = *state.context,
                      .secret = *state.secret,
                      .random = state.random,
                      .effects = effects,
                      .locator = state,
                      .conduct = state.standing,
                      .rendezvous = state.matchmaking.rendezvous(),
                      .last_sequence = state.last_sequence};
  std::visit([&](const auto& what) { state.On(moment, what); }, input);
  state.DeliverLookups(moment);
  state.AskRings(moment);
  state.MeetNewcomers(moment);
  state.SpreadApplied(moment);
  if (!state.client) return;
  for (Outgoing& outgoing : effects.sends()) outgoing.message.client = true;
}

Time Peer::NextDeadline() const {
  const Transactions* transactions = state_->transactions.get();
  const Arachnode* arachnode = state_->arachnode.get();
  const Negotiation* negotiation = state_->negotiation.get();
  return Earliest({state_->routing.NextDeadline(), state_->matchmaking.NextDeadline(),
                   transactions == nullptr ? Time::Never() : transactions->NextDeadline(),
                   arachnode == nullptr ? Time::Never() : arachnode->NextDeadline(),
                   negotiation == nullptr ? Time::Never() : negotiation->NextDeadline()});
}

void Peer::SeedRoutes(std::span<const PeerId> contacts) {
  state_->routing.SeedRoutes(contacts);
}

std::vector<PeerId> Peer::Contacts() const {
  return state_->routing.Contacts();
}

void Peer::CollectPeers(PeerSet& peers) const {
  state_->routing.CollectPeers(peers);
  state_->matchmaking.CollectPeers(peers);
  state_->standing.CollectPeers(peers);
  if (state_->transactions != nullptr) {
    state_->transactions->CollectPeers(*state_->context->directory, peers);
  }
  if (state_->arachnode != nullptr) state_->arachnode->CollectPeers(peers);
  if (state_->negotiation != nullptr) state_->negotiation->CollectPeers(peers);
}

std::vector<ModuleDigest> Peer::ModuleDigests() const {
  const auto digest_of = [](const auto& module) {
    Hasher hasher;
    module.Digest(hasher);
    return hasher.Result();
  };
  std::vector<ModuleDigest> digests = {{"routing", digest_of(state_->routing)},
                                       {"matchmaking", digest_of(state_->matchmaking)},
                                       {"standing", digest_of(state_->standing)}};
  if (state_->transactions != nullptr) {
    digests.push_back({"transactions", digest_of(*state_->transactions)});
  }
  if (state_->arachnode != nullptr) {
    digests.push_back({"arachnode", digest_of(*state_->arachnode)});
  }
  if (state_->negotiation != nullptr) {
    digests.push_back({"negotiation", digest_of(*state_->negotiation)});
  }
  return digests;
}

RingOverview Peer::Rings() const {
  if (state_->arachnode == nullptr) return {};
  const Directory& directory = *state_->context->directory;
  return state_->arachnode->Overview(directory, directory.NodeIdOf(state_->self));
}

SettledState Peer::Settled() const {
  const Directory& directory = *state_->context->directory;
  const auto ids_of = [&directory](const std::vector<PeerId>& peers) {
    std::vector<NodeId> ids;
    ids.reserve(peers.size());
    for (const PeerId peer : peers) ids.push_back(directory.NodeIdOf(peer));
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  SettledState settled;
  settled.joined = state_->routing.joined();
  settled.contacts = ids_of(state_->routing.Contacts());
  for (const auto& worker : state_->matchmaking.workers()) {
    if (worker->phase() == Worker::Phase::kGone) continue;
    settled.topics.push_back({.topic = worker->topic(),
                              .role = Role::kWorker,
                              .specificity = worker->specificity(),
                              .tasks = worker->tasks().active(),
                              .partners = {}});
  }
  for (const auto& matcher : state_->matchmaking.matchers()) {
    if (matcher->phase() == Matcher::Phase::kFinished) continue;
    settled.topics.push_back({.topic = matcher->topic(),
                              .role = Role::kMatcher,
                              .specificity = matcher->specificity(),
                              .tasks = 0,
                              .partners = ids_of(matcher->Partners())});
  }
  std::sort(settled.topics.begin(), settled.topics.end(),
            [](const OpenTopic& a, const OpenTopic& b) { return a.topic < b.topic; });
  settled.holdings = state_->matchmaking.rendezvous().Holdings(directory);
  if (state_->arachnode != nullptr) {
    settled.place = state_->arachnode->place();
    settled.archives = state_->arachnode->shelf().Page(KeyRange{}, Key256{}, SIZE_MAX);
  }
  if (state_->transactions == nullptr) return settled;
  const Repository& repository = state_->transactions->voter().repository();
  repository.ForEachTip([&settled](const BlockId& block, const Tip& tip) {
    settled.blocks.push_back({block, tip.revision, tip.hash, tip.deleted});
  });
  std::sort(settled.blocks.begin(), settled.blocks.end(),
            [](const HeldBlock& a, const HeldBlock& b) { return a.block < b.block; });
  settled.pends = static_cast<uint32_t>(repository.PendCount());
  return settled;
}

void Peer::Reseed(const Random& random) {
  state_->random = random;
}

template <typename Into>
void Peer::Tell(Into& state) const {
  state.Show("id", state_->context->directory->NodeIdOf(state_->self));
  state.Module("routing", state_->routing);
  state.Module("matchmaking", state_->matchmaking);
  state.Module("standing", state_->standing);
  if (state_->transactions != nullptr) state.Module("transactions", *state_->transactions);
  if (state_->arachnode != nullptr) state.Module("arachnode", *state_->arachnode);
  if (state_->negotiation != nullptr) state.Module("negotiation", *state_->negotiation);
  state.Add("last sequence", state_->last_sequence);
  // The next draw stands for the generator's state. People get a mark of it: who knows it can foretell what the peer draws.
  Random ahead = state_->random;
  const uint64_t next = ahead.Next();
  state.Hash(next);
  state.Show("mark of the next draw", static_cast<uint32_t>(Mix64(next)));
}

void Peer::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Peer::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Peer::MemoryUsage() const {
  return sizeof(Peer) + sizeof(State) + state_->routing.HeapBytes() +
         state_->matchmaking.HeapBytes() + state_->standing.HeapBytes() +
         (state_->transactions == nullptr
              ? 0
              : sizeof(Transactions) + state_->transactions->HeapBytes()) +
         (state_->arachnode == nullptr ? 0 : sizeof(Arachnode) + state_->arachnode->HeapBytes()) +
         (state_->negotiation == nullptr ? 0
                                         : sizeof(Negotiation) + state_->negotiation->HeapBytes());
}

}  // namespace core
