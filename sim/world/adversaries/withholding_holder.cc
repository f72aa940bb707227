#include "sim/world/adversaries/withholding_holder.h"

#include <variant>
#include <vector>

namespace sim {

void WithholdingHolder::Withhold(std::vector<core::Record>& records) const {
  std::erase_if(records,
                [this](const core::Record& record) { return !spared_.Contains(record.peer); });
}

void WithholdingHolder::After(core::Time, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& out : effects.sends()) {
    if (auto* const found = std::get_if<core::Found>(&out.message.body)) {
      if (occasions_.Misbehave()) Withhold(found->records);
    } else if (auto* const push = std::get_if<core::Push>(&out.message.body)) {
      if (!occasions_.Misbehave()) continue;
      Withhold(push->records);
      if (push->records.empty()) out.to.clear();
    }
  }
}

}  // namespace sim
