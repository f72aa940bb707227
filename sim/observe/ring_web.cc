#include "sim/observe/ring_web.h"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "sim/observe/checkers/checker.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr size_t kLeaves = size_t{1} << core::limits::kRingMax;
constexpr std::string_view kStatuses = "jamld";  // Joining, active, moving, leaving, down.
constexpr std::string_view kDigits = "0123456789abcdefg";
constexpr char kNobody = '.';
constexpr size_t kPlaceLetters = 3;

size_t StatusIndex(const RingNode& node) {
  return node.up ? static_cast<size_t>(node.place->status) - 1 : kStatuses.size() - 1;
}

std::string PlaceText(const RingNode& node) {
  return {kStatuses[StatusIndex(node)], kDigits[node.place->ring], kDigits[node.place->from]};
}

uint16_t LeafOf(const core::Key256& key) {
  return static_cast<uint16_t>(core::WordOf(key, 0) >> (64 - core::limits::kRingMax));
}

std::string LineOf(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

bool RingWeb::IsJudged(const core::Key256& key) const {
  return (core::WordOf(key, 3) & skipped_) == 0;
}

void RingWeb::Meet(const WorldView& world, core::PeerId peer) {
  const auto [member, fresh] = members_.Insert(peer);
  if (!fresh || shown_.size() == kShownMax) return;
  shown_.push_back(peer);
  ids_.push_back(world.context().directory->NodeIdOf(peer));
}

void RingWeb::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  Advance(world, fact.at);
  changed_ = true;
  if (const auto* pressure = std::get_if<core::StoragePressure>(&fact.what)) {
    members_.Insert(fact.peer).first->pressed = pressure->on;
    return;
  }
  if (std::holds_alternative<core::RingChanged>(fact.what)) Meet(world, fact.peer);
  if (const auto* held = std::get_if<core::BlockHeld>(&fact.what)) {
    members_.Insert(fact.peer).first->used = held->used;
    if (!IsJudged(held->key)) return;
  }
  view_.Follow(world, fact);
  if (view_.blocks() <= kJudgedMax) return;
  skipped_ = skipped_ * 2 + 1;
  view_.KeepBlocks([&](const core::Key256& key) { return IsJudged(key); });
  (void)reached_.EraseIf([&](const core::Key256& key, uint64_t) { return !IsJudged(key); });
}

void RingWeb::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  if (!view_.empty()) Advance(world, fact.at);
  changed_ = true;
  view_.Follow(world, fact);
  Member* member = members_.Find(fact.peer);
  if (member != nullptr && fact.kind == WorldFact::Kind::kStarted) member->pressed = false;
}

void RingWeb::OnCheckpoint(const WorldView& world) {
  if (!view_.empty()) Advance(world, world.Now());
}

void RingWeb::Advance(const WorldView& world, WorldTime now) {
  while ((static_cast<int64_t>(frames_.size()) + 1) * frame_length_.us <= now.us) {
    CloseFrame(world);
    if (frames_.size() < kFramesMax) continue;
    for (size_t i = 0; i < kFramesMax / 2; ++i) frames_[i] = std::move(frames_[2 * i + 1]);
    frames_.resize(kFramesMax / 2);
    frame_length_.us *= 2;
  }
}

void RingWeb::CloseFrame(const WorldView& world) {
  if (!changed_ && !frames_.empty()) {
    frames_.push_back(frames_.back());
    return;
  }
  changed_ = false;
  Frame& frame = frames_.emplace_back();
  CountNodes(world, frame);
  CountBlocks(world, frame);
}

void RingWeb::CountNodes(const WorldView& world, Frame& frame) const {
  std::vector<int32_t> changes(kLeaves + 1);  // Of the holders, from one leaf to the next.
  view_.ForEachNode([&](core::PeerId peer, const RingNode& node) {
    if (!node.place.has_value()) return;
    const size_t status = StatusIndex(node);
    ++frame.nodes[status];
    frame.capacity += node.capacity;
    if (const Member* member = members_.Find(peer)) {
      frame.used += member->used;
      frame.pressed += node.up && member->pressed ? 1 : 0;
    }
    const uint8_t ring = core::AnsweredRing(*node.place);
    if (!node.up || ring > core::limits::kRingMax) return;
    const core::KeyRange range = core::RangeOf(world.context().directory->NodeIdOf(peer), ring);
    ++changes[LeafOf(range.First())];
    --changes[size_t{LeafOf(range.Last())} + 1];
  });
  int64_t holders = 0;
  int64_t sum = 0;
  int64_t least = INT64_MAX;
  for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
    holders += changes[leaf];
    sum += holders;
    least = std::min(least, holders);
  }
  frame.overlap_milli = static_cast<uint64_t>(sum) * 1000 / kLeaves;
  frame.overlap_least = static_cast<uint32_t>(least);
  for (const core::PeerId peer : shown_) {
    const RingNode* node = view_.FindNode(peer);
    const bool lends = node != nullptr && node->place.has_value();
    frame.places += lends ? PlaceText(*node) : std::string(kPlaceLetters, kNobody);
  }
}

// Of the latest revision that anybody holds; of those that are up: nobody stopped after the end.
void RingWeb::CountBlocks(const WorldView& world, Frame& frame) {
  const auto floor = static_cast<uint32_t>(world.scenario().protocol.arachnode.floor);
  std::optional<uint32_t> least;
  view_.ForEachBlock([&](const core::Key256& key, const std::vector<RingHolding>& holdings) {
    uint64_t latest = 0;
    for (const RingHolding& each : holdings) latest = std::max(latest, each.revision);
    const uint32_t holders = view_.HoldersOf(world, key, latest, core::kNoPeer, WorldTime::Never());
    ++frame.judged;
    least = std::min(least.value_or(holders), holders);
    if (holders >= floor) {
      *reached_.Insert(key).first = latest;
      return;
    }
    const uint64_t* reached = reached_.Find(key);
    const bool fell = reached != nullptr && *reached >= latest;
    std::vector<uint16_t>& marks = fell ? frame.fell_at : frame.short_at;
    ++(fell ? frame.fell : frame.short_of);
    if (marks.size() < kMarksMax) marks.push_back(LeafOf(key));
  });
  frame.holders_least = least.value_or(0);
}

void RingWeb::OnEnd(const WorldView& world) {
  if (view_.empty()) return;
  Advance(world, world.Now());
  const bool is_covered = static_cast<int64_t>(frames_.size()) * frame_length_.us >= world.Now().us;
  if (frames_.empty() || !is_covered) CloseFrame(world);
}

std::string RingWeb::Text(const RunReport& report) const {
  std::string text = LineOf({{"format", "orbweaver rings"},
                             {"version", kVersion},
                             {"scenario_hash", core::ToHex(report.scenario.hash)},
                             {"seed", report.scenario.seed},
                             {"fingerprint", core::ToHex(report.result.fingerprint)},
                             {"nodes", members_.size()},
                             {"shown", shown_.size()},
                             {"floor", report.scenario.protocol.arachnode.floor},
                             {"judged_one_of", skipped_ + 1},
                             {"frame_us", frame_length_.us},
                             {"frames", frames_.size()}});
  for (size_t i = 0; i < shown_.size(); ++i) {
    text += LineOf({{"peer", shown_[i].value}, {"node_id", Hex(ids_[i])}});
  }
  for (size_t i = 0; i < frames_.size(); ++i) {
    const Frame& frame = frames_[i];
    const bool is_last = i + 1 == frames_.size();
    const int64_t end = static_cast<int64_t>(i + 1) * frame_length_.us;
    std::string places = frame.places;  // Those that came later are nowhere yet.
    places.resize(shown_.size() * kPlaceLetters, kNobody);
    text += LineOf({{"end_us", is_last ? report.result.ended.us : end},
                    {"places", places},
                    {"nodes", frame.nodes},
                    {"overlap_milli", frame.overlap_milli},
                    {"overlap_least", frame.overlap_least},
                    {"holders_least", frame.holders_least},
                    {"judged", frame.judged},
                    {"fell", frame.fell},
                    {"short", frame.short_of},
                    {"fell_at", frame.fell_at},
                    {"short_at", frame.short_at},
                    {"pressed", frame.pressed},
                    {"used", frame.used},
                    {"capacity", frame.capacity}});
  }
  return text;
}

}  // namespace sim
