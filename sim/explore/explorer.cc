#include "sim/explore/explorer.h"

#include <limits>
#include <utility>

#include "sim/observe/checkers/registry.h"
#include "sim/observe/expectations.h"
#include "sim/observe/watch.h"

namespace sim {
namespace {

uint64_t Sum(uint64_t a, uint64_t b) {
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  return a > kMost - b ? kMost : a + b;
}

}  // namespace

Explorer::Explorer(const Scenario& scenario, const Bounds& bounds,
                   const std::atomic<bool>* stop_flag)
    : scenario_(scenario), bounds_(bounds), stop_flag_(stop_flag), identities_(scenario) {}

Exploration Explorer::Run() {
  for (const CheckInfo& info : CheckTable()) result_.checks.push_back({info, 0, 0, std::nullopt});
  Restore();
  Enter({});
  while (!places_.empty() && !result_.failed) {
    if ((stop_flag_ != nullptr && *stop_flag_) || result_.worlds > bounds_.worlds) break;
    if (places_.back().tried < places_.back().todo.size()) {
      Try();
    } else {
      GoBack();
    }
  }
  result_.whole = places_.empty();
  while (!places_.empty()) GoBack();
  return std::move(result_);
}

// The world that was just reached: known, an end, or one more place to try moves at.
void Explorer::Enter(const Spent& spent) {
  Place place;
  place.name = NameOf(spent);
  place.spent = spent;
  const auto known = counted_.find(place.name);
  if (known != counted_.end()) {
    place.schedules = known->second;
    return places_.push_back(std::move(place));
  }
  ++result_.worlds;
  const bool deep = path_.size() >= bounds_.depth;
  const std::vector<Move> moves = deep ? std::vector<Move>{} : world_->Moves();
  if (!moves.empty()) place.usual = moves.front();
  for (const Move& move : moves) {
    if (IsWithin(After(place, move))) place.todo.push_back(move);
  }
  if (place.todo.empty()) {
    place.schedules = 1;
    ++(deep ? result_.cut : result_.ends);
    Judge();
  }
  places_.push_back(std::move(place));
}

// Moves()'s first is what a network without any trouble would do next.
Explorer::Spent Explorer::After(const Place& place, const Move& move) const {
  Spent spent = place.spent;
  if (move.at != place.usual.at || move.message != place.usual.message) ++spent.deviations;
  if (move.kind == Move::Kind::kCrash) ++spent.crashes;
  if (move.kind == Move::Kind::kPassTime) ++spent.timeouts;
  return spent;
}

bool Explorer::IsWithin(const Spent& spent) const {
  return spent.deviations <= bounds_.deviations && spent.crashes <= bounds_.crashes &&
         spent.timeouts <= bounds_.timeouts;
}

void Explorer::Try() {
  if (world_ == nullptr) Restore();
  Place& place = places_.back();
  const Move move = place.todo[place.tried++];
  path_.push_back(move);
  ++result_.moves;
  const uint32_t points = world_->Make(move);
  for (uint32_t point = 0; point < points && move.kind == Move::Kind::kDeliver; ++point) {
    const Move crash{Move::Kind::kCrash, move.at, move.message, point};
    if (IsWithin(After(place, crash))) place.todo.push_back(crash);
  }
  Enter(After(place, move));
}

void Explorer::GoBack() {
  const Place done = std::move(places_.back());
  places_.pop_back();
  world_.reset();
  if (done.tried == done.todo.size()) counted_[done.name] = done.schedules;
  if (places_.empty()) {
    result_.schedules = done.schedules;
    return;
  }
  path_.pop_back();
  places_.back().schedules = Sum(places_.back().schedules, done.schedules);
}

void Explorer::Restore() {
  world_ = std::make_unique<SmallWorld>(scenario_, identities_, nullptr);
  for (const Move& move : path_) (void)world_->Make(move);
}

core::Fingerprint Explorer::NameOf(const Spent& spent) const {
  const core::Fingerprint state = world_->State();
  core::Hasher hasher;
  hasher.Add(state.high);
  hasher.Add(state.low);
  hasher.Add(path_.size());
  hasher.Add(spent.deviations);
  hasher.Add(spent.crashes);
  hasher.Add(spent.timeouts);
  return hasher.Result();
}

// The same moves once more, with everybody watching, and then the rest of the run.
void Explorer::Judge() {
  Watch watch;
  SmallWorld world(scenario_, identities_, &watch.observers());
  for (const Move& move : path_) (void)world.Make(move);
  world.RunOn();
  for (size_t i = 0; i < result_.checks.size(); ++i) {
    const Checker& checker = *watch.checkers()[i];
    Ruling& found = result_.checks[i];
    found.premises += checker.premises();
    if (checker.violations() == 0) continue;
    ++found.violated;
    if (!found.first.has_value()) found.first = checker.first();
    if (!Fails(checker) || result_.failed) continue;
    result_.failed = true;
    result_.failing = path_;
  }
}

bool Explorer::Fails(const Checker& checker) const {
  return checker.info().check_class == CheckClass::kSafety ||
         IsExpected(scenario_, checker.info().id);
}

}  // namespace sim
