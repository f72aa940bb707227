#include "core/arachnode/handoff.h"

#include <algorithm>

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"idle", "confirming", "proving", "pausing"};
constexpr size_t kStrangersAsked = 2;

}  // namespace

void Handoff::Begin(const RingMoment& moment, const KeyRange& range) {
  phase_ = Phase::kConfirming;
  end_ = End::kNone;
  range_ = range;
  cursor_ = range.First();
  late_.clear();
  claims_.clear();
  witnesses_.clear();
  tries_ = 0;
  confirmed_ = 0;
  stuck_ = {};
  resume_ = Time::Never();
  give_up_ = moment.now + moment.rings().move_max;
}

void Handoff::Stop(const Ways& ways) {
  ways.questions.Drop(Asker::kHandoff);
  ways.challenges.Drop(Challenges::Why::kHandoff);
  phase_ = Phase::kIdle;
  claims_.clear();
  witnesses_.clear();
  give_up_ = Time::Never();
}

void Handoff::Finish(End end, const Ways& ways) {
  Stop(ways);
  end_ = end;
}

void Handoff::Advance(const RingMoment& moment, const Ways& ways) {
  while (ways.questions.CountOf(Asker::kHandoff) == 0 &&
         ways.challenges.CountOf(Challenges::Why::kHandoff) == 0) {
    if (phase_ == Phase::kConfirming && claims_.empty()) {
      NextStretch(ways.shelf);
      if (claims_.empty()) return Finish(End::kDone, ways);
      AskHolders(moment, ways);
    } else if (phase_ == Phase::kConfirming) {
      Challenge(moment, ways);
    } else if (phase_ == Phase::kProving) {
      Judge(moment, ways);
    } else {
      return;
    }
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
}

// Each holder gets one question about all blocks of the stretch that it ought to have.
void Handoff::AskHolders(const RingMoment& moment, const Ways& ways) {
  phase_ = Phase::kConfirming;
  witnesses_.clear();
  const size_t wanted = static_cast<size_t>(moment.rings().floor) + kSpare;
  std::vector<std::pair<PeerId, ConfirmRequest>> requests;
  for (Claim& claim : claims_) {
    claim.asked.clear();
    if (claim.holders >= moment.rings().floor) continue;
    claim.holders = 0;
    // A later one may have come since the last try.
    const ShelfEntry* held = ways.shelf.Find(claim.block.key);
    if (held != nullptr) claim.block.revision = held->revision;
    for (const RingInfo* info : ways.book.HoldersOf(claim.block.key, true)) {
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
    ways.questions.Ask(moment, peer, Asker::kHandoff, 0, std::move(request));
  }
}

void Handoff::AskStrangers(const RingMoment& moment, Questions& questions) {
  for (const PeerId near : moment.Nearest(stuck_, kStrangersAsked)) {
    questions.Ask(moment, near, Asker::kGossip, 0, RefsRequest{.infos = {}, .keys = {{stuck_, 0}}});
  }
}

void Handoff::OnConfirm(const RingMoment& moment, const Question& question, const Confirm& confirm,
                        const Ways& ways) {
  if (phase_ != Phase::kConfirming) return;
  const RingInfo* info = ways.book.Find(question.peer);
  if (info == nullptr) return;
  const NodeId& id = moment.context.directory->NodeIdOf(question.peer);
  Witness witness{.peer = question.peer, .claims = {}};
  for (uint32_t i = 0; i < claims_.size(); ++i) {
    const Claim& claim = claims_[i];
    const bool asked =
        std::find(claim.asked.begin(), claim.asked.end(), question.peer) != claim.asked.end();
    if (!asked || !Covers(id, SettledRing(PlaceOf(*info)), claim.block.key)) continue;
    const bool missing =
        std::any_of(confirm.missing.begin(), confirm.missing.end(),
                    [&](const KeyedRevision& each) { return each.key == claim.block.key; });
    if (!missing) {
      witness.claims.push_back(i);
    } else if (ways.shelf.Find(claim.block.key) != nullptr &&
               ways.pushes.Allow(moment.now, claim.block.key, question.peer)) {
      ways.shelf.Read(moment, {.use = ShelfTask::Use::kPushed,
                               .key = claim.block.key,
                               .revision = claim.block.revision,
                               .peer = question.peer});
    }
  }
  if (!witness.claims.empty()) witnesses_.push_back(std::move(witness));
}

// Of each witness one block, which it cannot know before: who holds a share of what it said is found out
// with the rest's probability in each stretch.
void Handoff::Challenge(const RingMoment& moment, const Ways& ways) {
  phase_ = Phase::kProving;
  for (const Witness& witness : witnesses_) {
    const uint32_t drawn = witness.claims[moment.random.Below(witness.claims.size())];
    const KeyedRevision& block = claims_[drawn].block;
    if (ways.shelf.Find(block.key) == nullptr) continue;
    ways.challenges.Begin(moment, ways.shelf, {witness.peer, block, Challenges::Why::kHandoff});
  }
}

void Handoff::OnChallenged(const Challenges::End& end) {
  if (end.subject.why != Challenges::Why::kHandoff || phase_ != Phase::kProving) return;
  if (end.verdict != Challenges::Verdict::kProven) return;
  for (const Witness& witness : witnesses_) {
    if (witness.peer != end.subject.peer) continue;
    for (const uint32_t claim : witness.claims) ++claims_[claim].holders;
  }
}

void Handoff::Judge(const RingMoment& moment, const Ways& ways) {
  const auto thin = std::find_if(claims_.begin(), claims_.end(), [&](const Claim& claim) {
    return claim.holders < moment.rings().floor;
  });
  if (thin == claims_.end()) {
    confirmed_ += static_cast<uint32_t>(claims_.size());
    phase_ = Phase::kConfirming;
    return claims_.clear();
  }
  stuck_ = thin->block.key;
  if (++tries_ == moment.rings().confirm_tries) return Finish(End::kTooFew, ways);
  phase_ = Phase::kPausing;
  resume_ = moment.now + moment.rings().confirm_timeout / 2;
  AskStrangers(moment, ways.questions);
}

void Handoff::OnKept(const KeyedRevision& block) {
  if (running() && range_.Contains(block.key) && block.key <= cursor_) late_.push_back(block);
}

void Handoff::OnDeadline(const RingMoment& moment, const Ways& ways) {
  if (running() && give_up_ <= moment.now) {
    if (!claims_.empty()) stuck_ = claims_.front().block.key;
    return Finish(End::kTooLong, ways);
  }
  if (phase_ != Phase::kPausing || resume_ > moment.now) return;
  resume_ = Time::Never();
  AskHolders(moment, ways);
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
  for (const Witness& witness : witnesses_) peers.Add(witness.peer);
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
  for (const Witness& witness : witnesses_) {
    state.Part("witness", [&] {
      state.Add("peer", witness.peer);
      state.Hash(witness.claims);
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
  bytes += witnesses_.capacity() * sizeof(Witness);
  for (const Witness& witness : witnesses_) bytes += witness.claims.capacity() * sizeof(uint32_t);
  return bytes;
}

}  // namespace core
