#include "sim/world/adversaries/silent_holder.h"

#include <variant>

namespace sim {

void SilentHolder::After(core::Time, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& out : effects.sends()) {
    const core::Body& body = out.message.body;
    const bool answers = std::holds_alternative<core::Found>(body) ||
                         std::holds_alternative<core::ProvideAck>(body) ||
                         std::holds_alternative<core::Nodes>(body);
    if (answers && occasions_.Misbehave()) out.to.clear();
  }
}

}  // namespace sim
