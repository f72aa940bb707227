#include "sim/observe/checkers/meeting_checker.h"

#include <algorithm>

#include "sim/observe/allowances.h"

namespace sim {
namespace {

template <typename Entry>
Entry* FindPeer(std::vector<Entry>& entries, core::PeerId peer) {
  const auto at = std::find_if(entries.begin(), entries.end(),
                               [&](const Entry& entry) { return entry.peer == peer; });
  return at == entries.end() ? nullptr : &*at;
}

template <typename Entry>
void ErasePeer(std::vector<Entry>& entries, core::PeerId peer) {
  std::erase_if(entries, [&](const Entry& entry) { return entry.peer == peer; });
}

bool Empty(const core::Filter& filter) {
  return filter.must.empty() && filter.must_not.empty() && filter.min_budget <= 1;
}

}  // namespace

MeetingChecker::MeetingChecker()
    : Checker({.id = "MM-2",
               .title = "a seeker at c = 0 did not see a peer that is there",
               .family = "matchmaking",
               .check_class = CheckClass::kLiveness,
               .scope = CheckScope::kEveryEvent,
               .cost = CheckCost::kModerate,
               .statement = "live, connected seekers and participants of one topic that are both "
                            "at c = 0 meet within one query interval and one round trip"}) {}

void MeetingChecker::OnFact(const WorldView& world, const Fact& fact) {
  Settle(world, fact.at);
  if (const auto* held = std::get_if<core::Held>(&fact.what)) {
    OnHeld(world, fact, *held);
  } else if (const auto* match = std::get_if<core::MatchStarted>(&fact.what)) {
    OnMatchStarted(world, fact, *match);
  } else if (const auto* seen = std::get_if<core::Seen>(&fact.what)) {
    Topic* topic = topics_.Find(seen->topic);
    Seeker* seeker = topic == nullptr ? nullptr : FindPeer(topic->seekers, fact.peer);
    if (seeker == nullptr) return;
    if (std::find(seeker->seen.begin(), seeker->seen.end(), seen->record->peer) ==
        seeker->seen.end()) {
      seeker->seen.push_back(seen->record->peer);
    }
  } else if (const auto* step = std::get_if<core::Respecified>(&fact.what)) {
    Topic* topic = topics_.Find(step->topic);
    if (topic == nullptr || step->to == 0) return;
    if (Seeker* seeker = FindPeer(topic->seekers, fact.peer)) seeker->at_root = false;
    ErasePeer(topic->targets, fact.peer);
  } else if (const auto* finished = std::get_if<core::MatchFinished>(&fact.what)) {
    Topic* topic = topics_.Find(finished->topic);
    if (topic == nullptr) return;
    ErasePeer(topic->seekers, fact.peer);
    ErasePeer(topic->targets, fact.peer);
  } else if (const auto* refused = std::get_if<core::Refused>(&fact.what)) {
    *refused_.Insert(refused->from).first = fact.at;
  } else if (const auto* accepted = std::get_if<core::TaskAccepted>(&fact.what)) {
    if (accepted->budget_left == 0) full_.Insert(fact.peer);
  } else if (std::holds_alternative<core::TaskFinished>(fact.what)) {
    full_.Erase(fact.peer);
  }
}

void MeetingChecker::OnMatchStarted(const WorldView& world, const Fact& fact,
                                    const core::MatchStarted& match) {
  if (!Demanded(world, fact.at) || !world.IsHonest(fact.peer)) return;
  Topic& topic = *topics_.Insert(match.topic).first;
  ErasePeer(topic.seekers, fact.peer);
  if (topic.seekers.size() >= kMeetingSeekersMax) return;
  Seeker seeker;
  seeker.peer = fact.peer;
  seeker.seek = match.seek;
  seeker.want = match.want;
  seeker.filtered = filtered_.Find(fact.peer) != nullptr;
  seeker.begun = fact.at;
  topic.seekers.push_back(std::move(seeker));
}

void MeetingChecker::OnHeld(const WorldView& world, const Fact& fact, const core::Held& held) {
  if (held.specificity != 0 || !world.IsHonest(fact.peer) || !world.IsHonest(held.owner)) return;
  const core::MatchmakingConfig& config = world.context().config->matchmaking;
  Topic& topic = *topics_.Insert(held.topic).first;
  if (Seeker* seeker = FindPeer(topic.seekers, held.owner);
      seeker != nullptr && !seeker->at_root && held.role == core::Role::kMatcher) {
    seeker->at_root = true;
    seeker->root_since = fact.at;
    for (const Target& target : topic.targets) Owe(world, held.topic, *seeker, target, fact.at);
  }
  std::erase_if(topic.targets, [&](const Target& target) { return target.until < fact.at; });
  Target* target = FindPeer(topic.targets, held.owner);
  if (target == nullptr) {
    // A reply cannot carry everybody of a larger crowd.
    if (topic.targets.size() >= kMeetingTargetsMax || held.count >= config.high_water) return;
    topic.targets.emplace_back();
    target = &topic.targets.back();
    target->peer = held.owner;
    target->role = held.role;
  }
  const bool worker = held.role == core::Role::kWorker;
  target->until = fact.at + (worker ? config.worker_ttl : config.matcher_ttl);
  if (std::find(target->holders.begin(), target->holders.end(), fact.peer) !=
      target->holders.end()) {
    return;
  }
  if (target->holders.size() >= static_cast<size_t>(config.holders)) return;
  target->holders.push_back(fact.peer);
  if (target->present ||
      target->holders.size() < static_cast<size_t>(std::min(config.holders, 2))) {
    return;
  }
  target->present = true;
  target->since = fact.at;
  for (const Seeker& seeker : topic.seekers) Owe(world, held.topic, seeker, *target, fact.at);
}

void MeetingChecker::Owe(const WorldView& world, const core::Key256& topic, const Seeker& seeker,
                         const Target& target, WorldTime now) {
  if (!seeker.at_root || !target.present || seeker.filtered) return;
  if (seeker.seek != target.role || seeker.peer == target.peer) return;
  const core::Config& config = *world.context().config;
  const core::PeerId holder = target.holders.front();
  const core::Duration interval = config.matchmaking.push ? config.matchmaking.safety_poll
                                                          : config.matchmaking.requery_interval;
  const WorldTime due = now + interval + world.RoundTrip(seeker.peer, holder) +
                        config.routing.response_timeout + kMeetingProcessing;
  due_[{due.us, made_++}] =
      Obligation{topic, seeker.peer, target.peer, holder, seeker.begun, target.since, now};
}

void MeetingChecker::Settle(const WorldView& world, WorldTime now) {
  while (!due_.empty() && due_.begin()->first.first < now.us) {
    const auto first = due_.begin();
    Judge(world, first->second, WorldTime{first->first.first});
    due_.erase(first);
  }
}

bool MeetingChecker::Connected(const WorldView& world, const Obligation& o) const {
  return world.IsUp(o.seeker) && world.IsUp(o.target) && world.IsUp(o.holder) &&
         world.CanReach(o.seeker, o.target) && world.CanReach(o.target, o.seeker) &&
         world.CanReach(o.seeker, o.holder) && world.CanReach(o.holder, o.seeker);
}

void MeetingChecker::Judge(const WorldView& world, const Obligation& o, WorldTime due) {
  Topic* topic = topics_.Find(o.topic);
  if (topic == nullptr) return;
  const Seeker* seeker = FindPeer(topic->seekers, o.seeker);
  if (seeker == nullptr || seeker->begun != o.begun || !seeker->at_root) return;
  if (std::find(seeker->seen.begin(), seeker->seen.end(), o.target) != seeker->seen.end()) {
    Premise();
    return;
  }
  const Target* target = FindPeer(topic->targets, o.target);
  if (target == nullptr || target->since != o.present_since || target->until < due) return;
  if (seeker->seen.size() >= seeker->want || full_.Find(o.target) != nullptr) return;
  if (const WorldTime* refused = refused_.Find(o.seeker);
      refused != nullptr && *refused >= o.from) {
    return;
  }
  if (!Connected(world, o)) return;
  Premise();
  Violate([&] {
    return Violation{due, o.seeker, "topic " + Short(o.topic),
                     "peer " + std::to_string(o.target.value) + " seen within " +
                         InSeconds(due - o.from) + " of t=" + InSeconds({o.from.us}),
                     "not seen; held by peer " + std::to_string(o.holder.value) + " and others"};
  });
}

void MeetingChecker::Forget(core::PeerId peer) {
  topics_.ForEach([&](const core::Key256&, Topic& topic) {
    ErasePeer(topic.seekers, peer);
    ErasePeer(topic.targets, peer);
    // A record died with its holder.
    std::erase_if(topic.targets, [&](const Target& target) {
      return std::find(target.holders.begin(), target.holders.end(), peer) != target.holders.end();
    });
  });
}

void MeetingChecker::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  Settle(world, fact.at);
  const bool stopped = fact.kind == WorldFact::Kind::kStopped;
  if (stopped || fact.kind == WorldFact::Kind::kPaused) Forget(fact.peer);
  // A paused worker keeps its tasks.
  if (stopped) full_.Erase(fact.peer);
  if (fact.kind != WorldFact::Kind::kCommanded) return;
  const core::Command& command = world.scenario().workload[fact.detail].command;
  if (const auto* match = std::get_if<core::MatchCommand>(&command)) {
    filtered_.Erase(fact.peer);
    if (!Empty(match->filter)) filtered_.Insert(fact.peer);
  } else if (std::holds_alternative<core::LeaveCommand>(command)) {
    Forget(fact.peer);
    full_.Erase(fact.peer);
  }
}

void MeetingChecker::OnCheckpoint(const WorldView& world) {
  Settle(world, world.Now());
}

void MeetingChecker::OnEnd(const WorldView& world) {
  Settle(world, world.Now());
}

}  // namespace sim
