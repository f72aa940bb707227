#include "sim/world/adversaries/flooder.h"

#include <algorithm>
#include <variant>

namespace sim {

void Flooder::Meet(core::PeerId peer) {
  if (peer == self_ || std::find(contacts_.begin(), contacts_.end(), peer) != contacts_.end()) {
    return;
  }
  if (contacts_.size() < kContactsMax) {
    contacts_.push_back(peer);
    return;
  }
  contacts_[next_contact_] = peer;
  next_contact_ = (next_contact_ + 1) % kContactsMax;
}

void Flooder::Learn(const core::Message& message) {
  if (const auto* const find = std::get_if<core::Find>(&message.body)) key_ = find->key;
  if (const auto* const provide = std::get_if<core::Provide>(&message.body)) {
    key_ = provide->key;
    if (provide->record.peer == self_) record_ = provide->record;
  }
}

bool Flooder::Before(core::Time, core::Input& input) {
  if (const auto* const arrival = std::get_if<core::Arrival>(&input)) {
    Meet(arrival->from);
    Learn(*arrival->message);
  }
  return true;
}

core::Key256 Flooder::RandomKey() {
  core::Key256 key;
  occasions_.random().Fill(key.bytes);
  return key;
}

void Flooder::SendOne(core::Time now, core::Effects& effects) {
  const bool provide = what_ == What::kProvide || (what_ == What::kBoth && provide_next_);
  provide_next_ = !provide_next_;
  if (provide && !record_.has_value()) return;
  core::Random& random = occasions_.random();
  const core::PeerId to = contacts_[random.Below(contacts_.size())];
  core::Message& message = effects.Send(to);
  message.id = random.Next();
  message.sent_ms = now.us / 1000;
  message.ttl_ms = 10'000;
  if (provide) {
    message.body = core::Provide{RandomKey(), *record_};
    return;
  }
  core::Find find;
  find.key = key_.has_value() ? *key_ : RandomKey();
  find.limit = core::limits::kRecordsMax;
  message.body = find;
}

void Flooder::After(core::Time now, const core::Input&, core::Effects& effects) {
  for (const core::Outgoing& out : effects.sends()) {
    for (const core::PeerId peer : out.to) Meet(peer);
    Learn(out.message);
  }
  // A clock that jumped back or stood still for more than a second starts afresh.
  const bool afresh =
      !flooded_.has_value() || now < *flooded_ || now - *flooded_ > core::Seconds(1);
  if (afresh) flooded_ = now;
  if (contacts_.empty() || occasions_.Never()) return;
  const int64_t due = (now - *flooded_).us * per_second_ / core::Seconds(1).us;
  if (due == 0) return;
  flooded_ = *flooded_ + core::Duration{due * core::Seconds(1).us / per_second_};
  for (int64_t i = 0; i < due; ++i) {
    if (occasions_.Misbehave()) SendOne(now, effects);
  }
}

core::Time Flooder::NextDeadline() const {
  if (contacts_.empty() || occasions_.Never() || !flooded_.has_value()) return core::Time::Never();
  const core::Duration one{core::Seconds(1).us / per_second_ + 1};
  return *flooded_ + std::max(kBeat, one);
}

}  // namespace sim
