#include "core/arachnode/handoff.h"

#include <algorithm>

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"idle", "confirming", "pausing"};
constexpr size_t kStrangersAsked = 2;

}  // namespace

void Handoff::Begin(const RingMoment& moment, const KeyRange& range) {
  phase_ = Phase::kConfirming;
  end_ = End::kNone;
  range_ = range;
  cursor_ = range.First();
  late_.clear();
  claims_.clear();
  asked_ = false;
  tries_ = 0;
  confirmed_ = 0;
  stuck_ = {};
  resume_ = Time::Never();
  give_up_ = moment.now + moment.rings().move_max;
}

void Handoff::Stop(Questions& questions) {
  questions.Drop(Asker::kHandoff);
  phase_ = Phase::kIdle;
  claims_.clear();
  give_up_ = Time::Never();
}

void Handoff::Advance(const RingMoment& moment, const RingBook& book, Shelf& shelf,
                      Questions& questions) {
  while (phase_ == Phase::kConfirming && questions.CountOf(Asker::kHandoff) == 0) {
    if (claims_.empty()) {
      NextStretch(shelf);
      if (claims_.empty()) {
        end_ = End::kDone;
        return Stop(questions);
      }
    }
    if (asked_ || !AskHolders(moment, book, questions)) Judge(moment);
    if (phase_ == Phase::kPausing) AskStrangers(moment, questions);
  }
}

void Handoff::NextStretch(const Shelf& shelf) {
  std::vector<KeyedRevision> stretch = shelf.Page(range_, cursor_, kStretch);
  if (stretch.empty()) {
    late_.swap(stretch);
  } else {
    cursor_ = stretch.back().key;
  }
  for (const KeyedRevision& block : stretch) claims_.push_back({.block = block, .asked = {}});
  tries_ = 0;
  asked_ = false;
}

// Each holder gets one question about all blocks of the stretch that it ought to have.
bool Handoff::AskHolders(const RingMoment& moment, const RingBook& book, Questions& questions) {
  asked_ = true;
  const size_t wanted = static_cast<size_t>(moment.rings().floor) + kSpare;
  std::vector<std::pair<PeerId, ConfirmRequest>> requests;
  for (Claim& claim : claims_) {
    if (claim.holders >= moment.rings().floor) continue;
    claim.asked.clear();
    claim.holders = 0;
    for (const RingInfo* info : book.HoldersOf(claim.block.key, true)) {
      if (claim.asked.size() == wanted) break;
      claim.asked.push_back(info->peer);
      auto request = std::find_if(requests.begin(), requests.end(),
                                  [&](const auto& each) { return each.first == info->peer; });
      if (request == requests.end()) {
        request = requests.insert(requests.end(), {info->peer, {}});
      }
      request->second.blocks.push_back(claim.block);
    }
  }
  for (auto& [peer, request] : requests) {
    questions.Ask(moment, peer, Asker::kHandoff, 0, std::move(request));
  }
  return !requests.empty();
}

void Handoff::AskStrangers(const RingMoment& moment, Questions& questions) {
  for (const PeerId near : moment.Nearest(stuck_, kStrangersAsked)) {
    questions.Ask(moment, near, Asker::kGossip, 0, RefsRequest{.infos = {}, .keys = {{stuck_, 0}}});
  }
}

void Handoff::OnConfirm(const RingMoment& moment, const Question& question, const Confirm& confirm,
                        const RingBook& book, Shelf& shelf) {
  if (phase_ != Phase::kConfirming) return;
  const RingInfo* info = book.Find(question.peer);
  if (info == nullptr) return;
  const NodeId& id = moment.context.directory->NodeIdOf(question.peer);
  for (Claim& claim : claims_) {
    const bool asked =
        std::find(claim.asked.begin(), claim.asked.end(), question.peer) != claim.asked.end();
    if (!asked || !Covers(id, SettledRing(PlaceOf(*info)), claim.block.key)) continue;
    const bool missing =
        std::any_of(confirm.missing.begin(), confirm.missing.end(),
                    [&](const KeyedRevision& each) { return each.key == claim.block.key; });
    if (!missing) {
      ++claim.holders;
    } else if (shelf.Find(claim.block.key) != nullptr) {
      shelf.Read(moment, {.use = ShelfTask::Use::kPushed,
                          .key = claim.block.key,
                          .revision = claim.block.revision,
                          .peer = question.peer});
    }
  }
}

void Handoff::Judge(const RingMoment& moment) {
  const auto thin = std::find_if(claims_.begin(), claims_.end(), [&](const Claim& claim) {
    return claim.holders < moment.rings().floor;
  });
  if (thin == claims_.end()) {
    confirmed_ += static_cast<uint32_t>(claims_.size());
    return claims_.clear();
  }
  stuck_ = thin->block.key;
  asked_ = false;
  if (++tries_ < moment.rings().confirm_tries) {
    phase_ = Phase::kPausing;
    resume_ = moment.now + moment.rings().confirm_timeout / 2;
    return;
  }
  phase_ = Phase::kIdle;
  end_ = End::kFailed;
  give_up_ = Time::Never();
  claims_.clear();
}

void Handoff::OnKept(const KeyedRevision& block) {
  if (running() && range_.Contains(block.key) && block.key <= cursor_) late_.push_back(block);
}

void Handoff::OnDeadline(const RingMoment& moment) {
  if (phase_ == Phase::kPausing && resume_ <= moment.now) {
    phase_ = Phase::kConfirming;
    resume_ = Time::Never();
  }
  if (!running() || give_up_ > moment.now) return;
  phase_ = Phase::kIdle;
  end_ = End::kFailed;
  give_up_ = Time::Never();
  if (!claims_.empty()) stuck_ = claims_.front().block.key;
  claims_.clear();
}

Time Handoff::NextDeadline() const {
  return phase_ == Phase::kPausing ? std::min(resume_, give_up_) : give_up_;
}

Handoff::End Handoff::TakeEnd() {
  const End end = end_;
  end_ = End::kNone;
  return end;
}

void Handoff::CollectPeers(PeerSet& peers) const {
  for (const Claim& claim : claims_) peers.AddAll(claim.asked);
}

template <typename State>
void Handoff::Tell(State& state) const {
  state.Add("phase", phase_, kPhases);
  state.Hash(end_);
  state.Add("prefix", range_.prefix);
  state.Add("bits", range_.bits);
  state.Add("cursor", cursor_);
  for (const KeyedRevision& block : late_) state.Add("late", block.key);
  state.Add("tries", tries_);
  state.Hash(asked_);
  state.Add("confirmed", confirmed_);
  state.Add("stuck", stuck_);
  state.Add("resumes", resume_);
  state.Add("gives up", give_up_);
  for (const Claim& claim : claims_) {
    state.Part("claim", [&] {
      state.Add("key", claim.block.key);
      state.Add("revision", claim.block.revision);
      state.Add("asked", claim.asked);
      state.Add("holders", claim.holders);
    });
  }
}

void Handoff::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Handoff::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Handoff::HeapBytes() const {
  size_t bytes = claims_.capacity() * sizeof(Claim) + late_.capacity() * sizeof(KeyedRevision);
  for (const Claim& claim : claims_) bytes += claim.asked.capacity() * sizeof(PeerId);
  return bytes;
}

}  // namespace core
