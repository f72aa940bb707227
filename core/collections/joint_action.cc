#include "core/collections/joint_action.h"

#include <algorithm>

#include "core/base/check.h"

namespace core {
namespace {

std::vector<BlockId> OthersThan(const JointAction::Part& mine,
                                const std::vector<JointAction::Part>& parts) {
  std::vector<BlockId> others;
  for (const JointAction::Part& part : parts) {
    if (part.collection != mine.collection) others.push_back(part.collection->header());
  }
  std::sort(others.begin(), others.end());
  return others;
}

}  // namespace

StatusOr<JointAction> JointAction::Begin(const ActionId& id, std::vector<Part> parts) {
  for (const Part& part : parts) RETURN_IF_ERROR(part.collection->CheckAct(part.payload));
  for (Part& part : parts) {
    const Status taken = part.collection->Act(id, std::move(part.payload), OthersThan(part, parts));
    CHECK(taken.ok());
  }
  return JointAction(id, std::move(parts));
}

void JointAction::OnReport(const ActionReport& report) {
  if (report.end == ActionEnd::kCommitted) {
    ++committed_;
    return;
  }
  ++given_up_;
  why_ = report.end;
}

std::vector<ChangeSet> JointAction::Proceed(Time now, Random& random) {
  if (deciding_) return {};
  if (committed_ != 0) {
    LandElsewhere(now, random);
  } else if (given_up_ != 0) {
    Withdraw(now, random, why_);
  } else if (IsDamaged()) {
    GiveUpDamaged(now, random);
  } else {
    std::vector<ChangeSet> offers = Offers();
    deciding_ = !offers.empty();
    return offers;
  }
  return {};
}

bool JointAction::IsDamaged() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const Part& part) { return !part.collection->damage().ok(); });
}

// It is on its way there. A log that cannot be read will never show it.
void JointAction::LandElsewhere(Time now, Random& random) {
  for (const Part& part : parts_) {
    const CollectionMoment moment = {.now = now, .random = random, .wishes = *part.wishes};
    if (part.collection->damage().ok()) {
      part.collection->OnOfferEnd(moment, id_, TransactEnd::kInDoubt);
    } else {
      part.collection->Withdraw(moment, id_, ActionEnd::kDamaged);
    }
  }
}

// A try whose end is in doubt may stand in a log that can be read: who offers after everything has ended has not met it.
void JointAction::GiveUpDamaged(Time now, Random& random) {
  const bool doubted = settled_at_ != Time{};
  const bool all_look = std::all_of(parts_.begin(), parts_.end(), [&](const Part& part) {
    return !part.collection->damage().ok() || part.collection->OfferOf(id_) != nullptr;
  });
  if (!doubted || (looked_ && all_look)) return Withdraw(now, random, ActionEnd::kDamaged);
  if (!all_look) return;
  looked_ = settled_at_ <= now;
  for (const Part& part : parts_) {
    part.collection->OnOfferEnd({.now = now, .random = random, .wishes = *part.wishes}, id_,
                                TransactEnd::kInDoubt);
  }
}

void JointAction::Withdraw(Time now, Random& random, ActionEnd why) {
  for (const Part& part : parts_) {
    part.collection->Withdraw({.now = now, .random = random, .wishes = *part.wishes}, id_, why);
  }
}

std::vector<ChangeSet> JointAction::Offers() const {
  std::vector<ChangeSet> offers;
  for (const Part& part : parts_) {
    const ChangeSet* offer = part.collection->OfferOf(id_);
    if (offer == nullptr) return {};
    offers.push_back(*offer);
  }
  return offers;
}

void JointAction::OnTransactEnd(Time now, Random& random, TransactEnd end) {
  if (!std::exchange(deciding_, false)) return;
  if (end == TransactEnd::kInDoubt) {
    settled_at_ = now + parts_[0].collection->limits().settle_time;
    looked_ = false;
  }
  for (const Part& part : parts_) {
    part.collection->OnOfferEnd({.now = now, .random = random, .wishes = *part.wishes}, id_, end);
  }
}

template <typename State>
void JointAction::Tell(State& state) const {
  state.Add("id", id_.bytes);
  state.Add("deciding", deciding_);
  state.Add("committed", committed_);
  state.Add("given up", given_up_);
  state.Add("settled at", settled_at_);
  state.Add("looked", looked_);
}

void JointAction::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void JointAction::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

ChangeSet Together(std::span<const ChangeSet> parts) {
  CHECK(!parts.empty());
  ChangeSet all;
  all.tail = parts[0].tail;
  for (const ChangeSet& part : parts) {
    all.tail = std::min(all.tail, part.tail);
    all.writes.insert(all.writes.end(), part.writes.begin(), part.writes.end());
  }
  // The block that decides comes first.
  const auto decides = [&](const BlockWrite& write) { return write.block == all.tail; };
  const auto primary = std::find_if(all.writes.begin(), all.writes.end(), decides);
  std::rotate(all.writes.begin(), primary, primary + 1);
  return all;
}

}  // namespace core
