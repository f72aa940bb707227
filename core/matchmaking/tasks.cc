#include "core/matchmaking/tasks.h"

#include <algorithm>

#include "core/port/observation.h"

namespace core {
namespace {

// Tasks remembered beyond the budget.
constexpr size_t kRememberedMax = 256;

}  // namespace

std::optional<DeclineReason> Tasks::Accept(const Moment& moment, PeerId matcher, const Offer& offer,
                                           bool& repeated) {
  const MatchmakingConfig& config = moment.config();
  if (const Task* known = table_.Find(offer.task); known != nullptr) {
    repeated = known->active && known->matcher == matcher;
    if (repeated) return std::nullopt;
    return DeclineReason::kGone;
  }
  const int64_t tolerance_ms = config.clock_tolerance.us / 1000;
  const int64_t now_ms = moment.now_ms();
  // No sum with the offer's time: it may be anything. An offer that would have to be remembered for
  // longer than any honest one is as good as a wrong one.
  const int64_t longest_ms = config.offer_expiry.us / 1000 + tolerance_ms;
  if (offer.expires_ms < now_ms - tolerance_ms) return DeclineReason::kGone;
  if (offer.expires_ms > now_ms + longest_ms) return DeclineReason::kFilter;
  if (active_ >= budget_ || table_.size() >= kRememberedMax + budget_) return DeclineReason::kBusy;
  Task& task = *table_.Insert(offer.task).first;
  task.matcher = matcher;
  task.ends = moment.now + config.task_duration;
  task.forget_at =
      std::max(moment.now, Time{offer.expires_ms * 1000}) + config.clock_tolerance + Seconds(1);
  ++active_;
  next_ = std::min(next_, task.ends);
  moment.effects.Observe(TaskAccepted{
      .task = offer.task, .matcher = matcher, .budget_left = left(), .budget = budget_});
  return std::nullopt;
}

bool Tasks::Finish(const Moment& moment, PeerId matcher, const TaskId& id) {
  Task* task = table_.Find(id);
  if (task == nullptr || !task->active || task->matcher != matcher) return false;
  task->active = false;
  --active_;
  moment.effects.Observe(TaskFinished{.task = id});
  FindNextDeadline();
  return true;
}

void Tasks::OnDeadline(const Moment& moment) {
  if (next_ > moment.now) return;
  table_.ForEach([&](const TaskId& id, Task& task) {
    if (!task.active || task.ends > moment.now) return;
    task.active = false;
    --active_;
    moment.effects.Observe(TaskFinished{.task = id});
  });
  table_.EraseIf([&](const TaskId&, const Task& task) {
    return !task.active && task.forget_at <= moment.now;
  });
  FindNextDeadline();
}

void Tasks::FindNextDeadline() {
  next_ = Time::Never();
  table_.ForEach([&](const TaskId&, const Task& task) {
    next_ = std::min(next_, task.active ? task.ends : task.forget_at);
  });
}

void Tasks::CollectPeers(PeerSet& peers) const {
  table_.ForEach([&](const TaskId&, const Task& task) { peers.Add(task.matcher); });
}

template <typename State>
void Tasks::Tell(State& state) const {
  state.Show("budget", budget_);
  state.Add("active", active_);
  table_.ForEach([&](const TaskId& id, const Task& task) {
    state.Part("task", [&] {
      state.Add("id", id.bytes);
      state.Show("matcher", task.matcher);
      state.Add("active", task.active);
      state.Add("ends", task.ends);
      state.Add("forgotten", task.forget_at);
    });
  });
}

void Tasks::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Tasks::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
