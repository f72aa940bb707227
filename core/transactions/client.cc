#include "core/transactions/client.h"

#include <algorithm>
#include <utility>

#include "core/repository/repository.h"
#include "core/transactions/cluster.h"

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"",           "locating",   "reading",     "pending",
                                        "submitting", "cancelling", "backing off", "spreading",
                                        "done",       "asking"};

Key256 HashOfWrite(const TxMoment& moment, const BlockWrite& write) {
  return write.erase ? TombstoneHash(moment.suite(), write.block)
                     : ContentHash(moment.suite(), write.value);
}

}  // namespace

// ---- commands ----

Client::Call& Client::Begin(const TxMoment& moment, uint64_t request, CallKind kind) {
  calls_.push_back(std::make_unique<Call>());
  Call& call = *calls_.back();
  call.request = request;
  call.kind = kind;
  call.started = moment.now;
  return call;
}

void Client::OnCommand(const TxMoment& moment, const PutCommand& put) {
  Call& call = Begin(moment, put.request, CallKind::kPut);
  call.legs.emplace_back();
  call.legs[0].write = {
      .block = put.block, .base_revision = put.base_revision, .erase = false, .value = put.value};
  call.legs[0].hash = HashOfWrite(moment, call.legs[0].write);
  moment.effects.Observe(CallStarted{.request = put.request,
                                     .call = call.kind,
                                     .block = put.block,
                                     .revision = put.base_revision,
                                     .hash = call.legs[0].hash});
  if (put.value.size() > limits::kBlockBytesMax) {
    Finish(moment, call, CallOutcome::kRejected);
  } else {
    Advance(moment, call);
  }
  Sweep();
}

void Client::OnCommand(const TxMoment& moment, const DeleteCommand& erase) {
  Call& call = Begin(moment, erase.request, CallKind::kDelete);
  call.legs.emplace_back();
  call.legs[0].write = {
      .block = erase.block, .base_revision = erase.base_revision, .erase = true, .value = {}};
  call.legs[0].hash = HashOfWrite(moment, call.legs[0].write);
  moment.effects.Observe(CallStarted{.request = erase.request,
                                     .call = call.kind,
                                     .block = erase.block,
                                     .revision = erase.base_revision,
                                     .hash = call.legs[0].hash});
  Advance(moment, call);
  Sweep();
}

void Client::OnCommand(const TxMoment& moment, const GetCommand& get) {
  Call& call = Begin(moment, get.request, CallKind::kGet);
  call.legs.emplace_back();
  call.legs[0].write.block = get.block;
  call.legs[0].write.base_revision = get.revision;
  moment.effects.Observe(CallStarted{.request = get.request,
                                     .call = call.kind,
                                     .block = get.block,
                                     .revision = get.revision,
                                     .hash = {}});
  Advance(moment, call);
  Sweep();
}

void Client::OnCommand(const TxMoment& moment, const RevisionCommand& revision) {
  Call& call = Begin(moment, revision.request, CallKind::kRevision);
  call.legs.emplace_back();
  call.legs[0].write.block = revision.block;
  moment.effects.Observe(CallStarted{.request = revision.request,
                                     .call = call.kind,
                                     .block = revision.block,
                                     .revision = 0,
                                     .hash = {}});
  Advance(moment, call);
  Sweep();
}

void Client::OnCommand(const TxMoment& moment, const TransactCommand& transact) {
  Call& call = Begin(moment, transact.request, CallKind::kTransact);
  size_t bytes = 0;
  bool sensible =
      !transact.writes.empty() && transact.writes.size() <= limits::kTransactionWritesMax;
  for (const BlockWrite& write : transact.writes) {
    call.legs.emplace_back();
    call.legs.back().write = write;
    if (write.erase) call.legs.back().write.value.clear();
    call.legs.back().hash = HashOfWrite(moment, call.legs.back().write);
    bytes += write.value.size();
    sensible = sensible && write.value.size() <= limits::kBlockBytesMax;
  }
  std::sort(call.legs.begin(), call.legs.end(),
            [](const Leg& a, const Leg& b) { return a.write.block < b.write.block; });
  bool has_tail = false;
  for (size_t i = 0; i < call.legs.size(); ++i) {
    if (i > 0 && call.legs[i - 1].write.block == call.legs[i].write.block) sensible = false;
    if (call.legs[i].write.block != transact.tail) continue;
    call.tail = i;
    has_tail = true;
  }
  moment.effects.Observe(CallStarted{.request = transact.request,
                                     .call = call.kind,
                                     .block = transact.tail,
                                     .revision = 0,
                                     .hash = {},
                                     .writes = static_cast<uint16_t>(call.legs.size())});
  for (const Leg& leg : call.legs) {
    moment.effects.Observe(CallWrite{.request = transact.request,
                                     .block = leg.write.block,
                                     .base_revision = leg.write.base_revision,
                                     .hash = leg.hash,
                                     .erase = leg.write.erase});
  }
  if (!sensible || !has_tail || bytes > limits::kTransactionBytesMax) {
    if (call.legs.empty()) call.legs.emplace_back();
    Finish(moment, call, CallOutcome::kRejected, call.tail);
  } else {
    Advance(moment, call);
  }
  Sweep();
}

// nullptr: one runs, or there are too many calls.
Client::Call* Client::BeginSettling(const TxMoment& moment, const Transaction& pend) {
  const bool running = std::any_of(calls_.begin(), calls_.end(), [&](const auto& call) {
    return call->settles && call->of == pend.of && call->phase != Phase::kDone;
  });
  if (running || calls_.size() >= kCallsMax) return nullptr;
  Call& call = Begin(moment, 0, CallKind::kTransact);
  call.settles = true;
  call.of = pend.of;
  call.scope = pend.scope;
  call.legs.emplace_back();
  call.legs[0].write.block = pend.tail;
  return &call;
}

void Client::Settle(const TxMoment& moment, const Transaction& pend) {
  Call* call = BeginSettling(moment, pend);
  if (call != nullptr) Advance(moment, *call);
}

void Client::Ask(const TxMoment& moment, const Transaction& pend) {
  Call* call = BeginSettling(moment, pend);
  if (call == nullptr) return;
  call->only_asks = true;
  Advance(moment, *call);
}

std::optional<Certificate> Client::TakeSettled() {
  if (settled_.empty()) return std::nullopt;
  Certificate certificate = std::move(settled_.back());
  settled_.pop_back();
  return certificate;
}

// ---- locating and reading ----

void Client::Locate(const TxMoment& moment, Call& call, Leg& leg) {
  const Cached* cached = cache_.Find(leg.write.block);
  if (cached != nullptr && cached->until > moment.now) {
    leg.cluster = cached->cluster;
    return;
  }
  leg.token = ++last_token_;
  call.deadline = moment.now + moment.context.config->matchmaking.locate_timeout;
  moment.clusters.Lookup(moment, ClusterKey(moment.suite(), leg.write.block), leg.token);
}

void Client::OnLookup(const TxMoment& moment, uint64_t token, std::span<const PeerId> nearest) {
  const auto count = static_cast<size_t>(moment.config().cluster_size);
  const std::span<const PeerId> cluster = nearest.first(std::min(nearest.size(), count));
  for (size_t i = 0; i < calls_.size(); ++i) {
    for (Leg& leg : calls_[i]->legs) {
      if (leg.token != token || !leg.cluster.empty()) continue;
      leg.token = 0;
      leg.cluster.assign(cluster.begin(), cluster.end());
      if (cache_.size() >= kCachedMax) cache_.Clear();
      Cached& cached = *cache_.Insert(leg.write.block).first;
      cached = {.cluster = leg.cluster,
                .coordinator = kNoPeer,
                .until = moment.now + moment.config().coordinator_cache,
                .revision = 0,
                .hash = {}};
      if (cluster.size() < static_cast<size_t>(moment.config().cluster_min)) {
        cache_.Erase(leg.write.block);
        Finish(moment, *calls_[i], CallOutcome::kUnavailable);
      } else {
        Advance(moment, *calls_[i]);
      }
      break;
    }
  }
  Sweep();
}

// Goes on as far as nothing must be waited for.
void Client::Advance(const TxMoment& moment, Call& call) {
  if (call.phase != Phase::kLocating) return;
  bool located = true;
  for (Leg& leg : call.legs) {
    if (leg.cluster.empty() && leg.token == 0) Locate(moment, call, leg);
    located = located && !leg.cluster.empty();
  }
  if (!located) return;
  call.deadline = Time::Never();
  if (call.only_asks) {
    call.phase = Phase::kAsking;
    call.deadline = moment.now + moment.config().member_wait;
    return AskTail(moment, call);
  }
  if (call.settles) return Decide(moment, call, TxAction::kCancel);
  if (IsWrite(call.kind) && call.attempt == 0 && RecallBases(call)) return Write(moment, call);
  StartReading(moment, call);
}

bool Client::RecallBases(Call& call) const {
  return std::all_of(call.legs.begin(), call.legs.end(), [&](Leg& leg) {
    if (leg.write.base_revision == 0) return true;
    const Cached* cached = cache_.Find(leg.write.block);
    if (cached == nullptr || cached->revision != leg.write.base_revision) return false;
    leg.base_hash = cached->hash;
    return true;
  });
}

void Client::Remember(const BlockId& block, uint64_t revision, const Key256& hash) {
  Cached* cached = cache_.Find(block);
  if (cached == nullptr) return;
  cached->revision = revision;
  cached->hash = hash;
}

void Client::StartReading(const TxMoment& moment, Call& call) {
  call.phase = Phase::kReading;
  for (Leg& leg : call.legs) {
    const ConfirmedRead::Question question{
        .block = leg.write.block,
        .revision = call.kind == CallKind::kGet ? leg.write.base_revision : 0,
        .at_least = 0,
        .with_value = call.kind == CallKind::kGet};
    leg.read = std::make_unique<ConfirmedRead>(moment, question, leg.cluster);
  }
}

void Client::Write(const TxMoment& moment, Call& call) {
  if (call.kind == CallKind::kTransact) return Pend(moment, call);
  Submit(moment, call);
}

void Client::OnRead(const TxMoment& moment, Call& call) {
  for (const Leg& leg : call.legs) {
    if (leg.read->phase() == ConfirmedRead::Phase::kFailed) {
      cache_.Erase(leg.write.block);
      return Finish(moment, call, CallOutcome::kUnavailable);
    }
    const auto& found = leg.read->answer();
    const bool latest = IsWrite(call.kind) || leg.write.base_revision == 0;
    if (latest) Remember(leg.write.block, found.revision, found.hash);
  }
  const auto& answer = call.legs[0].read->answer();
  if (!IsWrite(call.kind)) {
    if (call.kind == CallKind::kGet && answer.state == BlockState::kPresent) {
      moment.effects.Observe(BlockRead{.request = call.request,
                                       .block = call.legs[0].write.block,
                                       .revision = answer.revision,
                                       .value = moment.effects.Keep(answer.value)});
    }
    return Finish(
        moment, call,
        answer.state == BlockState::kExpired ? CallOutcome::kExpired : CallOutcome::kFound);
  }
  size_t done = 0;
  std::optional<size_t> stale;
  for (size_t i = 0; i < call.legs.size(); ++i) {
    Leg& leg = call.legs[i];
    const auto& found = leg.read->answer();
    leg.base_hash = found.hash;
    if (found.revision == leg.write.base_revision) continue;
    stale = i;
    done += found.revision == leg.write.base_revision + 1 && found.hash == leg.hash ? 1 : 0;
  }
  // This very content is there already: the retry of a write whose answer was lost.
  if (done == call.legs.size()) return Finish(moment, call, CallOutcome::kCommitted, call.tail);
  if (stale.has_value()) return Finish(moment, call, CallOutcome::kStale, *stale);
  Write(moment, call);
}

// ---- ends ----

void Client::OnRefused(const TxMoment& moment, Call& call, TxVerdict verdict, RejectReason reason) {
  switch (verdict) {
    case TxVerdict::kStale:  // The read that follows says what is there now.
      if (call.legs[0].read != nullptr) return BackOff(moment, call);
      DropAttempt(call);
      return StartReading(moment, call);
    case TxVerdict::kConflict:
      return BackOff(moment, call);
    case TxVerdict::kRejected:
      // Members that saw another cluster may see ours the next time.
      if (reason == RejectReason::kMembership || reason == RejectReason::kBusy ||
          reason == RejectReason::kDecided || reason == RejectReason::kNoPend) {
        for (const Leg& leg : call.legs) cache_.Erase(leg.write.block);
        return BackOff(moment, call);
      }
      return Finish(moment, call,
                    reason == RejectReason::kNoRoom ? CallOutcome::kNoRoom : CallOutcome::kRejected,
                    call.tail);
    case TxVerdict::kUnavailable:
      for (const Leg& leg : call.legs) cache_.Erase(leg.write.block);
      return Finish(moment, call, CallOutcome::kUnavailable, call.tail);
    case TxVerdict::kCommitted:
    case TxVerdict::kInDoubt:
      return Finish(moment, call, CallOutcome::kInDoubt, call.tail);
  }
}

// Uniform in (0.5, 1] of a wait that doubles with each attempt. Age makes it no shorter: as each
// attempt ages the call by one step, the two would cancel out and rivals meet again for ever.
void Client::BackOff(const TxMoment& moment, Call& call) {
  if (call.attempt >= moment.config().attempts) {
    return Finish(moment, call, CallOutcome::kConflict, call.tail);
  }
  int64_t wait = moment.config().backoff_base.us;
  for (int i = 1; i < call.attempt && wait < moment.config().backoff_cap.us; ++i) wait *= 2;
  wait = std::max<int64_t>(std::min(wait, moment.config().backoff_cap.us), 1000);
  const auto jitter =
      static_cast<int64_t>(moment.random.Below(static_cast<uint64_t>(wait - wait / 2)));
  call.deadline = moment.now + Microseconds(wait / 2 + 1 + jitter);
  if (call.priority < limits::kPriorityMax) ++call.priority;
  call.phase = Phase::kBackingOff;
  DropAttempt(call);
}

void Client::DropAttempt(Call& call) {
  call.decision.reset();
  for (Leg& leg : call.legs) {
    leg.read.reset();
    leg.submission.reset();
  }
}

// The tail decides; the other blocks have landed once a confirmed read has found it there.
bool Client::HasLanded(const Call& call) {
  return std::all_of(call.legs.begin(), call.legs.end(), [&](const Leg& leg) {
    return &leg == &call.legs[call.tail] || leg.read == nullptr ||
           leg.read->phase() == ConfirmedRead::Phase::kDone;
  });
}

void Client::Finish(const TxMoment& moment, Call& call, CallOutcome outcome, size_t at) {
  if (call.phase == Phase::kDone) return;
  call.phase = Phase::kDone;
  if (call.settles) return;
  const Leg& leg = call.legs[at];
  CallFinished finished{.request = call.request,
                        .call = call.kind,
                        .block = leg.write.block,
                        .outcome = outcome,
                        .revision = 0,
                        .hash = {},
                        .deleted = false,
                        .landed = false,
                        .attempts = call.attempt,
                        .took = moment.now - call.started};
  if (outcome == CallOutcome::kCommitted) {
    for (const Leg& each : call.legs) {
      Remember(each.write.block, each.write.base_revision + 1, each.hash);
    }
    finished.revision = leg.write.base_revision + 1;
    finished.hash = leg.hash;
    finished.deleted = leg.write.erase;
    finished.landed = HasLanded(call);
  } else if (leg.read != nullptr && leg.read->phase() == ConfirmedRead::Phase::kDone) {
    finished.revision = leg.read->answer().revision;
    finished.hash = leg.read->answer().hash;
    finished.deleted = leg.read->answer().state == BlockState::kDeleted;
  }
  moment.effects.Observe(finished);
}

void Client::Sweep() {
  std::erase_if(calls_, [](const auto& call) { return call->phase == Phase::kDone; });
}

// ---- events ----

// Moves every call whose reads and submissions have finished.
void Client::Step(const TxMoment& moment) {
  for (size_t i = 0; i < calls_.size(); ++i) {
    Call& call = *calls_[i];
    const auto read = [](const Leg& leg) { return leg.read != nullptr && leg.read->finished(); };
    const auto submitted = [](const Leg& leg) {
      return leg.submission == nullptr || leg.submission->finished();
    };
    const auto all = [&call](const auto& of) {
      return std::all_of(call.legs.begin(), call.legs.end(), of);
    };
    if (call.phase == Phase::kReading && all(read)) OnRead(moment, call);
    if (call.phase == Phase::kPending && all(submitted)) OnPended(moment, call);
    // Asked anew each time: a refused commit leaves a cancel behind that has only begun.
    const auto decided = [&call] { return call.decision != nullptr && call.decision->finished(); };
    if (call.phase == Phase::kSubmitting && decided()) OnSubmitted(moment, call);
    if (call.phase == Phase::kCancelling && decided()) OnCancelled(moment, call);
    if (call.phase == Phase::kSpreading && all(read)) OnSpread(moment, call);
  }
  Sweep();
}

void Client::OnResult(const TxMoment& moment, PeerId from, uint64_t id, const TxResult& result) {
  for (const auto& call : calls_) {
    if (call->decision != nullptr && call->decision->id() == id) {
      call->decision->OnResult(moment, from, result);
    }
    for (Leg& leg : call->legs) {
      if (leg.submission != nullptr && leg.submission->id() == id) {
        leg.submission->OnResult(moment, from, result);
      }
    }
  }
  Step(moment);
}

void Client::OnStatusReply(const TxMoment& moment, PeerId from, uint64_t id,
                           const TxStatusReply& reply) {
  for (const auto& call : calls_) {
    if (call->decision != nullptr && call->decision->id() == id) {
      call->decision->OnStatus(moment, from, reply);
    }
    for (Leg& leg : call->legs) {
      if (leg.submission != nullptr && leg.submission->id() == id) {
        leg.submission->OnStatus(moment, from, reply);
      }
    }
    if (call->settles && id == call->request) OnSettleStatus(moment, *call, reply);
  }
  Step(moment);
}

bool Client::OnBlockReply(const TxMoment& moment, PeerId from, uint64_t id,
                          const BlockReply& reply) {
  for (const auto& call : calls_) {
    for (Leg& leg : call->legs) {
      if (leg.read == nullptr || leg.read->id() != id) continue;
      leg.read->OnReply(moment, from, reply);
      Step(moment);
      return true;
    }
  }
  return false;
}

void Client::OnDeadline(const TxMoment& moment) {
  for (size_t i = 0; i < calls_.size(); ++i) {
    Call& call = *calls_[i];
    const bool patient = call.phase == Phase::kLocating || call.phase == Phase::kAsking;
    if (patient && call.deadline <= moment.now) {
      Finish(moment, call, CallOutcome::kUnavailable);
    } else if (call.phase == Phase::kBackingOff && call.deadline <= moment.now) {
      call.phase = Phase::kLocating;
      call.deadline = Time::Never();
      for (Leg& leg : call.legs) leg.cluster.clear();
      Advance(moment, call);
    } else if (call.phase == Phase::kCancelling && call.deadline <= moment.now) {
      call.deadline = Time::Never();
      Decide(moment, call, TxAction::kCancel);
    }
    for (Leg& leg : call.legs) {
      if (leg.read != nullptr) leg.read->OnDeadline(moment);
      if (leg.submission != nullptr) leg.submission->OnDeadline(moment);
    }
    if (call.decision != nullptr) call.decision->OnDeadline(moment);
  }
  Step(moment);
}

Time Client::NextDeadline() const {
  Time next = Time::Never();
  for (const auto& call : calls_) {
    next = std::min(next, call->deadline);
    if (call->decision != nullptr) next = std::min(next, call->decision->NextDeadline());
    for (const Leg& leg : call->legs) {
      if (leg.read != nullptr) next = std::min(next, leg.read->NextDeadline());
      if (leg.submission != nullptr) next = std::min(next, leg.submission->NextDeadline());
    }
  }
  return next;
}

void Client::CollectPeers(PeerSet& peers) const {
  for (const auto& call : calls_) {
    for (const Leg& leg : call->legs) peers.AddAll(leg.cluster);
  }
  cache_.ForEach([&](const BlockId&, const Cached& cached) {
    peers.AddAll(cached.cluster);
    peers.Add(cached.coordinator);
  });
}

template <typename State>
void Client::Tell(State& state) const {
  state.Add("last token", last_token_);
  for (const auto& call : calls_) {
    state.Part("call", [&] {
      state.Add("request", call->request);
      state.Show("kind", call->kind);
      state.Add("phase", call->phase, kPhases);
      state.Add("attempt", call->attempt);
      state.Add("priority", call->priority);
      state.Add("deadline", call->deadline);
      state.Add("cancels until", call->cancel_until);
      state.Add("only asks", call->only_asks);
      state.Add("of", call->of.bytes);
      state.Add("expires ms", call->expires_ms);
      state.Add("why", call->why);
      state.Add("reason", call->why_reason);
      for (const Leg& leg : call->legs) {
        state.Part("leg", [&] {
          state.Add("block", leg.write.block);
          state.Add("base", leg.write.base_revision);
          state.Add("hash", leg.hash);
          state.Add("base hash", leg.base_hash);
          state.Add("lookup", leg.token);
          state.Add("cluster", leg.cluster);
          if (leg.read != nullptr) state.Module("read", *leg.read);
          if (leg.submission != nullptr) state.Module("submission", *leg.submission);
        });
      }
      if (call->decision != nullptr) state.Module("decision", *call->decision);
    });
  }
  cache_.ForEach([&](const BlockId& block, const Cached& cached) {
    state.Part("remembered", [&] {
      state.Add("block", block);
      state.Add("cluster", cached.cluster);
      state.Add("coordinator", cached.coordinator);
      state.Add("until", cached.until);
      state.Add("revision", cached.revision);
      state.Add("hash", cached.hash);
    });
  });
}

void Client::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Client::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Client::HeapBytes() const {
  size_t bytes = calls_.capacity() * sizeof(void*) + cache_.HeapBytes();
  for (const auto& call : calls_) {
    bytes += sizeof(Call) + call->legs.capacity() * sizeof(Leg);
    for (const Leg& leg : call->legs) {
      bytes += leg.write.value.capacity() + leg.cluster.capacity() * sizeof(PeerId);
      if (leg.read != nullptr) bytes += sizeof(ConfirmedRead) + leg.read->answer().value.capacity();
      if (leg.submission != nullptr) bytes += sizeof(Submission) + leg.write.value.capacity();
    }
    if (call->decision != nullptr) bytes += sizeof(Submission);
  }
  cache_.ForEach([&](const BlockId&, const Cached& cached) {
    bytes += cached.cluster.capacity() * sizeof(PeerId);
  });
  return bytes;
}

}  // namespace core
