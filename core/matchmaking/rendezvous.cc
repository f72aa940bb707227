#include "core/matchmaking/rendezvous.h"

#include <algorithm>
#include <utility>

#include "core/matchmaking/keys.h"
#include "core/matchmaking/record_check.h"
#include "core/matchmaking/rendezvous_store.h"

namespace core {
namespace {

// A peer's registrations count per topic, not per key, so that hopping between keys saves nothing.
uint64_t RegistrationSubject(PeerId peer, const Key256& topic) {
  return Mix64(peer.value, WordOf(topic, 0), WordOf(topic, 3));
}

uint32_t RetryAfterMs(const Moment& moment) {
  const Duration wait = RateLimit::NextMinute(moment.now) - moment.now;
  const Duration bounded =
      std::clamp(wait, moment.config().backoff_base, moment.config().backoff_cap);
  return static_cast<uint32_t>(bounded.us / 1000);
}

uint32_t Refuse(const Moment& moment, PeerId from) {
  const uint32_t retry_after_ms = RetryAfterMs(moment);
  moment.effects.Observe(Refused{.from = from, .retry_after_ms = retry_after_ms});
  return retry_after_ms;
}

void ObserveRefusedRecord(const Moment& moment, const Record& record,
                          RecordRefused::Reason reason) {
  moment.effects.Observe(RecordRefused{
      .holder = moment.self, .owner = record.peer, .reason = reason, .sequence = record.sequence});
}

}  // namespace

Rendezvous::Rendezvous() = default;
Rendezvous::Rendezvous(Rendezvous&&) noexcept = default;
Rendezvous& Rendezvous::operator=(Rendezvous&&) noexcept = default;
Rendezvous::~Rendezvous() = default;

Rendezvous::Store& Rendezvous::Open(const Moment& moment) {
  if (store_ == nullptr) {
    store_ = std::make_unique<Store>();
    store_->sweep_at = RateLimit::NextMinute(moment.now);
  }
  return *store_;
}

// Whether there is room for the record, and its owner has not used up the rate of its topic.
bool Rendezvous::Store::HasRoomFor(const Moment& moment, const Provide& provide) {
  const MatchmakingConfig& config = moment.config();
  const KeyBook* book = BookOf(provide.key);
  const bool renewal = book != nullptr && book->Find(provide.record.peer) != nullptr;
  const bool room = book == nullptr ? slots.size() < config.topics_per_holder
                                    : renewal || book->size() < config.records_per_key;
  return room && (renewal || record_count < config.records_per_holder) &&
         // Leftovers of withdrawn records count too until their time has come.
         expiries.size() < size_t{config.records_per_holder} * 2 &&
         registrations.Allow(moment.now,
                             RegistrationSubject(provide.record.peer, provide.record.topic),
                             {config.register_rate_per_min, config.rate_entries});
}

void Rendezvous::Admit(const Moment& moment, const Provide& provide) {
  const Record& record = provide.record;
  const uint32_t slot = store_->SlotFor(provide.key);
  KeyBook& book = *store_->books[slot];
  const bool fresh = book.Find(record.peer) == nullptr;
  store_->Put(record, slot, moment.now, moment.now + ClampTtl(record.ttl_ms));
  book.CountArrival(record.role, moment.now);
  if (fresh && !book.subscriptions().empty() && book.MarkFresh(record.peer)) {
    store_->pushes.push_back({moment.now + moment.config().push_coalesce, slot});
  }
  moment.effects.Observe(Held{.key = provide.key,
                              .topic = record.topic,
                              .owner = record.peer,
                              .role = record.role,
                              .specificity = record.specificity,
                              .sequence = record.sequence,
                              .count = book.workers()});
}

std::optional<ProvideAck> Rendezvous::Take(const Moment& moment, PeerId from,
                                           const Provide& provide) {
  const Record& record = provide.record;
  if (record.peer != from || !BelongsAt(moment.context, moment.now, record, provide.key)) {
    ObserveRefusedRecord(moment, record, RecordRefused::Reason::kTopic);
    // A key of another epoch may be a clock's fault; somebody else's record never is.
    if (record.peer != from) moment.Report(from, Offence::kProtocolViolation);
    return std::nullopt;
  }
  Store& store = Open(moment);
  ProvideAck ack;
  ack.key = provide.key;
  const KeyBook* book = store.BookOf(provide.key);
  const HeldRecord* held = book == nullptr ? nullptr : book->Find(from);
  if (held == nullptr || record.sequence > held->record.sequence) {
    if (!store.HasRoomFor(moment, provide)) {
      ack.retry_after_ms = Refuse(moment, from);
      return ack;
    }
    if (!HasValidSignature(moment, record)) {
      ObserveRefusedRecord(moment, record, RecordRefused::Reason::kSignature);
      moment.Report(from, Offence::kBadSignature);
      return std::nullopt;
    }
    Admit(moment, provide);
    book = store.BookOf(provide.key);
  }
  ack.traffic = book->TrafficFor(record.role, moment.now);
  ack.crowded = ack.traffic.count > moment.config().high_water;
  moment.effects.Observe(
      Answered{.key = provide.key, .to = from, .traffic = ack.traffic, .crowded = ack.crowded});
  return ack;
}

void Rendezvous::Answer(const Moment& moment, PeerId from, const Find& find, Found& out) {
  const MatchmakingConfig& config = moment.config();
  Store& store = Open(moment);
  out.key = find.key;
  if (!store.queries.Allow(moment.now, from.value,
                           {config.query_rate_per_min, config.rate_entries})) {
    out.retry_after_ms = Refuse(moment, from);
    return;
  }
  if (KeyBook* book = store.BookOf(find.key); book != nullptr) {
    book->CountQuery(moment.now);
    const size_t limit = std::min<size_t>({find.limit, config.reply_limit, limits::kRecordsMax});
    const FindTerms terms{from, find.role_wanted, &find.filter, limit};
    out.truncated = book->Select(moment.now, terms, out.records);
    out.traffic = book->TrafficFor(find.role_wanted, moment.now);
  }
  moment.effects.Observe(Answered{.key = find.key,
                                  .to = from,
                                  .traffic = out.traffic,
                                  .crowded = out.traffic.count > config.high_water,
                                  .truncated = out.truncated,
                                  .records = static_cast<uint16_t>(out.records.size())});
}

void Rendezvous::OnProvide(const Moment& moment, PeerId from, uint64_t request,
                           const Provide& provide) {
  const std::optional<ProvideAck> ack = Take(moment, from, provide);
  if (!ack.has_value()) return;
  Message& reply = moment.effects.Send(from);
  reply.id = request;
  reply.sent_ms = moment.now_ms();
  reply.body = *ack;
}

void Rendezvous::OnFind(const Moment& moment, PeerId from, const Message& message) {
  const auto* find = std::get_if<Find>(&message.body);
  if (find == nullptr) return;
  Message& reply = moment.effects.Send(from);
  reply.id = message.id;
  reply.sent_ms = moment.now_ms();
  auto& found = reply.body.emplace<Found>();
  Answer(moment, from, *find, found);
  KeyBook* book = store_->BookOf(find->key);
  if (!find->subscribe || found.retry_after_ms != 0 || book == nullptr) return;
  const Time until = moment.now + Milliseconds(std::min(message.ttl_ms, limits::kTtlMaxMs));
  book->Subscribe({from, message.id, find->role_wanted, find->filter, until},
                  moment.config().subscriptions_per_key, moment.now);
}

void Rendezvous::OnWithdraw(const Moment& moment, PeerId from, const Withdraw& withdraw) {
  if (withdraw.peer != from) {
    moment.Report(from, Offence::kProtocolViolation);
    return;
  }
  const uint32_t* slot = store_ == nullptr ? nullptr : store_->slots.Find(withdraw.key);
  if (slot == nullptr) return;
  KeyBook& book = *store_->books[*slot];
  const HeldRecord* held = book.Find(from);
  if (held == nullptr || withdraw.sequence < held->record.sequence) return;
  if (!HasValidSignature(moment, withdraw)) {
    moment.Report(from, Offence::kBadSignature);
    return;
  }
  book.Unsubscribe(from);
  store_->Erase(*slot, from);
}

void Rendezvous::OnDeadline(const Moment& moment) {
  if (store_ == nullptr) return;
  store_->Expire(moment.now);
  size_t done = 0;
  for (; done < store_->pushes.size() && store_->pushes[done].at <= moment.now; ++done) {
    KeyBook* book = store_->books[store_->pushes[done].slot].get();
    if (book != nullptr) PushFresh(moment, *book);
  }
  store_->pushes.erase(store_->pushes.begin(),
                       store_->pushes.begin() + static_cast<std::ptrdiff_t>(done));
  if (moment.now < store_->sweep_at) return;
  store_->registrations.Sweep(moment.now);
  store_->queries.Sweep(moment.now);
  store_->sweep_at = RateLimit::NextMinute(moment.now);
  if (store_->record_count == 0 && store_->registrations.empty() && store_->queries.empty()) {
    store_.reset();
  }
}

void Rendezvous::PushFresh(const Moment& moment, KeyBook& book) {
  for (const Subscription& subscription : book.subscriptions()) {
    if (subscription.until <= moment.now) continue;
    Push push;
    book.SelectFresh(
        moment.now,
        {subscription.peer, subscription.role, &subscription.filter, limits::kRecordsMax},
        push.records);
    if (push.records.empty()) continue;
    push.key = book.key();
    push.traffic = book.TrafficFor(subscription.role, moment.now);
    Message& message = moment.effects.Send(subscription.peer);
    message.id = subscription.request;
    message.sent_ms = moment.now_ms();
    message.body = std::move(push);
  }
  book.ClearFresh();
}

Time Rendezvous::NextDeadline() const {
  if (store_ == nullptr) return Time::Never();
  Time next = store_->sweep_at;
  if (!store_->expiries.empty()) next = std::min(next, store_->expiries.front().at);
  if (!store_->pushes.empty()) next = std::min(next, store_->pushes.front().at);
  return next;
}

size_t Rendezvous::KeyCount() const {
  return store_ == nullptr ? 0 : store_->slots.size();
}

size_t Rendezvous::RecordCount() const {
  return store_ == nullptr ? 0 : store_->record_count;
}

std::vector<Holding> Rendezvous::Holdings(const Directory& directory) const {
  std::vector<Holding> holdings;
  if (store_ == nullptr) return holdings;
  for (const auto& book : store_->books) {
    if (book != nullptr) book->AppendHoldings(directory, holdings);
  }
  std::sort(holdings.begin(), holdings.end());
  return holdings;
}

// The rates of askers are no reason to keep a handle: its next owner may inherit two minutes of
// them.
void Rendezvous::CollectPeers(PeerSet& peers) const {
  if (store_ == nullptr) return;
  for (const auto& book : store_->books) {
    if (book != nullptr) book->CollectPeers(peers);
  }
  for (const Store::Expiry& expiry : store_->expiries) peers.Add(expiry.owner);
}

template <typename State>
void Rendezvous::Tell(State& state) const {
  state.Hash(store_ != nullptr);
  if (store_ == nullptr) return;
  for (const auto& book : store_->books) {
    state.Hash(book != nullptr);
    if (book == nullptr) {
      state.Show("slot", std::string_view("free"));
    } else {
      state.Module("book", *book);
    }
  }
  state.Module("registrations", store_->registrations);
  state.Module("queries", store_->queries);
  for (const Store::DuePush& push : store_->pushes) state.Add("push due", push.at);
}

void Rendezvous::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Rendezvous::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Rendezvous::HeapBytes() const {
  if (store_ == nullptr) return 0;
  size_t bytes = sizeof(Store) + store_->slots.HeapBytes() +
                 store_->books.capacity() * sizeof(std::unique_ptr<KeyBook>) +
                 store_->free_slots.capacity() * sizeof(uint32_t) +
                 store_->expiries.capacity() * sizeof(Store::Expiry) +
                 store_->pushes.capacity() * sizeof(Store::DuePush) +
                 store_->registrations.HeapBytes() + store_->queries.HeapBytes();
  for (const auto& book : store_->books) {
    if (book != nullptr) bytes += sizeof(KeyBook) + book->HeapBytes();
  }
  return bytes;
}

}  // namespace core
