#include "core/negotiation/negotiation.h"

#include <algorithm>

namespace core {

void Negotiation::OnCommand(const NegotiationMoment& moment, const VoteCommand& command) {
  const Key256& cid = command.terms.template_cid;
  if (std::find(templates_.begin(), templates_.end(), cid) != templates_.end()) {
    return moment.Refuse(moment.self, NegotiationReject::kDuplicate);
  }
  templates_.push_back(cid);
  cases_.push_back(std::make_unique<VoteCase>(moment, command));
  cases_.back()->Begin(moment);
  Reap();
}

void Negotiation::OnCommand(const NegotiationMoment& moment, const ReservedCommand& command) {
  for (const auto& vote : cases_) {
    if (vote->template_cid() == command.template_cid) vote->OnReserved(moment, command);
  }
  Reap();
}

void Negotiation::OnArrival(const NegotiationMoment& moment, PeerId from, const Message& message) {
  const bool taken = std::any_of(cases_.begin(), cases_.end(), [&](const auto& vote) {
    return vote->OnArrival(moment, from, message);
  });
  if (!taken) Decline(moment, from, message);
  Reap();
}

void Negotiation::Decline(const NegotiationMoment& moment, PeerId from, const Message& message) {
  Formation::Decline(moment, from, message);
  Pools::Decline(moment, from, message);
}

void Negotiation::OnNewcomers(const NegotiationMoment& moment) {
  const auto& standing = moment.topics.gatherings();
  const bool any = std::any_of(standing.begin(), standing.end(),
                               [](const auto& gathering) { return gathering->has_newcomers(); });
  if (!any) return;
  for (const auto& vote : cases_) vote->OnNewcomers(moment);
  Reap();
}

void Negotiation::OnLinkDown(const NegotiationMoment& moment, PeerId peer) {
  for (const auto& vote : cases_) vote->OnLinkDown(moment, peer);
  Reap();
}

void Negotiation::OnDeadline(const NegotiationMoment& moment) {
  for (const auto& vote : cases_) {
    if (vote->NextDeadline() <= moment.now) vote->OnDeadline(moment);
  }
  Reap();
}

void Negotiation::Reap() {
  std::erase_if(cases_, [](const auto& vote) { return vote->over(); });
  if (cases_.empty()) std::vector<std::unique_ptr<VoteCase>>().swap(cases_);
}

Time Negotiation::NextDeadline() const {
  Time next = Time::Never();
  for (const auto& vote : cases_) next = std::min(next, vote->NextDeadline());
  return next;
}

void Negotiation::CollectPeers(PeerSet& peers) const {
  for (const auto& vote : cases_) vote->CollectPeers(peers);
}

template <typename State>
void Negotiation::Tell(State& state) const {
  state.Hash(cases_.size());
  for (const auto& vote : cases_) state.Module("vote", *vote);
  state.Add("voted in", templates_);
}

void Negotiation::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Negotiation::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Negotiation::HeapBytes() const {
  size_t bytes = cases_.capacity() * sizeof(void*) + templates_.capacity() * sizeof(Key256);
  for (const auto& vote : cases_) bytes += sizeof(VoteCase) + vote->HeapBytes();
  return bytes;
}

}  // namespace core
