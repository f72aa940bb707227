#include "core/arachnode/spreading.h"

#include <algorithm>

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"waiting", "checking", "offering", "proving"};
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

bool Spreading::IsOpen(const BlockId& block) const {
  return std::any_of(open_.begin(), open_.end(),
                     [&](const Push& push) { return push.block == block; });
}

Spreading::Push* Spreading::Find(uint32_t number) {
  const auto found = std::find_if(open_.begin(), open_.end(),
                                  [&](const Push& push) { return push.number == number; });
  return found == open_.end() ? nullptr : &*found;
}

void Spreading::Advance(const RingMoment& moment, const Ways& ways, const Source& source) {
  for (Push& push : open_) {
    if (push.phase == Phase::kWaiting && push.at <= moment.now) Target(moment, ways, push);
    if (push.phase == Phase::kChecking && push.waits == 0) Offer(moment, ways, push, source);
    if (push.phase == Phase::kOffering && push.waits == 0) Prove(moment, ways, push, source);
    if (push.phase == Phase::kProving && push.waits == 0) End(moment, push);
  }
  std::erase_if(open_, [](const Push& push) { return push.rounds > kRoundsMax; });
}

void Spreading::Target(const RingMoment& moment, const Ways& ways, Push& push) {
  std::vector<const RingInfo*> holders = ways.book.HoldersOf(push.made.key);
  std::erase_if(holders, [&](const RingInfo* info) { return !ways.book.IsCounted(info->peer); });
  if (holders.empty()) return End(moment, push);
  push.targets[0] = holders.front()->peer;
  push.targets[1] = holders.size() > 1 ? holders.back()->peer : kNoPeer;
  push.phase = Phase::kChecking;
  if (push.rank == 0) return;
  for (const PeerId target : push.targets) {
    if (target == kNoPeer) continue;
    ways.questions.Ask(moment, target, Asker::kSpreading, push.number,
                       ConfirmRequest{.blocks = {push.made}});
    ++push.waits;
  }
}

// To those who may lack it. When all of them have it, there is nothing left to do.
void Spreading::Offer(const RingMoment& moment, const Ways& ways, Push& push,
                      const Source& source) {
  const bool lacked = push.targets[0] != kNoPeer || push.targets[1] != kNoPeer;
  const Archive archive = lacked ? source(push.block) : Archive();
  push.phase = Phase::kOffering;
  push.held = !lacked;
  if (archive.empty()) return End(moment, push);
  push.made.revision = archive.revision;
  for (PeerId& target : push.targets) {
    if (target == kNoPeer) continue;
    ways.questions.Ask(moment, target, Asker::kSpreading, push.number,
                       ArchiveStore{.archive = archive, .seen = 0, .inward = false});
    ++push.waits;
    target = kNoPeer;
  }
}

// Two who say that they took it and keep nothing would else end the block's way into the rings.
void Spreading::Prove(const RingMoment& moment, const Ways& ways, Push& push,
                      const Source& source) {
  push.phase = Phase::kProving;
  const Archive archive = source(push.block);
  for (PeerId& taker : push.takers) {
    if (taker == kNoPeer || archive.empty()) continue;
    ways.challenges.Ask(moment, ways.questions, {taker, push.made, Challenges::Why::kSpreading},
                        archive);
    ++push.waits;
    taker = kNoPeer;
  }
}

void Spreading::End(const RingMoment& moment, Push& push) {
  // Of later members one try is enough: the first one goes on.
  if (push.held || (push.rank > 0 && push.phase != Phase::kWaiting)) {
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
  if (verdict != StoreVerdict::kStored && verdict != StoreVerdict::kHave) return;
  push->takers[push->takers[0] == kNoPeer ? 0 : 1] = question.peer;
}

void Spreading::OnChallenged(const Challenges::End& end) {
  if (end.subject.why != Challenges::Why::kSpreading) return;
  const auto push = std::find_if(open_.begin(), open_.end(), [&](const Push& each) {
    return each.made == end.subject.block && each.phase == Phase::kProving;
  });
  if (push == open_.end() || push->waits == 0) return;
  --push->waits;
  push->held = push->held || end.verdict == Challenges::Verdict::kProven;
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
    for (const PeerId taker : push.takers) peers.Add(taker);
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
      state.Hash(push.held);
      for (const PeerId target : push.targets) state.Add("target", target);
      for (const PeerId taker : push.takers) state.Add("taker", taker);
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
