#include "core/arachnode/spreading.h"

#include <algorithm>

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"waiting", "checking", "offering"};
constexpr uint32_t kRoundsMax = 8;

}  // namespace

void Spreading::Add(const RingMoment& moment, const BlockId& block, const KeyedRevision& made,
                    uint32_t rank) {
  std::erase_if(open_, [&](const Push& push) { return push.made.key == made.key; });
  if (open_.size() == kOpenMax) open_.erase(open_.begin());
  open_.push_back({.number = ++last_,
                   .block = block,
                   .made = made,
                   .rank = rank,
                   .at = moment.now + moment.rings().spread_wait * rank});
}

Spreading::Push* Spreading::Find(uint32_t number) {
  const auto found = std::find_if(open_.begin(), open_.end(),
                                  [&](const Push& push) { return push.number == number; });
  return found == open_.end() ? nullptr : &*found;
}

void Spreading::Advance(const RingMoment& moment, const RingBook& book, Questions& questions,
                        const Source& source) {
  for (Push& push : open_) {
    if (push.phase == Phase::kWaiting && push.at <= moment.now)
      Target(moment, book, questions, push);
    if (push.phase == Phase::kChecking && push.waits == 0) push.phase = Phase::kOffering;
    if (push.phase == Phase::kOffering && push.waits == 0) Offer(moment, questions, push, source);
  }
  std::erase_if(open_, [](const Push& push) { return push.rounds > kRoundsMax; });
}

void Spreading::Target(const RingMoment& moment, const RingBook& book, Questions& questions,
                       Push& push) {
  const std::vector<const RingInfo*> holders = book.HoldersOf(push.made.key);
  if (holders.empty()) return End(moment, push);
  push.targets[0] = holders.front()->peer;
  push.targets[1] = holders.size() > 1 ? holders.back()->peer : kNoPeer;
  push.phase = push.rank == 0 ? Phase::kOffering : Phase::kChecking;
  if (push.phase == Phase::kOffering) return;
  for (const PeerId target : push.targets) {
    if (target == kNoPeer) continue;
    questions.Ask(moment, target, Asker::kSpreading, push.number,
                  ConfirmRequest{.blocks = {push.made}});
    ++push.waits;
  }
}

void Spreading::Offer(const RingMoment& moment, Questions& questions, Push& push,
                      const Source& source) {
  const bool open = push.targets[0] != kNoPeer || push.targets[1] != kNoPeer;
  const Archive archive = open && !push.taken ? source(push.block) : Archive();
  if (archive.empty()) return End(moment, push);
  push.made.revision = archive.revision;
  for (PeerId& target : push.targets) {
    if (target == kNoPeer) continue;
    questions.Ask(moment, target, Asker::kSpreading, push.number,
                  ArchiveStore{.archive = archive, .seen = 0, .inward = false});
    ++push.waits;
    target = kNoPeer;
  }
}

void Spreading::End(const RingMoment& moment, Push& push) {
  if (push.taken || (push.rank > 0 && push.phase == Phase::kOffering)) {
    push.rounds = kRoundsMax + 1;
    return;
  }
  push.phase = Phase::kWaiting;
  push.at = moment.now + moment.rings().spread_wait * (int64_t{1} << std::min(push.rounds, 6u));
  ++push.rounds;
}

void Spreading::OnConfirm(const Question& question, const Confirm& confirm) {
  Push* push = Find(question.number);
  if (push == nullptr || push->waits == 0) return;
  --push->waits;
  if (!confirm.missing.empty() || push->phase != Phase::kChecking) return;
  for (PeerId& target : push->targets) {
    if (target == question.peer) target = kNoPeer;
  }
}

void Spreading::OnAck(const Question& question, StoreVerdict verdict) {
  Push* push = Find(question.number);
  if (push == nullptr || push->waits == 0) return;
  --push->waits;
  if (verdict == StoreVerdict::kStored || verdict == StoreVerdict::kHave) push->taken = true;
}

// Of refs too: what they said is in the book.
void Spreading::OnSilence(const Question& question) {
  Push* push = Find(question.number);
  if (push != nullptr && push->waits > 0) --push->waits;
}

Time Spreading::NextDeadline() const {
  Time next = Time::Never();
  for (const Push& push : open_) {
    if (push.phase == Phase::kWaiting) next = std::min(next, push.at);
  }
  return next;
}

void Spreading::CollectPeers(PeerSet& peers) const {
  for (const Push& push : open_) {
    for (const PeerId target : push.targets) peers.Add(target);
  }
}

template <typename State>
void Spreading::Tell(State& state) const {
  state.Add("last number", last_);
  for (const Push& push : open_) {
    state.Part("push", [&] {
      state.Add("number", push.number);
      state.Add("block", push.block);
      state.Add("revision", push.made.revision);
      state.Add("phase", push.phase, kPhases);
      state.Add("rank", push.rank);
      state.Add("rounds", push.rounds);
      state.Add("at", push.at);
      state.Add("waits", push.waits);
      state.Hash(push.taken);
      for (const PeerId target : push.targets) state.Add("target", target);
    });
  }
}

void Spreading::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Spreading::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
