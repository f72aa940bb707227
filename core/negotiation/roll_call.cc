#include "core/negotiation/roll_call.h"

#include <algorithm>
#include <utility>

namespace core {

void RollCall::Begin(const Moment& moment, std::vector<PeerId> whom, Duration wait) {
  id_ = moment.random.Next();
  missing_ = std::move(whom);
  pause_ = wait / 3;
  repeat_at_ = moment.now + pause_;
  until_ = moment.now + wait;
}

void RollCall::End() {
  missing_.clear();
  until_ = Time::Never();
}

bool RollCall::IsMissing(PeerId peer, uint64_t id) const {
  return open() && id == id_ && std::find(missing_.begin(), missing_.end(), peer) != missing_.end();
}

bool RollCall::OnAnswer(PeerId from, uint64_t id) {
  return open() && id == id_ && std::erase(missing_, from) != 0;
}

bool RollCall::TakeRepeat(Time now) {
  if (!open() || repeat_at_ > now || now >= until_) return false;
  repeat_at_ = now + pause_;
  return true;
}

template <typename State>
void RollCall::Tell(State& state) const {
  state.Add("id", id_);
  state.Add("missing", missing_);
  state.Hash(pause_);
  state.Add("repeats", repeat_at_);
  state.Add("until", until_);
}

void RollCall::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void RollCall::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
