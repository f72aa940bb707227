#include "core/matchmaking/matchmaking.h"

#include <algorithm>
#include <variant>

#include "core/matchmaking/keys.h"

namespace core {

void Matchmaking::LeaveTopic(const Moment& moment, const Key256& topic) {
  for (const auto& matcher : matchers_) {
    if (matcher->topic() == topic) matcher->Leave(moment);
  }
  for (const auto& worker : workers_) {
    if (worker->topic() == topic) worker->Leave(moment);
  }
  Reap();
}

void Matchmaking::OnMatch(const Moment& moment, const MatchCommand& command) {
  const Key256 topic = HashTopic(moment.context, command.topic);
  LeaveTopic(moment, topic);
  matchers_.push_back(std::make_unique<Matcher>(topic, command, moment.config()));
  matchers_.back()->Begin(moment);
  Reap();
}

void Matchmaking::OnWork(const Moment& moment, const WorkCommand& command) {
  const Key256 topic = HashTopic(moment.context, command.topic);
  LeaveTopic(moment, topic);
  Tasks tasks(command.budget);
  const auto earlier = std::find_if(workers_.begin(), workers_.end(),
                                    [&](const auto& worker) { return worker->topic() == topic; });
  if (earlier != workers_.end()) {
    tasks = std::move((*earlier)->tasks());
    workers_.erase(earlier);
  }
  workers_.push_back(std::make_unique<Worker>(topic, command, std::move(tasks)));
  workers_.back()->Begin(moment);
}

void Matchmaking::OnLeave(const Moment& moment, const LeaveCommand& command) {
  LeaveTopic(moment, HashTopic(moment.context, command.topic));
}

void Matchmaking::Gather(const Moment& moment, const Key256& topic) {
  if (GatheringAt(topic) != nullptr) return;
  gatherings_.push_back(std::make_unique<Gathering>(topic));
  gatherings_.back()->Begin(moment);
}

void Matchmaking::Disperse(const Moment& moment, const Key256& topic) {
  Gathering* gathering = GatheringAt(topic);
  if (gathering == nullptr) return;
  gathering->Leave(moment);
  std::erase_if(gatherings_, [gathering](const auto& g) { return g.get() == gathering; });
  if (gatherings_.empty()) std::vector<std::unique_ptr<Gathering>>().swap(gatherings_);
}

Gathering* Matchmaking::GatheringAt(const Key256& topic) {
  const auto found =
      std::find_if(gatherings_.begin(), gatherings_.end(),
                   [&](const auto& gathering) { return gathering->topic() == topic; });
  return found == gatherings_.end() ? nullptr : found->get();
}

void Matchmaking::OnOffer(const Moment& moment, PeerId from, uint64_t request, const Offer& offer) {
  for (const auto& worker : workers_) {
    if (worker->OnOffer(moment, from, request, offer)) return;
  }
  for (const auto& matcher : matchers_) {
    if (matcher->OnOffer(moment, from, request, offer)) return;
  }
  SendDecline(moment, from, request, offer.task, DeclineReason::kGone);
}

void Matchmaking::OnArrival(const Moment& moment, PeerId from, const Message& message) {
  const uint64_t id = message.id;
  const auto any_matcher = [this](auto&& call) {
    return std::any_of(matchers_.begin(), matchers_.end(), [&](auto& m) { return call(*m); });
  };
  const auto any_worker = [this](auto&& call) {
    return std::any_of(workers_.begin(), workers_.end(), [&](auto& w) { return call(*w); });
  };
  const auto any_gathering = [this](auto&& call) {
    return std::any_of(gatherings_.begin(), gatherings_.end(), [&](auto& g) { return call(*g); });
  };
  if (const auto* provide = std::get_if<Provide>(&message.body)) {
    rendezvous_.OnProvide(moment, from, id, *provide);
  } else if (std::holds_alternative<Find>(message.body)) {
    rendezvous_.OnFind(moment, from, message);
  } else if (const auto* withdraw = std::get_if<Withdraw>(&message.body)) {
    rendezvous_.OnWithdraw(moment, from, *withdraw);
  } else if (const auto* ack = std::get_if<ProvideAck>(&message.body)) {
    if (!any_worker([&](Worker& w) { return w.OnProvideAck(moment, from, id, *ack); }) &&
        !any_gathering([&](Gathering& g) { return g.OnProvideAck(moment, from, id, *ack); })) {
      any_matcher([&](Matcher& m) { return m.OnProvideAck(moment, from, id, *ack); });
    }
  } else if (const auto* found = std::get_if<Found>(&message.body)) {
    if (!any_gathering([&](Gathering& g) { return g.OnFound(moment, from, id, *found); })) {
      any_matcher([&](Matcher& m) { return m.OnFound(moment, from, id, *found); });
    }
  } else if (const auto* push = std::get_if<Push>(&message.body)) {
    if (!any_gathering([&](Gathering& g) { return g.OnPush(moment, from, id, *push); })) {
      any_matcher([&](Matcher& m) { return m.OnPush(moment, from, id, *push); });
    }
  } else if (const auto* offer = std::get_if<Offer>(&message.body)) {
    OnOffer(moment, from, id, *offer);
  } else if (const auto* accept = std::get_if<Accept>(&message.body)) {
    const bool awaited = any_matcher([&](Matcher& m) { return m.OnAccept(moment, from, *accept); });
    if (!awaited) SendDone(moment, from, accept->task);
  } else if (const auto* decline = std::get_if<Decline>(&message.body)) {
    any_matcher([&](Matcher& m) { return m.OnDecline(moment, from, *decline); });
  } else if (const auto* done = std::get_if<Done>(&message.body)) {
    if (!any_worker([&](Worker& w) { return w.OnDone(moment, from, *done); })) {
      any_matcher([&](Matcher& m) { return m.OnDone(moment, from, *done); });
    }
  }
  Reap();
}

void Matchmaking::OnLookup(const Moment& moment, const Located& located) {
  for (const auto& worker : workers_) {
    if (worker->OnLookup(moment, located.token, located.nearest)) return;
  }
  for (const auto& gathering : gatherings_) {
    if (gathering->OnLookup(moment, located.token, located.nearest)) return;
  }
  for (const auto& matcher : matchers_) {
    if (!matcher->OnLookup(moment, located.token, located.nearest, located.requests)) continue;
    Reap();
    return;
  }
}

void Matchmaking::OnLinkDown(const Moment& moment, PeerId peer) {
  for (const auto& worker : workers_) worker->OnLinkDown(moment, peer);
  for (const auto& matcher : matchers_) matcher->OnLinkDown(moment, peer);
  for (const auto& gathering : gatherings_) gathering->OnLinkDown(moment, peer);
  Reap();
}

void Matchmaking::OnDeadline(const Moment& moment) {
  rendezvous_.OnDeadline(moment);
  for (const auto& worker : workers_) {
    if (worker->NextDeadline() <= moment.now) worker->OnDeadline(moment);
  }
  for (const auto& matcher : matchers_) {
    if (matcher->NextDeadline() <= moment.now) matcher->OnDeadline(moment);
  }
  for (const auto& gathering : gatherings_) {
    if (gathering->NextDeadline() <= moment.now) gathering->OnDeadline(moment);
  }
  Reap();
}

void Matchmaking::Reap() {
  std::erase_if(matchers_, [](const auto& m) { return m->over(); });
  std::erase_if(workers_, [](const auto& w) { return w->over(); });
  if (matchers_.empty()) std::vector<std::unique_ptr<Matcher>>().swap(matchers_);
  if (workers_.empty()) std::vector<std::unique_ptr<Worker>>().swap(workers_);
}

Time Matchmaking::NextDeadline() const {
  Time next = rendezvous_.NextDeadline();
  for (const auto& worker : workers_) next = std::min(next, worker->NextDeadline());
  for (const auto& matcher : matchers_) next = std::min(next, matcher->NextDeadline());
  for (const auto& gathering : gatherings_) next = std::min(next, gathering->NextDeadline());
  return next;
}

void Matchmaking::CollectPeers(PeerSet& peers) const {
  rendezvous_.CollectPeers(peers);
  for (const auto& worker : workers_) worker->CollectPeers(peers);
  for (const auto& matcher : matchers_) matcher->CollectPeers(peers);
  for (const auto& gathering : gatherings_) gathering->CollectPeers(peers);
}

template <typename State>
void Matchmaking::Tell(State& state) const {
  state.Module("rendezvous", rendezvous_);
  state.Hash(workers_.size());
  for (const auto& worker : workers_) state.Module("worker", *worker);
  state.Hash(matchers_.size());
  for (const auto& matcher : matchers_) state.Module("matcher", *matcher);
  if (!gatherings_.empty()) state.Hash(gatherings_.size());
  for (const auto& gathering : gatherings_) state.Module("gathering", *gathering);
}

void Matchmaking::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Matchmaking::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Matchmaking::HeapBytes() const {
  size_t bytes = rendezvous_.HeapBytes() + matchers_.capacity() * sizeof(void*) +
                 workers_.capacity() * sizeof(void*) + gatherings_.capacity() * sizeof(void*);
  for (const auto& worker : workers_) bytes += sizeof(Worker) + worker->HeapBytes();
  for (const auto& matcher : matchers_) bytes += sizeof(Matcher) + matcher->HeapBytes();
  for (const auto& gathering : gatherings_) bytes += sizeof(Gathering) + gathering->HeapBytes();
  return bytes;
}

}  // namespace core
