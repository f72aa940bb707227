#include "sim/world/planted/matchmaking_bugs.h"

#include <algorithm>
#include <variant>

#include "sim/world/planted/bodies.h"

namespace sim {

void ForgetfulRoot::After(core::Time, const core::Input&, core::Effects& effects) {
  const auto forget = [](auto& reply) {
    std::erase_if(reply.records,
                  [](const core::Record& record) { return record.specificity == 0; });
  };
  EditSends<core::Found>(effects, forget);
  EditSends<core::Push>(effects, forget);
}

bool StaleRecords::Before(core::Time now, core::Input& input) {
  const auto* provide = BodyOf<core::Provide>(input);
  if (provide == nullptr) return true;
  const Kept kept{provide->key, provide->record, now};
  if (kept_.size() < kKept) {
    kept_.push_back(kept);
  } else {
    kept_[next_] = kept;
    next_ = (next_ + 1) % kKept;
  }
  return true;
}

void StaleRecords::After(core::Time now, const core::Input&, core::Effects& effects) {
  EditSends<core::Found>(effects, [&](core::Found& found) {
    for (const Kept& kept : kept_) {
      if (found.records.size() >= core::limits::kRecordsMax) break;
      const core::Duration life = core::Milliseconds(kept.record.ttl_ms);
      if (kept.key == found.key && now - kept.received > life * 3) {
        found.records.push_back(kept.record);
      }
    }
  });
}

void HiddenCrowd::After(core::Time, const core::Input&, core::Effects& effects) {
  EditSends<core::ProvideAck>(effects, [](core::ProvideAck& ack) {
    ack.traffic.count = 0;
    ack.crowded = false;
  });
  EditSends<core::Found>(effects, [](core::Found& found) { found.traffic.count = 0; });
  EditSends<core::Push>(effects, [](core::Push& push) { push.traffic.count = 0; });
}

void ForgedRecords::After(core::Time, const core::Input&, core::Effects& effects) {
  EditSends<core::Provide>(effects, [](core::Provide& provide) {
    provide.record.signature[0] = static_cast<uint8_t>(provide.record.signature[0] ^ 1);
  });
}

bool FalseCrowd::Before(core::Time, core::Input& input) {
  if (BodyOf<core::ProvideAck>(input) == nullptr) return true;
  auto& arrival = std::get<core::Arrival>(input);
  read_ = *arrival.message;
  auto& ack = std::get<core::ProvideAck>(read_.body);
  ack.crowded = true;
  ack.traffic.count = 1'000'000;
  arrival.message = &read_;
  return true;
}

void Chatty::After(core::Time, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& outgoing : effects.sends()) {
    const core::Body& body = outgoing.message.body;
    if (!std::holds_alternative<core::Provide>(body) && !std::holds_alternative<core::Find>(body)) {
      continue;
    }
    const std::vector<core::PeerId> to = outgoing.to;
    for (size_t i = 1; i < kTimes; ++i) {
      outgoing.to.insert(outgoing.to.end(), to.begin(), to.end());
    }
  }
}

void OverBudget::After(core::Time, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& outgoing : effects.sends()) {
    const auto* decline = std::get_if<core::Decline>(&outgoing.message.body);
    if (decline == nullptr || decline->reason != core::DeclineReason::kBusy) continue;
    const core::TaskId task = decline->task;
    outgoing.message.body = core::Accept{task};
  }
}

bool LostTimer::Before(core::Time, core::Input& input) {
  const auto* command = std::get_if<core::Command>(&input);
  if (command != nullptr && std::holds_alternative<core::MatchCommand>(*command)) lost_ = true;
  // A restart makes a new timer.
  if (std::holds_alternative<core::Start>(input)) lost_ = false;
  return !lost_ || !std::holds_alternative<core::Wake>(input);
}

}  // namespace sim
