#include "sim/observe/peer_census.h"

#include <algorithm>
#include <bit>

#include <nlohmann/json.hpp>

#include "core/transactions/cluster.h"
#include "sim/observe/checkers/checker.h"
#include "sim/observe/greatest.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

std::string LineOf(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<uint32_t> NumbersOf(const std::vector<core::PeerId>& peers) {
  std::vector<uint32_t> numbers;
  numbers.reserve(peers.size());
  for (const core::PeerId peer : peers) numbers.push_back(peer.value);
  return numbers;
}

}  // namespace

void PeerCensus::Begin(const WorldView& world) {
  if (peers_ > 0) return;
  peers_ = world.PeerCount();
  shown_ = std::min(peers_, kShownMax);
  work_.resize(peers_);
  states_.resize(shown_, State::kDown);
  frame_work_.resize(shown_);
  starts_.resize(shown_);
}

core::PeerId PeerCensus::PeerAt(size_t shown) const {
  return {static_cast<uint32_t>(uint64_t{shown} * peers_ / shown_)};
}

size_t PeerCensus::ShownIndex(core::PeerId peer) const {
  if (peer.value >= peers_) return kShownMax;
  const size_t index = (uint64_t{peer.value} * shown_ + peers_ - 1) / peers_;
  return index < shown_ && PeerAt(index) == peer ? index : kShownMax;
}

// A letter: '.' down, '=' paused, else '0' to '9': up, and how much it worked, in powers of two.
void PeerCensus::CloseFrame() {
  std::string frame(shown_, '.');
  for (size_t i = 0; i < shown_; ++i) {
    frame[i] = static_cast<char>(states_[i]);
    const auto level = std::min(9, static_cast<int>(std::bit_width(frame_work_[i])));
    if (states_[i] == State::kUp) frame[i] = static_cast<char>(frame[i] + level);
    frame_work_[i] = 0;
  }
  frames_.push_back(std::move(frame));
}

void PeerCensus::Advance(WorldTime now) {
  while ((static_cast<int64_t>(frames_.size()) + 1) * frame_length_.us <= now.us) {
    CloseFrame();
    if (frames_.size() < kFramesMax) continue;
    for (size_t i = 0; i < kFramesMax / 2; ++i) {
      std::string& both = frames_[2 * i + 1];
      for (size_t peer = 0; peer < shown_; ++peer) {
        if (both[peer] >= '0') both[peer] = std::max(both[peer], frames_[2 * i][peer]);
      }
      frames_[i] = std::move(both);
    }
    frames_.resize(kFramesMax / 2);
    frame_length_.us *= 2;
  }
}

void PeerCensus::Work(core::PeerId peer) {
  if (peer.value >= peers_) return;
  ++work_[peer.value];
  const size_t index = ShownIndex(peer);
  if (index < shown_) ++frame_work_[index];
}

void PeerCensus::Finished(std::string_view what, const Fact& fact, core::Duration took) {
  const auto is_slower = [](const Operation& a, const Operation& b) { return b.took < a.took; };
  KeepGreatest(slow_, kSlowMax, {what, fact.peer, fact.at, took}, is_slower);
}

void PeerCensus::Meet(std::string_view kind, const core::Key256& name, core::PeerId peer) {
  auto place = std::find_if(places_.begin(), places_.end(), [&](const Place& other) {
    return other.name == name && other.kind == kind;
  });
  if (place == places_.end()) {
    const auto of_kind = std::count_if(places_.begin(), places_.end(),
                                       [&](const Place& other) { return other.kind == kind; });
    if (static_cast<size_t>(of_kind) == kPlacesMax) return;
    place = places_.insert(places_.end(), {kind, name, name, {}});
  }
  auto& members = place->members;
  if (std::find(members.begin(), members.end(), peer) != members.end()) return;
  if (members.size() == kMembersMax) {
    place->more = true;
  } else {
    members.push_back(peer);
  }
}

void PeerCensus::OnFact(const WorldView& world, const Fact& fact) {
  Begin(world);
  Advance(fact.at);
  if (const auto* lookup = std::get_if<core::LookupDone>(&fact.what)) {
    Finished("lookup", fact, lookup->took);
  } else if (const auto* match = std::get_if<core::MatchFinished>(&fact.what)) {
    Finished("match", fact, match->took);
  } else if (const auto* call = std::get_if<core::CallFinished>(&fact.what)) {
    Finished(core::IsWrite(call->call) ? "write" : "read", fact, call->took);
  } else if (const auto* matched = std::get_if<core::Matched>(&fact.what)) {
    Meet("topic", matched->topic, fact.peer);
    Meet("topic", matched->topic, matched->partner);
  } else {
    Work(fact.peer);
    if (const auto* held = std::get_if<core::Held>(&fact.what)) Meet("key", held->key, fact.peer);
    if (const auto* applied = std::get_if<core::RevisionApplied>(&fact.what))
      Meet("block", applied->block, fact.peer);
  }
}

void PeerCensus::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  Begin(world);
  Advance(fact.at);
  const size_t index = fact.peer == core::kNoPeer ? kShownMax : ShownIndex(fact.peer);
  if (index >= shown_) return;
  if (fact.kind == WorldFact::Kind::kStarted) {
    states_[index] = State::kUp;
    ++starts_[index];
  }
  if (fact.kind == WorldFact::Kind::kResumed) states_[index] = State::kUp;
  if (fact.kind == WorldFact::Kind::kPaused) states_[index] = State::kPaused;
  if (fact.kind == WorldFact::Kind::kStopped) states_[index] = State::kDown;
}

void PeerCensus::OnCheckpoint(const WorldView& world) {
  Begin(world);
  Advance(world.Now());
}

std::vector<core::PeerId> PeerCensus::Busiest() const {
  std::vector<core::PeerId> peers;
  for (uint32_t peer = 0; peer < peers_; ++peer) {
    if (work_[peer] > 0) peers.push_back({peer});
  }
  const auto count = static_cast<std::ptrdiff_t>(std::min(kBusyMax, peers.size()));
  std::partial_sort(peers.begin(), peers.begin() + count, peers.end(),
                    [&](core::PeerId a, core::PeerId b) {
                      if (work_[a.value] != work_[b.value]) return work_[a.value] > work_[b.value];
                      return a < b;
                    });
  peers.resize(static_cast<size_t>(count));
  return peers;
}

void PeerCensus::Stand(const WorldView& world, core::PeerId peer) {
  if (peer.value >= peers_) return;
  standings_.push_back({peer, world.context().directory->NodeIdOf(peer), world.IsHonest(peer),
                        world.IsClient(peer)});
}

void PeerCensus::OnEnd(const WorldView& world) {
  Begin(world);
  Advance(world.Now());
  if (frames_.empty() || static_cast<int64_t>(frames_.size()) * frame_length_.us < world.Now().us)
    CloseFrame();
  std::vector<core::PeerId> wanted = Busiest();
  for (size_t i = 0; i < shown_; ++i) wanted.push_back(PeerAt(i));
  for (const Operation& operation : slow_) wanted.push_back(operation.peer);
  for (Place& place : places_) {
    if (place.kind == "block")
      place.position = core::ClusterKey(*world.context().suite, place.name);
    wanted.insert(wanted.end(), place.members.begin(), place.members.end());
  }
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (const core::PeerId peer : wanted) Stand(world, peer);
}

std::string PeerCensus::Text(const RunReport& report) const {
  std::string text = LineOf({{"format", "orbweaver peers"},
                             {"version", kVersion},
                             {"scenario_hash", core::ToHex(report.scenario.hash)},
                             {"seed", report.scenario.seed},
                             {"fingerprint", core::ToHex(report.result.fingerprint)},
                             {"peers", peers_},
                             {"shown", shown_},
                             {"frame_us", frame_length_.us},
                             {"frames", frames_.size()}});
  for (const Standing& standing : standings_) {
    const size_t index = ShownIndex(standing.peer);
    text += LineOf({{"peer", standing.peer.value},
                    {"node_id", Hex(standing.id)},
                    {"honest", standing.honest},
                    {"client", standing.client},
                    {"work", work_[standing.peer.value]},
                    {"starts", index < shown_ ? Json(starts_[index]) : Json()},
                    {"column", index < shown_ ? Json(index) : Json()}});
  }
  for (const Operation& operation : slow_) {
    text += LineOf({{"slow", operation.what},
                    {"peer", operation.peer.value},
                    {"ended_us", operation.at.us},
                    {"took_us", operation.took.us}});
  }
  for (const Place& place : places_) {
    text += LineOf({{"place", place.kind},
                    {"name", Hex(place.name)},
                    {"position", Hex(place.position)},
                    {"members", NumbersOf(place.members)},
                    {"more", place.more}});
  }
  // Nothing happens behind the last frame: a world that is quiet goes to its end in one step.
  for (size_t i = 0; i < frames_.size(); ++i) {
    const bool is_last = i + 1 == frames_.size();
    const int64_t end = static_cast<int64_t>(i + 1) * frame_length_.us;
    text += LineOf({{"end_us", is_last ? report.result.ended.us : end}, {"states", frames_[i]}});
  }
  return text;
}

}  // namespace sim
