#include "core/routing/routing.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/routing/eviction_check.h"

namespace core {

// What runs at the moment. Invariant: not all of its lists are empty between two calls.
struct Routing::Activity {
  std::vector<std::unique_ptr<NodeLookup>> lookups;  // In the order of starting.
  std::vector<EvictionCheck> checks;
  std::vector<LookupResult> finished;
  std::vector<PeerId> seeds;  // Until joined.
  // Anybody, since the activity began: the witness of rule 3.
  Time last_heard{std::numeric_limits<int64_t>::min()};

  [[nodiscard]] bool idle() const {
    return lookups.empty() && checks.empty() && finished.empty() && seeds.empty();
  }
};

Routing::Routing(PeerId self, const Context& context)
    : context_(&context),
      table_(context.directory->NodeIdOf(self), context.config->routing.bucket_size),
      self_(self) {}

Routing::Routing(Routing&&) noexcept = default;
Routing& Routing::operator=(Routing&&) noexcept = default;
Routing::~Routing() = default;

int Routing::BucketOf(PeerId peer) const {
  if (peer == self_ || peer == kNoPeer) return Table::kNoBucket;
  return table_.BucketOf(context_->directory->NodeIdOf(peer));
}

Routing::Activity& Routing::Active() {
  if (activity_ == nullptr) activity_ = std::make_unique<Activity>();
  return *activity_;
}

void Routing::SeedRoutes(std::span<const PeerId> contacts) {
  CHECK(bootstrap_.phase() == Bootstrap::Phase::kNew);
  table_.Reserve(table_.size() + contacts.size());
  for (PeerId peer : contacts) {
    const int bucket = BucketOf(peer);
    if (bucket == Table::kNoBucket) continue;
    table_.NoteAlive(peer, context_->directory->NodeIdOf(peer), bucket);
  }
  table_.ShrinkToFit();
}

void Routing::Start(Time now, std::span<const PeerId> seeds, Random& random, Effects& effects) {
  if (bootstrap_.phase() != Bootstrap::Phase::kNew) return;
  Turn turn{now, random, effects};
  std::vector<PeerId> usable;
  for (PeerId seed : seeds) {
    if (BucketOf(seed) != Table::kNoBucket) usable.push_back(seed);
  }
  AskRecalled(turn);
  if (table_.size() > 0 || usable.empty()) {
    bootstrap_.StartJoined(now, config(), random);
    effects.Observe(Joined{.contacts = static_cast<uint32_t>(table_.size())});
    return;
  }
  Active().seeds = std::move(usable);
  bootstrap_.StartSeeking();
  StartLookup(turn, {.cause = NodeLookup::Cause::kSelf, .target = table_.self_id()});
  Settle(turn);
}

void Routing::Lookup(Time now, const Search& search, Random& random, Effects& effects) {
  Turn turn{now, random, effects};
  StartLookup(turn, {.cause = NodeLookup::Cause::kCaller,
                     .token = search.token,
                     .target = search.target,
                     .wanted = search.wanted});
  Settle(turn);
}

void Routing::StartLookup(Turn& turn, const NodeLookup::Task& task) {
  NodeLookup::Task asked = task;
  asked.without_self = client_;
  auto lookup = std::make_unique<NodeLookup>(self_, *context_, asked, turn.now);
  lookup->AddStart(
      table_.Nearest(*context_->directory, {.target = task.target, .with_suspects = true}));
  Activity& activity = Active();
  if (bootstrap_.joining()) lookup->AddStart(activity.seeds);
  const int bucket = table_.BucketOf(task.target);
  if (bucket != Table::kNoBucket) table_.MarkLookedUp(bucket);
  activity.lookups.push_back(std::move(lookup));
}

void Routing::OnArrival(Time now, PeerId from, const Message& message, Random& random,
                        Effects& effects) {
  if (BucketOf(from) == Table::kNoBucket) return;
  Turn turn{now, random, effects};
  const bool request =
      std::holds_alternative<Ping>(message.body) || std::holds_alternative<FindNode>(message.body);
  if (request && TooOld(now, message)) return;
  if (request) Serve(turn, from, message);
  if (std::holds_alternative<Nodes>(message.body)) OnNodes(from, message);
  Heard(turn, from, message.client);
  Settle(turn);
}

bool Routing::TooOld(Time now, const Message& message) const {
  const int64_t grace_ms = kClockSlack.us / 1000 + message.ttl_ms;
  return message.sent_ms < now.us / 1000 - grace_ms;
}

void Routing::Serve(Turn& turn, PeerId from, const Message& message) {
  Message& reply = turn.effects.Send(from);
  reply.id = message.id;
  reply.sent_ms = turn.now.us / 1000;
  const auto* find = std::get_if<FindNode>(&message.body);
  if (find == nullptr) {
    reply.body.emplace<Pong>();
    return;
  }
  Nodes& nodes = reply.body.emplace<Nodes>();
  nodes.target = find->target;
  nodes.peers = table_.Nearest(*context_->directory, {.target = find->target, .except = from});
}

void Routing::OnNodes(PeerId from, const Message& message) {
  if (activity_ == nullptr) return;
  const auto& nodes = std::get<Nodes>(message.body);
  for (const auto& lookup : activity_->lookups) {
    if (lookup->OnNodes(from, message.id, nodes)) return;
  }
}

void Routing::OnAlive(Time now, PeerId peer, Random& random, Effects& effects) {
  Turn turn{now, random, effects};
  Heard(turn, peer, false);
  Settle(turn);
}

// A client cannot be asked anything: it gets answers, never a place.
void Routing::Heard(Turn& turn, PeerId peer, bool client) {
  const int bucket = BucketOf(peer);
  if (bucket == Table::kNoBucket) return;
  if (activity_ != nullptr) {
    activity_->last_heard = turn.now;
    std::erase_if(activity_->checks,
                  [peer](const EvictionCheck& check) { return check.oldest() == peer; });
  }
  if (client) return;
  if (absentees_ != nullptr) {
    absentees_->Remove(context_->config->transactions, context_->directory->NodeIdOf(peer));
    if (absentees_->size() == 0) absentees_.reset();
  }
  if (Admit(turn, peer, bucket) == Table::Noted::kFull) Challenge(turn, peer, bucket);
}

Table::Noted Routing::Admit(Turn& turn, PeerId peer, int bucket) {
  const Table::NoteResult result =
      table_.NoteAlive(peer, context_->directory->NodeIdOf(peer), bucket);
  const bool entered =
      result.noted == Table::Noted::kAdded || result.noted == Table::Noted::kReplacedSuspect;
  if (result.evicted != kNoPeer) Lose(turn, result.evicted);
  if (entered) turn.effects.Observe(ContactAdded{peer});
  return result.noted;
}

void Routing::Challenge(Turn& turn, PeerId stranger, int bucket) {
  if (activity_ != nullptr) {
    for (EvictionCheck& check : activity_->checks) {
      if (check.bucket() != bucket) continue;
      check.Await(stranger, config());
      return;
    }
  }
  const uint8_t tick = EvictionCheck::TickOf(turn.now, config());
  if (table_.CheckTickOf(bucket) == tick) return;
  table_.SetCheckTick(bucket, tick);
  const PeerId oldest = table_.OldestOf(bucket);
  EvictionCheck check(bucket, oldest, turn.now);
  check.Await(stranger, config());
  Active().checks.push_back(check);
  activity_->last_heard = turn.now;
  SendPing(turn, oldest);
}

void Routing::SendPing(Turn& turn, PeerId to) const {
  const uint64_t id = turn.random.Next();
  Message& ping = turn.effects.Send(to);
  ping.id = id;
  ping.sent_ms = turn.now.us / 1000;
  ping.ttl_ms = static_cast<uint32_t>(config().response_timeout.us / 1000);
  ping.body.emplace<Ping>();
}

void Routing::AskRecalled(Turn& turn) const {
  if (absentees_ == nullptr) return;
  absentees_->ForEachRecalled([&](const NodeId& id) {
    const PeerId peer = context_->directory->FindByNodeId(id);
    if (peer != kNoPeer) SendPing(turn, peer);
  });
}

// No witness is asked for: the stranger was heard when the ping left.
void Routing::EvictOldest(Turn& turn, size_t at) {
  const EvictionCheck check = activity_->checks[at];
  activity_->checks.erase(activity_->checks.begin() + static_cast<std::ptrdiff_t>(at));
  const PeerId newcomer = check.replacement();
  const bool still_there = table_.Contains(check.oldest(), check.bucket());
  if (!still_there || table_.Contains(newcomer, check.bucket())) {
    if (table_.NoteSilent(check.oldest(), check.bucket())) Lose(turn, check.oldest());
    Admit(turn, newcomer, check.bucket());
    return;
  }
  table_.Replace(check.oldest(), newcomer, context_->directory->NodeIdOf(newcomer), check.bucket());
  Lose(turn, check.oldest());
  turn.effects.Observe(ContactAdded{newcomer});
}

void Routing::Lose(Turn& turn, PeerId peer) {
  turn.effects.Observe(ContactEvicted{peer});
  const TransactionsConfig& config = context_->config->transactions;
  if (config.absence_keep.us == 0) return;
  if (absentees_ == nullptr) absentees_ = std::make_unique<Absentees>();
  absentees_->Add(
      table_.self_id(), config,
      {.id = context_->directory->NodeIdOf(peer), .at = turn.now, .stayed = table_.size()});
}

void Routing::Silent(Turn& turn, const NodeLookup::Silence& silence) {
  if (activity_->last_heard < silence.asked) return;
  const int bucket = BucketOf(silence.peer);
  if (table_.NoteSilent(silence.peer, bucket)) Lose(turn, silence.peer);
}

void Routing::OnLinkUp(Time now, PeerId peer, Random& random, Effects& effects) {
  const int bucket = BucketOf(peer);
  if (bucket == Table::kNoBucket || bootstrap_.phase() == Bootstrap::Phase::kNew) return;
  if (table_.Contains(peer, bucket) || table_.IsFull(bucket)) return;
  Turn turn{now, random, effects};
  SendPing(turn, peer);
}

void Routing::OnLinkDown(Time now, PeerId peer, Random& random, Effects& effects) {
  const int bucket = BucketOf(peer);
  if (bucket == Table::kNoBucket) return;
  Turn turn{now, random, effects};
  bool asked = false;
  if (activity_ != nullptr) {
    for (const auto& lookup : activity_->lookups) {
      const NodeLookup::Silence silence = lookup->FailRequestTo(peer);
      if (silence.peer == kNoPeer) continue;
      asked = true;
      Silent(turn, silence);
    }
    for (size_t i = 0; i < activity_->checks.size(); ++i) {
      if (activity_->checks[i].oldest() != peer) continue;
      asked = true;
      EvictOldest(turn, i);
      break;
    }
  }
  if (!asked && !table_.IsSuspect(peer, bucket)) table_.NoteSilent(peer, bucket);
  Settle(turn);
}

void Routing::ExpireChecks(Turn& turn) {
  for (size_t i = 0; i < activity_->checks.size();) {
    if (activity_->checks[i].deadline(config()) <= turn.now) {
      EvictOldest(turn, i);
    } else {
      ++i;
    }
  }
}

void Routing::ExpireRequests(Turn& turn) {
  for (const auto& lookup : activity_->lookups) {
    while (true) {
      const NodeLookup::Silence silence = lookup->ExpireOne(turn.now);
      if (silence.peer == kNoPeer) break;
      Silent(turn, silence);
    }
  }
}

void Routing::OnDeadline(Time now, Random& random, Effects& effects) {
  Turn turn{now, random, effects};
  if (activity_ != nullptr) {
    ExpireChecks(turn);
    ExpireRequests(turn);
  }
  if (bootstrap_.OnDeadline(now)) {
    AskRecalled(turn);
    StartLookup(turn, {.cause = NodeLookup::Cause::kSelf, .target = table_.self_id()});
  }
  Settle(turn);
}

Time Routing::NextDeadline() const {
  Time next = bootstrap_.NextDeadline();
  if (activity_ == nullptr) return next;
  for (const auto& lookup : activity_->lookups) next = std::min(next, lookup->NextDeadline());
  for (const EvictionCheck& check : activity_->checks) {
    next = std::min(next, check.deadline(config()));
  }
  return next;
}

void Routing::Settle(Turn& turn) {
  if (activity_ == nullptr) return;
  for (size_t i = 0; i < activity_->lookups.size();) {
    NodeLookup& lookup = *activity_->lookups[i];
    lookup.Advance(turn);
    if (!lookup.Done()) {
      ++i;
      continue;
    }
    const std::unique_ptr<NodeLookup> done = std::move(activity_->lookups[i]);
    activity_->lookups.erase(activity_->lookups.begin() + static_cast<std::ptrdiff_t>(i));
    Finish(turn, *done);
  }
  if (activity_->idle()) activity_.reset();
}

void Routing::Finish(Turn& turn, const NodeLookup& lookup) {
  const LookupResult result = lookup.Result(turn.now);
  turn.effects.Observe(LookupDone{.target = result.target,
                                  .nearest = result.nearest,
                                  .hops = result.hops,
                                  .requests = result.requests,
                                  .timeouts = result.timeouts,
                                  .took = result.took});
  switch (lookup.task().cause) {
    case NodeLookup::Cause::kCaller:
      activity_->finished.push_back(result);
      return;
    case NodeLookup::Cause::kSelf:
      bootstrap_.OnSelfLookup(turn.now, lookup.answers() > 0, table_, config(), turn.random);
      break;
    case NodeLookup::Cause::kBucket:
      bootstrap_.OnBucketLookup();
      if (result.nearest.size() == table_.bucket_size()) {
        const PeerId last = result.nearest[result.nearest.size() - 1];
        estimator_.AddLookup(
            static_cast<uint32_t>(table_.bucket_size()),
            WordOf(context_->directory->NodeIdOf(last), 0) ^ WordOf(result.target, 0));
      }
      break;
  }
  ContinueWalk(turn);
}

void Routing::ContinueWalk(Turn& turn) {
  if (bootstrap_.phase() != Bootstrap::Phase::kFilling &&
      bootstrap_.phase() != Bootstrap::Phase::kRefreshing) {
    return;
  }
  for (int bucket = bootstrap_.NextBucket(table_); bucket >= 0;
       bucket = bootstrap_.NextBucket(table_)) {
    const Key256 target = Bootstrap::RandomIn(bucket, table_.self_id(), turn.random);
    StartLookup(turn, {.cause = NodeLookup::Cause::kBucket, .target = target});
  }
  if (!bootstrap_.WalkEnded()) return;
  const bool joined = bootstrap_.phase() == Bootstrap::Phase::kFilling;
  bootstrap_.EndWalk(turn.now, table_, config(), turn.random);
  table_.ClearLookedUp();
  if (!joined) return;
  std::vector<PeerId>().swap(activity_->seeds);
  turn.effects.Observe(Joined{.contacts = static_cast<uint32_t>(table_.size())});
}

bool Routing::TakeFinished(LookupResult& result) {
  if (activity_ == nullptr || activity_->finished.empty()) return false;
  result = activity_->finished.front();
  activity_->finished.erase(activity_->finished.begin());
  if (activity_->idle()) activity_.reset();
  return true;
}

PeerList Routing::Nearest(const Key256& target, size_t count) const {
  return table_.Nearest(*context_->directory, {.target = target, .count = count});
}

std::vector<Neighbour> Routing::NearestRemembered(Time now, const Key256& target,
                                                  size_t count) const {
  const bool remembers = context_->config->transactions.absence_keep.us > 0;
  std::vector<Neighbour> nearest;
  const Directory& directory = *context_->directory;
  for (const PeerId peer :
       table_.Nearest(directory, {.target = target, .count = count, .with_suspects = remembers})) {
    nearest.push_back({.id = directory.NodeIdOf(peer),
                       .peer = peer,
                       .away = table_.IsSuspect(peer, BucketOf(peer))});
  }
  if (absentees_ == nullptr) return nearest;
  absentees_->ForEach(context_->config->transactions, now, [&](const Acquaintance& who) {
    nearest.push_back({.id = who.id, .peer = directory.FindByNodeId(who.id), .away = true});
  });
  std::sort(nearest.begin(), nearest.end(),
            [&](const Neighbour& a, const Neighbour& b) { return Nearer(target, a.id, b.id); });
  if (nearest.size() > count) nearest.resize(count);
  return nearest;
}

bool Routing::Remembers(Time now, size_t count) const {
  size_t remembered = table_.size();
  if (absentees_ != nullptr) {
    absentees_->ForEach(context_->config->transactions, now,
                        [&](const Acquaintance&) { ++remembered; });
  }
  return remembered >= count;
}

std::vector<Acquaintance> Routing::Acquaintances(Time now) const {
  std::vector<Acquaintance> known;
  for (const PeerId peer : table_.Contacts()) {
    known.push_back({.id = context_->directory->NodeIdOf(peer)});
  }
  if (absentees_ != nullptr) {
    absentees_->ForEach(context_->config->transactions, now,
                        [&](const Acquaintance& who) { known.push_back(who); });
  }
  const NodeId& self = table_.self_id();
  std::sort(known.begin(), known.end(),
            [&](const Acquaintance& a, const Acquaintance& b) { return Nearer(self, a.id, b.id); });
  if (known.size() > kAcquaintancesMax) known.resize(kAcquaintancesMax);
  return known;
}

void Routing::Recall(Time now, std::span<const Acquaintance> known) {
  CHECK(bootstrap_.phase() == Bootstrap::Phase::kNew);
  const TransactionsConfig& config = context_->config->transactions;
  std::vector<Acquaintance> silent;
  for (const Acquaintance& who : known) {
    const PeerId peer = context_->directory->FindByNodeId(who.id);
    const int bucket = BucketOf(peer);
    const bool contact = bucket != Table::kNoBucket && table_.Contains(peer, bucket);
    if (!contact && who.id != table_.self_id()) silent.push_back(who);
  }
  if (silent.empty() || config.absence_keep.us == 0) return;
  recalls_ = true;
  absentees_ = std::make_unique<Absentees>();
  absentees_->Recall(table_.self_id(), config, now, silent, table_.size());
}

int Routing::SharedPrefixWithNearest(int n) const {
  return n <= 0 ? 0 : table_.SharedPrefixWithNearest(static_cast<size_t>(n));
}

SizeEstimate Routing::Estimate() const {
  if (!table_.AnyFull()) return SizeEstimator::Counted(table_.size());
  const size_t gaps = std::min(table_.size(), table_.bucket_size());
  return estimator_.With(static_cast<uint32_t>(gaps), table_.DistanceOfNearest(gaps));
}

std::vector<PeerId> Routing::Contacts() const {
  return table_.Contacts();
}

void Routing::CollectPeers(PeerSet& peers) const {
  peers.AddAll(Contacts());
  if (absentees_ != nullptr) absentees_->CollectPeers(*context_->directory, peers);
  if (activity_ == nullptr) return;
  for (const auto& lookup : activity_->lookups) lookup->CollectPeers(peers);
  for (const EvictionCheck& check : activity_->checks) check.CollectPeers(peers);
  for (const LookupResult& result : activity_->finished) peers.AddAll(result.nearest);
  peers.AddAll(activity_->seeds);
}

template <typename State>
void Routing::Tell(State& state) const {
  state.Add("peer", self_);
  state.Show("client", client_);
  if (recalls_) state.Add("recalls", recalls_);
  state.Module("table", table_);
  state.Module("bootstrap", bootstrap_);
  state.Module("size estimate", estimator_);
  if (absentees_ != nullptr) state.Module("absentees", *absentees_);
  state.Hash(activity_ != nullptr);
  if (activity_ == nullptr) return;
  state.Part("activity", [&] {
    state.Add("last heard", activity_->last_heard);
    state.Hash(activity_->lookups.size());
    for (const auto& lookup : activity_->lookups) state.Module("lookup", *lookup);
    state.Hash(activity_->checks.size());
    for (const EvictionCheck& check : activity_->checks) state.Module("eviction check", check);
    state.Hash(activity_->seeds.size());
    state.Add("seeds", activity_->seeds);
    state.Hash(activity_->finished.size());
    for (const LookupResult& result : activity_->finished) {
      state.Part("finished lookup", [&] {
        state.Add("token", result.token);
        state.Add("target", result.target);
        state.Hash(result.nearest.size());
        state.Add("nearest", result.nearest);
        state.Add("hops", result.hops);
        state.Add("requests", result.requests);
        state.Add("timeouts", result.timeouts);
        state.Add("took", result.took);
      });
    }
  });
}

void Routing::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Routing::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Routing::HeapBytes() const {
  size_t bytes = table_.HeapBytes();
  if (absentees_ != nullptr) bytes += sizeof(Absentees) + absentees_->HeapBytes();
  if (activity_ == nullptr) return bytes;
  bytes += sizeof(Activity) + activity_->checks.capacity() * sizeof(EvictionCheck) +
           activity_->finished.capacity() * sizeof(LookupResult) +
           activity_->seeds.capacity() * sizeof(PeerId) +
           activity_->lookups.capacity() * sizeof(void*);
  for (const auto& lookup : activity_->lookups) bytes += sizeof(NodeLookup) + lookup->HeapBytes();
  return bytes;
}

}  // namespace core
