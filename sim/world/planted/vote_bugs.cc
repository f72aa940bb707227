#include "sim/world/planted/vote_bugs.h"

#include <algorithm>
#include <variant>

#include "sim/world/planted/bodies.h"

namespace sim {
namespace {

core::VoteCommand* VoteOf(core::Input& input) {
  auto* command = std::get_if<core::Command>(&input);
  return command == nullptr ? nullptr : std::get_if<core::VoteCommand>(command);
}

template <typename Observed>
const Observed* FirstIn(core::Effects& effects) {
  for (const core::Observation& what : effects.observations()) {
    if (const auto* observed = std::get_if<Observed>(&what)) return observed;
  }
  return nullptr;
}

}  // namespace

bool LostBallot::Before(core::Time, core::Input& input) {
  votes_ = votes_ || VoteOf(input) != nullptr;
  return !votes_ || !std::holds_alternative<core::Wake>(input);
}

bool BadTidings::Before(core::Time, core::Input& input) {
  if (const auto* form = BodyOf<core::BlockForm>(input)) epoch_ = form->epoch;
  const auto* whole = BodyOf<core::BlockSigned>(input);
  if (whole == nullptr) return true;
  auto& arrival = std::get<core::Arrival>(input);
  heard_ = *arrival.message;
  heard_.body = core::PoolInform{.event = core::PoolEvent::kDissolved,
                                 .pool = whole->pool,
                                 .epoch = epoch_ + 1,
                                 .size = 0,
                                 .lists = {},
                                 .former = {},
                                 .peer = arrival.from,
                                 .silent = {}};
  arrival.message = &heard_;
  return true;
}

bool TornLists::Before(core::Time, core::Input& input) {
  const auto* form = BodyOf<core::BlockForm>(input);
  if (form == nullptr) return true;
  auto& arrival = std::get<core::Arrival>(input);
  heard_ = *arrival.message;
  auto& votes = std::get<core::BlockForm>(heard_.body).votes;
  const auto other = std::find_if(votes.begin(), votes.end(), [this](const core::VoteRecord& vote) {
    return vote.nonce != nonce_;
  });
  if (other != votes.end()) other->nonce.FlipBit(core::Key256::kBits - 1);
  arrival.message = &heard_;
  return true;
}

void TornLists::After(core::Time, const core::Input&, core::Effects& effects) {
  if (const auto* started = FirstIn<core::AttemptStarted>(effects)) nonce_ = started->nonce;
}

bool AbortingThird::Before(core::Time, core::Input& input) {
  return opened_ == 0 || opened_ > kAborts || BodyOf<core::PoolAck>(input) == nullptr;
}

void AbortingThird::After(core::Time, const core::Input&, core::Effects& effects) {
  if (FirstIn<core::SeedOpened>(effects) != nullptr) ++opened_;
}

bool FalseAck::Before(core::Time, core::Input& input) {
  const auto* inform = BodyOf<core::PoolInform>(input);
  acknowledges_ = acts_ && inform != nullptr && inform->event == core::PoolEvent::kMerged;
  if (!acknowledges_) return true;
  const auto& arrival = std::get<core::Arrival>(input);
  to_ = arrival.from;
  id_ = arrival.message->id;
  ack_ = {.pool = inform->pool, .epoch = inform->epoch};
  input = core::Wake{};
  return true;
}

void FalseAck::After(core::Time now, const core::Input&, core::Effects& effects) {
  if (!acknowledges_) return;
  core::Message& message = effects.Send(to_);
  message.id = id_;
  message.sent_ms = now.us / 1000;
  message.body = ack_;
}

bool DeafToEnds::Before(core::Time now, core::Input& input) {
  constexpr core::Duration kAgain = core::Seconds(5);
  if (again_ <= now && std::holds_alternative<core::Wake>(input)) {
    again_ = now + kAgain;
    input = core::Arrival{.from = from_, .message = &heard_};
    return true;
  }
  const auto* inform = BodyOf<core::PoolInform>(input);
  if (inform == nullptr) return true;
  auto& arrival = std::get<core::Arrival>(input);
  if (inform->event != core::PoolEvent::kDissolved) {
    heard_ = *arrival.message;
    from_ = arrival.from;
    return true;
  }
  if (arrival.from != from_) return true;
  again_ = now + kAgain;
  arrival.message = &heard_;
  return true;
}

bool TwinVoter::Before(core::Time, core::Input& input) {
  core::VoteCommand* vote = VoteOf(input);
  if (vote == nullptr) return true;
  vote->entropy = {};
  vote->entropy.bytes[0] = static_cast<uint8_t>(twins_);
  vote->entropy.bytes[1] = static_cast<uint8_t>(twins_ >> 8);
  return true;
}

bool LateVoter::Before(core::Time, core::Input& input) {
  constexpr core::Duration kLate = core::Minutes(4);
  if (core::VoteCommand* vote = VoteOf(input)) vote->terms.closes_ms += kLate.us / 1000;
  return true;
}

}  // namespace sim
