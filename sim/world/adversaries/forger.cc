#include "sim/world/adversaries/forger.h"

#include <limits>
#include <variant>

#include "core/base/check.h"
#include "core/codec/limits.h"

namespace sim {

bool Forger::Before(core::Time, core::Input& input) {
  if (const auto* const arrival = std::get_if<core::Arrival>(&input)) {
    const auto* const provide = std::get_if<core::Provide>(&arrival->message->body);
    if (provide != nullptr) seen_ = provide->record;
  }
  return true;
}

core::PeerId Forger::RandomOwner() {
  uint64_t members = 0;
  for (const auto& [first, end] : owners_.ranges) members += end - first;
  uint64_t index = occasions_.random().Below(members);
  for (const auto& [first, end] : owners_.ranges) {
    if (index < end - first) return {first + static_cast<uint32_t>(index)};
    index -= end - first;
  }
  CHECK(false && "an index below the number of members");
  return core::kNoPeer;
}

core::Record Forger::Forge(const core::Record& pattern) {
  core::Record record = pattern;
  record.peer = RandomOwner();
  record.budget = std::numeric_limits<uint16_t>::max();
  record.sequence = pattern.sequence + 1 + occasions_.random().Below(1000);
  occasions_.random().Fill(record.signature);
  return record;
}

void Forger::After(core::Time, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& out : effects.sends()) {
    auto* const found = std::get_if<core::Found>(&out.message.body);
    if (found == nullptr || !occasions_.Misbehave()) continue;
    if (found->records.empty() && !seen_.has_value()) continue;
    const core::Record pattern = found->records.empty() ? *seen_ : found->records.front();
    for (int64_t i = 0; i < count_ && found->records.size() < core::limits::kRecordsMax; ++i) {
      found->records.push_back(Forge(pattern));
    }
  }
}

}  // namespace sim
