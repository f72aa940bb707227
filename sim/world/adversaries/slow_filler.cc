#include "sim/world/adversaries/slow_filler.h"

#include <utility>
#include <variant>

namespace sim {

void SlowFiller::After(core::Time now, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& out : effects.sends()) {
    core::Body& body = out.message.body;
    auto* const range = std::get_if<core::Range>(&body);
    const bool fills = range != nullptr || std::holds_alternative<core::ArchiveReply>(body) ||
                       std::holds_alternative<core::RangeDigest>(body);
    if (!fills || !occasions_.Misbehave()) continue;
    if (range != nullptr && range->blocks.size() > 1) {
      range->blocks.resize(1);
      range->more = true;
    }
    late_.push_back({now + delay_, out});
    out.to.clear();
  }
  while (!late_.empty() && late_.front().at <= now) {
    const core::Outgoing answer = std::move(late_.front().answer);
    late_.pop_front();
    effects.Send(answer.to) = answer.message;
  }
}

core::Time SlowFiller::NextDeadline() const {
  return late_.empty() ? core::Time::Never() : late_.front().at;
}

}  // namespace sim
